//! Level 1 by AVX2: eight grams at a time. The only file of the engine with `unsafe` in it.
#![allow(unsafe_code)]

use super::level1::Level1;

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

/// The marks of [`Level1::marks`] by AVX2, and up to which byte they are complete.
///
/// To be called only where [`Simd::detect`] said that the machine has AVX2.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(super) fn marks<const Q: usize, const STRIDE: usize>(
    level1: &Level1,
    haystack: &[u8],
) -> (u64, usize) {
    // SAFETY: `Filter::with_simd` keeps `Simd::Avx2` only where it was detected; `Level1` has as many words as its
    // shift says.
    unsafe { avx2::marks::<Q, STRIDE>(level1.words(), level1.shift(), haystack) }
}

/// Which of the first 64 bytes of the haystack are like the byte after them, case and the like set aside.
///
/// To be called only where [`Simd::detect`] said that the machine has AVX2, with 65 bytes or more.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(super) fn repeats(haystack: &[u8]) -> u64 {
    assert!(haystack.len() > 64);
    // SAFETY: as for `marks`; the length was checked.
    unsafe { avx2::repeats(haystack.as_ptr()) }
}

/// Never called: [`Simd::detect`] finds no vectors here.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn marks<const Q: usize, const STRIDE: usize>(
    _level1: &Level1,
    _haystack: &[u8],
) -> (u64, usize) {
    (0, 0)
}

