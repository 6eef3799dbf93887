//! The q-gram filter: look at a few bytes here and there, and compare only where they look familiar.
//!
//! A pattern is registered under the grams (runs of `Q` bytes, without their case) of its rarest window, one for
//! each way the window can lie across a grid of `STRIDE` bytes. A scan hashes the haystack's gram at every grid
//! point and tests one bit map; hardly any gram of ordinary traffic passes. What passes is looked up in a
//! hash table that holds eight bytes of the pattern, and only if they agree, the pattern is compared.
//!
//! The wider window and stride are, the faster the scan, and the longer the patterns must be: so there are
//! classes by length. Patterns of a single byte, and of one byte repeated, have ways of their own.

mod bloom;
mod class;
mod fallback;
mod level1;
mod ones;
mod rarity;
mod runs;
mod simd;
mod typical;

pub use simd::Simd;

use super::literals::{LiteralId, Literals};
use super::{Hits, Mpm, Pattern, Scratch};
use class::Class;
use fallback::Fallback;
use level1::{Level1, Marks};
use ones::Ones;
use runs::Runs;

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
    level1: Level1,
    /// Patterns of 2 to 6 bytes.
    short: Option<Class<3, 2>>,
    /// Patterns of 7 to 10 bytes.
    mid: Option<Class<4, 4>>,
    /// Patterns of 11 bytes and more.
    long: Option<Class<8, 4>>,
    fallback: Fallback,
}

/// How much a scan may spend on candidates before the automaton takes over, in comparisons of eight bytes.
///
/// LIMIT: traffic that is made to resemble the patterns costs no more than that and one pass of the automaton.
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
        let (short, short1) = (!short.is_empty()).then(|| Class::new(&literals, &short)).unzip();
        let (mid, mid1) = (!mid.is_empty()).then(|| Class::new(&literals, &mid)).unzip();
        let (long, long1) = (!long.is_empty()).then(|| Class::new(&literals, &long)).unzip();
        Some(Self {
            simd: simd.min(Simd::detect()),
            min_len: literals.min_len(),
            ones: (!ones.is_empty()).then(|| Ones::new(&literals, &ones)),
            runs: (!runs.is_empty()).then(|| Runs::new(&literals, &runs)),
            level1: Level1 {
                short: short1,
                mid: mid1,
                long: long1,
            },
            short,
            mid,
            long,
            fallback: Fallback::default(),
            literals,
        })
    }

    /// Scans as far as the budget allows, and says how far if that is not to the end: what lies wholly before is found.
    fn scan_within(&self, haystack: &[u8], budget: &mut Budget, hits: &mut Hits) -> Result<(), usize> {
        if let Some(ones) = &self.ones {
            ones.scan(haystack, &self.literals, hits);
        }
        if let Some(runs) = &self.runs {
            runs.scan(haystack, self.simd, &self.literals, hits);
        }
        let mut base = 0;
        while let Some(rest) = haystack.get(base..).filter(|rest| rest.len() >= Level1::END) {
            let vectors = ((rest.len() - 4) / 32).min(4);
            let marks = self.level1.marks(rest, vectors, self.simd);
            self.candidates(haystack, marks, [base; 3], budget, hits);
            if budget.0 == 0 {
                return Err(base);
            }
            budget.0 = budget.0.saturating_add(32 * vectors * BUDGET_PER_BYTE);
            base += 32 * vectors;
        }
        self.scan_end(haystack, budget, hits);
        Ok(())
    }

    /// Scans what the vectors may have left.
    fn scan_end(&self, haystack: &[u8], budget: &mut Budget, hits: &mut Hits) {
        if let Some(end) = haystack.last_chunk() {
            let base = haystack.len() - Level1::END;
            let marks = self.level1.marks_of_end(end, self.simd);
            self.candidates(haystack, marks, [base + 1, base + 1, base], budget, hits);
        } else {
            let marks = self.level1.marks_of_few(haystack, self.simd);
            self.candidates(haystack, marks, [0; 3], budget, hits);
        }
    }

    /// Looks at all the marked places, those of each class counted from another base.
    #[inline]
    fn candidates(&self, haystack: &[u8], marks: Marks, bases: [usize; 3], budget: &mut Budget, hits: &mut Hits) {
        let literals = &self.literals;
        if let Some(short) = &self.short {
            let mut marks = marks.short;
            while marks != 0 {
                let bit = marks.trailing_zeros() as usize;
                marks &= marks - 1;
                let at = bases[0] + bit % 32 * 4 + bit / 32 * 2;
                short.candidates(haystack, at, literals, budget, hits);
            }
        }
        if let Some(mid) = &self.mid {
            let mut marks = marks.mid;
            while marks != 0 {
                let at = bases[1] + marks.trailing_zeros() as usize * 4;
                marks &= marks - 1;
                mid.candidates(haystack, at, literals, budget, hits);
            }
        }
        if let Some(long) = &self.long {
            let mut marks = marks.long;
            while marks != 0 {
                let at = bases[2] + marks.trailing_zeros() as usize * 4;
                marks &= marks - 1;
                long.candidates(haystack, at, literals, budget, hits);
            }
        }
    }
}

impl Mpm for Filter {
    fn scan(&self, haystack: &[u8], scratch: &mut Scratch, hits: &mut Hits) {
        if haystack.len() < self.min_len {
            return;
        }
        if let Err(at) = self.scan_within(haystack, &mut Budget(BUDGET), hits) {
            let rest = &haystack[at.saturating_sub(self.max_len())..];
            if !self.fallback.scan(rest, &self.literals, scratch, hits) {
                // A set that is too large for an automaton.
                let _ = self.scan_within(haystack, &mut Budget(usize::MAX), hits);
            }
        }
        hits.sort();
    }

    fn memory(&self) -> usize {
        self.literals.memory()
            + self.runs.as_ref().map_or(0, Runs::memory)
            + self.level1.memory()
            + self.short.as_ref().map_or(0, Class::memory)
            + self.mid.as_ref().map_or(0, Class::memory)
            + self.long.as_ref().map_or(0, Class::memory)
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
/// What a scan may spend at once.
const BUDGET: usize = 1024;
/// What it may spend on each byte. PERF: the automaton takes about as long for a byte; ordinary traffic costs a tenth.
const BUDGET_PER_BYTE: usize = 1;

#[cfg(test)]
mod tests;
