//! Files that are fetched in parts, over several transactions and flows: RFC 9110 section 14.

use std::collections::BTreeMap;

use packet::Timestamp;

/// The parts that are there of files, by their hosts and names: of those that go between the same hosts.
// Suricata: parts are put together whichever hosts they go between; here, what flows share must not depend on the number
// of workers.
#[derive(Debug, Default)]
pub struct Ranges {
    files: BTreeMap<Vec<u8>, Assembly>,
    /// Bytes in all of them.
    bytes: usize,
    /// The number of the next file: those that were begun first are let go first.
    next: u64,
}

/// A file of which not all parts are there.
#[derive(Debug)]
struct Assembly {
    total: u64,
    number: u64,
    /// When the last part came.
    time: Timestamp,
    /// By their first byte.
    parts: BTreeMap<u64, Vec<u8>>,
}

/// A part that comes now.
#[derive(Debug)]
pub(super) struct Part {
    key: Vec<u8>,
    start: u64,
    total: u64,
    data: Vec<u8>,
}

impl Part {
    /// The part that begins there of a file of that length.
    pub(super) fn new(host: &[u8], name: &[u8], start: u64, total: u64) -> Self {
        Self {
            key: [host, b"\0", name].concat(),
            start,
            total,
            data: Vec::new(),
        }
    }

    /// Adds bytes.
    pub(super) fn append(&mut self, data: &[u8]) {
        // LIMIT: what cannot be kept anyway is not gathered.
        if self.data.len().saturating_add(data.len()) <= MAX_BYTES {
            self.data.extend_from_slice(data);
        }
    }
}

impl Ranges {
    /// The part is whole, at that time: the file's bytes, if that was the last one missing.
    pub(super) fn add(&mut self, part: Part, time: Timestamp) -> Option<Vec<u8>> {
        // Suricata: parts that nothing follows are forgotten after a while; so are those of another capture.
        let known = self.files.get(&part.key);
        if known.is_some_and(|file| time.0.abs_diff(file.time.0) > MAX_PAUSE) {
            self.remove(&part.key);
        }
        // LIMIT: the longest file that is put together.
        if part.total > MAX_BYTES as u64 || part.data.is_empty() {
            return None;
        }
        let number = self.next;
        let file = self.files.entry(part.key.clone()).or_insert_with(|| Assembly {
            total: part.total,
            number,
            time,
            parts: BTreeMap::new(),
        });
        self.next = self.next.saturating_add(u64::from(file.number == number));
        // LIMIT: parts of a file.
        if file.total != part.total || file.parts.len() >= MAX_PARTS {
            return None;
        }
        file.time = time;
        let known = file.parts.get(&part.start).map_or(0, Vec::len);
        if part.data.len() > known {
            self.bytes = self.bytes.saturating_add(part.data.len()).saturating_sub(known);
            file.parts.insert(part.start, part.data);
        }
        if let Some(whole) = file.whole() {
            self.remove(&part.key);
            return Some(whole);
        }
        self.let_go();
        None
    }

    /// LIMIT: files and bytes; the oldest go first.
    fn let_go(&mut self) {
        while self.files.len() > MAX_FILES || self.bytes > MAX_BYTES {
            let oldest = self.files.iter().min_by_key(|(_, file)| file.number);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else {
                break;
            };
            self.remove(&key);
        }
    }

    fn remove(&mut self, key: &[u8]) {
        if let Some(file) = self.files.remove(key) {
            let bytes = file.parts.values().map(Vec::len).fold(0, usize::saturating_add);
            self.bytes = self.bytes.saturating_sub(bytes);
        }
    }
}

impl Assembly {
    /// The whole file, if every byte is there; where parts overlap, the one that begins first is right.
    fn whole(&self) -> Option<Vec<u8>> {
        let mut end: u64 = 0;
        for (start, data) in &self.parts {
            if *start > end {
                return None;
            }
            end = end.max(start.saturating_add(data.len() as u64));
        }
        if end < self.total {
            return None;
        }
        let mut whole = Vec::with_capacity(self.total as usize);
        for (start, data) in &self.parts {
            let known = (whole.len() as u64).saturating_sub(*start) as usize;
            whole.extend_from_slice(data.get(known..).unwrap_or_default());
        }
        whole.truncate(self.total as usize);
        Some(whole)
    }
}

/// LIMIT: bytes of all parts, and of a file that is put together.
const MAX_BYTES: usize = 64 << 20;

/// Nanoseconds between two parts of a file, at most: `containers.urlrange.timeout` has a minute.
const MAX_PAUSE: u64 = 60_000_000_000;

/// LIMIT: files of which not all parts are there.
const MAX_FILES: usize = 256;

/// LIMIT: parts of a file.
const MAX_PARTS: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn part(start: u64, total: u64, data: &[u8]) -> Part {
        let mut part = Part::new(b"host", b"name", start, total);
        part.append(data);
        part
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::new(seconds, 0)
    }

    #[test]
    fn parts_in_any_order_make_a_file() {
        let mut ranges = Ranges::default();
        assert_eq!(ranges.add(part(6, 9, b"ghi"), at(1)), None);
        assert_eq!(ranges.add(part(0, 9, b"abc"), at(1)), None);
        assert_eq!(ranges.add(part(0, 9, b"abc"), at(1)), None);
        assert_eq!(ranges.add(part(2, 9, b"cdef"), at(1)), Some(b"abcdefghi".to_vec()));
        assert_eq!(ranges.add(part(2, 9, b"cdef"), at(1)), None);
    }

    #[test]
    fn parts_are_forgotten_after_a_while() {
        let mut ranges = Ranges::default();
        assert_eq!(ranges.add(part(0, 4, b"ab"), at(1000)), None);
        assert_eq!(ranges.add(part(2, 4, b"cd"), at(1061)), None);
        assert_eq!(ranges.add(part(0, 4, b"ab"), at(1100)), Some(b"abcd".to_vec()));
        assert_eq!(ranges.add(part(0, 4, b"ab"), at(1100)), None);
        assert_eq!(ranges.add(part(2, 4, b"cd"), at(10)), None);
    }

    #[test]
    fn parts_of_another_file_are_told_apart() {
        let mut ranges = Ranges::default();
        assert_eq!(ranges.add(part(0, 5, b"abc"), at(1)), None);
        assert_eq!(ranges.add(part(3, 6, b"def"), at(1)), None);
        let mut other = Part::new(b"host", b"other", 3, 5);
        other.append(b"de");
        assert_eq!(ranges.add(other, at(1)), None);
        assert_eq!(ranges.add(part(3, 5, b"de"), at(1)), Some(b"abcde".to_vec()));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut ranges = Ranges::default();
        for n in 0..1000u32 {
            let mut part = Part::new(b"host", &n.to_be_bytes(), 0, 1 << 20);
            part.append(&vec![0; 1 << 19]);
            assert!(ranges.add(part, at(1)).is_none());
        }
        assert_eq!(ranges.add(part(0, u64::MAX, b"x"), at(1)), None);
        let store = &ranges;
        assert!(store.bytes <= MAX_BYTES && store.files.len() <= MAX_FILES);
        let bytes: usize = store.files.values().flat_map(|f| f.parts.values()).map(Vec::len).sum();
        assert_eq!(bytes, store.bytes);
    }
}
