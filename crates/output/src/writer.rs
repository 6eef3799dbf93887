//! Records to files: buffered, and never lost without a word.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::OutputError;

/// Writes records, whole, to a file or another stream.
///
/// When a write fails (the disk is full), the first call that notices it returns the error. What is not written is
/// kept and tried again, so that nothing is torn or lost if there is room again in time; what does not fit is counted,
/// and [`finish`](Self::finish) fails if anything could not be written in the end.
pub struct RecordWriter {
    name: String,
    path: Option<PathBuf>,
    target: Box<dyn Write + Send>,
    /// Records that are not written yet; its start may be the rest of a record.
    buffer: Vec<u8>,
    /// Write each record at once.
    immediate: bool,
    /// Why the last write failed, until one succeeds.
    failed: Option<io::Error>,
    /// Records that were taken since then.
    since_failure: u64,
    /// Records that are lost, and why the first of them was.
    lost: u64,
    lost_for: Option<io::Error>,
}

/// What becomes of what is in a file already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It stays: for live traffic, where each run goes on with the log of the one before.
    Append,
    /// It goes: for captures, so that the same run gives the same file.
    Truncate,
}

impl RecordWriter {
    /// Writes to a file.
    ///
    /// # Errors
    /// When the file cannot be opened for writing; its folder is not made.
    pub fn file(path: &Path, mode: Mode) -> Result<Self, OutputError> {
        let name = path.display().to_string();
        let file = open(path, mode).map_err(|error| OutputError {
            name: name.clone(),
            records: 0,
            error,
        })?;
        Ok(Self {
            path: Some(path.to_owned()),
            ..Self::stream(&name, Box::new(file))
        })
    }

    /// Writes to standard output.
    pub fn stdout() -> Self {
        Self::stream("standard output", Box::new(io::stdout()))
    }

    /// Writes to any stream; `name` is what errors call it.
    pub fn stream(name: &str, target: Box<dyn Write + Send>) -> Self {
        Self {
            name: name.to_owned(),
            path: None,
            target,
            buffer: Vec::with_capacity(BUFFER + BUFFER / 4),
            immediate: false,
            failed: None,
            since_failure: 0,
            lost: 0,
            lost_for: None,
        }
    }

    /// Writes each record at once: for somebody who watches.
    #[must_use]
    pub fn immediate(mut self, immediate: bool) -> Self {
        self.immediate = immediate;
        self
    }

    /// Takes a record, which `write` appends.
    ///
    /// # Errors
    /// When writing fails for the first time since it last succeeded.
    pub fn record(&mut self, write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<(), OutputError> {
        let before = self.buffer.len();
        let written = write(&mut self.buffer);
        if let Err(error) = written {
            self.buffer.truncate(before);
            self.lose(1, &error);
            return Err(self.error(0, error));
        }
        if let Some(error) = self.failed.take() {
            // LIMIT: what is kept of a log that cannot be written.
            if self.buffer.len() > BACKLOG {
                self.buffer.truncate(before);
                self.lose(1, &error);
            }
            self.failed = Some(error);
            self.since_failure += 1;
            // PERF: a full disk is not asked again for each record.
            if !self.since_failure.is_multiple_of(RETRY_AFTER) {
                return Ok(());
            }
        } else if self.buffer.len() < BUFFER && !self.immediate {
            return Ok(());
        }
        self.flush()
    }

    /// Writes what is buffered.
    ///
    /// # Errors
    /// When writing fails for the first time since it last succeeded.
    pub fn flush(&mut self) -> Result<(), OutputError> {
        let known = self.failed.is_some();
        match self.write_buffer() {
            Ok(()) => {
                self.failed = None;
                self.since_failure = 0;
                Ok(())
            }
            Err(error) => {
                self.failed = Some(copy(&error));
                if known { Ok(()) } else { Err(self.error(0, error)) }
            }
        }
    }

    /// Writes what is buffered, for the last time.
    ///
    /// # Errors
    /// When a record is lost, now or before.
    pub fn finish(&mut self) -> Result<(), OutputError> {
        if let Err(error) = self.write_buffer() {
            let records = self.buffer.iter().filter(|b| **b == b'\n').count() as u64;
            self.buffer.clear();
            self.lose(records, &error);
        }
        self.failed = None;
        match self.lost_for.take() {
            None => Ok(()),
            Some(error) => {
                let records = std::mem::take(&mut self.lost);
                Err(self.error(records, error))
            }
        }
    }

    /// Opens the file anew: it was moved away to be kept, and the log goes on in a new one.
    ///
    /// # Errors
    /// When what is buffered cannot be written, or the new file cannot be opened; then the old one is written to.
    pub fn reopen(&mut self) -> Result<(), OutputError> {
        self.flush()?;
        let Some(path) = &self.path else { return Ok(()) };
        match open(path, Mode::Append) {
            Ok(file) => {
                self.target = Box::new(file);
                Ok(())
            }
            Err(error) => Err(self.error(0, error)),
        }
    }

    fn write_buffer(&mut self) -> io::Result<()> {
        let mut done = 0;
        let mut result = Ok(());
        while let Some(rest) = self.buffer.get(done..).filter(|rest| !rest.is_empty()) {
            match self.target.write(rest) {
                Ok(0) => result = Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => done += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => result = Err(error),
            }
            if result.is_err() {
                break;
            }
        }
        self.buffer.drain(..done.min(self.buffer.len()));
        result.and_then(|()| self.target.flush())
    }

    fn lose(&mut self, records: u64, error: &io::Error) {
        self.lost = self.lost.saturating_add(records);
        self.lost_for.get_or_insert_with(|| copy(error));
    }

    fn error(&self, records: u64, error: io::Error) -> OutputError {
        OutputError {
            name: self.name.clone(),
            records,
            error,
        }
    }
}

fn open(path: &Path, mode: Mode) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true);
    match mode {
        Mode::Append => options.append(true),
        Mode::Truncate => options.write(true).truncate(true),
    };
    options.open(path)
}

