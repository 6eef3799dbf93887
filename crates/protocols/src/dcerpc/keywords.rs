//! What the keywords share: where calls are.

use engine::app_layer::Transaction;
use engine::buffer::tx_as;
use engine::rule::TxPlace;

use super::call::Call;
use super::{DcerpcTx, NAME};
use crate::smb;

/// The call of a transaction, of whichever protocol it is.
pub(super) fn call_of(tx: &dyn Transaction) -> Option<&Call> {
    match tx_as::<DcerpcTx>(tx) {
        Some(tx) => Some(&tx.call),
        None => tx_as::<smb::SmbTx>(tx)?.call(),
    }
}

/// Where calls are: from the start, in both directions.
pub(super) static PLACES: &[TxPlace] = &[
    TxPlace {
        protocol: NAME,
        at: [Some(0), Some(0)],
    },
    TxPlace {
        protocol: smb::NAME,
        at: [Some(0), Some(0)],
    },
];
