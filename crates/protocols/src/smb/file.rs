//! Bytes of a file that come in pieces, perhaps out of order.

use std::collections::BTreeMap;

use engine::app_layer::{File, FileSettings};

use super::Event;

/// Which bytes of a file came.
#[derive(Debug, Default)]
pub struct Tracker {
    /// Bytes from the start that the file has, or has lost.
    next: u64,
    /// Pieces that come later in the file, by where they begin.
    waiting: BTreeMap<u64, Vec<u8>>,
    waiting_bytes: usize,
    /// What becomes of the piece that is coming.
    piece: Piece,
    /// It is not followed any more.
    given_up: bool,
}

/// How much may wait, of one file.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes; 0 for any number.
    pub bytes: u64,
    /// Pieces; 0 for any number.
    pub pieces: u64,
    /// What it means that there are too many bytes, and too many pieces.
    pub events: (Event, Event),
}

/// What becomes of the piece that is coming.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Piece {
    /// It is let go.
    #[default]
    Dropped,
    /// It goes on where the file ends.
    Next,
    /// It begins there, and waits.
    Later(u64),
}

impl Tracker {
    /// A piece comes that begins so many bytes from the start of the file.
    pub fn begin(&mut self, offset: u64, limits: &Limits) -> Option<Event> {
        self.piece = Piece::Dropped;
        if self.given_up {
            return None;
        }
        match offset.cmp(&self.next) {
            std::cmp::Ordering::Equal => {
                self.piece = Piece::Next;
                None
            }
            std::cmp::Ordering::Less => Some(Event::FileOverlap),
            std::cmp::Ordering::Greater => {
                // LIMIT: pieces of a file that wait for those before them.
                if limits.pieces != 0 && self.waiting.len() as u64 >= limits.pieces {
                    return Some(limits.events.1);
                }
                if self.waiting.contains_key(&offset) {
                    return Some(Event::FileOverlap);
                }
                self.waiting.insert(offset, Vec::new());
                self.piece = Piece::Later(offset);
                None
            }
        }
    }

    /// More of the piece.
    pub fn more(&mut self, data: &[u8], file: &mut File, settings: &FileSettings, limits: &Limits) -> Option<Event> {
        match self.piece {
            Piece::Dropped => None,
            Piece::Next => {
                file.append(data, settings);
                self.next = self.next.saturating_add(data.len() as u64);
                None
            }
            Piece::Later(offset) => {
                // LIMIT: bytes of a file that wait for those before them.
                let total = self.waiting_bytes.saturating_add(data.len());
                if limits.bytes != 0 && total as u64 > limits.bytes {
                    let lost = self.waiting.remove(&offset).map_or(0, |piece| piece.len());
                    self.waiting_bytes = self.waiting_bytes.saturating_sub(lost);
                    self.piece = Piece::Dropped;
                    return Some(limits.events.0);
                }
                if let Some(piece) = self.waiting.get_mut(&offset) {
                    piece.extend_from_slice(data);
                    self.waiting_bytes = total;
                }
                None
            }
        }
    }

    /// So many bytes of the piece were lost.
    pub fn lost(&mut self, bytes: u64, file: &mut File) {
        match self.piece {
            Piece::Next => {
                file.gap(bytes);
                self.next = self.next.saturating_add(bytes);
            }
            Piece::Later(offset) => {
                let lost = self.waiting.remove(&offset).map_or(0, |piece| piece.len());
                self.waiting_bytes = self.waiting_bytes.saturating_sub(lost);
                self.piece = Piece::Dropped;
            }
            Piece::Dropped => {}
        }
    }

    /// The piece is whole: those that waited for it follow.
    pub fn end(&mut self, file: &mut File, settings: &FileSettings) {
        self.piece = Piece::Dropped;
        while let Some(entry) = self.waiting.first_entry() {
            if *entry.key() > self.next {
                break;
            }
            let (offset, piece) = entry.remove_entry();
            self.waiting_bytes = self.waiting_bytes.saturating_sub(piece.len());
            let known = usize::try_from(self.next.saturating_sub(offset)).unwrap_or(usize::MAX);
            let new = piece.get(known..).unwrap_or_default();
            file.append(new, settings);
            self.next = self.next.saturating_add(new.len() as u64);
        }
    }

    /// Nothing comes any more: what waits is put behind what was lost.
    pub fn finish(&mut self, file: &mut File, settings: &FileSettings) {
        self.given_up = true;
        for (offset, piece) in std::mem::take(&mut self.waiting) {
            if offset > self.next {
                file.gap(offset.saturating_sub(self.next));
                self.next = offset;
            }
            let known = usize::try_from(self.next.saturating_sub(offset)).unwrap_or(usize::MAX);
            let new = piece.get(known..).unwrap_or_default();
            file.append(new, settings);
            self.next = self.next.saturating_add(new.len() as u64);
        }
        self.waiting_bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        bytes: 10,
        pieces: 2,
        events: (Event::ReadQueueSizeExceeded, Event::ReadQueueCntExceeded),
    };

    fn piece(tracker: &mut Tracker, file: &mut File, offset: u64, data: &[u8]) -> Option<Event> {
        let settings = FileSettings::default();
        let first = tracker.begin(offset, &LIMITS);
        let second = tracker.more(data, file, &settings, &LIMITS);
        tracker.end(file, &settings);
        first.or(second)
    }

    #[test]
    fn pieces_in_any_order() {
        let (mut tracker, mut file) = (Tracker::default(), File::default());
        assert_eq!(piece(&mut tracker, &mut file, 3, b"def"), None);
        assert_eq!(piece(&mut tracker, &mut file, 6, b"gh"), None);
        assert_eq!(file.size, 0);
        assert_eq!(piece(&mut tracker, &mut file, 0, b"abc"), None);
        assert_eq!((file.size, file.gaps), (8, false));
        assert_eq!(piece(&mut tracker, &mut file, 0, b"xxxx"), Some(Event::FileOverlap));
        assert_eq!(file.size, 8);
    }

    #[test]
    fn too_much_waits() {
        let (mut tracker, mut file) = (Tracker::default(), File::default());
        assert_eq!(
            piece(&mut tracker, &mut file, 100, b"12345678901"),
            Some(Event::ReadQueueSizeExceeded)
        );
        assert_eq!(piece(&mut tracker, &mut file, 200, b"1"), None);
        assert_eq!(piece(&mut tracker, &mut file, 300, b"1"), None);
        assert_eq!(
            piece(&mut tracker, &mut file, 400, b"1"),
            Some(Event::ReadQueueCntExceeded)
        );
        tracker.finish(&mut file, &FileSettings::default());
        assert_eq!((file.size, file.gaps), (301, true));
    }
}
