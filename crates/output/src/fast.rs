//! fast.log: an alert a line.

use std::io::Write;
use std::path::Path;

use engine::eve::Origin;
use engine::event::{Body, Event};

use crate::error::OutputError;
use crate::line::{AlertLine, AlertLineOptions};
use crate::sink::Sink;
use crate::writer::{Mode, RecordWriter};

/// Writes alerts as lines of Suricata's fast.log; times are UTC.
pub struct FastLog {
    writer: RecordWriter,
    options: AlertLineOptions,
}

impl FastLog {
    /// Writes to a file: a fast.log.
    ///
    /// # Errors
    /// When the file cannot be opened for writing.
    pub fn file(path: &Path, mode: Mode, options: AlertLineOptions) -> Result<Self, OutputError> {
        Ok(Self {
            writer: RecordWriter::file(path, mode)?,
            options,
        })
    }
}

impl Sink for FastLog {
    fn event(&mut self, event: &Event, origin: &Origin<'_>) -> Result<(), OutputError> {
        let Body::Alert(alert) = &event.body else { return Ok(()) };
        let line = AlertLine::new(alert, origin, self.options);
        self.writer.record(|out| writeln!(out, "{line}"))
    }

    fn flush(&mut self) -> Result<(), OutputError> {
        self.writer.flush()
    }

    fn reopen(&mut self) -> Result<(), OutputError> {
        self.writer.reopen()
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        self.writer.finish()
    }
}
