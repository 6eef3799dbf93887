//! A sliding window over a byte stream: what the format readers look at.

use std::io::{self, Read};
use std::ops::Range;

use crate::error::{Damage, Item};

/// Why the window cannot show as many bytes as were asked for.
#[derive(Debug)]
pub(crate) enum Short {
    /// The stream ended; this many bytes are left.
    End(usize),
    /// The compressed data ended before their end mark.
    Cut,
    /// Reading or decompressing failed.
    Io(io::Error),
}

impl Short {
    /// The damage that `item` of `says` bytes, `before` bytes into the window, is not whole.
    #[cold]
    pub(crate) fn damage(self, item: Item, says: u64, before: usize) -> Damage {
        match self {
            Self::End(left) => Damage::Truncated {
                item,
                says,
                left: left.saturating_sub(before) as u64,
            },
            Self::Cut => Damage::Cut,
            Self::Io(e) => Damage::Io(e),
        }
    }
}

/// Bytes of a stream, moved and refilled so that a whole record lies in one slice.
///
/// PERF: reading the page cache into a buffer that stays in the second-level cache is as fast as
/// mapping the file, works for pipes and decompressors too, and a file that somebody truncates
/// while it is read is an error here, where a mapping would be a SIGBUS.
pub(crate) struct Window {
    source: Box<dyn Read + Send>,
    buf: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes of the stream before `start`.
    offset: u64,
    ended: bool,
}

impl Window {
    /// A window over `head` and then `source`.
    pub(crate) fn new(head: &[u8], source: Box<dyn Read + Send>) -> Self {
        let mut buf = vec![0; CAPACITY.max(head.len())];
        buf[..head.len()].copy_from_slice(head);
        Self {
            source,
            buf,
            start: 0,
            end: head.len(),
            offset: 0,
            ended: false,
        }
    }

    /// The bytes that are there.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buf[self.start..self.end]
    }

    /// Bytes of the stream before [`Window::bytes`].
    #[inline]
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Makes [`Window::bytes`] at least `count` long.
    #[inline]
    pub(crate) fn need(&mut self, count: usize) -> Result<(), Short> {
        if self.end - self.start >= count {
            Ok(())
        } else {
            self.fill(count)
        }
    }

    /// Goes `count` bytes on, at most to the end of [`Window::bytes`]; says where they are for
    /// [`Window::at`], until the next [`Window::need`] or [`Window::skip`].
    #[inline]
    pub(crate) fn take(&mut self, count: usize) -> Range<usize> {
        let from = self.start;
        self.start = self.end.min(from.saturating_add(count));
        self.offset += (self.start - from) as u64;
        from..self.start
    }

    /// The bytes that [`Window::take`] went over.
    #[inline]
    pub(crate) fn at(&self, range: Range<usize>) -> &[u8] {
        self.buf.get(range).unwrap_or_default()
    }

    /// Gives away the bytes that [`Window::take`] went over since the last [`Window::need`], where they lie, and goes on
    /// with `spare` in their place.
    pub(crate) fn hand_over(&mut self, mut spare: Vec<u8>) -> Vec<u8> {
        spare.resize(self.buf.len(), 0);
        let left = self.end - self.start;
        spare[..left].copy_from_slice(&self.buf[self.start..self.end]);
        (self.start, self.end) = (0, left);
        std::mem::replace(&mut self.buf, spare)
    }

    /// Goes `count` bytes on, however many they are, and keeps none of them.
    pub(crate) fn skip(&mut self, count: u64) -> Result<(), Short> {
        let mut rest = count;
        loop {
            let here = rest.min((self.end - self.start) as u64);
            self.take(here as usize);
            rest -= here;
            if rest == 0 {
                return Ok(());
            }
            self.fill(1)?;
        }
    }

    #[cold]
    fn fill(&mut self, count: usize) -> Result<(), Short> {
        self.buf.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while self.end < count {
            if self.ended {
                return Err(Short::End(self.end));
            }
            if self.end == self.buf.len() {
                // LIMIT: doubles only when full of bytes that did arrive, so that a length alone
                // allocates nothing; the format readers bound `count`.
                self.buf.resize(self.buf.len() * 2, 0);
            }
            match self.source.read(&mut self.buf[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(read) => self.end += read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Err(Short::Cut),
                Err(e) => return Err(Short::Io(e)),
            }
        }
        Ok(())
    }
}

/// Bytes of a window at first.
const CAPACITY: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that gives at most 7 bytes at a time, as a slow pipe does.
    struct Drip(io::Cursor<Vec<u8>>);

    impl Read for Drip {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let most = buf.len().min(7);
            self.0.read(&mut buf[..most])
        }
    }

    fn numbered(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i % 251) as u8).collect()
    }

    #[test]
    fn slides_over_the_whole_stream() {
        let bytes = numbered(100);
        let mut window = Window::new(&bytes[..4], Box::new(Drip(io::Cursor::new(bytes[4..].to_vec()))));
        let mut seen = Vec::new();
        while window.need(9).is_ok() {
            let range = window.take(9);
            seen.extend_from_slice(window.at(range));
        }
        assert_eq!(seen, bytes[..99]);
        assert_eq!(window.offset(), 99);
        assert!(matches!(window.need(9), Err(Short::End(1))));
    }

    #[test]
    fn grows_for_a_record_larger_than_itself() {
        let bytes = numbered(3 * CAPACITY);
        let mut window = Window::new(&[], Box::new(io::Cursor::new(bytes.clone())));
        window.need(5).unwrap();
        window.take(5);
        window.need(2 * CAPACITY).unwrap();
        assert_eq!(window.bytes()[..2 * CAPACITY], bytes[5..5 + 2 * CAPACITY]);
    }

    #[test]
    fn a_length_alone_allocates_nothing() {
        let mut window = Window::new(&[], Box::new(io::Cursor::new(numbered(100))));
        assert!(matches!(window.need(1 << 40), Err(Short::End(100))));
        assert_eq!(window.buf.len(), CAPACITY);
    }

    #[test]
    fn skips_more_than_it_holds() {
        let mut window = Window::new(&[], Box::new(io::Cursor::new(numbered(2 * CAPACITY + 10))));
        window.skip(2 * CAPACITY as u64).unwrap();
        assert_eq!(window.offset(), 2 * CAPACITY as u64);
        assert_eq!(window.buf.len(), CAPACITY);
        assert!(matches!(window.skip(11), Err(Short::End(0))));
    }
}
