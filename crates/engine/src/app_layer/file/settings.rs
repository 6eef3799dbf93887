//! What is wanted of files.

/// What is wanted of files, by rules and by the configuration.
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
    /// Files may be stored: what is in them is kept until that is decided.
    pub keep: bool,
    /// Files that are stored are followed as far as streams are, whatever limits the bodies have that carry them.
    pub whole: bool,
    /// Every file is stored, whatever rules say.
    pub keep_all: bool,
    /// LIMIT: at most so many bytes of a file are followed; 0 for no limit.
    pub limit: u64,
    /// LIMIT: at most so many bytes that rules have not seen are kept of a file that is not stored.
    pub window: u32,
    /// Rules look at what is in files.
    pub shown: bool,
    /// Rules see a file once there are so many bytes of it, or its end.
    pub inspect_min: u32,
    /// So many bytes that rules have seen are shown again before those that are new.
    pub inspect_window: u32,
    /// LIMIT: at most so many bytes are kept of a file of which it is not decided whether it is stored; it cannot be
    /// stored after that.
    pub undecided: u64,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self {
            md5: false,
            sha1: false,
            sha256: false,
            magic: false,
            keep: false,
            whole: false,
            keep_all: false,
            limit: 0,
            window: 100 * 1024,
            shown: true,
            inspect_min: 32 * 1024,
            inspect_window: 4 * 1024,
            undecided: 16 * 1024 * 1024,
        }
    }
}

impl FileSettings {
    /// What the configuration (`self`) and rules want: files are stored where there is a store and a reason to.
    #[must_use]
    pub fn with_rules(&self, other: &Self) -> Self {
        Self {
            md5: self.md5 || other.md5,
            sha1: self.sha1 || other.sha1,
            sha256: self.sha256 || other.sha256,
            magic: self.magic || other.magic,
            shown: other.shown,
            keep: self.keep && (other.keep || self.keep_all),
            ..self.clone()
        }
    }
}
