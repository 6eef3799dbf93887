//! A class of patterns that are found by grams of `Q` bytes every `STRIDE` bytes.

use super::super::Hits;
use super::super::literals::{LiteralId, Literals};
use super::level1::{FOLD, Level1, hash, lanes, load, place};
use super::rarity::Rarity;
use super::{Budget, Simd};

/// The patterns of one class: level 1, and the table of what may follow.
#[derive(Debug)]
pub(super) struct Grams<const Q: usize, const STRIDE: usize> {
    level1: Level1,
    /// Where in `entries` the bucket of a hash starts; one more for the end of the last.
    buckets: Box<[u32]>,
    /// By how much a hash is shifted to find its bucket.
    shift: u32,
    entries: Box<[Entry]>,
    /// Whether some entries stand for two bytes only.
    pairs: bool,
}

/// A gram of a pattern.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Eight bytes of the pattern (or all of it) without their case, never the same byte all over.
    word: u64,
    literal: LiteralId,
    /// From the start of the pattern to the gram.
    before: u16,
    /// From the gram to `word`, -8 to 8.
    word_at: i8,
    /// How many bytes `word` has; 0 for the mark of a crowd, whose word is its key.
    word_len: u8,
}

impl<const Q: usize, const STRIDE: usize> Grams<Q, STRIDE> {
    /// Bytes that a pattern must have, so that however it lies, one of its grams is looked at.
    const WINDOW: usize = Q + STRIDE - 1;

    /// Builds the tables of patterns that are not the same byte all over, and have [`Self::WINDOW`] bytes or more;
    /// or two bytes, if a gram has three.
    pub(super) fn new(literals: &Literals, class: &[LiteralId]) -> Self {
        let mut rarity = Rarity::new(Q, STRIDE);
        // What the table is asked for, and what level 1 lets through for it.
        let mut keys: Vec<(u32, Entry)> = Vec::with_capacity(class.len() * STRIDE);
        let mut grams: Vec<u32> = Vec::with_capacity(class.len() * STRIDE);
        for &literal in class {
            let bytes = literals.bytes(literal);
            if bytes.len() >= Self::WINDOW {
                let window = rarity.choose(bytes);
                for at in window.start..window.start + STRIDE {
                    let key = hash::<Q>(load(bytes, at) | FOLD);
                    grams.push(key);
                    keys.push((key, Entry::new(bytes, literal, at, window.word)));
                }
            }
        }
        split_crowds::<Q>(literals, &mut keys);
        let windows = keys.len();
        for &literal in class {
            let bytes = literals.bytes(literal);
            if bytes.len() < Self::WINDOW {
                add_pair(
                    bytes,
                    literal,
                    rarity.choose_pair(bytes),
                    &mut keys,
                    &mut grams,
                );
            }
        }
        let pairs = keys.len() > windows;
        let shift = 32 - keys.len().max(16).next_power_of_two().ilog2();
        keys.sort_by_key(|(hash, _)| *hash);
        let mut buckets = vec![0; (1 << (32 - shift)) + 1];
        for (hash, _) in &keys {
            buckets[(hash >> shift) as usize + 1] += 1;
        }
        let mut end = 0;
        for bucket in &mut buckets {
            end += *bucket;
            *bucket = end;
        }
        Self {
            level1: Level1::new(&grams),
            buckets: buckets.into(),
            shift,
            entries: keys.into_iter().map(|(_, entry)| entry).collect(),
            pairs,
        }
    }

    /// Adds the patterns that occur to the hits; `false` when the budget is spent before the haystack is done.
    pub(super) fn scan(
        &self,
        haystack: &[u8],
        simd: Simd,
        literals: &Literals,
        budget: &mut Budget,
        hits: &mut Hits,
    ) -> bool {
        let mut base = 0;
        while base < haystack.len() {
            let mut marks = self.level1.marks::<Q, STRIDE>(&haystack[base..], simd);
            while marks != 0 {
                let at = base + place(marks.trailing_zeros() as usize, STRIDE);
                marks &= marks - 1;
                self.candidates(haystack, at, literals, budget, hits);
            }
            if budget.0 == 0 {
                return false;
            }
            base += 4 * lanes(STRIDE);
        }
        true
    }

    /// Bytes of heap held.
    pub(super) fn memory(&self) -> usize {
        self.level1.memory() + size_of_val(&*self.buckets) + size_of_val(&*self.entries)
    }

    /// Reports the patterns whose gram is at `at`.
    #[inline]
    fn candidates(
        &self,
        haystack: &[u8],
        at: usize,
        literals: &Literals,
        budget: &mut Budget,
        hits: &mut Hits,
    ) {
        let word = load(haystack, at) | FOLD;
        if word == word.rotate_left(8) && in_run(haystack, at, word) {
            return;
        }
        self.look_up::<true>(hash::<Q>(word), haystack, at, literals, budget, hits);
        if Q == 3 && self.pairs {
            self.look_up::<false>(pair_key(word), haystack, at, literals, budget, hits);
            self.look_up::<false>(
                pair_key(word >> 8),
                haystack,
                at + 1,
                literals,
                budget,
                hits,
            );
        }
    }

    /// Compares the entries of a key. Only those of whole grams may be a `CROWD`.
    #[inline]
    fn look_up<const CROWD: bool>(
        &self,
        key: u32,
        haystack: &[u8],
        at: usize,
        literals: &Literals,
        budget: &mut Budget,
        hits: &mut Hits,
    ) {
        let bucket = (key >> self.shift) as usize;
        let (start, end) = (
            self.buckets[bucket] as usize,
            self.buckets[bucket + 1] as usize,
        );
        budget.0 = budget.0.saturating_sub(1 + end - start);
        for entry in &self.entries[start..end] {
            if entry.word_len == 0 {
                if CROWD && entry.word == u64::from(key) {
                    self.look_up_crowd(key, haystack, at, literals, budget, hits);
                }
                continue;
            }
            let Some(word_at) = at.checked_add_signed(isize::from(entry.word_at)) else {
                continue;
            };
            let word = (load(haystack, word_at) | FOLD) & first_bytes(usize::from(entry.word_len));
            if word == entry.word {
                verify(haystack, at, entry, literals, budget, hits);
            }
        }
    }

