//! A small bit map that tells the hashes that may be in a set from those that are not.

/// A Bloom filter of 32-bit hashes; the two bits of a hash lie in one word.
#[derive(Debug, Clone)]
pub(super) struct Bloom {
    words: Box<[u32]>,
    shift: u32,
}

impl Bloom {
    /// A map of the given hashes, with about so many bits for each.
    pub(super) fn new(hashes: &[u32], bits_each: usize) -> Self {
        let bits = (hashes.len() * bits_each).clamp(MIN_BITS, MAX_BITS).next_power_of_two();
        let shift = 32 - (bits / 32).ilog2();
        let mut words = vec![0; bits / 32];
        for &hash in hashes {
            words[(hash >> shift) as usize] |= bits_of(hash, shift);
        }
        Self {
            words: words.into(),
            shift,
        }
    }

    /// Whether the hash may be one of those in the map.
    #[inline(always)]
    pub(super) fn passes(&self, hash: u32) -> bool {
        let bits = bits_of(hash, self.shift);
        self.words
            .get((hash >> self.shift) as usize)
            .is_some_and(|word| word & bits == bits)
    }

    /// The words of the map: `1 << (32 - shift)` of them, and the word of a hash is at `hash >> shift`.
    #[inline]
    pub(super) fn words(&self) -> &[u32] {
        &self.words
    }

    /// By how much a hash is shifted to find its word; its bits are numbered by the 10 bits below.
    #[inline]
    pub(super) fn shift(&self) -> u32 {
        self.shift
    }

    /// Bytes of heap held.
    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.words)
    }
}

#[inline(always)]
fn bits_of(hash: u32, shift: u32) -> u32 {
    1 << (hash >> (shift - 5) & 31) | 1 << (hash >> (shift - 10) & 31)
}

const MIN_BITS: usize = 1 << 13;
/// A shift of 11 leaves the 10 bits that number a hash's bits.
const MAX_BITS: usize = 1 << 26;
