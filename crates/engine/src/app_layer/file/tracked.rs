//! One file, as far as it was seen.

use smallvec::SmallVec;

use super::hash::{Digests, Hashing};
use super::magic::{MAGIC_BYTES, magic};
use super::settings::FileSettings;
use super::store::{Chunk, Store};

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
    /// What carries it made no sense from somewhere on.
    Error,
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
    /// Its number among the stored files of the flow, from 1; 0 for a file that is not stored.
    pub id: u64,
    /// Its record was written.
    pub reported: bool,
    /// Rules saw it when it was over.
    seen: bool,
    store: Store,
    sids: SmallVec<[u32; 2]>,
    digests: Digests,
    hashing: Option<Box<Hashing>>,
    magic: Option<Box<str>>,
    wants_magic: bool,
    kept: Vec<u8>,
    /// Where `kept` begins in the file.
    start: u64,
    /// Up to where rules have seen it.
    inspected: u64,
    /// Up to where it was handed out to be stored.
    taken: u64,
    limits: Limits,
}

/// What was set when the file began.
#[derive(Clone, Copy, Debug, Default)]
struct Limits {
    keep: bool,
    shown: bool,
    limit: u64,
    window: u64,
    inspect_min: u64,
    inspect_window: u64,
    undecided: u64,
}

impl FileState {
    /// As EVE has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "UNKNOWN",
            Self::Closed => "CLOSED",
            Self::Truncated => "TRUNCATED",
            Self::Error => "ERROR",
        }
    }
}

impl File {
    /// A file of that name, without a byte so far.
    pub fn new(name: &[u8], settings: &FileSettings) -> Self {
        Self {
            name: name.to_vec(),
            store: if settings.keep_all {
                Store::Wanted
            } else {
                Store::Undecided
            },
            hashing: Hashing::new(settings),
            wants_magic: settings.magic,
            limits: Limits {
                keep: settings.keep || settings.keep_all,
                shown: settings.shown,
                limit: settings.limit,
                window: settings.window.into(),
                inspect_min: settings.inspect_min.into(),
                inspect_window: settings.inspect_window.into(),
                undecided: settings.undecided,
            },
            ..Self::default()
        }
    }

    /// Adds bytes. What is beyond the limit is not followed: the file is truncated there.
    pub fn append(&mut self, data: &[u8], settings: &FileSettings) {
        let _ = settings;
        if self.state != FileState::Open {
            return;
        }
        let room = match self.limits.limit {
            0 => usize::MAX,
            limit => limit.saturating_sub(self.size).try_into().unwrap_or(usize::MAX),
        };
        let taken = data.get(..room).unwrap_or(data);
        self.size = self.size.saturating_add(taken.len() as u64);
        if let Some(hashing) = &mut self.hashing {
            hashing.update(taken);
        }
        if self.limits.shown || self.limits.keep || self.wants_magic {
            self.kept.extend_from_slice(taken);
        } else {
            // PERF: what nobody looks at is not copied.
            self.start = self.end().saturating_add(taken.len() as u64);
            self.kept.clear();
        }
        self.look();
        self.let_go();
        if taken.len() < data.len() {
            // LIMIT: `FileSettings::limit`.
            self.close(FileState::Truncated);
        }
    }

    /// So many bytes were lost.
    pub fn gap(&mut self, bytes: u64) {
        if self.state == FileState::Open {
            self.gaps = true;
            self.size = self.size.saturating_add(bytes);
        }
    }

    /// Nothing comes any more. A file with gaps is truncated, whatever `state` says.
    pub fn close(&mut self, state: FileState) {
        if self.state != FileState::Open || state == FileState::Open {
            return;
        }
        self.state = match state {
            FileState::Closed if self.gaps => FileState::Truncated,
            state => state,
        };
        self.look();
        if let Some(hashing) = self.hashing.take() {
            let digests = hashing.finish();
            // The hashes of a part tell nothing; a stored part is named by its own.
            self.digests = match self.state {
                FileState::Closed => digests,
                _ => Digests {
                    sha256: digests.sha256.filter(|_| self.limits.keep),
                    ..Digests::default()
                },
            };
        }
    }

    /// Whether nothing comes any more.
    pub fn is_over(&self) -> bool {
        self.state != FileState::Open
    }

    /// What rules are to see of it now (`file.data`); `None` when there is nothing new, or too little yet.
    pub fn window(&self) -> Option<&[u8]> {
        if !self.limits.shown
            || self.end() <= self.inspected
            || (!self.is_over() && self.size < self.limits.inspect_min)
        {
            return None;
        }
        self.kept.get((self.window_start() - self.start) as usize..)
    }

