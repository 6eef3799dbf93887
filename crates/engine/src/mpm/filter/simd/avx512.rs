//! Level 1 by AVX-512: 64 places at a time, by tables of all bytes in registers.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::super::runs::{Known, in_a_row};
use super::super::shuffle::{BYTES, Plane};

/// Marks the places that pass: bit `n` of word `m` is place `64 * m + n`.
///
/// Where the haystack ends, zeros follow.
///
/// # Safety
///
/// The machine has AVX-512 (F, BW, VBMI) and GFNI.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
pub(super) unsafe fn marks_by_shuffle(planes: &[Plane], haystack: &[u8], marks: &mut [u64]) {
    match planes {
        [one] => by_planes([one], haystack, marks),
        [one, two] => by_planes([one, two], haystack, marks),
        [one, two, three, four] => by_planes([one, two, three, four], haystack, marks),
        _ => unreachable!("there are 1, 2 or 4 planes"),
    }
}

/// [`find_repeats`](super::find_repeats).
///
/// # Safety
///
/// The machine has AVX-512 (F, BW, VBMI) and GFNI.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
pub(super) unsafe fn find_repeats(
    known: &Known,
    haystack: &[u8],
    mut base: usize,
    least: usize,
) -> Option<(usize, u64)> {
    let fold = _mm512_set1_epi64(FOLD);
    // SAFETY: a table has 128 bytes.
    let [low, high] = [0, 64].map(|at| unsafe { _mm512_loadu_si512(known.0.as_ptr().add(at).cast()) });
    while let Some(rest) = haystack.get(base..).filter(|rest| rest.len() > 1) {
        let places = (rest.len() - 1).min(64);
        let there = u64::MAX >> (64 - places);
        // SAFETY: only bytes that are there are read: a place has a byte after it.
        let [here, next] = [0, 1].map(|at| unsafe {
            let from = rest.as_ptr().wrapping_add(at).cast();
            if places < 64 {
                _mm512_maskz_loadu_epi8(there, from)
            } else {
                _mm512_loadu_epi8(from)
            }
        });
        let classes = _mm512_gf2p8affine_epi64_epi8::<0>(here, fold);
        let known = _mm512_movepi8_mask(_mm512_permutex2var_epi8(low, classes, high));
        let alike = _mm512_testn_epi8_mask(_mm512_xor_si512(here, next), _mm512_set1_epi8(!0x20));
        let repeats = alike & known & there;
        if in_a_row(repeats, least) != 0 {
            return Some((base, repeats));
        }
        base += 64;
    }
    None
}

/// Which of the pairs have a byte that occurs in the haystack: bit `n` for pair `n`, of 64 at most.
///
/// # Safety
///
/// The machine has AVX-512 (F, BW).
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) unsafe fn which_occur<T>(pairs: &[(u8, u8, T)], haystack: &[u8]) -> u64 {
    let mut found = 0;
    for part in haystack.chunks(64) {
        let there = u64::MAX >> (64 - part.len());
        // SAFETY: only bytes that are there are read.
        let bytes = unsafe { _mm512_maskz_loadu_epi8(there, part.as_ptr().cast()) };
        for (n, (one, other, _)) in pairs.iter().enumerate() {
            let is = |byte: u8| _mm512_mask_cmpeq_epi8_mask(there, bytes, _mm512_set1_epi8(byte as i8));
            found |= u64::from(is(*one) | is(*other) != 0) << n;
        }
    }
    found
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
fn by_planes<const N: usize>(planes: [&Plane; N], haystack: &[u8], marks: &mut [u64]) {
    // SAFETY: a table has 128 bytes.
    let half = |table: &[u8; 128], at: usize| unsafe { _mm512_loadu_si512(table.as_ptr().add(64 * at).cast()) };
    let tables = planes.map(|plane| std::array::from_fn(|at| [half(&plane.tables[at], 0), half(&plane.tables[at], 1)]));
    for (vector, marks) in marks.iter_mut().enumerate() {
        let Some(rest) = haystack.get(64 * vector..).filter(|rest| !rest.is_empty()) else {
            break;
        };
        let bytes = if rest.len() >= 64 + BYTES - 1 {
            // SAFETY: there are three bytes more than 64.
            std::array::from_fn(|at| unsafe { _mm512_loadu_si512(rest.as_ptr().add(at).cast()) })
        } else {
            std::array::from_fn(|at| {
                let rest = rest.get(at..).unwrap_or_default();
                let there = if rest.len() < 64 {
                    (1 << rest.len()) - 1
                } else {
                    u64::MAX
                };
                // SAFETY: only bytes that are there are read.
                unsafe { _mm512_maskz_loadu_epi8(there, rest.as_ptr().cast()) }
            })
        };
        // Two bytes at least make a pattern: what follows the end is none.
        let there = if rest.len() > 64 {
            u64::MAX
        } else {
            (1 << (rest.len() - 1)) - 1
        };
        *marks = places(&tables, bytes) & there;
    }
}

/// Which places have four bytes of one group.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
fn places<const N: usize>(tables: &[[[__m512i; 2]; BYTES]; N], bytes: [__m512i; BYTES]) -> u64 {
    let fold = _mm512_set1_epi64(FOLD);
    let classes: [__m512i; BYTES] = std::array::from_fn(|at| _mm512_gf2p8affine_epi64_epi8::<0>(bytes[at], fold));
    let mut passing = _mm512_setzero_si512();
    for tables in tables {
        let groups: [__m512i; BYTES] = std::array::from_fn(|at| {
            let [low, high] = tables[at];
            _mm512_permutex2var_epi8(low, classes[at], high)
        });
        let two = _mm512_and_si512(groups[0], groups[1]);
        let three = _mm512_and_si512(two, groups[2]);
        // passing | three & groups[3]
        passing = _mm512_ternarylogic_epi64::<0xF8>(passing, three, groups[3]);
    }
    _mm512_test_epi8_mask(passing, passing)
}

/// The matrix that takes bit 5 out of a byte and closes the gap.
const FOLD: i64 = 0x0102_0408_1040_8000;
