//! What protocols write into EVE records.

use packet::Direction;
use serde::Serialize;
use serde_json::value::RawValue;

use super::settings::Settings;
use super::transaction::{Transaction, TxState};

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

/// Objects of a record, by key, in order.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(&'static str, Box<RawValue>)>);

impl Fields {
    /// Adds an object. One that cannot be written as JSON, which no type here is, is left out.
    pub fn add(&mut self, key: &'static str, value: &impl Serialize) {
        if let Ok(raw) = serde_json::value::to_raw_value(value) {
            self.0.push((key, raw));
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The objects, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &RawValue)> {
        self.0.iter().map(|(key, value)| (*key, &**value))
    }

    /// Whether there is one of that key.
    pub fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(k, _)| *k == key)
    }
}
