//! Level 1 by vector instructions, where the machine has them. But for a hint in `flow::prefetch` the
//! only `unsafe` of the engine.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

use super::level1::{Level1, Marks};
use super::nibbles::Nibbles;
use super::runs::Known;
use super::shuffle::Plane;

/// The instructions a matcher uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Simd {
    /// Those that every machine has.
    Scalar,
    /// AVX2 on x86-64.
    Avx2,
    /// AVX-512 with VBMI and GFNI on x86-64: since Ice Lake and Zen 4.
    Avx512,
}

impl Simd {
    /// The best that this machine has.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            let avx512 = has!("avx512f") && has!("avx512bw") && has!("avx512vbmi") && has!("gfni");
            if has!("avx2") {
                return if avx512 { Self::Avx512 } else { Self::Avx2 };
            }
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
pub(super) fn marks_of_end(level1: &Level1, end: &[u8; Level1::END]) -> Marks {
    // SAFETY: `Filter::with_simd` keeps `Simd::Avx2` only where it was detected.
    unsafe { avx2::marks_of_end(level1, end) }
}

/// [`Level1::marks_of_few`] by AVX2.
///
/// To be called only where [`Simd::detect`] said that the machine has AVX2.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(super) fn marks_of_few(level1: &Level1, haystack: &[u8]) -> Marks {
    assert!(haystack.len() < Level1::END);
    // SAFETY: `Filter::with_simd` keeps `Simd::Avx2` only where it was detected; the length was checked.
    unsafe { avx2::marks_of_few(level1, haystack) }
}

/// Marks the places that pass among the first `32 * vectors` bytes, 64 at most. The haystack has 2 bytes more than that.
///
/// To be called only where [`Simd::detect`] said that the machine has AVX2.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(super) fn marks_by_nibbles(nibbles: &Nibbles, haystack: &[u8], vectors: usize) -> u64 {
    assert!(vectors <= 2 && haystack.len() >= 32 * vectors + 2);
    // SAFETY: `Filter::with_simd` keeps `Simd::Avx2` only where it was detected; the length was checked.
    unsafe { avx2::marks_by_nibbles(nibbles, haystack.as_ptr(), vectors) }
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

/// Marks the places that pass: bit `n` of word `m` is place `64 * m + n`. Where the haystack ends, zeros follow.
///
/// To be called only where [`Simd::detect`] said that the machine has AVX-512, with 1, 2 or 4 planes.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(super) fn marks_by_shuffle(planes: &[Plane], haystack: &[u8], marks: &mut [u64]) {
    // SAFETY: `Filter::with_simd` keeps `Simd::Avx512` only where it was detected.
    unsafe { avx512::marks_by_shuffle(planes, haystack, marks) }
}

/// The first 64 bytes from `base` on, of those that follow each other by 64, of which `least` in a row are known and
/// like the byte after them, or those before their end are: where they begin, and which of them are.
///
/// To be called only where [`Simd::detect`] said that the machine has AVX-512.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(super) fn find_repeats(known: &Known, haystack: &[u8], base: usize, least: usize) -> Option<(usize, u64)> {
    // SAFETY: `Filter::with_simd` keeps `Simd::Avx512` only where it was detected.
    unsafe { avx512::find_repeats(known, haystack, base, least) }
}

/// Which of the pairs have a byte that occurs in the haystack: bit `n` for pair `n`.
///
/// To be called only where [`Simd::detect`] said that the machine has AVX-512, with 64 pairs at most.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(super) fn which_occur<T>(pairs: &[(u8, u8, T)], haystack: &[u8]) -> u64 {
    assert!(pairs.len() <= 64);
    // SAFETY: `Filter::with_simd` keeps `Simd::Avx512` only where it was detected.
    unsafe { avx512::which_occur(pairs, haystack) }
}

#[cfg(not(target_arch = "x86_64"))]
mod never {
    //! [`super::Simd::detect`] finds no vectors here, so nothing of this is called.

    use super::super::level1::{Level1, Marks};
    use super::super::nibbles::Nibbles;
    use super::super::runs::Known;
    use super::super::shuffle::Plane;

    pub(in super::super) fn marks(_level1: &Level1, _haystack: &[u8], _vectors: usize) -> Marks {
        unreachable!()
    }

    pub(in super::super) fn marks_of_end(_level1: &Level1, _end: &[u8; Level1::END]) -> Marks {
        unreachable!()
    }

    pub(in super::super) fn marks_of_few(_level1: &Level1, _haystack: &[u8]) -> Marks {
        unreachable!()
    }

    pub(in super::super) fn marks_by_nibbles(_nibbles: &Nibbles, _haystack: &[u8], _vectors: usize) -> u64 {
        unreachable!()
    }

    pub(in super::super) fn marks_by_shuffle(_planes: &[Plane], _haystack: &[u8], _marks: &mut [u64]) {
        unreachable!()
    }

    pub(in super::super) fn find_repeats(
        _known: &Known,
        _haystack: &[u8],
        _base: usize,
        _least: usize,
    ) -> Option<(usize, u64)> {
        unreachable!()
    }

    pub(in super::super) fn which_occur<T>(_pairs: &[(u8, u8, T)], _haystack: &[u8]) -> u64 {
        unreachable!()
    }

    pub(in super::super) fn repeats(_haystack: &[u8]) -> u64 {
        unreachable!()
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) use never::{
    find_repeats, marks, marks_by_nibbles, marks_by_shuffle, marks_of_end, marks_of_few, repeats, which_occur,
};
