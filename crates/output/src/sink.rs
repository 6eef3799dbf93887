//! Where events go.

use engine::eve::{Origin, StatsTree};
use engine::event::Event;
use packet::Timestamp;

use crate::error::OutputError;

/// Takes events, in their order, and writes those it is for.
///
/// An error is returned when it is first met; events go on to be taken, and [`finish`](Self::finish) fails if one could
/// not be written in the end.
pub trait Sink {
    /// Takes an event; `origin` is where it comes from.
    ///
    /// # Errors
    /// When writing fails for the first time since it last succeeded.
    fn event(&mut self, event: &Event, origin: &Origin<'_>) -> Result<(), OutputError>;

    /// Takes counters.
    ///
    /// # Errors
    /// As of [`event`](Self::event).
    fn stats(&mut self, _time: Timestamp, _stats: &StatsTree) -> Result<(), OutputError> {
        Ok(())
    }

    /// Writes what is buffered.
    ///
    /// # Errors
    /// As of [`event`](Self::event).
    fn flush(&mut self) -> Result<(), OutputError>;

    /// Opens files anew, after they were moved away.
    ///
    /// # Errors
    /// When a file cannot be written or opened.
    fn reopen(&mut self) -> Result<(), OutputError> {
        self.flush()
    }

    /// Writes what is buffered, for the last time.
    ///
    /// # Errors
    /// When anything could not be written, now or before.
    fn finish(&mut self) -> Result<(), OutputError>;
}

/// Several sinks: each takes every event, whatever becomes of the others; the first error is returned.
#[derive(Default)]
pub struct Sinks(Vec<Box<dyn Sink + Send>>);

impl Sinks {
    /// Adds a sink.
    pub fn push(&mut self, sink: impl Sink + Send + 'static) {
        self.0.push(Box::new(sink));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn each(&mut self, mut call: impl FnMut(&mut dyn Sink) -> Result<(), OutputError>) -> Result<(), OutputError> {
        let mut first = Ok(());
        for sink in &mut self.0 {
            let result = call(sink.as_mut());
            if first.is_ok() {
                first = result;
            }
        }
        first
    }
}

impl Sink for Sinks {
    fn event(&mut self, event: &Event, origin: &Origin<'_>) -> Result<(), OutputError> {
        self.each(|sink| sink.event(event, origin))
    }

    fn stats(&mut self, time: Timestamp, stats: &StatsTree) -> Result<(), OutputError> {
        self.each(|sink| sink.stats(time, stats))
    }

    fn flush(&mut self) -> Result<(), OutputError> {
        self.each(|sink| sink.flush())
    }

    fn reopen(&mut self) -> Result<(), OutputError> {
        self.each(|sink| sink.reopen())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        self.each(|sink| sink.finish())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use super::*;
    use crate::eve::{EveLog, RecordKinds};
    use crate::sample;
    use crate::writer::RecordWriter;

    struct Broken;

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn one_sink_does_not_spoil_another() {
        let memory = sample::Memory::default();
        let log = |name: &str, target: Box<dyn Write + Send>| {
            EveLog::new(RecordWriter::stream(name, target), RecordKinds::ALL, Default::default())
        };
        let mut sinks = Sinks::default();
        assert!(sinks.is_empty());
        sinks.push(log("broken", Box::new(Broken)));
        sinks.push(log("memory", Box::new(memory.clone())));
        let (rules, events) = (sample::rules(), sample::events());
        for event in &events {
            sinks.event(event, &sample::origin(&rules)).expect("it is buffered");
        }
        let error = sinks.flush().expect_err("one is broken");
        assert!(error.is_broken_pipe() && error.name == "broken");
        assert_eq!(memory.text().lines().count(), events.len());
        assert_eq!(sinks.finish().expect_err("one is broken").records, events.len() as u64);
    }
}