/// Never called either.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn repeats(_haystack: &[u8]) -> u64 {
    u64::MAX
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::super::level1::{FOLD, K1, K2, lanes};

    /// # Safety
    ///
    /// The machine has AVX2; `words` has `1 << (32 - shift)` words.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn marks<const Q: usize, const STRIDE: usize>(
        words: &[u32],
        shift: u32,
        haystack: &[u8],
    ) -> (u64, usize) {
        // A lane reads the four bytes after its own, too.
        let whole = (haystack.len() / 4).saturating_sub(1);
        if whole < 8 {
            // SAFETY: the lanes that are read end within the haystack; the rest as for this function.
            let marks = unsafe { few::<Q, STRIDE>(words, shift, haystack.as_ptr(), whole) };
            return (marks, 4 * whole);
        }
        // The last vector overlaps the one before it.
        let last = (whole - 8).min(lanes(STRIDE) - 8);
        let mut marks = 0;
        let mut lane = 0;
        loop {
            // SAFETY: `4 * (lane + 9) <= haystack.len()`; the rest as for this function.
            let found =
                unsafe { block::<Q, STRIDE>(words, shift, haystack.as_ptr().add(4 * lane)) };
            marks |= found << lane;
            if lane == last {
                return (marks, 4 * (lane + 8));
            }
            lane = (lane + 8).min(last);
        }
    }

    /// # Safety
    ///
    /// The machine has AVX2; 65 bytes can be read from `from`.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn repeats(from: *const u8) -> u64 {
        let fold = _mm256_set1_epi8(FOLD as i8);
        let half = |at: usize| {
            // SAFETY: `at` is 32 at most, and 33 bytes are read from it.
            let (here, next) = unsafe {
                (
                    _mm256_loadu_si256(from.add(at).cast()),
                    _mm256_loadu_si256(from.add(at + 1).cast()),
                )
            };
            let alike = _mm256_cmpeq_epi8(_mm256_or_si256(here, fold), _mm256_or_si256(next, fold));
            u64::from(_mm256_movemask_epi8(alike) as u32)
        };
        half(0) | half(32) << 32
    }

    /// The marks of fewer than eight lanes, and nothing of the bytes behind them but the next lane is read.
    ///
    /// # Safety
    ///
    /// As for [`marks`]; `4 * (whole + 1)` bytes can be read from `from`.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn few<const Q: usize, const STRIDE: usize>(
        words: &[u32],
        shift: u32,
        from: *const u8,
        whole: usize,
    ) -> u64 {
        let count = _mm256_set1_epi32(whole as i32);
        let mask = _mm256_cmpgt_epi32(count, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
        // SAFETY: the lanes under the mask can be read.
        let (low, high) = unsafe {
            (
                _mm256_maskload_epi32(from.cast(), mask),
                _mm256_maskload_epi32(from.add(4).cast(), mask),
            )
        };
        // SAFETY: as for this function.
        let marks = unsafe { grams::<Q, STRIDE>(words, shift, low, high) };
        let lanes_read = (1 << whole) - 1;
        marks & (lanes_read | lanes_read << (lanes(STRIDE) % 64))
    }

    /// The marks of eight lanes.
    ///
    /// # Safety
    ///
    /// As for [`marks`]; 36 bytes can be read from `from`.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn block<const Q: usize, const STRIDE: usize>(
        words: &[u32],
        shift: u32,
        from: *const u8,
    ) -> u64 {
        // SAFETY: 36 bytes can be read; the rest as for this function.
        unsafe {
            let (low, high) = (
                _mm256_loadu_si256(from.cast()),
                _mm256_loadu_si256(from.add(4).cast()),
            );
            grams::<Q, STRIDE>(words, shift, low, high)
        }
    }

    /// The marks of eight lanes, `high` being the bytes four further on than `low`.
    ///
    /// # Safety
    ///
    /// As for [`marks`].
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn grams<const Q: usize, const STRIDE: usize>(
        words: &[u32],
        shift: u32,
        low: __m256i,
        high: __m256i,
    ) -> u64 {
        let fold = _mm256_set1_epi8(FOLD as i8);
        let low = _mm256_or_si256(low, fold);
        let high = _mm256_or_si256(high, fold);
        // SAFETY: as for this function.
        let pass = |hash| unsafe { pass(words, shift, hash) };
        let k1 = _mm256_set1_epi32(K1 as i32);
        match (Q, STRIDE) {
            (8, 4) => {
                let k2 = _mm256_set1_epi32(K2 as i32);
                pass(_mm256_add_epi32(
                    _mm256_mullo_epi32(low, k1),
                    _mm256_mullo_epi32(high, k2),
                ))
            }
            (4, 4) => pass(_mm256_mullo_epi32(low, k1)),
            (3, 2) => {
                // The grams end at the top of their lanes.
                let at0 = _mm256_slli_epi32::<8>(low);
                let at2 = _mm256_or_si256(
                    _mm256_slli_epi32::<8>(_mm256_srli_epi32::<16>(low)),
                    _mm256_slli_epi32::<24>(high),
                );
                pass(_mm256_mullo_epi32(at0, k1))
                    | pass(_mm256_mullo_epi32(at2, k1)) << lanes(STRIDE)
            }
            // Every gram a candidate: right for any class, and fast for none.
            _ => u64::MAX,
        }
    }

    /// A bit for each of the eight hashes: whether it passes.
    ///
    /// # Safety
    ///
    /// As for [`marks`].
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn pass(words: &[u32], shift: u32, hash: __m256i) -> u64 {
        let shifted = |by: u32| _mm256_srl_epi32(hash, _mm_cvtsi32_si128(by as i32));
        let low5 = _mm256_set1_epi32(31);
        let one = _mm256_set1_epi32(1);
        // SAFETY: the index has `32 - shift` bits, and there are as many words as that allows.
        let word = unsafe { _mm256_i32gather_epi32::<4>(words.as_ptr().cast(), shifted(shift)) };
        let first = _mm256_sllv_epi32(one, _mm256_and_si256(shifted(shift - 5), low5));
        let second = _mm256_sllv_epi32(one, _mm256_and_si256(shifted(shift - 10), low5));
        let bits = _mm256_or_si256(first, second);
        let pass = _mm256_cmpeq_epi32(_mm256_and_si256(word, bits), bits);
        _mm256_movemask_ps(_mm256_castsi256_ps(pass)) as u64
    }
}