    /// Where the window begins in the file, in bytes.
    pub fn window_start(&self) -> u64 {
        let shown_again = self.limits.inspect_window;
        self.inspected.saturating_sub(shown_again).max(self.start)
    }

    /// Rules have seen everything there is.
    pub fn inspected(&mut self) {
        if self.window().is_some() {
            self.inspected = self.end();
        }
        self.seen = self.is_over();
        self.let_go();
    }

    /// Whether rules saw it when it was over.
    pub fn was_seen(&self) -> bool {
        self.seen
    }

    /// What kind of file it is, once that can be told, where it is wanted.
    pub fn magic(&self) -> Option<&str> {
        self.magic.as_deref()
    }

    /// Its hashes, those that are wanted, once it is over.
    pub fn digests(&self) -> &Digests {
        &self.digests
    }

    /// Whether it is stored.
    pub fn store(&self) -> Store {
        self.store
    }

    /// Has it stored, because the rule of that `sid` says so, if it can be. Nothing changes for a file that is.
    pub fn want_stored(&mut self, sid: u32) {
        if !self.limits.keep || self.store == Store::Never {
            return;
        }
        self.store = Store::Wanted;
        // LIMIT: so many rules are named.
        if !self.sids.contains(&sid) && self.sids.len() < MAX_SIDS {
            self.sids.push(sid);
        }
    }

    /// The rules that had it stored.
    pub fn sids(&self) -> &[u32] {
        &self.sids
    }

    /// What is new of a file that is stored.
    pub fn take_chunk(&mut self) -> Option<Chunk> {
        if self.store != Store::Wanted || self.end() <= self.taken {
            return None;
        }
        let from = self.taken.saturating_sub(self.start) as usize;
        let data = self.kept.get(from..)?.to_vec();
        let chunk = Chunk {
            offset: self.taken.max(self.start),
            data,
        };
        self.taken = self.end();
        self.let_go();
        Some(chunk)
    }

    /// The byte after the last that came, without counting what was lost.
    fn end(&self) -> u64 {
        self.start + self.kept.len() as u64
    }

    /// Tells the kind, once there is enough to.
    fn look(&mut self) {
        if self.wants_magic && (self.is_over() || self.end() >= MAGIC_BYTES as u64) {
            self.wants_magic = false;
            if self.start == 0 {
                self.magic = Some(magic(&self.kept).into());
            }
        }
    }

    /// Lets go of what nobody waits for.
    fn let_go(&mut self) {
        let seen = self.inspected.saturating_sub(self.limits.inspect_window);
        // LIMIT: `FileSettings::window`, for rules that do not look.
        let overdue = self
            .end()
            .saturating_sub(self.limits.window.max(self.limits.inspect_min));
        let seen = if self.limits.shown {
            seen.max(overdue)
        } else {
            self.end()
        };
        let first = match self.store {
            Store::Wanted => seen.min(self.taken),
            Store::Never => seen,
            Store::Undecided if !self.limits.keep => seen,
            // LIMIT: `FileSettings::undecided`.
            Store::Undecided if self.end() > self.limits.undecided => {
                self.store = Store::Never;
                seen
            }
            Store::Undecided => 0,
        };
        let drop = first.saturating_sub(self.start).min(self.kept.len() as u64);
        // PERF: moving what stays is worth it only where it is the smaller part.
        if drop * 2 > self.kept.len() as u64
            && !(self.wants_magic && self.start == 0 && self.end() < MAGIC_BYTES as u64)
        {
            self.kept.drain(..drop as usize);
            self.start += drop;
        }
    }
}

