//! Which bytes of a pattern are rare in ordinary traffic, so that looking for them seldom disappoints.

use std::sync::LazyLock;

use super::level1::{FOLD, K1, load};
use super::typical::TYPICAL;

/// Chooses the windows of a class of patterns, one after the other.
///
/// A window costs as much as its grams are probable, and more where other patterns have taken them already.
#[derive(Debug)]
pub(super) struct Rarity {
    gram: usize,
    stride: usize,
    /// How often a gram was taken, by 16 bits of its hash.
    taken: Box<[u8]>,
    /// Of the pattern in work: the sum of all pairs' rarities before a byte.
    sums: Vec<u32>,
}

/// Where a pattern is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// The first gram's start.
    pub(super) start: usize,
    /// The start of the eight bytes that are compared first, at most [`MAX_FAR`] away.
    pub(super) word: usize,
}

impl Rarity {
    /// For grams of `gram` bytes, of which each window has as many as the stride.
    pub(super) fn new(gram: usize, stride: usize) -> Self {
        Self {
            gram,
            stride,
            taken: vec![0; 1 << 16].into(),
            sums: Vec::new(),
        }
    }

    /// Takes the best window of a pattern that is not all the same byte.
    pub(super) fn choose(&mut self, bytes: &[u8]) -> Window {
        self.look_at(bytes);
        let window = self.gram + self.stride - 1;
        let start = (0..=bytes.len() - window)
            .filter(|start| differs(&bytes[*start..start + window]))
            .min_by_key(|start| {
                (*start..start + self.stride)
                    .map(|at| self.cost(bytes, at))
                    .sum::<u64>()
            })
            .unwrap_or(0);
        for at in start..start + self.stride {
            let slot = &mut self.taken[self.slot(bytes, at)];
            *slot = slot.saturating_add(1);
        }
        Window {
            start,
            word: self.word(bytes.len(), start),
        }
    }

    /// The window of a pattern that starts at a given place.
    pub(super) fn window_at(&mut self, bytes: &[u8], start: usize) -> Window {
        self.look_at(bytes);
        Window {
            start,
            word: self.word(bytes.len(), start),
        }
    }

    /// Begins to work on a pattern.
    fn look_at(&mut self, bytes: &[u8]) {
        let model = &*MODEL;
        self.sums.clear();
        let mut sum = 0;
        self.sums.push(sum);
        for pair in bytes.windows(2) {
            sum += u32::from(model.pair(pair[0], pair[1]));
            self.sums.push(sum);
        }
    }

    /// What it costs to be called for the gram at `at`, in 2^-32.
    fn cost(&self, bytes: &[u8], at: usize) -> u64 {
        let end = at + self.gram - 1;
        let pairs = self.sums[end] - self.sums[at];
        let rarity = u32::from(MODEL.first[usize::from(bytes[at] | 0x20)]) + pairs;
        let rarity = if self.gram >= 4 && (at..=end - 3).all(|at| MODEL.knows(bytes, at)) {
            rarity.min(KNOWN)
        } else {
            rarity
        };
        // What is rarer than can be told is still worth a choice.
        probability(rarity).max(1) * (4 + u64::from(self.taken[self.slot(bytes, at)]))
    }

    /// The rarest eight bytes of a pattern, or the whole of a shorter one.
    fn word(&self, len: usize, start: usize) -> usize {
        let last = len.saturating_sub(8).min(start + MAX_FAR);
        (start.saturating_sub(MAX_FAR)..=last)
            .max_by_key(|at| {
                (
                    self.sums[(at + 7).min(len - 1)] - self.sums[*at],
                    std::cmp::Reverse(*at),
                )
            })
            .unwrap_or(0)
    }

    fn slot(&self, bytes: &[u8], at: usize) -> usize {
        let gram = (load(bytes, at) | FOLD) << (64 - 8 * self.gram);
        (gram.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48) as usize
    }
}

