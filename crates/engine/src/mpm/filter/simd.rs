//! Level 1 by AVX2: eight grams at a time. The only file of the engine with `unsafe` in it.
#![allow(unsafe_code)]

use super::level1::{Level1, Marks};

/// The instructions a matcher uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Simd {
    /// Those that every machine has.
    Scalar,
    /// AVX2 on x86-64.
    Avx2,
}

impl Simd {
    /// The best that this machine has.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            return Self::Avx2;
        }
        Self::Scalar
    }
}

/// [`Level1::marks`] by AVX2.
///
/// To be called only where [`Simd::detect`] said that the machine has AVX2.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(super) fn marks(level1: &Level1, haystack: &[u8], vectors: usize) -> Marks {
    assert!(vectors <= 4 && haystack.len() >= 32 * vectors + 4);
    // SAFETY: `Filter::with_simd` keeps `Simd::Avx2` only where it was detected; the length was checked.
    unsafe { avx2::marks(level1, haystack.as_ptr(), vectors) }
}

/// [`Level1::marks_of_end`] by AVX2.
///
/// To be called only where [`Simd::detect`] said that the machine has AVX2.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(super) fn marks_of_end(level1: &Level1, end: &[u8; Level1::END], first: usize) -> Marks {
    assert!(first <= 1);
    // SAFETY: `Filter::with_simd` keeps `Simd::Avx2` only where it was detected; `first` was checked.
    unsafe { avx2::marks_of_end(level1, end, first) }
}

/// Which of the first 64 bytes of the haystack are like the byte after them, case and the like set aside.
///
/// To be called only where [`Simd::detect`] said that the machine has AVX2, with 65 bytes or more.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(super) fn repeats(haystack: &[u8]) -> u64 {
    assert!(haystack.len() > 64);
    // SAFETY: `Filter::with_simd` keeps `Simd::Avx2` only where it was detected; the length was checked.
    unsafe { avx2::repeats(haystack.as_ptr()) }
}

#[cfg(not(target_arch = "x86_64"))]
mod never {
    //! [`super::Simd::detect`] finds no vectors here, so nothing of this is called.

    use super::super::level1::{Level1, Marks};

    pub(in super::super) fn marks(_level1: &Level1, _haystack: &[u8], _vectors: usize) -> Marks {
        unreachable!()
    }

    pub(in super::super) fn marks_of_end(
        _level1: &Level1,
        _end: &[u8; Level1::END],
        _first: usize,
    ) -> Marks {
        unreachable!()
    }

    pub(in super::super) fn repeats(_haystack: &[u8]) -> u64 {
        unreachable!()
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) use never::{marks, marks_of_end, repeats};

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::super::bloom::Bloom;
    use super::super::level1::{FOLD, K1, K2, Level1, Marks};

