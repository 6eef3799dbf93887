//! Level 1 by AVX2: eight grams at a time.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::super::bloom::Bloom;
use super::super::level1::{FOLD, K1, K2, Level1, Marks};
use super::super::nibbles::Nibbles;

/// # Safety
///
/// The machine has AVX2; `32 * vectors + 4` bytes can be read from `from`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn marks(level1: &Level1, from: *const u8, vectors: usize) -> Marks {
    let mut marks = Marks::default();
    // SAFETY: a vector is one of `vectors`, and at most 36 bytes are read from its first.
    let at = |vector: usize, more: usize| unsafe { load(from.add(32 * vector + more)) };
    // PERF: class by class, so that what depends on the class alone stays in registers.
    if let Some(bloom) = &level1.short {
        for vector in 0..vectors {
            marks.short |= short(bloom, at(vector, 0), at(vector, 1)) << (8 * vector);
        }
    }
    if let Some(bloom) = &level1.mid {
        for vector in 0..vectors {
            marks.mid |= mid(bloom, at(vector, 0)) << (8 * vector);
        }
    }
    if let Some(bloom) = &level1.long {
        for vector in 0..vectors {
            marks.long |= long(bloom, at(vector, 0), at(vector, 4)) << (8 * vector);
        }
    }
    marks
}

/// # Safety
///
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn marks_of_end(level1: &Level1, end: &[u8; Level1::END]) -> Marks {
    // SAFETY: the end has 36 bytes, and the last 32 begin with the fifth.
    let at = |first: usize| unsafe { load(end.as_ptr().add(first.min(4))) };
    let mut marks = Marks::default();
    if let Some(bloom) = &level1.short {
        marks.short = short(bloom, at(1), at(2));
    }
    if let Some(bloom) = &level1.mid {
        marks.mid = mid(bloom, at(1));
    }
    if let Some(bloom) = &level1.long {
        marks.long = long(bloom, at(0), at(4));
    }
    marks
}

/// # Safety
///
/// The machine has AVX2; the haystack has fewer than 36 bytes.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn marks_of_few(level1: &Level1, haystack: &[u8]) -> Marks {
    let (from, len) = (haystack.as_ptr(), haystack.len());
    let numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    // PERF: a masked load and the rest put in its lane: a copy with zeros behind could not be loaded before the
    // stores are done.
    let rest = _mm256_set1_epi32(super::super::level1::load(haystack, len & !3) as i32);
    let lanes_from = |first: usize| {
        let whole = _mm256_set1_epi32((len / 4) as i32 - first as i32);
        let mask = _mm256_cmpgt_epi32(whole, numbers);
        // SAFETY: only the lanes under the mask are read, and they are within the haystack.
        let lanes = unsafe { _mm256_maskload_epi32(from.wrapping_add(4 * first).cast(), mask) };
        _mm256_or_si256(lanes, _mm256_and_si256(rest, _mm256_cmpeq_epi32(whole, numbers)))
    };
    let (low, high) = (lanes_from(0), lanes_from(1));
    let mut marks = Marks::default();
    if let Some(bloom) = &level1.short {
        let next = _mm256_or_si256(_mm256_srli_epi32::<8>(low), _mm256_slli_epi32::<24>(high));
        marks.short = short(bloom, low, next);
    }
    if let Some(bloom) = level1.mid.as_ref().filter(|_| len >= 7) {
        marks.mid = mid(bloom, low);
    }
    if let Some(bloom) = level1.long.as_ref().filter(|_| len >= 11) {
        marks.long = long(bloom, low, high);
    }
    marks
}

/// # Safety
///
/// The machine has AVX2; `32 * vectors + 2` bytes can be read from `from`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn marks_by_nibbles(nibbles: &Nibbles, from: *const u8, vectors: usize) -> u64 {
    let table = |nibbles: &[u8; 16]| {
        // SAFETY: 16 bytes can be read.
        _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(nibbles.as_ptr().cast()) })
    };
    let (low, high) = (nibbles.low.each_ref().map(table), nibbles.high.each_ref().map(table));
    let low4 = _mm256_set1_epi8(15);
    let groups = |vector: usize, place: usize| {
        // SAFETY: a vector is one of `vectors`, and a place 2 at most.
        let bytes = fold(unsafe { load(from.add(32 * vector + place)) });
        let by_low = _mm256_shuffle_epi8(low[place], _mm256_and_si256(bytes, low4));
        let by_high = _mm256_shuffle_epi8(high[place], _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), low4));
        _mm256_and_si256(by_low, by_high)
    };
    let mut marks = 0;
    for vector in 0..vectors {
        let groups = _mm256_and_si256(
            _mm256_and_si256(groups(vector, 0), groups(vector, 1)),
            groups(vector, 2),
        );
        let none = _mm256_movemask_epi8(_mm256_cmpeq_epi8(groups, _mm256_setzero_si256())) as u32;
        marks |= u64::from(!none) << (32 * vector);
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
        let (here, next) = unsafe { (load(from.add(at)), load(from.add(at + 1))) };
        u64::from(_mm256_movemask_epi8(_mm256_cmpeq_epi8(fold(here), fold(next))) as u32)
    };
    half(0) | half(32) << 32
}

/// Marks of eight lanes and their middles; `next` has the bytes one further on.
#[inline]
#[target_feature(enable = "avx2")]
fn short(bloom: &Bloom, lanes: __m256i, next: __m256i) -> u64 {
    let k1 = _mm256_set1_epi32(K1 as i32);
    // A gram is at the top of its lane: bytes 0-2, and bytes 2-4.
    let start = _mm256_slli_epi32::<8>(fold(lanes));
    let middle = _mm256_and_si256(fold(next), _mm256_set1_epi32(0xFFFF_FF00_u32 as i32));
    let start = passes(bloom, _mm256_mullo_epi32(start, k1));
    let middle = passes(bloom, _mm256_mullo_epi32(middle, k1));
    u64::from(start) | u64::from(middle) << 32
}

/// Marks of eight lanes.
#[inline]
#[target_feature(enable = "avx2")]
fn mid(bloom: &Bloom, lanes: __m256i) -> u32 {
    passes(bloom, _mm256_mullo_epi32(fold(lanes), _mm256_set1_epi32(K1 as i32)))
}

/// Marks of eight lanes; `next` has the bytes four further on.
#[inline]
#[target_feature(enable = "avx2")]
fn long(bloom: &Bloom, lanes: __m256i, next: __m256i) -> u32 {
    let low = _mm256_mullo_epi32(fold(lanes), _mm256_set1_epi32(K1 as i32));
    let high = _mm256_mullo_epi32(fold(next), _mm256_set1_epi32(K2 as i32));
    passes(bloom, _mm256_add_epi32(low, high))
}

#[inline]
#[target_feature(enable = "avx2")]
fn fold(bytes: __m256i) -> __m256i {
    _mm256_or_si256(bytes, _mm256_set1_epi8(FOLD as i8))
}

/// # Safety
///
/// The machine has AVX2; 32 bytes can be read from `from`.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load(from: *const u8) -> __m256i {
    // SAFETY: 32 bytes can be read.
    unsafe { _mm256_loadu_si256(from.cast()) }
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
