//! A class of patterns by their length: what is done at the places that level 1 marks.

use super::super::Hits;
use super::super::literals::{LiteralId, Literals};
use super::Budget;
use super::bloom::Bloom;
use super::level1::{FOLD, hash3, hash4, hash8, load};
use super::rarity::{Rarity, Window};

/// The patterns with a window of `GRAM + STRIDE - 1` bytes: however they lie, one of the grams in their window starts
/// at a multiple of `STRIDE`, where level 1 looks for it.
///
/// Level 2 looks for the window itself, at all places where it may have started, and a table has the patterns of
/// every window.
#[derive(Debug)]
pub(super) struct Class<const GRAM: usize, const STRIDE: usize> {
    level2: Bloom,
    /// Where in `entries` the bucket of a key starts; one more for the end of the last.
    buckets: Box<[u32]>,
    /// By how much a key is shifted to find its bucket.
    shift: u32,
    entries: Box<[Entry]>,
    /// Whether some patterns are too short for a window, and are found by two bytes.
    pairs: bool,
}

/// What a table knows of a pattern.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The rarest eight bytes of the pattern, or all of it, without their case.
    word: u64,
    literal: LiteralId,
    /// From the start of the pattern to its window.
    window: u16,
    /// From the window to the word, and how many bytes that has, in the low 4 bits.
    word_at: i16,
}

impl<const GRAM: usize, const STRIDE: usize> Class<GRAM, STRIDE> {
    const WINDOW: usize = GRAM + STRIDE - 1;

    /// Builds the class, and the map of its grams for level 1.
    ///
    /// No pattern is the same byte all over. Where a gram has 3 bytes, they have 2 or more; else, as many as a window.
    pub(super) fn new(literals: &Literals, class: &[LiteralId]) -> (Self, Bloom) {
        let mut rarity = Rarity::new(GRAM, STRIDE);
        let mut keys: Vec<(u32, Entry)> = Vec::with_capacity(class.len());
        let mut grams: Vec<u32> = Vec::with_capacity(class.len() * STRIDE);
        let mut pairs = false;
        for &literal in class {
            let bytes = literals.bytes(literal);
            if bytes.len() >= Self::WINDOW {
                let Window { start, word } = rarity.choose(bytes);
                grams.extend((start..start + STRIDE).map(|at| Self::gram(load(bytes, at) | FOLD)));
                keys.push((
                    Self::key(load(bytes, start) | FOLD),
                    Entry::new(bytes, literal, start, word),
                ));
            } else {
                let at = rarity.choose_pair(bytes);
                grams.extend(grams_of_pair(bytes, at));
                keys.push((pair_key(load(bytes, at) | FOLD), Entry::new(bytes, literal, at, 0)));
                pairs = true;
            }
        }
        keys.sort_by_key(|(key, _)| *key);
        let shift = 32 - keys.len().max(16).next_power_of_two().ilog2();
        let mut buckets = vec![0; (1 << (32 - shift)) + 1];
        for (key, _) in &keys {
            buckets[(key >> shift) as usize + 1] += 1;
        }
        let mut end = 0;
        for bucket in &mut buckets {
            end += *bucket;
            *bucket = end;
        }
        let all: Vec<u32> = keys.iter().map(|(key, _)| *key).collect();
        let class = Self {
            level2: Bloom::new(&all, LEVEL2_BITS),
            buckets: buckets.into(),
            shift,
            entries: keys.into_iter().map(|(_, entry)| entry).collect(),
            pairs,
        };
        (class, Bloom::new(&grams, LEVEL1_BITS))
    }

    /// Reports the patterns that have a gram at `at`.
    #[inline]
    pub(super) fn candidates(
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
        for before in 0..STRIDE {
            let Some(start) = at.checked_sub(before) else {
                break;
            };
            let key = Self::key(load(haystack, start) | FOLD);
            if self.level2.passes(key) {
                self.look_up(key, haystack, start, literals, budget, hits);
            }
        }
        if GRAM == 3 && self.pairs {
            for (key, start) in [(pair_key(word), at), (pair_key(word >> 8), at + 1)] {
                if self.level2.passes(key) {
                    self.look_up(key, haystack, start, literals, budget, hits);
                }
            }
        }
    }

