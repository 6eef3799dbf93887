//! Conditions on transactions.

use std::fmt;

use packet::Direction;

use super::IntPredicate;
use crate::app_layer::{File, FileSettings, Transaction, TxState};

/// What a condition on a transaction may look at.
pub struct TxContext<'a> {
    /// The transaction.
    pub tx: &'a dyn Transaction,
    /// What the engine keeps beside it.
    pub state: &'a TxState,
    /// Which direction of it is inspected.
    pub direction: Direction,
}

/// Where a condition on transactions applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TxPlace {
    /// The protocol's name.
    pub protocol: &'static str,
    /// The progress from which on it can be told: to the server, to the client; `None` where it never can.
    pub at: [Option<u8>; 2],
}

/// A condition on a transaction: the run-time half of a keyword of [`Kind::Transaction`](crate::keyword::Kind).
pub trait TxCheck: Send + Sync + fmt::Debug {
    /// The protocols it applies to, and from when on.
    fn places(&self) -> &[TxPlace];

    /// Whether the transaction meets it; asked once, or each time more came when it is [`retried`](Self::retried).
    fn matches(&self, context: &TxContext<'_>) -> bool;

    /// What does not hold may hold later, as long as the direction is not complete.
    fn retried(&self) -> bool {
        false
    }

    /// Whether it holds for this file; true for what is no condition on files.
    fn fits_file(&self, file: &File) -> bool {
        let _ = file;
        true
    }

    /// Adds what it must know of files.
    fn file_needs(&self, needs: &mut FileSettings) {
        let _ = needs;
    }

    /// The number of the event it asks for, in the one protocol it applies to.
    fn event(&self) -> Option<u8> {
        None
    }
}

/// A condition on a number of a transaction, or on one of several.
pub struct TxNumber {
    /// Where.
    pub places: &'static [TxPlace],
    /// The number of that index, from 0.
    pub get: fn(&dyn Transaction, Direction, usize) -> Option<u64>,
    /// The condition.
    pub predicate: IntPredicate,
}

impl fmt::Debug for TxNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TxNumber({:?})", self.predicate)
    }
}

impl TxCheck for TxNumber {
    fn places(&self) -> &[TxPlace] {
        self.places
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        // LIMIT: a transaction has at most so many of anything.
        (0..MAX_NUMBERS)
            .map_while(|at| (self.get)(context.tx, context.direction, at))
            .any(|n| self.predicate.holds(n))
    }
}

const MAX_NUMBERS: usize = 4096;
