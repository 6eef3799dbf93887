//! Literals that must stand at one place each (`startswith`; `offset` and `depth`).
//!
//! PERF: half the literals of ET Open's rules for TCP packets are at one of a dozen places, and many of them are so short or so
//! common (`|01 00 00 00|` at the start) that they were found at others in every second packet. Here a place is looked at
//! once: its first bytes are hashed, and there is nothing to search.

use std::ops::Range;

/// Literals, each with its place and what it stands for.
#[derive(Debug, Default)]
pub struct Anchored {
    tables: Box<[Table]>,
}

/// Collects the literals of an [`Anchored`].
#[derive(Debug, Default)]
pub struct AnchoredBuilder {
    all: Vec<Anchor>,
}

/// A literal, where it must stand, and what for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Anchor {
    at: usize,
    literal: Box<[u8]>,
    nocase: bool,
    rule: u32,
}

/// The literals of one place whose key has as many bytes.
#[derive(Debug)]
struct Table {
    at: usize,
    /// The bits of the first eight bytes that are the key.
    key: u64,
    /// A bit for each hash that a key has.
    hashes: [u64; HASHES / 64],
    /// Sorted by their hash.
    entries: Box<[Entry]>,
    /// Where in `entries` those of a hash begin, by its upper bits; one more at the end.
    buckets: Box<[u32]>,
    /// By how much a hash is shifted to find its bucket.
    shift: u32,
}

/// A literal.
#[derive(Debug)]
struct Entry {
    /// Its first eight bytes, as far as they count.
    word: u64,
    /// Which bits of them count.
    mask: u64,
    /// All of it.
    literal: Box<[u8]>,
    nocase: bool,
    rules: Box<[u32]>,
}

impl AnchoredBuilder {
    /// Adds a rule under a literal that must stand in `place`, and says whether that can be done.
    pub fn add(&mut self, literal: &[u8], nocase: bool, place: &Range<usize>, rule: u32) -> bool {
        if literal.is_empty() || place.len() != literal.len() {
            return false;
        }
        self.all.push(Anchor {
            at: place.start,
            literal: match nocase {
                true => literal.to_ascii_lowercase().into(),
                false => literal.into(),
            },
            nocase: nocase && literal.iter().any(u8::is_ascii_alphabetic),
            rule,
        });
        true
    }

    /// Builds the tables.
    pub fn build(mut self) -> Anchored {
        self.all.sort_unstable_by(|a, b| {
            let by = |anchor: &Anchor| (anchor.at, anchor.key_len());
            by(a).cmp(&by(b)).then_with(|| a.cmp(b))
        });
        self.all.dedup();
        let same = |a: &Anchor, b: &Anchor| a.at == b.at && a.key_len() == b.key_len();
        Anchored {
            tables: self.all.chunk_by(same).map(Table::new).collect(),
        }
    }
}

impl Anchor {
    /// How many bytes of it are hashed.
    fn key_len(&self) -> usize {
        self.literal.len().min(MAX_KEY)
    }
}

impl Anchored {
    /// Hands over what the literals stand for that stand where they must.
    #[inline]
    pub fn standing(&self, data: &[u8], mut take: impl FnMut(u32)) {
        for table in &self.tables {
            let Some(there) = data.get(table.at..) else { break };
            let word = first_eight(there);
            let hash = table.hash(word);
            if table.hashes[hash >> 6] >> (hash & 63) & 1 != 0 {
                table.look_up(hash, word, there, &mut take);
            }
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.tables.iter().map(Table::memory).sum()
    }
}

impl Table {
    /// Of literals of one place and one length of key, at least one.
    fn new(anchors: &[Anchor]) -> Self {
        let first = &anchors[0];
        let same = |a: &Anchor, b: &Anchor| a.literal == b.literal && a.nocase == b.nocase;
        let mut table = Self {
            at: first.at,
            key: u64::MAX >> (64 - 8 * first.key_len()),
            hashes: [0; HASHES / 64],
            entries: anchors.chunk_by(same).map(Entry::new).collect(),
            buckets: Box::default(),
            shift: 0,
        };
        let (key, bits) = (table.key, table.entries.len().next_power_of_two().min(HASHES).ilog2());
        table.entries.sort_by_key(|entry| hash(entry.word, key));
        table.shift = HASHES.ilog2() - bits;
        let mut buckets = vec![0; (1 << bits) + 1];
        for entry in &table.entries {
            let hash = hash(entry.word, key);
            table.hashes[hash >> 6] |= 1 << (hash & 63);
            buckets[(hash >> table.shift) + 1] += 1;
        }
        let mut end = 0;
        for bucket in &mut buckets {
            end += *bucket;
            *bucket = end;
        }
        table.buckets = buckets.into();
        table
    }

    #[inline]
    fn hash(&self, word: u64) -> usize {
        hash(word, self.key)
    }

    #[inline(never)]
    fn look_up(&self, hash: usize, word: u64, there: &[u8], take: &mut impl FnMut(u32)) {
        let bucket = hash >> self.shift;
        let entries = &self.entries[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize];
        for entry in entries {
            if word & entry.mask == entry.word && entry.starts(there) {
                entry.rules.iter().for_each(|rule| take(*rule));
            }
        }
    }

    fn memory(&self) -> usize {
        let of = |entry: &Entry| size_of::<Entry>() + entry.literal.len() + 4 * entry.rules.len();
        self.entries.iter().map(of).sum::<usize>() + 4 * self.buckets.len() + size_of::<Self>()
    }
}

impl Entry {
    /// Of one literal, with all its rules.
    fn new(anchors: &[Anchor]) -> Self {
        let Anchor { literal, nocase, .. } = &anchors[0];
        let bits = literal.iter().map(|byte| match byte {
            byte if *nocase && byte.is_ascii_alphabetic() => !CASE,
            _ => u8::MAX,
        });
        let mask = first_eight(&bits.take(8).collect::<Vec<_>>());
        Self {
            word: first_eight(literal) & mask,
            mask,
            literal: literal.clone(),
            nocase: *nocase,
            rules: anchors.iter().map(|anchor| anchor.rule).collect(),
        }
    }

    /// Whether it stands at the start of `there`.
    fn starts(&self, there: &[u8]) -> bool {
        there.get(..self.literal.len()).is_some_and(|there| match self.nocase {
            true => there.eq_ignore_ascii_case(&self.literal),
            false => *there == *self.literal,
        })
    }
}

/// The first eight bytes, with zeros behind the last.
#[inline]
fn first_eight(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => (bytes.iter().rev()).fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// The hash of the key of a word, whose case does not count.
#[inline]
fn hash(word: u64, key: u64) -> usize {
    ((word | FOLD) & key).wrapping_mul(0x9E37_79B9_7F4A_7C15) as usize >> (64 - HASHES.ilog2())
}

/// The bit by which the cases of a letter differ.
const CASE: u8 = 0x20;
const FOLD: u64 = u64::from_le_bytes([CASE; 8]);
/// How many bytes of a literal are hashed.
const MAX_KEY: usize = 4;
/// How many hashes there are.
const HASHES: usize = 1 << 12;

#[cfg(test)]
mod tests;
