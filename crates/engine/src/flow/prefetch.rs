//! Memory that will be needed soon.
#![allow(unsafe_code)]

/// Asks for the cache lines of a value, without waiting for them. Nothing is read.
#[inline]
pub fn prefetch<T: ?Sized>(value: &T) {
    // LIMIT: what is larger is not wanted as a whole.
    let lines = size_of_val(value).div_ceil(LINE).min(MAX_LINES);
    let start = std::ptr::from_ref(value).cast::<i8>();
    for line in 0..lines {
        fetch(start.wrapping_add(line * LINE));
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn fetch(at: *const i8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch is a hint: it neither reads nor faults, whatever the address. SSE is part of x86-64.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(at) };
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn fetch(_at: *const i8) {}

const LINE: usize = 64;
const MAX_LINES: usize = 4;
