//! Which files a rule has stored.

use packet::Direction;

use super::FlowVars;
use crate::app_layer::{File, Transaction, TxState};

/// Which files a rule has stored when it matches a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreFiles {
    /// Those of which direction.
    pub direction: StoreDirection,
    /// How many of them.
    pub scope: StoreScope,
}

/// Which direction the files go in that are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreDirection {
    /// The one in which the rule matched.
    #[default]
    Matched,
    /// One of them.
    Only(Direction),
    /// Both.
    Both,
}

/// How many files are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreScope {
    /// Those that there are.
    #[default]
    File,
    /// All of the transaction, those to come among them.
    Transaction,
    /// All of the flow, those to come among them.
    Flow,
}

impl StoreFiles {
    /// Has the files stored that the rule `fits`: the rule of that `sid` matched the transaction in `direction`.
    pub fn apply(
        self,
        matched: Direction,
        sid: u32,
        (state, tx): (&mut TxState, &mut dyn Transaction),
        vars: &mut FlowVars,
        fits: impl Fn(&File) -> bool,
    ) {
        for direction in [Direction::ToServer, Direction::ToClient] {
            let wanted = match self.direction {
                StoreDirection::Matched => direction == matched,
                StoreDirection::Only(only) => direction == only,
                StoreDirection::Both => true,
            };
            if !wanted {
                continue;
            }
            if self.scope == StoreScope::Flow {
                vars.store(direction, sid);
            }
            // A file of the other direction may not have begun yet.
            if self.scope == StoreScope::Transaction || direction != matched {
                state.store_files[direction.index()].get_or_insert(sid);
            }
            // Suricata: of several files, those that the rule's conditions on files hold for.
            let whatever = self.scope != StoreScope::File;
            let files = tx.files_mut(direction).into_iter().flat_map(|files| files.iter_mut());
            files
                .filter(|file| whatever || fits(file))
                .for_each(|file| file.want_stored(sid));
        }
    }
}
