//! Conditions on several numbers of a transaction, and on which of them.

use std::fmt;

use packet::Direction;

use super::IntPredicate;
use super::tx::{TxCheck, TxContext, TxPlace};
use crate::app_layer::Transaction;

/// Which of several numbers a condition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Which {
    /// How many of them, or which.
    pub among: Among,
    /// Only those from the first index to before the second; from the end when negative.
    pub part: Option<(i32, i32)>,
}

/// How many of several numbers must meet a condition, or which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    /// At least one.
    Any,
    /// At least one, or there are none.
    AnyOrNone,
    /// Every one, and there is one.
    All,
    /// Every one.
    AllOrNone,
    /// As many as this says.
    Count(IntPredicate),
    /// The one of that index, from the end when negative.
    At(i32),
    /// The one of that index, or there are not so many.
    AtOrBeyond(i32),
}

/// A condition on numbers of a transaction.
pub struct TxNumbers {
    /// Where.
    pub places: &'static [TxPlace],
    /// The number of that index, from 0.
    pub get: fn(&dyn Transaction, Direction, usize) -> Option<u64>,
    /// The condition.
    pub predicate: IntPredicate,
    /// Which numbers must meet it.
    pub which: Which,
}

impl fmt::Debug for TxNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TxNumbers({:?}, {:?})", self.predicate, self.which)
    }
}

impl TxCheck for TxNumbers {
    fn places(&self) -> &[TxPlace] {
        self.places
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        let number = |at| (self.get)(context.tx, context.direction, at);
        // LIMIT: a transaction has at most so many of anything.
        let total = if self.which == Which::ANY {
            MAX_NUMBERS
        } else {
            (0..MAX_NUMBERS).take_while(|at| number(*at).is_some()).count()
        };
        let (from, to) = self.which.part.map_or((0, total), |(from, to)| {
            let place = |index: i32| place(index, total).unwrap_or(if index < 0 { 0 } else { total });
            (place(from), place(to))
        });
        let mut part = (from..to).map_while(number);
        let holds = |n| self.predicate.holds(n);
        let at = |index| place(index, to.saturating_sub(from)).and_then(|at| number(from + at));
        match self.which.among {
            Among::Any => part.any(holds),
            Among::AnyOrNone => from >= to || part.any(holds),
            Among::All => from < to && part.all(holds),
            Among::AllOrNone => part.all(holds),
            Among::Count(count) => count.holds(part.filter(|n| holds(*n)).count() as u64),
            Among::At(index) => at(index).is_some_and(holds),
            Among::AtOrBeyond(index) => at(index).is_none_or(holds),
        }
    }
}

impl Which {
    /// At least one.
    pub const ANY: Self = Self {
        among: Among::Any,
        part: None,
    };
}

/// The place of an index among `total`, where there is one.
fn place(index: i32, total: usize) -> Option<usize> {
    let distance = index.unsigned_abs() as usize;
    let place = if index < 0 {
        total.checked_sub(distance)?
    } else {
        distance
    };
    (place < total).then_some(place)
}

const MAX_NUMBERS: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_layer::TxState;

    #[derive(Debug)]
    struct Numbers(Vec<u64>);

    impl Transaction for Numbers {
        fn progress(&self, _direction: Direction) -> u8 {
            0
        }
    }

    fn holds(list: &[u64], among: Among, part: Option<(i32, i32)>) -> bool {
        let check = TxNumbers {
            places: &[],
            get: |tx, _, at| crate::buffer::tx_as::<Numbers>(tx)?.0.get(at).copied(),
            predicate: IntPredicate::Gt(5),
            which: Which { among, part },
        };
        check.matches(&TxContext {
            tx: &Numbers(list.to_vec()),
            state: &TxState::default(),
            direction: Direction::ToServer,
        })
    }

    #[test]
    fn which_numbers_must_meet_it() {
        assert!(holds(&[1, 9], Among::Any, None) && !holds(&[1, 2], Among::Any, None));
        assert!(!holds(&[], Among::Any, None) && holds(&[], Among::AnyOrNone, None));
        assert!(!holds(&[1, 9], Among::All, None) && holds(&[8, 9], Among::All, None));
        assert!(!holds(&[], Among::All, None) && holds(&[], Among::AllOrNone, None));
        assert!(holds(&[1, 9], Among::At(-1), None) && !holds(&[1, 9], Among::At(0), None));
        assert!(!holds(&[9], Among::At(1), None) && holds(&[9], Among::AtOrBeyond(1), None));
        assert!(holds(&[9, 8, 1], Among::Count(IntPredicate::Eq(2)), None));
        assert!(holds(&[1, 9, 1], Among::All, Some((1, -1))) && !holds(&[1, 9, 1], Among::Any, Some((0, 1))));
    }
}
