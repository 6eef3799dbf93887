//! Level 1: one bit map that tells the grams of the haystack that may matter from those that cannot.

use super::simd::{self, Simd};

/// A Bloom filter of gram hashes; the two bits of a hash lie in one word.
#[derive(Debug, Clone)]
pub(super) struct Level1 {
    words: Box<[u32]>,
    shift: u32,
}

impl Level1 {
    /// A map of the given hashes.
    pub(super) fn new(hashes: &[u32]) -> Self {
        let bits = (hashes.len() * BITS_PER_GRAM)
            .clamp(MIN_BITS, MAX_BITS)
            .next_power_of_two();
        let words = bits / 32;
        let shift = 32 - words.ilog2();
        let mut map = Self {
            words: vec![0; words].into(),
            shift,
        };
        for &hash in hashes {
            map.words[(hash >> shift) as usize] |= bits_of(hash, shift);
        }
        map
    }

    /// Whether the hash may be one of those in the map.
    #[inline(always)]
    pub(super) fn passes(&self, hash: u32) -> bool {
        let bits = bits_of(hash, self.shift);
        self.words
            .get((hash >> self.shift) as usize)
            .is_some_and(|word| word & bits == bits)
    }

    /// The words of the map, a power of two of them: the word of a hash is at `hash >> shift`.
    pub(super) fn words(&self) -> &[u32] {
        &self.words
    }

    /// By how much a hash is shifted to find its word; the bits are in the 10 bits below.
    pub(super) fn shift(&self) -> u32 {
        self.shift
    }

    /// Bytes of heap held.
    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.words)
    }

    /// Tests the grams of `haystack` every `STRIDE` bytes from its start: which bytes the bits of the result stand
    /// for, says [`place`].
    ///
    /// Grams that the end cuts off count as if zeros followed, if they have two bytes.
    #[inline]
    pub(super) fn marks<const Q: usize, const STRIDE: usize>(
        &self,
        haystack: &[u8],
        simd: Simd,
    ) -> u64 {
        if simd == Simd::Avx2 {
            let (marks, done) = simd::marks::<Q, STRIDE>(self, haystack);
            marks | self.marks_from::<Q, STRIDE>(haystack, done)
        } else {
            self.marks_from::<Q, STRIDE>(haystack, 0)
        }
    }

    /// [`Level1::marks`] from a byte on, which is a multiple of 4, without special instructions.
    #[inline]
    fn marks_from<const Q: usize, const STRIDE: usize>(&self, haystack: &[u8], from: usize) -> u64 {
        let end = (4 * lanes(STRIDE)).min((haystack.len() + 1).saturating_sub(whole(Q)));
        let mut marks = 0;
        for at in (from..end).step_by(4) {
            let word = load(haystack, at) | FOLD;
            for offset in (0..4).step_by(STRIDE) {
                let passes = self.passes(hash::<Q>(word >> (8 * offset)));
                marks |= u64::from(passes) << (at / 4 + offset / STRIDE * lanes(STRIDE));
            }
        }
        marks
    }
}

/// How many lanes of four bytes a word of marks covers: all the first grams of the lanes have their bits first.
pub(super) const fn lanes(stride: usize) -> usize {
    16 * stride
}

/// The byte that a bit of the marks stands for.
#[inline]
pub(super) const fn place(bit: usize, stride: usize) -> usize {
    bit % lanes(stride) * 4 + bit / lanes(stride) * stride
}

/// How many bytes of a gram must be there.
const fn whole(gram: usize) -> usize {
    if gram == 3 { 2 } else { gram }
}

/// The hash of the first `Q` bytes of a folded word.
#[inline(always)]
pub(super) const fn hash<const Q: usize>(word: u64) -> u32 {
    let low = word as u32;
    match Q {
        2 => (low << 16).wrapping_mul(K1),
        3 => (low << 8).wrapping_mul(K1),
        4 => low.wrapping_mul(K1),
        _ => low
            .wrapping_mul(K1)
            .wrapping_add(((word >> 32) as u32).wrapping_mul(K2)),
    }
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

#[inline(always)]
fn bits_of(hash: u32, shift: u32) -> u32 {
    1 << (hash >> (shift - 5) & 31) | 1 << (hash >> (shift - 10) & 31)
}

/// Makes letters lower case, and a few other bytes alike: good for all but the last comparison.
pub(super) const FOLD: u64 = 0x2020_2020_2020_2020;
pub(super) const K1: u32 = 0x9E37_79B1;
pub(super) const K2: u32 = 0x85EB_CA77;

const BITS_PER_GRAM: usize = 24;
const MIN_BITS: usize = 1 << 11;
const MAX_BITS: usize = 1 << 26;