    /// Compares those entries of a crowded key that go with the bytes around the gram.
    #[inline(never)]
    fn look_up_crowd(
        &self,
        key: u32,
        haystack: &[u8],
        at: usize,
        literals: &Literals,
        budget: &mut Budget,
        hits: &mut Hits,
    ) {
        if let Some(after) = haystack.get(at + Q) {
            self.look_up::<false>(
                crowd_key(key, After, *after),
                haystack,
                at,
                literals,
                budget,
                hits,
            );
        }
        if let Some(before) = at.checked_sub(1).and_then(|before| haystack.get(before)) {
            self.look_up::<false>(
                crowd_key(key, Before, *before),
                haystack,
                at,
                literals,
                budget,
                hits,
            );
        }
    }
}

/// Gives the entries of a crowded key longer keys, and the old one to a mark that says so.
fn split_crowds<const Q: usize>(literals: &Literals, keys: &mut Vec<(u32, Entry)>) {
    keys.sort_by_key(|(key, _)| *key);
    let mut marks = Vec::new();
    for crowd in keys
        .chunk_by_mut(|a, b| a.0 == b.0)
        .filter(|keys| keys.len() > CROWDED)
    {
        let key = crowd[0].0;
        marks.push((
            key,
            Entry {
                word: u64::from(key),
                literal: 0,
                before: 0,
                word_at: 0,
                word_len: 0,
            },
        ));
        for (key, entry) in crowd {
            let bytes = literals.bytes(entry.literal);
            let at = usize::from(entry.before);
            *key = match bytes.get(at + Q) {
                Some(after) => crowd_key(*key, After, *after),
                // A window is longer than a gram, so there is something on one side.
                None => crowd_key(*key, Before, bytes[at - 1]),
            };
        }
    }
    keys.extend(marks);
}

/// Adds a pattern of two or three bytes, of which those from `at` are looked up.
///
/// Where the grid lies so that a gram has all three bytes, that is enough. Where it does not, two of them are at the
/// start of a gram, or at its end, and the third byte of the gram may be any.
fn add_pair(
    bytes: &[u8],
    literal: LiteralId,
    at: usize,
    keys: &mut Vec<(u32, Entry)>,
    grams: &mut Vec<u32>,
) {
    let word = load(bytes, at) | FOLD;
    let pair = word & 0xFFFF;
    keys.push((pair_key(word), Entry::new(bytes, literal, at, 0)));
    if bytes.len() == 3 {
        let key = hash::<3>(load(bytes, 0) | FOLD);
        keys.push((key, Entry::new(bytes, literal, 0, 0)));
        grams.push(key);
    }
    let folded = (0..=0xFF).filter(|byte| byte & 0x20 != 0);
    if bytes.len() == 2 || at == 1 {
        grams.extend(folded.clone().map(|any| hash::<3>(pair | any << 16)));
    }
    if bytes.len() == 2 || at == 0 {
        grams.extend(folded.map(|any| hash::<3>(pair << 8 | any)));
    }
}

/// On which side of a gram a byte is.
#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

use Side::{After, Before};

impl Entry {
    fn new(bytes: &[u8], literal: LiteralId, at: usize, word: usize) -> Self {
        let word_len = bytes.len().min(8);
        Self {
            word: (load(bytes, word) | FOLD) & first_bytes(word_len),
            literal,
            before: at as u16,
            word_at: (word as isize - at as isize) as i8,
            word_len: word_len as u8,
        }
    }
}

#[inline(never)]
fn verify(
    haystack: &[u8],
    at: usize,
    entry: &Entry,
    literals: &Literals,
    budget: &mut Budget,
    hits: &mut Hits,
) {
    let Some(start) = at.checked_sub(usize::from(entry.before)) else {
        return;
    };
    if literals.reported(entry.literal, hits) {
        return;
    }
    if literals.occurs(entry.literal, haystack, start) {
        literals.report(entry.literal, hits);
    } else {
        budget.0 = budget.0.saturating_sub(VERIFY_COST);
    }
}

/// Whether `at` is so deep inside a run of one byte that no entry's word can agree: none is such a run.
#[inline]
fn in_run(haystack: &[u8], at: usize, word: u64) -> bool {
    at.checked_sub(8)
        .is_some_and(|before| load(haystack, before) | FOLD == word)
        && load(haystack, at + 8) | FOLD == word
}

/// The key of the first two bytes of a folded word.
#[inline]
fn pair_key(word: u64) -> u32 {
    ((word as u32 & 0xFFFF) | 1 << 16).wrapping_mul(0xC2B2_AE3D)
}

/// The key of a gram that many patterns share, and a byte beside it.
#[inline]
fn crowd_key(key: u32, side: Side, byte: u8) -> u32 {
    (key ^ (u32::from(byte | 0x20) | (side as u32 + 1) << 8)).wrapping_mul(0xC2B2_AE3D)
}

#[inline(always)]
fn first_bytes(n: usize) -> u64 {
    u64::MAX >> (64 - 8 * n as u32)
}

/// How many entries of a key are a crowd.
const CROWDED: usize = 6;
/// What a comparison that fails is worth in looks at entries.
const VERIFY_COST: usize = 4;
