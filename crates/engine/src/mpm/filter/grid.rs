//! The classes of patterns whose grams are looked at every two or four bytes.

use super::super::literals::{LiteralId, Literals};
use super::class::Class;
use super::level1::{self, Level1, Marks, hash3, hash4, hash8};
use super::search::{Overloaded, Search};
use super::simd::Simd;

/// Three classes of patterns by length, and the level 1 that they share.
#[derive(Debug)]
pub(super) struct Grid {
    level1: Level1,
    short: Option<Class<3, 2>>,
    mid: Option<Class<4, 4>>,
    long: Option<Class<8, 4>>,
}

/// Patterns that are no runs, by length.
#[derive(Debug, Default)]
pub(super) struct ByLength {
    /// Those of 2 to 6 bytes.
    pub(super) short: Vec<LiteralId>,
    /// Those of 7 to 10 bytes.
    pub(super) mid: Vec<LiteralId>,
    /// Those of 11 bytes and more.
    pub(super) long: Vec<LiteralId>,
}

impl ByLength {
    pub(super) fn push(&mut self, literal: LiteralId, len: usize) {
        match len {
            0..=6 => self.short.push(literal),
            7..=10 => self.mid.push(literal),
            _ => self.long.push(literal),
        }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.short.is_empty() && self.mid.is_empty() && self.long.is_empty()
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<LiteralId> {
        [&self.short[..], &self.mid, &self.long].concat()
    }

    /// What 64 bytes of ordinary traffic cost in the grid, in nanoseconds.
    pub(super) fn cost(&self) -> f32 {
        let gathers = [(&self.short, 2.0), (&self.mid, 1.0), (&self.long, 1.0)];
        let gathers: f32 = gathers
            .iter()
            .map(|(class, gathers)| if class.is_empty() { 0.0 } else { *gathers })
            .sum();
        2.0 * GATHER_COST * gathers
    }
}

impl Grid {
    /// Builds the classes; `None` where there is no pattern.
    pub(super) fn new(literals: &Literals, by_length: &ByLength) -> Option<Self> {
        let ByLength { short, mid, long } = by_length;
        let (short, short_grams) = (!short.is_empty()).then(|| Class::new(literals, short)).unzip();
        let (mid, mid_grams) = (!mid.is_empty()).then(|| Class::new(literals, mid)).unzip();
        let (long, long_grams) = (!long.is_empty()).then(|| Class::new(literals, long)).unzip();
        let level1 = Level1 {
            short: short_grams.map(|grams| level1::map(&grams, hash3)),
            mid: mid_grams.map(|grams| level1::map(&grams, hash4)),
            long: long_grams.map(|grams| level1::map(&grams, hash8)),
        };
        (!by_length.is_empty()).then_some(Self {
            level1,
            short,
            mid,
            long,
        })
    }

    /// Adds the patterns that occur to the hits.
    pub(super) fn scan(&self, simd: Simd, search: &mut Search) -> Result<(), Overloaded> {
        let haystack = search.haystack;
        let mut base = 0;
        while let Some(rest) = haystack.get(base..).filter(|rest| rest.len() >= Level1::END) {
            let vectors = ((rest.len() - 4) / 32).min(4);
            self.candidates(self.level1.marks(rest, vectors, simd), [base; 3], search);
            search.go_on(base, 32 * vectors)?;
            base += 32 * vectors;
        }
        if let Some(end) = haystack.last_chunk() {
            let base = haystack.len() - Level1::END;
            self.candidates(self.level1.marks_of_end(end, simd), [base + 1, base + 1, base], search);
        } else {
            self.candidates(self.level1.marks_of_few(haystack, simd), [0; 3], search);
        }
        Ok(())
    }

    /// Bytes of heap held.
    pub(super) fn memory(&self) -> usize {
        self.level1.memory()
            + self.short.as_ref().map_or(0, Class::memory)
            + self.mid.as_ref().map_or(0, Class::memory)
            + self.long.as_ref().map_or(0, Class::memory)
    }

    /// Looks at all the marked places, those of each class counted from another base.
    #[inline]
    fn candidates(&self, mut marks: Marks, bases: [usize; 3], search: &mut Search) {
        if let Some(short) = &self.short {
            while marks.short != 0 {
                let bit = marks.short.trailing_zeros() as usize;
                short.candidates(bases[0] + bit % 32 * 4 + bit / 32 * 2, search);
                marks.short &= marks.short - 1;
            }
        }
        if let Some(mid) = &self.mid {
            while marks.mid != 0 {
                mid.candidates(bases[1] + marks.mid.trailing_zeros() as usize * 4, search);
                marks.mid &= marks.mid - 1;
            }
        }
        if let Some(long) = &self.long {
            while marks.long != 0 {
                long.candidates(bases[2] + marks.long.trailing_zeros() as usize * 4, search);
                marks.long &= marks.long - 1;
            }
        }
    }
}

/// PERF: what it costs to gather eight words and test them, in nanoseconds.
const GATHER_COST: f32 = 3.0;
