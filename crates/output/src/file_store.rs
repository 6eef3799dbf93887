//! Files that rules had stored, or all of them: a folder in which each is called by its SHA-256.
//!
//! `<folder>/<first two digits>/<SHA-256>`; a file that is there already is not written again, but its time is renewed.
//! What is not over yet is in `<folder>/tmp`. Beside a file, where that is asked for, is a record of each time it was
//! seen: `<SHA-256>.<second>.<file id>.json`.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use engine::eve::{EveOptions, Hex, Origin, StatsTree};
use engine::event::{Body, Event, FileKey, FileRecord};
use packet::Timestamp;

use crate::error::OutputError;
use crate::sink::Sink;

/// Stores files.
pub struct FileStore {
    folder: PathBuf,
    /// Records are written beside the files.
    records: Option<EveOptions>,
    /// Files that are not over: what they are called in `tmp`.
    open: BTreeMap<(u32, FileKey), Open>,
    /// So many files were begun.
    begun: u64,
    counters: Arc<FileStoreCounters>,
    lost: u64,
    lost_for: Option<io::Error>,
}

/// What a store counted.
#[derive(Debug, Default)]
pub struct FileStoreCounters {
    /// How often a file could not be written.
    errors: AtomicU64,
}

impl FileStoreCounters {
    /// Adds them under the names of Suricata's statistics.
    pub fn add_to(&self, tree: &mut StatsTree) {
        // Files are closed after each write.
        tree.add("file_store.open_files", 0);
        tree.add("file_store.open_files_max_hit", 0);
        tree.add("file_store.fs_errors", self.errors.load(Ordering::Relaxed));
    }
}

/// A file that is not over.
#[derive(Debug)]
struct Open {
    path: PathBuf,
    /// It could not be written: the rest of it is left out.
    failed: bool,
}

impl FileStore {
    /// Stores files below `folder`, which is made with the folders in it; with `records`, their records too.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(folder: &Path, records: Option<EveOptions>) -> Result<Self, OutputError> {
        let made = (0..=u8::MAX)
            .map(|first| format!("{first:02x}"))
            .chain(["tmp".to_owned()])
            .try_for_each(|name| fs::create_dir_all(folder.join(name)));
        made.map_err(|error| OutputError {
            name: folder.display().to_string(),
            records: 0,
            error,
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            records,
            open: BTreeMap::new(),
            begun: 0,
            counters: Arc::default(),
            lost: 0,
            lost_for: None,
        })
    }

    /// What it counts, for whoever tells of it after the store has gone among the sinks.
    pub fn counters(&self) -> Arc<FileStoreCounters> {
        Arc::clone(&self.counters)
    }

    /// The file of that key, begun now if it was not.
    fn place(&mut self, key: (u32, FileKey)) -> (&mut Open, bool) {
        let mut new = false;
        let (folder, begun) = (&self.folder, &mut self.begun);
        let open = self.open.entry(key).or_insert_with(|| {
            new = true;
            *begun += 1;
            Open {
                path: folder.join("tmp").join(format!("file.{begun}")),
                failed: false,
            }
        });
        (open, new)
    }

    /// Appends to a file.
    fn append(&mut self, key: (u32, FileKey), data: &[u8]) -> io::Result<()> {
        let (open, new) = self.place(key);
        if open.failed {
            return Ok(());
        }
        let written = append(&open.path, new, data);
        open.failed = written.is_err();
        written
    }

    /// Gives a file that is over its name.
    fn finish_file(&mut self, event: &Event, record: &FileRecord, origin: &Origin<'_>) -> io::Result<()> {
        let Some(open) = self.open.remove(&(event.position.capture, record.key)) else {
            return Ok(());
        };
        let Some(digest) = record.info.sha256.filter(|_| !open.failed && record.info.stored) else {
            return fs::remove_file(&open.path);
        };
        let name = Hex(&digest).to_string();
        let folder = self.folder.join(name.get(..2).unwrap_or_default());
        let path = folder.join(&name);
        if path.exists() {
            fs::remove_file(&open.path)?;
            // That it was seen again shows in its time only; a file that cannot be touched is there all the same.
            let _ = File::options()
                .append(true)
                .open(&path)
                .and_then(|file| file.set_modified(SystemTime::now()));
        } else {
            fs::rename(&open.path, &path)?;
        }
        if let Some(options) = &self.records {
            let second = record.packet.time.0.div_euclid(1_000_000_000);
            let id = record.info.file_id.unwrap_or(0);
            let mut line = Vec::new();
            options.write(event, origin, &mut line)?;
            fs::write(folder.join(format!("{name}.{second}.{id}.json")), line)?;
        }
        Ok(())
    }

    /// The first error is returned; all are counted.
    fn note(&mut self, result: io::Result<()>) -> Result<(), OutputError> {
        let Err(error) = result else { return Ok(()) };
        self.counters.errors.fetch_add(1, Ordering::Relaxed);
        self.lost += 1;
        if self.lost > 1 {
            return Ok(());
        }
        self.lost_for = Some(io::Error::new(error.kind(), error.to_string()));
        Err(OutputError {
            name: self.folder.display().to_string(),
            records: 0,
            error,
        })
    }
}

