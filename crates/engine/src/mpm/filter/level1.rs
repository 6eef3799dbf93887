//! Level 1: tells the places of a haystack where a pattern may be from those where none is.

use super::bloom::Bloom;
use super::class::Gram;
use super::simd::{self, Simd};

/// The grams of each class, by which places are marked.
#[derive(Debug, Default)]
pub(super) struct Level1 {
    /// Grams of 3 bytes, every 2 bytes.
    pub(super) short: Option<Bloom>,
    /// Grams of 4 bytes, every 4 bytes.
    pub(super) mid: Option<Bloom>,
    /// Grams of 8 bytes, every 4 bytes.
    pub(super) long: Option<Bloom>,
}

/// Marked places of 128 bytes. A lane is 4 bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// A bit for each of 32 lanes; then one for the middle of each.
    pub(super) short: u64,
    /// A bit for each lane.
    pub(super) mid: u32,
    /// A bit for each lane.
    pub(super) long: u32,
}

impl Level1 {
    /// Marks the places of the first `32 * vectors` bytes, 128 at most. The haystack has 4 bytes more than that.
    #[inline]
    pub(super) fn marks(&self, haystack: &[u8], vectors: usize, simd: Simd) -> Marks {
        debug_assert!(vectors <= 4 && haystack.len() >= 32 * vectors + 4);
        match simd {
            Simd::Avx2 | Simd::Avx512 => simd::marks(self, haystack, vectors),
            Simd::Scalar => self.marks_scalar(haystack, 8 * vectors),
        }
    }

    /// Marks the places of a haystack's end, in which no gram may be cut off: the lanes of three and four bytes begin at
    /// the second byte, those of eight bytes at the first.
    #[inline]
    pub(super) fn marks_of_end(&self, end: &[u8; Self::END], simd: Simd) -> Marks {
        let mut marks = match simd {
            Simd::Avx2 | Simd::Avx512 => simd::marks_of_end(self, end),
            Simd::Scalar => Marks {
                short: self.marks_scalar_short(&end[1..], 8),
                mid: self.marks_scalar_mid(&end[1..], 8),
                long: self.marks_scalar_long(end, 8),
            },
        };
        marks.short |= self.mark_of_ninth_lane(&end[1..]);
        marks
    }

    /// Marks the places of a haystack of less than [`Level1::END`] bytes, as if zeros followed.
    #[inline]
    pub(super) fn marks_of_few(&self, haystack: &[u8], simd: Simd) -> Marks {
        let mut marks = match simd {
            Simd::Avx2 | Simd::Avx512 => simd::marks_of_few(self, haystack),
            Simd::Scalar => self.marks_scalar(haystack, haystack.len().div_ceil(4).min(8)),
        };
        if haystack.len() > 32 {
            marks.short |= self.mark_of_ninth_lane(haystack);
        }
        let lanes = u64::MAX >> (64 - haystack.len().div_ceil(4).max(1));
        marks.short &= lanes | lanes << 32;
        marks.mid &= lanes as u32;
        marks.long &= lanes as u32;
        marks
    }

    /// Bytes of heap held.
    pub(super) fn memory(&self) -> usize {
        [&self.short, &self.mid, &self.long]
            .into_iter()
            .flatten()
            .map(Bloom::memory)
            .sum()
    }

    /// How many bytes the end of a haystack has.
    pub(super) const END: usize = 36;

    /// The last three bytes of an end do not fit in eight lanes.
    fn mark_of_ninth_lane(&self, haystack: &[u8]) -> u64 {
        let passes = |bloom: &Bloom| bloom.passes(hash3(load(haystack, 32) | FOLD));
        u64::from(self.short.as_ref().is_some_and(passes)) << 8
    }

    fn marks_scalar(&self, haystack: &[u8], lanes: usize) -> Marks {
        Marks {
            short: self.marks_scalar_short(haystack, lanes),
            mid: self.marks_scalar_mid(haystack, lanes),
            long: self.marks_scalar_long(haystack, lanes),
        }
    }

