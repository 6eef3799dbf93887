//! Output that cannot be written.

use std::io;

/// Output that cannot be written: where to, why, and how much of it.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {name}: {error}{}", lost(.records))]
pub struct OutputError {
    /// The file's path, or what else it is called.
    pub name: String,
    /// Records that were not written; 0 while they are kept and tried again.
    pub records: u64,
    /// Why.
    pub error: io::Error,
}

impl OutputError {
    /// Nobody reads any more: `ruleids ... | head`.
    pub fn is_broken_pipe(&self) -> bool {
        self.error.kind() == io::ErrorKind::BrokenPipe
    }
}

fn lost(records: &u64) -> String {
    match records {
        0 => String::new(),
        1 => "; 1 record is lost".to_owned(),
        n => format!("; {n} records are lost"),
    }
}