    /// Bytes of heap held.
    pub(super) fn memory(&self) -> usize {
        self.level2.memory() + size_of_val(&*self.buckets) + size_of_val(&*self.entries)
    }

    /// Compares the patterns that have the window of this key.
    #[inline(never)]
    fn look_up(&self, key: u32, haystack: &[u8], at: usize, literals: &Literals, budget: &mut Budget, hits: &mut Hits) {
        let bucket = (key >> self.shift) as usize;
        let entries = &self.entries[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize];
        budget.0 = budget.0.saturating_sub(LOOK_UP_COST + entries.len());
        for entry in entries {
            let Some(word_at) = at.checked_add_signed(isize::from(entry.word_at >> 4)) else {
                continue;
            };
            let word = (load(haystack, word_at) | FOLD) & first_bytes(entry.word_at as usize & 15);
            if word != entry.word || literals.reported(entry.literal, hits) {
                continue;
            }
            match at.checked_sub(usize::from(entry.window)) {
                Some(start) if literals.occurs(entry.literal, haystack, start) => {
                    literals.report(entry.literal, hits);
                }
                _ => budget.0 = budget.0.saturating_sub(VERIFY_COST),
            }
        }
    }

    /// The hash of a gram, as level 1 has it.
    fn gram(word: u64) -> u32 {
        match GRAM {
            3 => hash3(word),
            4 => hash4(word),
            _ => hash8(word),
        }
    }

    /// The key of the window that starts with a folded word.
    #[inline(always)]
    fn key(word: u64) -> u32 {
        let bytes = if Self::WINDOW < 8 { Self::WINDOW } else { 8 };
        mix(word & first_bytes(bytes))
    }
}

impl Entry {
    fn new(bytes: &[u8], literal: LiteralId, window: usize, word: usize) -> Self {
        let len = bytes.len().min(8);
        Self {
            word: (load(bytes, word) | FOLD) & first_bytes(len),
            literal,
            window: window as u16,
            word_at: ((word as isize - window as isize) << 4) as i16 | len as i16,
        }
    }
}

/// The grams of three bytes, of which two are those of a short pattern from `at`.
///
/// Where a multiple of the stride is the start of a pattern of three bytes, its gram is looked at. Where not, two bytes
/// of a pattern are at the start of a gram, or at its end, and the third may be any.
fn grams_of_pair(bytes: &[u8], at: usize) -> impl Iterator<Item = u32> {
    let pair = (load(bytes, at) | FOLD) & 0xFFFF;
    let whole = (bytes.len() == 3).then(|| hash3(load(bytes, 0) | FOLD));
    let any = || (0..=0xFF).filter(|byte| byte & 0x20 != 0);
    let first = (bytes.len() == 2 || at == 1).then(|| any().map(move |any| hash3(pair | any << 16)));
    let last = (bytes.len() == 2 || at == 0).then(|| any().map(move |any| hash3(pair << 8 | any)));
    whole
        .into_iter()
        .chain(first.into_iter().flatten())
        .chain(last.into_iter().flatten())
}

/// Whether `at` is so deep inside a run of one byte that no window can be there: none is such a run.
#[inline]
fn in_run(haystack: &[u8], at: usize, word: u64) -> bool {
    at.checked_sub(8)
        .is_some_and(|before| load(haystack, before) | FOLD == word)
        && load(haystack, at + 8) | FOLD == word
}

/// The key of the first two bytes of a folded word.
#[inline(always)]
fn pair_key(word: u64) -> u32 {
    mix(word & 0xFFFF)
}

#[inline(always)]
fn mix(word: u64) -> u32 {
    (word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}

#[inline(always)]
const fn first_bytes(n: usize) -> u64 {
    u64::MAX >> (64 - 8 * n as u32)
}

const LEVEL1_BITS: usize = 24;
const LEVEL2_BITS: usize = 16;
/// What it costs to look up a key, in comparisons of eight bytes.
const LOOK_UP_COST: usize = 2;
/// What a whole comparison that fails costs.
const VERIFY_COST: usize = 2;