    fn marks_scalar_short(&self, haystack: &[u8], lanes: usize) -> u64 {
        let Some(bloom) = &self.short else { return 0 };
        (0..lanes).fold(0, |marks, lane| {
            let word = load(haystack, 4 * lane) | FOLD;
            let (start, middle) = (bloom.passes(hash3(word)), bloom.passes(hash3(word >> 16)));
            marks | u64::from(start) << lane | u64::from(middle) << (lane + 32)
        })
    }

    fn marks_scalar_mid(&self, haystack: &[u8], lanes: usize) -> u32 {
        let Some(bloom) = &self.mid else { return 0 };
        (0..lanes).fold(0, |marks, lane| {
            let word = load(haystack, 4 * lane) | FOLD;
            marks | u32::from(bloom.passes(hash4(word))) << lane
        })
    }

    fn marks_scalar_long(&self, haystack: &[u8], lanes: usize) -> u32 {
        let Some(bloom) = &self.long else { return 0 };
        (0..lanes).fold(0, |marks, lane| {
            let word = load(haystack, 4 * lane) | FOLD;
            marks | u32::from(bloom.passes(hash8(word))) << lane
        })
    }
}

/// A map of grams by their hash.
pub(super) fn map(grams: &[Gram], hash: fn(u64) -> u32) -> Bloom {
    let mut hashes = Vec::with_capacity(grams.len());
    for &gram in grams {
        match gram {
            Gram::Window(word) => hashes.push(hash(word)),
            Gram::Pair { pattern, len, pair } => {
                // Where the third byte of a gram is not of the pattern, it may be any.
                let bytes = (pattern >> (8 * pair)) & 0xFFFF;
                let any = (0..=0xFF).filter(|byte| byte & 0x20 != 0);
                if len == 3 {
                    hashes.push(hash(pattern));
                }
                if len == 2 || pair == 1 {
                    hashes.extend(any.clone().map(|after| hash(bytes | after << 16)));
                }
                if len == 2 || pair == 0 {
                    hashes.extend(any.map(|before| hash(before | bytes << 8)));
                }
            }
        }
    }
    Bloom::new(&hashes, BITS)
}

/// The hash of the first 3 bytes of a folded word.
#[inline(always)]
pub(super) const fn hash3(word: u64) -> u32 {
    ((word as u32) << 8).wrapping_mul(K1)
}

/// The hash of the first 4 bytes of a folded word.
#[inline(always)]
pub(super) const fn hash4(word: u64) -> u32 {
    (word as u32).wrapping_mul(K1)
}

/// The hash of a folded word.
#[inline(always)]
pub(super) const fn hash8(word: u64) -> u32 {
    (word as u32)
        .wrapping_mul(K1)
        .wrapping_add(((word >> 32) as u32).wrapping_mul(K2))
}

/// The 8 bytes from `at`, zeros where the haystack ends; the first is the lowest.
#[inline(always)]
pub(super) fn load(haystack: &[u8], at: usize) -> u64 {
    if let Some(bytes) = haystack.get(at..).and_then(<[u8]>::first_chunk) {
        return u64::from_le_bytes(*bytes);
    }
    load_end(haystack, at)
}

#[inline(never)]
fn load_end(haystack: &[u8], at: usize) -> u64 {
    let missing = (at + 8).saturating_sub(haystack.len());
    if missing >= 8 {
        return 0;
    }
    if let Some(bytes) = haystack.last_chunk() {
        return u64::from_le_bytes(*bytes) >> (8 * missing);
    }
    haystack[at..]
        .iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// Makes letters lower case, and a few other bytes alike: good for all but the last comparison.
pub(super) const FOLD: u64 = 0x2020_2020_2020_2020;
pub(super) const K1: u32 = 0x9E37_79B1;
pub(super) const K2: u32 = 0x85EB_CA77;
/// Bits of a map for each gram.
const BITS: usize = 24;