    /// # Safety
    ///
    /// The machine has AVX2; `32 * vectors + 4` bytes can be read from `from`.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn marks(level1: &Level1, from: *const u8, vectors: usize) -> Marks {
        let mut marks = Marks::default();
        for vector in 0..vectors {
            // SAFETY: `vector < vectors`, and each of the three reads 36 bytes at most.
            unsafe {
                let from = from.add(32 * vector);
                if let Some(bloom) = &level1.short {
                    marks.short |= short(bloom, from) << (8 * vector);
                }
                if let Some(bloom) = &level1.mid {
                    marks.mid |= mid(bloom, from) << (8 * vector);
                }
                if let Some(bloom) = &level1.long {
                    marks.long |= long(bloom, from) << (8 * vector);
                }
            }
        }
        marks
    }

    /// # Safety
    ///
    /// The machine has AVX2; `first` is 0 or 1.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn marks_of_end(
        level1: &Level1,
        end: &[u8; Level1::END],
        first: usize,
    ) -> Marks {
        let from = end.as_ptr();
        let mut marks = Marks::default();
        // SAFETY: the end has 36 bytes, and no more than 33 are read after the first.
        unsafe {
            if let Some(bloom) = &level1.short {
                marks.short = short(bloom, from.add(first));
            }
            if let Some(bloom) = &level1.mid {
                marks.mid = mid(bloom, from.add(first));
            }
            if let Some(bloom) = &level1.long {
                marks.long = long(bloom, from);
            }
        }
        marks
    }

    /// # Safety
    ///
    /// The machine has AVX2; 65 bytes can be read from `from`.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn repeats(from: *const u8) -> u64 {
        let half = |at: usize| {
            // SAFETY: `at` is 32 at most, and 33 bytes are read from it.
            let (here, next) = unsafe { (folded(from.add(at)), folded(from.add(at + 1))) };
            u64::from(_mm256_movemask_epi8(_mm256_cmpeq_epi8(here, next)) as u32)
        };
        half(0) | half(32) << 32
    }

    /// Marks of eight lanes and their middles.
    ///
    /// # Safety
    ///
    /// The machine has AVX2; 33 bytes can be read from `from`.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn short(bloom: &Bloom, from: *const u8) -> u64 {
        let k1 = _mm256_set1_epi32(K1 as i32);
        // SAFETY: 33 bytes can be read.
        let (low, high) = unsafe { (folded(from), folded(from.add(1))) };
        // A gram is at the top of its lane: bytes 0-2, and bytes 2-4.
        let start = _mm256_slli_epi32::<8>(low);
        let middle = _mm256_and_si256(high, _mm256_set1_epi32(0xFFFF_FF00_u32 as i32));
        let start = passes(bloom, _mm256_mullo_epi32(start, k1));
        let middle = passes(bloom, _mm256_mullo_epi32(middle, k1));
        u64::from(start) | u64::from(middle) << 32
    }

    /// Marks of eight lanes.
    ///
    /// # Safety
    ///
    /// The machine has AVX2; 32 bytes can be read from `from`.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn mid(bloom: &Bloom, from: *const u8) -> u32 {
        // SAFETY: 32 bytes can be read.
        let word = unsafe { folded(from) };
        passes(
            bloom,
            _mm256_mullo_epi32(word, _mm256_set1_epi32(K1 as i32)),
        )
    }

    /// Marks of eight lanes.
    ///
    /// # Safety
    ///
    /// The machine has AVX2; 36 bytes can be read from `from`.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn long(bloom: &Bloom, from: *const u8) -> u32 {
        // SAFETY: 36 bytes can be read.
        let (low, high) = unsafe { (folded(from), folded(from.add(4))) };
        let low = _mm256_mullo_epi32(low, _mm256_set1_epi32(K1 as i32));
        let high = _mm256_mullo_epi32(high, _mm256_set1_epi32(K2 as i32));
        passes(bloom, _mm256_add_epi32(low, high))
    }

    /// # Safety
    ///
    /// The machine has AVX2; 32 bytes can be read from `from`.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn folded(from: *const u8) -> __m256i {
        // SAFETY: 32 bytes can be read.
        let bytes = unsafe { _mm256_loadu_si256(from.cast()) };
        _mm256_or_si256(bytes, _mm256_set1_epi8(FOLD as i8))
    }

    /// [`Bloom::passes`] of eight hashes, a bit for each.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn passes(bloom: &Bloom, hash: __m256i) -> u32 {
        let (words, shift) = (bloom.words(), bloom.shift());
        assert!(words.len() as u64 >= 1 << (32 - shift));
        let shifted = |by: u32| _mm256_srl_epi32(hash, _mm_cvtsi32_si128(by as i32));
        // SAFETY: an index has `32 - shift` bits, and there are words for all of them.
        let word = unsafe { _mm256_i32gather_epi32::<4>(words.as_ptr().cast(), shifted(shift)) };
        let (low5, one) = (_mm256_set1_epi32(31), _mm256_set1_epi32(1));
        let first = _mm256_sllv_epi32(one, _mm256_and_si256(shifted(shift - 5), low5));
        let second = _mm256_sllv_epi32(one, _mm256_and_si256(shifted(shift - 10), low5));
        let bits = _mm256_or_si256(first, second);
        let passes = _mm256_cmpeq_epi32(_mm256_and_si256(word, bits), bits);
        _mm256_movemask_ps(_mm256_castsi256_ps(passes)) as u32
    }
}
