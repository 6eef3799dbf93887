//! Files that transactions carry: their names, sizes, hashes, and the part of their bytes that is kept.

/// What is wanted of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSettings {
    /// MD5 is computed.
    pub md5: bool,
    /// SHA-1 is computed.
    pub sha1: bool,
    /// SHA-256 is computed.
    pub sha256: bool,
    /// The kind of file is told by its first bytes.
    pub magic: bool,
    /// Whole files are kept, for `filestore`.
    pub keep: bool,
    /// LIMIT: at most so many bytes of a file are followed; 0 for no limit.
    pub limit: u64,
    /// LIMIT: at most so many bytes that rules have not seen are kept of a file that is not stored.
    pub window: u32,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self {
            md5: false,
            sha1: false,
            sha256: false,
            magic: false,
            keep: false,
            limit: 0,
            window: 100 * 1024,
        }
    }
}

/// How a file stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileState {
    /// More may come.
    #[default]
    Open,
    /// It is whole.
    Closed,
    /// Its end is not there, or it was not followed to its end.
    Truncated,
}

/// A file that a transaction carries.
#[derive(Debug, Default)]
pub struct File {
    /// Its name, as the protocol has it.
    pub name: Vec<u8>,
    /// How it stands.
    pub state: FileState,
    /// Bytes so far, lost ones among them.
    pub size: u64,
    /// Bytes were lost.
    pub gaps: bool,
    /// For a part of a file: its first and last byte, and the whole file's length.
    pub range: Option<(u64, u64, u64)>,
    /// Its number within the flow, from 1.
    pub id: u64,
    kept: Vec<u8>,
    /// Where `kept` begins in the file.
    start: u64,
    /// Up to where rules have seen it.
    inspected: u64,
}

/// The files that go in one direction of a transaction, oldest first.
#[derive(Debug, Default)]
pub struct Files {
    list: Vec<File>,
}

impl Files {
    /// Begins a file; the one before it is over.
    pub fn open(&mut self, name: &[u8], settings: &FileSettings) -> &mut File {
        let _ = settings;
        self.list.push(File {
            name: name.to_vec(),
            ..File::default()
        });
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// The newest.
    pub fn last_mut(&mut self) -> Option<&mut File> {
        self.list.last_mut()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &File> {
        self.list.iter()
    }

    /// All of them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut File> {
        self.list.iter_mut()
    }

    /// The one at `index`.
    pub fn get(&self, index: usize) -> Option<&File> {
        self.list.get(index)
    }
}

impl File {
    /// Adds bytes.
    pub fn append(&mut self, data: &[u8], settings: &FileSettings) {
        let _ = settings;
        self.size += data.len() as u64;
        self.kept.extend_from_slice(data);
    }

    /// So many bytes were lost.
    pub fn gap(&mut self, bytes: u64) {
        self.gaps = true;
        self.size += bytes;
    }

    /// Nothing comes any more.
    pub fn close(&mut self, state: FileState) {
        if self.state == FileState::Open {
            self.state = state;
        }
    }

    /// What rules are to see of it now (`file.data`); `None` when there is nothing new.
    pub fn window(&self) -> Option<&[u8]> {
        (self.start + self.kept.len() as u64 > self.inspected || self.size == 0).then_some(&self.kept)
    }

    /// Rules have seen everything there is.
    pub fn inspected(&mut self) {
        self.inspected = self.start + self.kept.len() as u64;
    }
}
