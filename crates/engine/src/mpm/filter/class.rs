//! A class of patterns by their length: what is done at the places that level 1 marks.

use super::super::literals::{LiteralId, Literals};
use super::bloom::Bloom;
use super::level1::{FOLD, load};
use super::rarity::{Rarity, Window, choose_pair};
use super::search::Search;

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

/// What level 1 must let through.
#[derive(Debug, Clone, Copy)]
pub(super) enum Gram {
    /// A gram of a window, with what follows it in the pattern, folded.
    Window(u64),
    /// A pattern that is shorter than a window.
    Pair {
        /// The folded bytes of the pattern.
        pattern: u64,
        /// How many there are.
        len: usize,
        /// Where in the pattern the two bytes are by which it is found.
        pair: usize,
    },
}

impl<const GRAM: usize, const STRIDE: usize> Class<GRAM, STRIDE> {
    const WINDOW: usize = GRAM + STRIDE - 1;

    /// Builds the class, and says what level 1 must let through for it.
    pub(super) fn new(literals: &Literals, class: &[LiteralId]) -> (Self, Vec<Gram>) {
        Self::with_windows(literals, class, |rarity, _, bytes| rarity.choose(bytes))
    }

    /// Builds the class with windows that are chosen by the pattern's place in `class` and its bytes.
    ///
    /// No pattern is the same byte all over. They have as many bytes as a window, or two where a gram has three or the
    /// stride is one.
    pub(super) fn with_windows(
        literals: &Literals,
        class: &[LiteralId],
        mut choose: impl FnMut(&mut Rarity, usize, &[u8]) -> Window,
    ) -> (Self, Vec<Gram>) {
        let mut rarity = Rarity::new(GRAM, STRIDE);
        let mut keys: Vec<(u32, Entry)> = Vec::with_capacity(class.len());
        let mut grams = Vec::with_capacity(class.len() * STRIDE);
        for (place, &literal) in class.iter().enumerate() {
            let bytes = literals.bytes(literal);
            let folded = |at| load(bytes, at) | FOLD;
            if bytes.len() >= Self::WINDOW {
                let Window { start, word } = choose(&mut rarity, place, bytes);
                grams.extend((start..start + STRIDE).map(|at| Gram::Window(folded(at))));
                keys.push((Self::key(folded(start)), Entry::new(bytes, literal, start, word)));
            } else {
                let pair = choose_pair(bytes);
                grams.push(Gram::Pair {
                    pattern: folded(0),
                    len: bytes.len(),
                    pair,
                });
                keys.push((pair_key(folded(pair)), Entry::new(bytes, literal, pair, 0)));
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
        let pairs = grams.iter().any(|gram| matches!(gram, Gram::Pair { .. }));
        let class = Self {
            level2: Bloom::new(&all, LEVEL2_BITS),
            buckets: buckets.into(),
            shift,
            entries: keys.into_iter().map(|(_, entry)| entry).collect(),
            pairs,
        };
        (class, grams)
    }

    /// Reports the patterns that have a gram at `at`.
    #[inline]
    pub(super) fn candidates(&self, at: usize, search: &mut Search) {
        let word = load(search.haystack, at) | FOLD;
        if word == word.rotate_left(8) && in_run(search.haystack, at, word) {
            return;
        }
        for before in 0..STRIDE {
            let Some(start) = at.checked_sub(before) else { break };
            let key = Self::key(load(search.haystack, start) | FOLD);
            if self.level2.passes(key) {
                self.look_up(key, start, search);
            }
        }
        if Self::WINDOW == 4 && self.pairs {
            for (key, start) in [(pair_key(word), at), (pair_key(word >> 8), at + 1)]
                .into_iter()
                .take(STRIDE)
            {
                if self.level2.passes(key) {
                    self.look_up(key, start, search);
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
    fn look_up(&self, key: u32, at: usize, search: &mut Search) {
        let bucket = (key >> self.shift) as usize;
        let entries = &self.entries[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize];
        search.spend(LOOK_UP_COST + entries.len());
        for entry in entries {
            let Some(word_at) = at.checked_add_signed(isize::from(entry.word_at >> 4)) else {
                continue;
            };
            let word = (load(search.haystack, word_at) | FOLD) & first_bytes(entry.word_at as usize & 15);
            if word == entry.word
                && let Some(start) = at.checked_sub(usize::from(entry.window))
            {
                search.verify(entry.literal, start);
            }
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

const LEVEL2_BITS: usize = 16;
/// What it costs to look up a key, in comparisons of eight bytes.
const LOOK_UP_COST: usize = 2;