/// LIMIT: rules that are named as those that had a file stored.
const MAX_SIDS: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn settings() -> FileSettings {
        FileSettings {
            md5: true,
            sha256: true,
            magic: true,
            ..FileSettings::default()
        }
    }

    #[test]
    fn a_file_is_shown_once_there_is_enough_or_its_end() {
        let settings = settings();
        let mut file = File::new(b"a", &settings);
        file.append(&[1; 1000], &settings);
        assert!(file.window().is_none());
        file.inspected();
        file.append(&[2; 32_000], &settings);
        assert_eq!(file.window().map(<[u8]>::len), Some(33_000));
        file.inspected();
        assert!(file.window().is_none());
        file.append(&[3; 10], &settings);
        assert_eq!(file.window().map(<[u8]>::len), Some(4096 + 10));
        file.close(FileState::Closed);
        let mut short = File::new(b"b", &settings);
        short.append(b"%PDF-1.4\n", &settings);
        short.close(FileState::Closed);
        assert_eq!(short.window(), Some(&b"%PDF-1.4\n"[..]));
        assert_eq!(short.magic(), Some("PDF document, version 1.4"));
    }

    #[test]
    fn what_nobody_waits_for_is_let_go() {
        let settings = settings();
        for look in [true, false] {
            let mut file = File::new(b"a", &settings);
            for _ in 0..1000 {
                file.append(&[7; 1000], &settings);
                if look {
                    file.inspected();
                }
                assert!(file.kept.len() <= 2 * 100 * 1024 + 1000, "{}", file.kept.len());
            }
            assert_eq!(file.size, 1_000_000);
        }
    }

    #[test]
    fn what_no_rule_looks_at_is_not_kept() {
        let settings = FileSettings {
            shown: false,
            ..settings()
        };
        let mut file = File::new(b"a", &settings);
        for _ in 0..10 {
            file.append(&[b'a'; 1000], &settings);
        }
        assert!(file.window().is_none() && file.kept.is_empty());
        file.close(FileState::Closed);
        assert_eq!(
            (file.size, file.magic()),
            (
                10_000,
                Some("ASCII text, with very long lines, with no line terminators")
            )
        );
        assert!(file.digests().md5.is_some());
    }

    #[test]
    fn a_file_is_truncated_at_the_limit() {
        let settings = FileSettings {
            limit: 10,
            ..settings()
        };
        let mut file = File::new(b"a", &settings);
        file.append(&[1; 10], &settings);
        assert_eq!(file.state, FileState::Open);
        file.append(&[1; 10], &settings);
        assert_eq!((file.state, file.size), (FileState::Truncated, 10));
        assert_eq!(*file.digests(), Digests::default());
    }

    #[test]
    fn a_file_with_gaps_is_never_whole() {
        let mut file = File::new(b"a", &settings());
        file.append(b"abc", &settings());
        file.gap(5);
        file.close(FileState::Closed);
        assert_eq!((file.state, file.size, file.gaps), (FileState::Truncated, 8, true));
        assert!(file.digests().md5.is_none());
    }

    #[test]
    fn what_is_decided_late_is_stored_whole_or_not_at_all() {
        let settings = FileSettings {
            keep: true,
            undecided: 100_000,
            ..settings()
        };
        let mut file = File::new(b"a", &settings);
        for n in 0..90u8 {
            file.append(&[n; 1000], &settings);
            file.inspected();
            assert!(file.take_chunk().is_none());
        }
        file.want_stored(7);
        let chunk = file.take_chunk().expect("it is stored");
        assert_eq!((chunk.offset, chunk.data.len(), chunk.data[89_999]), (0, 90_000, 89));
        file.append(&[9; 500], &settings);
        assert_eq!(file.take_chunk().map(|c| (c.offset, c.data.len())), Some((90_000, 500)));
        assert_eq!(file.sids(), [7]);

        let mut late = File::new(b"b", &settings);
        late.append(&[0; 100_001], &settings);
        late.want_stored(7);
        assert_eq!((late.store(), late.take_chunk()), (Store::Never, None));
    }

    proptest! {
        #[test]
        fn cutting_changes_nothing(data in proptest::collection::vec(any::<u8>(), 0..2000), cut in 1usize..600, stored: bool) {
            let settings = FileSettings { keep: stored, keep_all: stored, inspect_min: 100, inspect_window: 20, window: 200, ..settings() };
            let mut whole = File::new(b"a", &settings);
            whole.append(&data, &settings);
            whole.close(FileState::Closed);
            let mut pieces = File::new(b"a", &settings);
            let mut out = Vec::new();
            for piece in data.chunks(cut) {
                pieces.append(piece, &settings);
                pieces.inspected();
                if let Some(chunk) = pieces.take_chunk() {
                    prop_assert_eq!(chunk.offset, out.len() as u64);
                    out.extend(chunk.data);
                }
            }
            pieces.close(FileState::Closed);
            prop_assert_eq!(whole.digests(), pieces.digests());
            prop_assert_eq!(whole.magic(), pieces.magic());
            prop_assert_eq!(whole.size, pieces.size);
            if stored {
                prop_assert_eq!(out, data);
            }
        }
    }
}