/// Whether a window is no run: those that are would be found all over in longer ones.
pub(super) fn differs(window: &[u8]) -> bool {
    window.windows(2).any(|pair| pair[0] | 0x20 != pair[1] | 0x20)
}

/// The start of the rarer pair of a pattern of two or three bytes.
pub(super) fn choose_pair(bytes: &[u8]) -> usize {
    let rarity = |at: usize| {
        u32::from(MODEL.first[usize::from(bytes[at] | 0x20)]) + u32::from(MODEL.pair(bytes[at], bytes[at + 1]))
    };
    usize::from(bytes.len() > 2 && rarity(1) > rarity(0))
}

/// How probable a folded byte is, in 2^-32.
pub(super) fn probability_of_byte(byte: u8) -> u64 {
    probability(u32::from(MODEL.first[usize::from(byte)]))
}

/// What was counted in the typical traffic.
struct Model {
    /// How rare a byte is, in 1/8 bits.
    first: [u8; 256],
    /// How rare a byte is after another.
    pairs: Box<[u8]>,
    /// The hashes of all grams of four.
    known: Box<[u64]>,
}

static MODEL: LazyLock<Model> = LazyLock::new(Model::new);

impl Model {
    fn new() -> Self {
        // Every byte may turn up, and what was seen once may be chance.
        let mut bytes = [4_u64; 256];
        let mut pairs = vec![0_u64; 1 << 16];
        let mut known = vec![0_u64; 1 << 10];
        for text in TYPICAL {
            for byte in *text {
                bytes[usize::from(byte | 0x20)] += 16;
            }
            for pair in text.windows(2) {
                pairs[usize::from(pair[0] | 0x20) << 8 | usize::from(pair[1] | 0x20)] += 16;
            }
            for at in 0..text.len().saturating_sub(3) {
                let slot = known_slot(text, at);
                known[slot / 64] |= 1 << (slot % 64);
            }
        }
        let total: u64 = bytes.iter().sum();
        let first = std::array::from_fn(|byte| eighths(bytes[byte], total));
        let after = |pair: usize| {
            let (before, byte) = (pair >> 8, pair & 0xFF);
            eighths(
                pairs[pair] * total + PRIOR * bytes[byte],
                (bytes[before] + PRIOR) * total,
            )
        };
        Self {
            first,
            pairs: (0..1 << 16).map(after).collect(),
            known: known.into(),
        }
    }

    fn pair(&self, before: u8, byte: u8) -> u8 {
        self.pairs[usize::from(before | 0x20) << 8 | usize::from(byte | 0x20)]
    }

    fn knows(&self, bytes: &[u8], at: usize) -> bool {
        let slot = known_slot(bytes, at);
        self.known[slot / 64] >> (slot % 64) & 1 != 0
    }
}

fn known_slot(bytes: &[u8], at: usize) -> usize {
    (((load(bytes, at) | FOLD) as u32).wrapping_mul(K1) >> 16) as usize
}

/// How rare something is that happens `part` times in `whole`: the negative binary logarithm in 1/8.
fn eighths(part: u64, whole: u64) -> u8 {
    let ratio = ((whole << 8) / part.max(1)).max(1 << 8);
    let log = ratio.ilog2();
    let eighths = (ratio >> (log - 3)) & 7;
    u8::try_from((u64::from(log) - 8) * 8 + eighths).unwrap_or(u8::MAX)
}

/// How probable a rarity is, in 2^-32.
fn probability(eighths: u32) -> u64 {
    const ROOTS: [u64; 8] = [256, 235, 215, 197, 181, 166, 152, 140];
    (ROOTS[eighths as usize % 8] << 24) >> (eighths / 8).min(32)
}

/// How far from a window its word is searched.
const MAX_FAR: usize = 2000;
/// How many occurrences of its first byte a pair that was never seen stands for, in 1/16.
const PRIOR: u64 = 160;
/// How rare the grams of the sample are at most, in 1/8 bits.
const KNOWN: u32 = 80;