/// The same error again; an `io::Error` cannot be cloned.
fn copy(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// So many bytes are gathered before they are written.
const BUFFER: usize = 64 << 10;
/// So many bytes are kept while they cannot be written.
const BACKLOG: usize = 4 << 20;
/// After so many records it is tried again.
const RETRY_AFTER: u64 = 256;

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::*;

    /// A disk with room for so many bytes.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(Vec<u8>, usize)>>);

    impl Disk {
        fn with_room(room: usize) -> Self {
            Self(Arc::new(Mutex::new((Vec::new(), room))))
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("not poisoned").0.clone()).expect("it is text")
        }

        fn make_room(&self, room: usize) {
            self.0.lock().expect("not poisoned").1 = room;
        }
    }

    impl Write for Disk {
        fn write(&mut self, data: &[u8]) -> io::Result<usize> {
            let mut disk = self.0.lock().expect("not poisoned");
            let n = data.len().min(disk.1);
            if n == 0 {
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            disk.1 -= n;
            disk.0.extend_from_slice(&data[..n]);
            Ok(n)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn line(writer: &mut RecordWriter, text: &str) -> Result<(), OutputError> {
        writer.record(|out| writeln!(out, "{text}"))
    }

    #[test]
    fn a_full_disk_is_told_once_and_at_the_end() {
        let disk = Disk::with_room(4);
        let mut writer = RecordWriter::stream("x.log", Box::new(disk.clone())).immediate(true);
        line(&mut writer, "one").expect("it fits");
        assert_eq!(
            line(&mut writer, "two").expect_err("it does not fit").to_string(),
            "cannot write x.log: no storage space"
        );
        for _ in 0..1000 {
            line(&mut writer, "more").expect("it was told");
        }
        let error = writer.finish().expect_err("records are lost");
        assert_eq!(
            error.to_string(),
            "cannot write x.log: no storage space; 1001 records are lost"
        );
        assert_eq!(disk.text(), "one\n");
    }

    #[test]
    fn nothing_is_torn_when_there_is_room_again() {
        let disk = Disk::with_room(6);
        let mut writer = RecordWriter::stream("x.log", Box::new(disk.clone())).immediate(true);
        line(&mut writer, "one").expect("it fits");
        line(&mut writer, "two").expect_err("half of it fits");
        line(&mut writer, "three").expect("it was told");
        disk.make_room(1000);
        writer.finish().expect("there is room");
        assert_eq!(disk.text(), "one\ntwo\nthree\n");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let disk = Disk::with_room(0);
        let mut writer = RecordWriter::stream("x.log", Box::new(disk.clone()));
        let text = "x".repeat(999);
        let told = (0..10_000).filter(|_| line(&mut writer, &text).is_err()).count();
        assert_eq!(told, 1);
        assert!(writer.buffer.len() <= BACKLOG);
        disk.make_room(usize::MAX);
        let error = writer.finish().expect_err("records are lost");
        assert_eq!(error.records + disk.text().lines().count() as u64, 10_000);
    }

    #[test]
    fn a_moved_file_is_left_and_a_new_one_begun() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, moved) = (folder.path().join("a.log"), folder.path().join("a.log.1"));
        std::fs::write(&path, "old\n").expect("the folder can be written to");
        let mut writer = RecordWriter::file(&path, Mode::Append).expect("it can be opened");
        line(&mut writer, "one").expect("it fits");
        std::fs::rename(&path, &moved).expect("it can be moved");
        writer.reopen().expect("it can be opened");
        line(&mut writer, "two").expect("it fits");
        writer.finish().expect("it fits");
        let read = |path: &Path| std::fs::read_to_string(path).expect("it is there");
        assert_eq!((read(&moved).as_str(), read(&path).as_str()), ("old\none\n", "two\n"));
        RecordWriter::file(&path, Mode::Truncate).expect("it can be opened");
        assert_eq!(read(&path), "");
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let error = RecordWriter::file(Path::new("/nowhere/eve.json"), Mode::Append)
            .err()
            .expect("there is no such folder");
        assert_eq!(
            error.to_string(),
            "cannot write /nowhere/eve.json: No such file or directory (os error 2)"
        );
    }

    proptest! {
        #[test]
        fn every_record_is_written_or_counted(steps in prop::collection::vec((0usize..40, prop::option::of(0usize..60)), 0..200)) {
            let disk = Disk::with_room(100);
            let mut writer = RecordWriter::stream("x", Box::new(disk.clone())).immediate(true);
            for (length, room) in &steps {
                let _ = line(&mut writer, &"y".repeat(*length));
                if let Some(room) = room {
                    disk.make_room(*room);
                    let _ = writer.flush();
                }
            }
            let lost = writer.finish().err().map_or(0, |e| e.records);
            let whole = disk.text().bytes().filter(|b| *b == b'\n').count() as u64;
            prop_assert_eq!(whole + lost, steps.len() as u64);
        }
    }
}
