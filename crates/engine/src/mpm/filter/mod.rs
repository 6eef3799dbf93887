//! The q-gram filter: look at a few bytes here and there, and compare only where they look familiar.
//!
//! Every pattern is found by a window of it: the one that is rarest in ordinary traffic. A window has as many bytes as
//! it takes for one of its grams (runs of 3, 4 or 8 bytes) to lie on a grid of 2 or 4 bytes, however the window lies.
//! All is hashed without its case, and goes through three sieves:
//!
//! 1. a bit map of the grams, asked at each point of the grid, eight points at a time where the machine has AVX2;
//! 2. a bit map of the windows, asked at all places where a window with that gram may have begun;
//! 3. a table of the windows with the rarest eight bytes of each pattern; if they agree, the pattern itself is compared.
//!
//! The larger window and grid are, the faster the scan, and the longer the patterns must be: so there are classes by
//! length. Where patterns are few (some hundred on machines with AVX-512, some dozens with AVX2) tables in registers
//! take the place of the first sieve, at every byte. Patterns of a single byte, and of one byte repeated, have ways of
//! their own. And when traffic resembles the patterns so much that the sieves do not hold, a Daachorse automaton
//! finishes the haystack.

mod bloom;
mod class;
mod fallback;
mod few;
mod grid;
mod level1;
mod nibbles;
mod ones;
mod rarity;
mod runs;
mod search;
mod shuffle;
mod simd;
mod typical;

pub use simd::Simd;

use super::literals::{LiteralId, Literals};
use super::{Hits, Mpm, Pattern, Scratch};
use fallback::Fallback;
use few::Few;
use grid::{ByLength, Grid};
use ones::Ones;
use runs::Runs;
use search::{BUDGET, Overloaded, Search};

/// The q-gram filter.
#[derive(Debug)]
pub struct Filter {
    literals: Literals,
    simd: Simd,
    min_len: usize,
    /// Patterns of 1 byte.
    ones: Option<Ones>,
    /// Patterns of 2 bytes and more that are one byte repeated.
    runs: Option<Runs>,
    /// All other patterns, or those of 2 to 6 bytes, if they are few.
    few: Option<Few>,
    /// All that is left.
    grid: Option<Grid>,
    fallback: Fallback,
}

impl Filter {
    /// Builds the filter with the instructions that this machine has; `None` if a pattern has more than 32 KiB.
    pub fn new(patterns: &[Pattern]) -> Option<Self> {
        Self::with_simd(patterns, Simd::detect())
    }

    /// Builds the filter with given instructions, as far as this machine has them.
    pub fn with_simd(patterns: &[Pattern], simd: Simd) -> Option<Self> {
        Self::with_choice(patterns, simd, Prefer::Cheapest)
    }

    /// Builds the filter, and chooses as is preferred whether few patterns have a class of their own.
    fn with_choice(patterns: &[Pattern], simd: Simd, prefer: Prefer) -> Option<Self> {
        let literals = Literals::new(patterns);
        if literals.max_len() > MAX_LEN {
            return None;
        }
        let (mut ones, mut runs, mut others) = (Vec::new(), Vec::new(), ByLength::default());
        for id in 0..literals.len() as LiteralId {
            match literals.bytes(id) {
                [_] => ones.push(id),
                bytes if runs::is_run(bytes) => runs.push(id),
                bytes => others.push(id, bytes.len()),
            }
        }
        let simd = simd.min(Simd::detect());
        let few = choose_few(&literals, &mut others, simd, prefer);
        Some(Self {
            simd,
            min_len: literals.min_len(),
            ones: (!ones.is_empty()).then(|| Ones::new(&literals, &ones)),
            runs: (!runs.is_empty()).then(|| Runs::new(&literals, &runs)),
            few,
            grid: Grid::new(&literals, &others),
            fallback: Fallback::default(),
            literals,
        })
    }

    /// Scans as far as the budget allows.
    fn scan_within(&self, search: &mut Search) -> Result<(), Overloaded> {
        if let Some(ones) = &self.ones {
            ones.scan(search.haystack, self.simd, &self.literals, search.hits);
        }
        if let Some(runs) = &self.runs {
            runs.scan(search.haystack, self.simd, &self.literals, search.hits);
        }
        match (&self.few, &self.grid) {
            (Some(few), None) => few.scan(search),
            // What the grid would have found is not found anywhere yet.
            (Some(few), Some(grid)) => few
                .scan(search)
                .map_err(|_| Overloaded { at: 0 })
                .and_then(|()| grid.scan(self.simd, search)),
            (None, Some(grid)) => grid.scan(self.simd, search),
            (None, None) => Ok(()),
        }
    }
}

impl Mpm for Filter {
    fn scan(&self, haystack: &[u8], scratch: &mut Scratch, hits: &mut Hits) {
        if haystack.len() < self.min_len {
            return;
        }
        let mut search = Search {
            haystack,
            literals: &self.literals,
            hits,
            places: &mut scratch.places,
            budget: BUDGET,
        };
        if let Err(Overloaded { at }) = self.scan_within(&mut search) {
            let rest = &haystack[at.saturating_sub(self.max_len())..];
            if !self.fallback.scan(rest, &self.literals, scratch, hits) {
                // The set is too large for an automaton.
                let mut search = Search {
                    haystack,
                    literals: &self.literals,
                    hits,
                    places: &mut scratch.places,
                    budget: usize::MAX,
                };
                let _ = self.scan_within(&mut search);
            }
        }
        hits.sort();
    }

    fn memory(&self) -> usize {
        self.literals.memory()
            + self.ones.as_ref().map_or(0, Ones::memory)
            + self.runs.as_ref().map_or(0, Runs::memory)
            + self.few.as_ref().map_or(0, Few::memory)
            + self.grid.as_ref().map_or(0, Grid::memory)
            + self.fallback.memory()
    }

    fn len(&self) -> usize {
        self.literals.patterns()
    }

    fn max_len(&self) -> usize {
        self.literals.max_len()
    }
}

/// Takes all the patterns, or the short ones, out of the classes, if they are few and that is cheaper.
fn choose_few(literals: &Literals, others: &mut ByLength, simd: Simd, prefer: Prefer) -> Option<Few> {
    let cheapest = match prefer {
        Prefer::Grid => return None,
        Prefer::Few => f32::INFINITY,
        Prefer::Cheapest => others.cost(),
    };
    let all = Few::new(literals, &others.all(), simd).filter(|all| all.cost() < cheapest);
    if let Some(all) = all {
        *others = ByLength::default();
        return Some(all);
    }
    let short = std::mem::take(&mut others.short);
    let few = Few::new(literals, &short, simd).filter(|few| few.cost() + others.cost() < cheapest);
    if few.is_none() {
        others.short = short;
    }
    few
}

/// Which way to tell patterns is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefer {
    /// That which costs least in ordinary traffic.
    Cheapest,
    /// By maps, always.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests try each way"))]
    Grid,
    /// By tables in registers, wherever there are some.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests try each way"))]
    Few,
}

/// How long a pattern may be, so that the place of its window fits an entry.
const MAX_LEN: usize = 1 << 15;

#[cfg(test)]
mod tests;
