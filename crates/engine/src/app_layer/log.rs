//! What protocols write into EVE records.

use super::settings::Settings;
use super::transaction::{Transaction, TxState};
use crate::event::Fields;
use packet::Direction;

/// A record that a protocol writes of its transactions.
#[derive(Debug)]
pub struct Logger {
    /// EVE's `event_type`, and the name under `eve-log.types`.
    pub event_type: &'static str,
    /// It is written once the transaction's progress is at least this: to the server, to the client.
    pub at: [u8; 2],
    /// Alerts on the transaction show it too.
    pub in_alerts: bool,
    /// Writes the objects of the record, by key; nothing when there is none to write.
    pub write: fn(&LogContext<'_>, &mut Fields),
}

/// What a record is written of.
pub struct LogContext<'a> {
    /// The transaction.
    pub tx: &'a dyn Transaction,
    /// What the engine keeps beside it.
    pub state: &'a TxState,
    /// What the configuration says of this type: `extended`, `custom`, ...
    pub options: &'a Settings,
    /// For an alert: the direction of its packet.
    pub alert: Option<Direction>,
}
