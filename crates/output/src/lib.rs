//! Sinks: where events go.
//!
//! A [`Sink`] takes events in their order and formats them, away from the workers. Nothing is lost without a word: see
//! [`RecordWriter`].
#![forbid(unsafe_code)]

mod console;
mod error;
mod eve;
mod fast;
mod file_store;
mod line;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod schema;
mod sink;
mod stats;
mod summary;
mod writer;

pub use console::Console;
pub use error::OutputError;
pub use eve::{EveLog, RecordKinds};
pub use fast::FastLog;
pub use file_store::{FileStore, FileStoreCounters};
pub use line::AlertLineOptions;
pub use sink::{Sink, Sinks};
pub use stats::{CaptureCounters, IpsCounters, RunCounters};
pub use summary::{RuleAlerts, RuleCounts, Summary, WorkerTraffic, grouped};
pub use writer::{Mode, RecordWriter};
