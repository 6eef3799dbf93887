//! Application protocols: which one a flow speaks, its parser, and the transactions that rules look at.
//!
//! A protocol is an [`Application`]: names, how it is recognised, and a function that makes a [`Parser`] for a flow.
//! The parser is given bytes in order, or datagrams, and keeps a list of [`Transaction`]s. Each has a progress per
//! direction, which only grows; a buffer can be inspected from a certain progress on.

mod application;
mod detection;
mod event;
pub mod file;
mod flow;
#[cfg(test)]
mod flow_tests;
mod layer;
mod log;
mod parser;
mod settings;
mod shared;
mod side;
mod transaction;

pub use crate::event::Fields;
pub use application::{AppSet, Application, ProtocolId};
pub use detection::{Detection, Pattern, Ports, Probe, Transport};
pub use event::{AppEvent, AppEventSet};
pub use file::{File, FileSettings, FileState, Files, Store};
pub use flow::{AppFlow, Fed, Link};
pub use layer::AppLayer;
pub use log::{LogContext, Logger};
pub use parser::{Context, Effects, Expectation, NewParser, Outcome, Parser, Switch};
pub use settings::Settings;
pub use shared::Shared;
pub use transaction::{COMPLETE, Candidate, EventSet, Inspection, Transaction, TransactionList, Transactions, TxState};
