//! Patterns that are few enough to be told by their nibbles at every place.

use super::super::literals::{LiteralId, Literals};
use super::class::Class;
use super::nibbles::Nibbles;
use super::search::{Overloaded, Search};
use super::simd;

/// A class of patterns of 2 bytes and more, on machines that have AVX2.
#[derive(Debug)]
pub(super) struct Few {
    nibbles: Nibbles,
    class: Class<4, 1>,
}

impl Few {
    /// Makes a class of patterns that are no runs, if there are some, they are few, and it pays.
    pub(super) fn new(literals: &Literals, few: &[LiteralId], pays: impl Fn(&Nibbles) -> bool) -> Option<Self> {
        if few.is_empty() || few.len() > MANY {
            return None;
        }
        let (class, grams) = Class::new(literals, few);
        let nibbles = Nibbles::new(&grams);
        pays(&nibbles).then_some(Self { nibbles, class })
    }

    /// Adds the patterns that occur to the hits.
    pub(super) fn scan(&self, search: &mut Search) -> Result<(), Overloaded> {
        let mut base = 0;
        while let Some(rest) = search.haystack.get(base..).filter(|rest| rest.len() >= END) {
            let vectors = ((rest.len() - 2) / 32).min(2);
            self.candidates(simd::marks_by_nibbles(&self.nibbles, rest, vectors), base, search);
            search.go_on(base, 32 * vectors)?;
            base += 32 * vectors;
        }
        let rest = &search.haystack[base..];
        if rest.len() > 1 {
            let mut end = [0; END];
            end[..rest.len()].copy_from_slice(rest);
            let places = u64::MAX >> (65 - rest.len());
            self.candidates(simd::marks_by_nibbles(&self.nibbles, &end, 1) & places, base, search);
        }
        Ok(())
    }

    /// Bytes of heap held.
    pub(super) fn memory(&self) -> usize {
        self.class.memory()
    }

    #[inline]
    fn candidates(&self, mut marks: u64, base: usize, search: &mut Search) {
        while marks != 0 {
            self.class.candidates(base + marks.trailing_zeros() as usize, search);
            marks &= marks - 1;
        }
    }
}

/// PERF: beyond so many, eight groups of them tell nothing apart.
const MANY: usize = 96;
/// A vector of places, and two bytes that follow the last.
const END: usize = 34;
