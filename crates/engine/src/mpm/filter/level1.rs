//! Level 1: tells the places of a haystack where a pattern may be from those where none is.

use super::bloom::Bloom;
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
            Simd::Avx2 => simd::marks(self, haystack, vectors),
            Simd::Scalar => self.marks_scalar(haystack, 8 * vectors),
        }
    }

    /// Marks the places of a haystack's end, in which no gram may be cut off: lanes of three and four bytes begin at
    /// `first`, which is 0 or 1, and those of eight bytes with the end.
    #[inline]
    pub(super) fn marks_of_end(&self, end: &[u8; Self::END], first: usize, simd: Simd) -> Marks {
        debug_assert!(first <= 1);
        let mut marks = match simd {
            Simd::Avx2 => simd::marks_of_end(self, end, first),
            Simd::Scalar => Marks {
                short: self.marks_scalar_short(&end[first..], 8),
                mid: self.marks_scalar_mid(&end[first..], 8),
                long: self.marks_scalar_long(end, 8),
            },
        };
        // The last three bytes do not fit in eight lanes.
        if let Some(bloom) = &self.short {
            marks.short |= u64::from(bloom.passes(hash3(load(end, first + 32) | FOLD))) << 8;
        }
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

impl Marks {
    /// The marks whose lane starts in the first `len` bytes.
    #[inline]
    pub(super) fn within(self, len: usize) -> Self {
        let lanes = ((1_u64 << len.div_ceil(4)) - 1) as u32;
        Self {
            short: self.short & (u64::from(lanes) | u64::from(lanes) << 32),
            mid: self.mid & lanes,
            long: self.long & lanes,
        }
    }
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
