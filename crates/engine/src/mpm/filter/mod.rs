//! The q-gram filter: look at a few bytes here and there, and compare only where they look familiar.
//!
//! A pattern is registered under the grams (runs of `Q` bytes, without their case) of its rarest window, one for
//! each way the window can lie across a grid of `STRIDE` bytes. A scan hashes the haystack's gram at every grid
//! point and tests one bit map; hardly any gram of ordinary traffic passes. What passes is looked up in a
//! hash table that holds eight bytes of the pattern, and only if they agree, the pattern is compared.
//!
//! The wider window and stride are, the faster the scan, and the longer the patterns must be: so there are
//! classes by length. Patterns of a single byte, and of one byte repeated, have ways of their own.

mod fallback;
mod grams;
mod level1;
mod ones;
mod rarity;
mod runs;
mod simd;
mod typical;

pub use simd::Simd;

use super::literals::{LiteralId, Literals};
use super::{Hits, Mpm, Pattern, Scratch};
use fallback::Fallback;
use grams::Grams;
use ones::Ones;
use runs::Runs;

/// The q-gram filter over the patterns of 1 byte and more.
#[derive(Debug)]
pub struct Filter {
    literals: Literals,
    simd: Simd,
    min_len: usize,
    ones: Option<Ones>,
    runs: Option<Runs>,
    short: Option<Grams<3, 2>>,
    mid: Option<Grams<4, 4>>,
    long: Option<Grams<8, 4>>,
    fallback: Fallback,
}

/// How much a scan may spend on candidates before the automaton takes over.
///
/// LIMIT: traffic that is made to resemble the patterns costs at most this much and one pass of the automaton.
#[derive(Debug)]
pub(super) struct Budget(pub(super) usize);

impl Filter {
    /// Builds the filter with the instructions that this machine has; `None` if a pattern has more than 32 KiB.
    pub fn new(patterns: &[Pattern]) -> Option<Self> {
        Self::with_simd(patterns, Simd::detect())
    }

    /// Builds the filter with given instructions, as far as this machine has them.
    pub fn with_simd(patterns: &[Pattern], simd: Simd) -> Option<Self> {
        let literals = Literals::new(patterns);
        if literals.max_len() > MAX_LEN {
            return None;
        }
        let mut classes: [Vec<LiteralId>; 5] = Default::default();
        for id in 0..literals.len() as LiteralId {
            let bytes = literals.bytes(id);
            let class = match bytes.len() {
                0..=1 => 0,
                _ if runs::is_run(bytes) => 1,
                2..=6 => 2,
                7..=10 => 3,
                _ => 4,
            };
            classes[class].push(id);
        }
        let [ones, runs, short, mid, long] = classes;
        Some(Self {
            simd: simd.min(Simd::detect()),
            min_len: (0..literals.len() as LiteralId)
                .map(|id| literals.bytes(id).len())
                .min()
                .unwrap_or(usize::MAX),
            ones: (!ones.is_empty()).then(|| Ones::new(&literals, &ones)),
            runs: (!runs.is_empty()).then(|| Runs::new(&literals, &runs)),
            short: (!short.is_empty()).then(|| Grams::new(&literals, &short)),
            mid: (!mid.is_empty()).then(|| Grams::new(&literals, &mid)),
            long: (!long.is_empty()).then(|| Grams::new(&literals, &long)),
            fallback: Fallback::default(),
            literals,
        })
    }

    /// Scans as far as the budget allows, and says whether it sufficed.
    fn scan_within(&self, haystack: &[u8], budget: &mut Budget, hits: &mut Hits) -> bool {
        if let Some(ones) = &self.ones {
            ones.scan(haystack, &self.literals, hits);
        }
        if let Some(runs) = &self.runs {
            runs.scan(haystack, self.simd, &self.literals, hits);
        }
        let (literals, simd) = (&self.literals, self.simd);
        self.long
            .as_ref()
            .is_none_or(|grams| grams.scan(haystack, simd, literals, budget, hits))
            && self
                .mid
                .as_ref()
                .is_none_or(|grams| grams.scan(haystack, simd, literals, budget, hits))
            && self
                .short
                .as_ref()
                .is_none_or(|grams| grams.scan(haystack, simd, literals, budget, hits))
    }
}

impl Mpm for Filter {
    fn scan(&self, haystack: &[u8], scratch: &mut Scratch, hits: &mut Hits) {
        if haystack.len() < self.min_len {
            return;
        }
        let mut budget = Budget(haystack.len() * BUDGET_PER_BYTE + BUDGET_BASE);
        if !self.scan_within(haystack, &mut budget, hits)
            && !self.fallback.scan(haystack, &self.literals, scratch, hits)
        {
            self.scan_within(haystack, &mut Budget(usize::MAX), hits);
        }
        hits.sort();
    }

    fn memory(&self) -> usize {
        self.literals.memory()
            + self.runs.as_ref().map_or(0, Runs::memory)
            + self.short.as_ref().map_or(0, Grams::memory)
            + self.mid.as_ref().map_or(0, Grams::memory)
            + self.long.as_ref().map_or(0, Grams::memory)
            + self.fallback.memory()
    }

    fn len(&self) -> usize {
        self.literals.patterns()
    }

    fn max_len(&self) -> usize {
        self.literals.max_len()
    }
}

/// How long a pattern may be.
const MAX_LEN: usize = 1 << 15;
const BUDGET_PER_BYTE: usize = 2;
const BUDGET_BASE: usize = 1024;

#[cfg(test)]
mod tests;
