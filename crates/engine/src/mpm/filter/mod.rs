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
mod nibbles;
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
use level1::{Level1, Marks, hash3, hash4, hash8};
use nibbles::Nibbles;
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
    /// All patterns of 2 bytes and more that are no runs, or those of 2 to 6 bytes, if they are few.
    few: Option<(Nibbles, Class<4, 1>)>,
    level1: Level1,
    /// Patterns of 2 to 6 bytes.
    short: Option<Class<3, 2>>,
    /// Patterns of 7 to 10 bytes.
    mid: Option<Class<4, 4>>,
    /// Patterns of 11 bytes and more.
    long: Option<Class<8, 4>>,
    fallback: Fallback,
}

/// A scan in progress.
struct Search<'a> {
    haystack: &'a [u8],
    literals: &'a Literals,
    hits: &'a mut Hits,
    /// What may still be spent on candidates, in comparisons of eight bytes.
    ///
    /// LIMIT: traffic that is made to resemble the patterns costs no more than that and one pass of the automaton.
    budget: usize,
}

impl Filter {
    /// Builds the filter with the instructions that this machine has; `None` if a pattern has more than 32 KiB.
    pub fn new(patterns: &[Pattern]) -> Option<Self> {
        Self::with_simd(patterns, Simd::detect())
    }

    /// Builds the filter with given instructions, as far as this machine has them.
    pub fn with_simd(patterns: &[Pattern], simd: Simd) -> Option<Self> {
        Self::with_choice(patterns, simd, Nibbles::pay)
    }

    /// Builds the filter, and chooses by what is given whether few patterns have a class of their own.
    fn with_choice(patterns: &[Pattern], simd: Simd, pay: fn(&Nibbles, u64) -> bool) -> Option<Self> {
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
        let simd = simd.min(Simd::detect());
        let [ones, runs, mut short, mut mid, mut long] = classes;
        let mut few = None;
        if simd == Simd::Avx2 {
            let all = [&short[..], &mid, &long].concat();
            let gathers = 2 * u64::from(!short.is_empty()) + u64::from(!mid.is_empty()) + u64::from(!long.is_empty());
            few = find_few(&literals, &all, |nibbles| pay(nibbles, gathers));
            if few.is_some() {
                (short, mid, long) = Default::default();
            } else if let Some(found) = find_few(&literals, &short, |nibbles| pay(nibbles, 2)) {
                few = Some(found);
                short = Vec::new();
            }
        }
        let (short, short1) = (!short.is_empty()).then(|| Class::new(&literals, &short)).unzip();
        let (mid, mid1) = (!mid.is_empty()).then(|| Class::new(&literals, &mid)).unzip();
        let (long, long1) = (!long.is_empty()).then(|| Class::new(&literals, &long)).unzip();
        Some(Self {
            simd,
            min_len: literals.min_len(),
            ones: (!ones.is_empty()).then(|| Ones::new(&literals, &ones)),
            runs: (!runs.is_empty()).then(|| Runs::new(&literals, &runs)),
            few,
            level1: Level1 {
                short: short1.map(|grams| level1::map(&grams, hash3)),
                mid: mid1.map(|grams| level1::map(&grams, hash4)),
                long: long1.map(|grams| level1::map(&grams, hash8)),
            },
            short,
            mid,
            long,
            fallback: Fallback::default(),
            literals,
        })
    }

    /// Scans as far as the budget allows, and says how far if that is not to the end: what lies wholly before is found.
    fn scan_within(&self, search: &mut Search) -> Result<(), usize> {
        let haystack = search.haystack;
        if let Some(ones) = &self.ones {
            ones.scan(haystack, &self.literals, search.hits);
        }
        if let Some(runs) = &self.runs {
            runs.scan(haystack, self.simd, &self.literals, search.hits);
        }
        if let Some((nibbles, class)) = &self.few {
            let others = !self.level1.is_empty();
            scan_few(nibbles, class, search).map_err(|at| if others { 0 } else { at })?;
        }
        if self.level1.is_empty() {
            return Ok(());
        }
        let mut base = 0;
        while let Some(rest) = haystack.get(base..).filter(|rest| rest.len() >= Level1::END) {
            let vectors = ((rest.len() - 4) / 32).min(4);
            let marks = self.level1.marks(rest, vectors, self.simd);
            self.candidates(marks, [base; 3], search);
            search.go_on(base, 32 * vectors)?;
            base += 32 * vectors;
        }
        if let Some(end) = haystack.last_chunk() {
            let base = haystack.len() - Level1::END;
            let marks = self.level1.marks_of_end(end, self.simd);
            self.candidates(marks, [base + 1, base + 1, base], search);
        } else {
            let marks = self.level1.marks_of_few(haystack, self.simd);
            self.candidates(marks, [0; 3], search);
        }
        Ok(())
    }