impl Sink for FileStore {
    fn event(&mut self, event: &Event, origin: &Origin<'_>) -> Result<(), OutputError> {
        let result = match &event.body {
            Body::FileChunk(chunk) => self.append((event.position.capture, chunk.key), &chunk.data),
            Body::File(record) if record.info.stored => {
                // An empty file has no bytes that could have begun it.
                let begun = self.append((event.position.capture, record.key), b"");
                begun.and_then(|()| self.finish_file(event, record, origin))
            }
            _ => Ok(()),
        };
        self.note(result)
    }

    fn stats(&mut self, _time: Timestamp, _stats: &StatsTree) -> Result<(), OutputError> {
        Ok(())
    }

    fn flush(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        // What is not over never will be.
        for open in std::mem::take(&mut self.open).into_values() {
            let _ = fs::remove_file(open.path);
        }
        match self.lost_for.take() {
            None => Ok(()),
            Some(error) => Err(OutputError {
                name: self.folder.display().to_string(),
                records: self.lost,
                error,
            }),
        }
    }
}

fn append(path: &Path, new: bool, data: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    if new {
        options.write(true).create(true).truncate(true);
    } else {
        options.append(true);
    }
    options.open(path)?.write_all(data)
}

#[cfg(test)]
mod tests {
    use engine::event::{FileChunk, Position};

    use super::*;
    use crate::sample;

    fn packet() -> engine::event::PacketRecord {
        let events = sample::events();
        let record = events.iter().find_map(|event| match &event.body {
            Body::File(file) => Some((*file.packet).clone()),
            _ => None,
        });
        record.expect("there is a file among the samples")
    }

    fn event(body: Body) -> Event {
        Event {
            position: Position::default(),
            body,
        }
    }

    fn chunk(data: &[u8], offset: u64) -> Event {
        event(Body::FileChunk(Box::new(FileChunk {
            key: sample::file_record(&packet()).key,
            offset,
            data: data.into(),
        })))
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("it is there")
            .map(|entry| {
                entry
                    .expect("it can be read")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_called_by_its_hash() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = FileStore::new(folder.path(), Some(EveOptions::default())).expect("it can be made");
        let rules = sample::rules();
        let origin = sample::origin(&rules);
        let over = event(Body::File(Box::new(sample::file_record(&packet()))));
        for _ in 0..2 {
            for event in [&chunk(b"hel", 0), &chunk(b"lo", 3), &over] {
                store.event(event, &origin).expect("it can be written");
            }
        }
        store.finish().expect("all was written");
        let name = "ab".repeat(32);
        assert_eq!(
            names(&folder.path().join("ab")),
            [name.clone(), format!("{name}.1700000001.1.json")]
        );
        assert_eq!(
            fs::read(folder.path().join("ab").join(&name)).expect("it is there"),
            b"hello"
        );
        assert!(names(&folder.path().join("tmp")).is_empty());
    }

    #[test]
    fn what_is_never_over_is_not_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = FileStore::new(folder.path(), None).expect("it can be made");
        let rules = sample::rules();
        store
            .event(&chunk(b"hel", 0), &sample::origin(&rules))
            .expect("it can be written");
        assert_eq!(names(&folder.path().join("tmp")).len(), 1);
        store.finish().expect("all was written");
        assert!(names(&folder.path().join("tmp")).is_empty());
    }

    #[test]
    fn a_file_that_cannot_be_written_is_told_of_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = FileStore::new(folder.path(), None).expect("it can be made");
        fs::remove_dir(folder.path().join("tmp")).expect("it is empty");
        let rules = sample::rules();
        let origin = sample::origin(&rules);
        assert!(store.event(&chunk(b"hel", 0), &origin).is_err());
        assert!(store.event(&chunk(b"lo", 3), &origin).is_ok());
        assert!(store.finish().is_err());
        assert_eq!(store.counters().errors.load(Ordering::Relaxed), 1);
    }
}
