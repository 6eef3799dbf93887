//! A scan in progress.

use super::super::Hits;
use super::super::literals::{LiteralId, Literals};
use super::super::scratch::Places;

/// What a scan looks at, what it found, and what it may still spend.
pub(super) struct Search<'a> {
    pub(super) haystack: &'a [u8],
    pub(super) literals: &'a Literals,
    pub(super) hits: &'a mut Hits,
    pub(super) places: &'a mut Places,
    /// What may still be spent on candidates, in comparisons of eight bytes.
    ///
    /// LIMIT: traffic that is made to resemble the patterns costs no more than that and one pass of the automaton.
    pub(super) budget: usize,
}

/// From where the automaton has to take over: all that begins and ends before is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overloaded {
    pub(super) at: usize,
}

impl Search<'_> {
    /// Goes on after so many bytes from `base`, with more to spend.
    ///
    /// # Errors
    ///
    /// `Overloaded` where all is spent.
    #[inline]
    pub(super) fn go_on(&mut self, base: usize, scanned: usize) -> Result<(), Overloaded> {
        if self.budget == 0 {
            return Err(Overloaded { at: base });
        }
        self.budget = self.budget.saturating_add(scanned * BUDGET_PER_BYTE);
        Ok(())
    }

    /// Reports a literal if it stands at `start`.
    pub(super) fn verify(&mut self, literal: LiteralId, start: usize) {
        if self.literals.reported(literal, self.hits) {
            return;
        }
        if self.literals.occurs(literal, self.haystack, start) {
            self.literals.report(literal, self.hits);
        } else {
            self.spend(VERIFY_COST);
        }
    }

    /// Takes from the budget.
    pub(super) fn spend(&mut self, cost: usize) {
        self.budget = self.budget.saturating_sub(cost);
    }
}

/// What a scan may spend at once.
pub(super) const BUDGET: usize = 1024;
/// What it may spend on each byte. PERF: the automaton takes about as long for a byte; ordinary traffic costs a tenth.
const BUDGET_PER_BYTE: usize = 1;
/// What a whole comparison that fails costs.
const VERIFY_COST: usize = 2;
