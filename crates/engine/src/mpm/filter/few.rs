//! Patterns that are few enough to be told at every place by tables in registers.

use super::super::literals::{LiteralId, Literals};
use super::super::scratch::Places;
use super::class::Class;
use super::nibbles::Nibbles;
use super::rarity::Rarity;
use super::search::{Overloaded, Search};
use super::shuffle::Shuffle;
use super::simd::{self, Simd};

/// A class of patterns of 2 bytes and more, on machines that have AVX2 or AVX-512.
#[derive(Debug)]
pub(super) struct Few {
    tables: Tables,
    class: Class<4, 1>,
}

#[derive(Debug)]
enum Tables {
    Nibbles(Nibbles),
    Shuffle(Shuffle),
}

impl Few {
    /// Makes a class of patterns that are no runs; `None` where there are none, or too many for this machine.
    pub(super) fn new(literals: &Literals, few: &[LiteralId], simd: Simd) -> Option<Self> {
        let many = match simd {
            Simd::Scalar => 0,
            Simd::Avx2 => MANY_FOR_NIBBLES,
            Simd::Avx512 => MANY,
        };
        if few.is_empty() || few.len() > many {
            return None;
        }
        if simd == Simd::Avx512 {
            let (shuffle, starts) = Shuffle::new(literals, few);
            let window = |rarity: &mut Rarity, at: usize, bytes: &[u8]| rarity.window_at(bytes, starts[at]);
            let (class, _) = Class::with_windows(literals, few, window);
            let tables = Tables::Shuffle(shuffle);
            return Some(Self { tables, class });
        }
        let (class, grams) = Class::new(literals, few);
        let tables = Tables::Nibbles(Nibbles::new(&grams));
        Some(Self { tables, class })
    }

    /// What 64 bytes of ordinary traffic cost, in nanoseconds.
    pub(super) fn cost(&self) -> f32 {
        match &self.tables {
            Tables::Nibbles(nibbles) => nibbles.cost(),
            Tables::Shuffle(shuffle) => shuffle.cost(),
        }
    }

    /// Adds the patterns that occur to the hits.
    pub(super) fn scan(&self, search: &mut Search) -> Result<(), Overloaded> {
        match &self.tables {
            Tables::Nibbles(nibbles) => self.scan_by_nibbles(nibbles, search),
            Tables::Shuffle(shuffle) => self.scan_by_shuffle(shuffle, search),
        }
    }

    /// Bytes of heap held.
    pub(super) fn memory(&self) -> usize {
        let tables = match &self.tables {
            Tables::Nibbles(_) => 0,
            Tables::Shuffle(shuffle) => shuffle.memory(),
        };
        self.class.memory() + tables
    }

    fn scan_by_shuffle(&self, shuffle: &Shuffle, search: &mut Search) -> Result<(), Overloaded> {
        let mut base = 0;
        while let Some(rest) = search.haystack.get(base..).filter(|rest| !rest.is_empty()) {
            let mut marks = [0; VECTORS];
            simd::marks_by_shuffle(shuffle.planes(), rest, &mut marks);
            let count = list(&marks, search.places);
            for at in 0..count {
                let place = search.places.0[at];
                self.class.candidates(base + usize::from(place), search);
            }
            search.go_on(base, 64 * VECTORS)?;
            base += 64 * VECTORS;
        }
        Ok(())
    }

    fn scan_by_nibbles(&self, nibbles: &Nibbles, search: &mut Search) -> Result<(), Overloaded> {
        let mut base = 0;
        while let Some(rest) = search.haystack.get(base..).filter(|rest| rest.len() >= END) {
            let vectors = ((rest.len() - 2) / 32).min(2);
            self.candidates(simd::marks_by_nibbles(nibbles, rest, vectors), base, search);
            search.go_on(base, 32 * vectors)?;
            base += 32 * vectors;
        }
        let rest = &search.haystack[base..];
        if rest.len() > 1 {
            let mut end = [0; END];
            end[..rest.len()].copy_from_slice(rest);
            let places = u64::MAX >> (65 - rest.len());
            self.candidates(simd::marks_by_nibbles(nibbles, &end, 1) & places, base, search);
        }
        Ok(())
    }

    #[inline]
    fn candidates(&self, mut marks: u64, base: usize, search: &mut Search) {
        while marks != 0 {
            self.class.candidates(base + marks.trailing_zeros() as usize, search);
            marks &= marks - 1;
        }
    }
}

/// Lists the marked places, and says how many there are.
///
/// PERF: how many a word has cannot be foreseen; so some are written that are not there, and overwritten by the next.
#[inline]
fn list(marks: &[u64; VECTORS], places: &mut Places) -> usize {
    let mut count = 0;
    for (vector, marks) in marks.iter().enumerate() {
        let (mut left, base) = (*marks, 64 * vector as u8);
        let end = count + left.count_ones() as usize;
        while count < end {
            if let Some(ahead) = places
                .0
                .get_mut(count..)
                .and_then(<[u8]>::first_chunk_mut::<{ Places::AHEAD }>)
            {
                for place in ahead {
                    *place = base.wrapping_add(left.trailing_zeros() as u8);
                    left &= left.wrapping_sub(1);
                }
            }
            count += Places::AHEAD;
        }
        count = end;
    }
    count
}

/// PERF: beyond so many, eight groups of nibbles tell nothing apart.
const MANY_FOR_NIBBLES: usize = 96;
/// PERF: beyond so many, 32 groups tell little apart, and take longer to make than they save.
const MANY: usize = 2048;
/// A vector of places, and two bytes that follow the last.
const END: usize = 34;
/// How many vectors of 64 places are marked at once: the number of a place fits a byte.
const VECTORS: usize = 4;
