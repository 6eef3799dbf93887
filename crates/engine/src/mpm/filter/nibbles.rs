//! Level 1 for few patterns: which places have three bytes that could begin a window, told by their nibbles.

use super::class::Gram;
use super::rarity;

/// The first three bytes of windows, in eight groups.
///
/// A place passes for a group if the low and the high nibble of each byte are those of some window of the group.
#[derive(Debug, Clone)]
pub(super) struct Nibbles {
    /// For each of the three bytes and each low nibble, a bit for every group.
    pub(super) low: [[u8; 16]; 3],
    /// The same for high nibbles.
    pub(super) high: [[u8; 16]; 3],
}

impl Nibbles {
    /// Groups the windows so that those of a group are like each other.
    pub(super) fn new(grams: &[Gram]) -> Self {
        let mut starts: Vec<_> = grams.iter().map(start).collect();
        starts.sort_unstable();
        let mut nibbles = Self {
            low: [[0; 16]; 3],
            high: [[0; 16]; 3],
        };
        for (group, starts) in starts.chunks(starts.len().div_ceil(GROUPS).max(1)).enumerate() {
            for &(first, second, third) in starts {
                nibbles.add(0, first, group);
                nibbles.add(1, second, group);
                match third {
                    Some(third) => nibbles.add(2, third, group),
                    None => (0..=0xFF).for_each(|any| nibbles.add(2, any, group)),
                }
            }
        }
        nibbles
    }

    /// What 64 bytes of ordinary traffic cost, in nanoseconds.
    pub(super) fn cost(&self) -> f32 {
        VECTOR_COST + 64.0 * CANDIDATE_COST * (self.rate() as f32 / (1_u64 << 32) as f32)
    }

    /// How many places of ordinary traffic pass, in 2^-32.
    fn rate(&self) -> u64 {
        let passing = |group: usize, place: usize| -> u64 {
            let passes = |byte: &u8| {
                let (low, high) = (usize::from(byte & 15), usize::from(byte >> 4));
                self.low[place][low] & self.high[place][high] & 1 << group != 0
            };
            let folded = (0..=0xFF).filter(|byte| byte & 0x20 != 0);
            folded.filter(passes).map(rarity::probability_of_byte).sum()
        };
        let rate = |group| (((passing(group, 0) * passing(group, 1)) >> 32) * passing(group, 2)) >> 32;
        (0..GROUPS).map(rate).sum()
    }

    fn add(&mut self, place: usize, byte: u8, group: usize) {
        let byte = byte | 0x20;
        self.low[place][usize::from(byte & 15)] |= 1 << group;
        self.high[place][usize::from(byte >> 4)] |= 1 << group;
    }
}

/// The first three bytes of a window; `None` for one that may be any.
fn start(gram: &Gram) -> (u8, u8, Option<u8>) {
    let byte = |word: u64, at: usize| (word >> (8 * at)) as u8;
    match *gram {
        Gram::Window(word) => (byte(word, 0), byte(word, 1), Some(byte(word, 2))),
        Gram::Pair { pattern, len, pair } => {
            let third = pair + 2;
            (
                byte(pattern, pair),
                byte(pattern, pair + 1),
                (third < len).then(|| byte(pattern, third)),
            )
        }
    }
}

const GROUPS: usize = 8;
/// PERF: what 64 bytes cost in any case, and what a place costs that passes for nothing, in nanoseconds.
const VECTOR_COST: f32 = 5.0;
const CANDIDATE_COST: f32 = 8.0;