    /// Looks at all the marked places, those of each class counted from another base.
    #[inline]
    fn candidates(&self, marks: Marks, bases: [usize; 3], search: &mut Search) {
        if let Some(short) = &self.short {
            let mut marks = marks.short;
            while marks != 0 {
                let bit = marks.trailing_zeros() as usize;
                short.candidates(bases[0] + bit % 32 * 4 + bit / 32 * 2, search);
                marks &= marks - 1;
            }
        }
        if let Some(mid) = &self.mid {
            let mut marks = marks.mid;
            while marks != 0 {
                mid.candidates(bases[1] + marks.trailing_zeros() as usize * 4, search);
                marks &= marks - 1;
            }
        }
        if let Some(long) = &self.long {
            let mut marks = marks.long;
            while marks != 0 {
                long.candidates(bases[2] + marks.trailing_zeros() as usize * 4, search);
                marks &= marks - 1;
            }
        }
    }
}

/// The patterns of a class of their own, if they are few enough for that.
fn find_few(literals: &Literals, few: &[LiteralId], pay: impl Fn(&Nibbles) -> bool) -> Option<(Nibbles, Class<4, 1>)> {
    if few.is_empty() || few.len() > FEW {
        return None;
    }
    let (class, grams) = Class::new(literals, few);
    let nibbles = Nibbles::new(&grams);
    pay(&nibbles).then_some((nibbles, class))
}

/// Scans for the patterns that are few.
fn scan_few(nibbles: &Nibbles, class: &Class<4, 1>, search: &mut Search) -> Result<(), usize> {
    let mut base = 0;
    while let Some(rest) = search.haystack.get(base..).filter(|rest| rest.len() > 33) {
        let vectors = ((rest.len() - 2) / 32).min(2);
        let mut marks = simd::marks_by_nibbles(nibbles, rest, vectors);
        while marks != 0 {
            class.candidates(base + marks.trailing_zeros() as usize, search);
            marks &= marks - 1;
        }
        search.go_on(base, 32 * vectors)?;
        base += 32 * vectors;
    }
    let rest = &search.haystack[base..];
    if rest.len() > 1 {
        let mut end = [0; 34];
        end[..rest.len()].copy_from_slice(rest);
        let mut marks = simd::marks_by_nibbles(nibbles, &end, 1) & (u64::MAX >> (65 - rest.len()));
        while marks != 0 {
            class.candidates(base + marks.trailing_zeros() as usize, search);
            marks &= marks - 1;
        }
    }
    Ok(())
}

impl Search<'_> {
    /// Refills the budget for so many bytes that were scanned; an error that says from where if it is spent.
    #[inline]
    fn go_on(&mut self, base: usize, scanned: usize) -> Result<(), usize> {
        if self.budget == 0 {
            return Err(base);
        }
        self.budget = self.budget.saturating_add(scanned * BUDGET_PER_BYTE);
        Ok(())
    }

    /// Reports a literal if it stands at `start`.
    fn verify(&mut self, literal: LiteralId, start: usize) {
        if self.literals.reported(literal, self.hits) {
            return;
        }
        if self.literals.occurs(literal, self.haystack, start) {
            self.literals.report(literal, self.hits);
        } else {
            self.spend(VERIFY_COST);
        }
    }

    fn spend(&mut self, cost: usize) {
        self.budget = self.budget.saturating_sub(cost);
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
            budget: BUDGET,
        };
        if let Err(at) = self.scan_within(&mut search) {
            let rest = &haystack[at.saturating_sub(self.max_len())..];
            if !self.fallback.scan(rest, &self.literals, scratch, search.hits) {
                // The set is too large for an automaton.
                search.budget = usize::MAX;
                let _ = self.scan_within(&mut search);
            }
        }
        hits.sort();
    }

    fn memory(&self) -> usize {
        self.literals.memory()
            + self.runs.as_ref().map_or(0, Runs::memory)
            + self.few.as_ref().map_or(0, |(_, class)| class.memory())
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

/// How many patterns may be few.
const FEW: usize = 96;
/// How long a pattern may be.
const MAX_LEN: usize = 1 << 15;
/// What a whole comparison that fails costs.
const VERIFY_COST: usize = 2;
/// What a scan may spend at once.
const BUDGET: usize = 1024;
/// What it may spend on each byte. PERF: the automaton takes about as long for a byte; ordinary traffic costs a tenth.
const BUDGET_PER_BYTE: usize = 1;

#[cfg(test)]
mod tests;
