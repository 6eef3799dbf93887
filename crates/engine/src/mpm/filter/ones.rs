//! Patterns of a single byte.

use memchr::{memchr, memchr2};

use super::super::Hits;
use super::super::literals::{LiteralId, Literals};
use super::simd::{self, Simd};

/// The patterns of one byte.
#[derive(Debug)]
pub(super) struct Ones {
    /// The byte and its other case: the same byte where the case counts.
    bytes: Box<[(u8, u8, LiteralId)]>,
}

impl Ones {
    pub(super) fn new(literals: &Literals, class: &[LiteralId]) -> Self {
        let bytes = class.iter().map(|&literal| {
            let byte = literals.bytes(literal)[0];
            let other = if literals.is_nocase(literal) {
                byte.to_ascii_uppercase()
            } else {
                byte
            };
            (byte, other, literal)
        });
        Self { bytes: bytes.collect() }
    }

    /// Adds the patterns that occur to the hits.
    #[inline]
    pub(super) fn scan(&self, haystack: &[u8], simd: Simd, literals: &Literals, hits: &mut Hits) {
        if simd == Simd::Avx512 && self.bytes.len() <= 64 && haystack.len() <= SHORT {
            return self.scan_short(haystack, literals, hits);
        }
        // PERF: one pass by memchr takes a thirtieth of the time that one pass by table does, and a call.
        if self.bytes.len() <= FEW && haystack.len() >= 64 {
            self.scan_each(haystack, literals, hits);
        } else {
            self.scan_all(haystack, literals, hits);
        }
    }

    /// Bytes of heap held.
    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.bytes)
    }

    fn scan_short(&self, haystack: &[u8], literals: &Literals, hits: &mut Hits) {
        let mut found = simd::which_occur(&self.bytes, haystack);
        while let Some((_, _, literal)) = self.bytes.get(found.trailing_zeros() as usize) {
            literals.report(*literal, hits);
            found &= found - 1;
        }
    }

    fn scan_each(&self, haystack: &[u8], literals: &Literals, hits: &mut Hits) {
        for &(byte, other, literal) in &self.bytes {
            if literals.reported(literal, hits) {
                continue;
            }
            let found = if byte == other {
                memchr(byte, haystack)
            } else {
                memchr2(byte, other, haystack)
            };
            if found.is_some() {
                literals.report(literal, hits);
            }
        }
    }

    fn scan_all(&self, haystack: &[u8], literals: &Literals, hits: &mut Hits) {
        let mut seen = [false; 256];
        for &byte in haystack {
            seen[usize::from(byte)] = true;
        }
        for &(byte, other, literal) in &self.bytes {
            if seen[usize::from(byte)] | seen[usize::from(other)] {
                literals.report(literal, hits);
            }
        }
    }
}

/// Up to how many bytes are looked for one by one.
const FEW: usize = 16;
/// PERF: of so many bytes all are looked at; in longer haystacks most of what is looked for comes early.
const SHORT: usize = 256;
