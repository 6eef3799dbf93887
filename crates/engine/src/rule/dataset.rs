//! Sets of values that rules look up and change: `dataset` and `datarep`.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the values of a set are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DatasetKind {
    /// Bytes of any length; base64 in files.
    String,
    /// 16 bytes; hexadecimal in files.
    Md5,
    /// 32 bytes; hexadecimal in files.
    Sha256,
    /// IPv4 addresses.
    Ipv4,
    /// IPv6 addresses, IPv4 ones mapped to IPv6.
    Ipv6,
    /// Addresses of both versions.
    Ip,
}

/// What a set knows of one of its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Its reputation (`datarep`); 0 in a set without.
    pub reputation: u16,
}

/// A set of values that rules share by its name: what was loaded. What rules change is in a [`DatasetState`].
#[derive(Debug)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// Its number, by which a [`DatasetState`] finds it.
    pub id: u32,
    /// What its values are.
    pub kind: DatasetKind,
    /// The file its values were loaded from (`load`), as the rule names it.
    pub load: Option<String>,
    /// Where its values go at the end (`save`, `state`), relative to the data folder.
    pub save: Option<String>,
    /// At most so many bytes of values that rules added.
    pub memcap: u64,
    loaded: HashMap<Box<[u8]>, (u32, Member)>,
    changed_by_rules: AtomicBool,
}

/// What rules have changed of the sets since the capture began.
///
/// Each capture has one of its own. Where several workers share the flows of a capture, rules that change a set
/// ([`Dataset::is_changed_by_rules`]) must be looked at in the order of packets.
#[derive(Debug, Default)]
pub struct DatasetState {
    changes: HashMap<u32, Changes>,
}

#[derive(Default)]
struct Changes {
    /// Added values in the order in which they came; removed ones.
    values: HashMap<Box<[u8]>, Change>,
    next: u32,
    bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Added(u32),
    Removed,
}

impl DatasetKind {
    /// The kind that `type` names in a rule.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::String,
            "md5" => Self::Md5,
            "sha256" => Self::Sha256,
            "ipv4" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            "ip" => Self::Ip,
            _ => return None,
        })
    }

    /// What `type` is called in a rule.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Md5 => "md5",
            Self::Sha256 => "sha256",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Ip => "ip",
        }
    }

    /// The bytes under which a buffer is looked up, in `scratch` where they differ; `None` when it cannot be a value.
    pub fn key<'a>(self, buffer: &'a [u8], scratch: &'a mut [u8; 16]) -> Option<&'a [u8]> {
        match (self, buffer.len()) {
            (Self::String, _)
            | (Self::Md5, 16)
            | (Self::Sha256, 32)
            | (Self::Ipv4, 4)
            | (Self::Ipv6 | Self::Ip, 16) => Some(buffer),
            (Self::Ipv6 | Self::Ip, 4) => {
                *scratch = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0];
                scratch[12..].copy_from_slice(buffer);
                Some(scratch)
            }
            _ => None,
        }
    }
}

impl Dataset {
    /// A set of the given values, keyed as [`DatasetKind::key`] says.
    pub fn new(
        name: String,
        id: u32,
        kind: DatasetKind,
        values: impl IntoIterator<Item = (Box<[u8]>, Member)>,
    ) -> Self {
        let mut loaded = HashMap::new();
        for (value, member) in values {
            let order = u32::try_from(loaded.len()).unwrap_or(u32::MAX);
            loaded.entry(value).or_insert((order, member));
        }
        Self {
            name,
            id,
            kind,
            load: None,
            save: None,
            memcap: DEFAULT_MEMCAP,
            loaded,
            changed_by_rules: AtomicBool::new(false),
        }
    }

    /// Says that a rule adds or removes values.
    pub fn mark_changed(&self) {
        self.changed_by_rules.store(true, Ordering::Relaxed);
    }

    /// Whether some rule adds or removes values: then the order in which packets are looked at matters, across flows.
    pub fn is_changed_by_rules(&self) -> bool {
        self.changed_by_rules.load(Ordering::Relaxed)
    }

    /// What is known of a value, given `state`.
    pub fn get(&self, value: &[u8], state: &DatasetState) -> Option<Member> {
        let mut scratch = [0; 16];
        let key = self.kind.key(value, &mut scratch)?;
        match state.change(self.id, key) {
            Some(Change::Added(_)) => Some(Member::default()),
            Some(Change::Removed) => None,
            None => self.loaded.get(key).map(|(_, member)| *member),
        }
    }

    /// Adds a value. Whether it was not there before.
    pub fn add(&self, value: &[u8], state: &mut DatasetState) -> bool {
        let mut scratch = [0; 16];
        let Some(key) = self.kind.key(value, &mut scratch) else {
            return false;
        };
        match state.change(self.id, key) {
            Some(Change::Added(_)) => return false,
            None if self.loaded.contains_key(key) => return false,
            _ => {}
        }
        let changes = state.changes.entry(self.id).or_default();
        // LIMIT: the set's memcap; a value that no longer fits is not added, and does not match.
        let bytes = changes.bytes.saturating_add(key.len() as u64 + PER_VALUE);
        if bytes > self.memcap {
            return false;
        }
        changes.bytes = bytes;
        let order = changes.next;
        changes.next = changes.next.saturating_add(1);
        changes.values.insert(key.into(), Change::Added(order));
        true
    }

    /// Takes a value away. Whether it was there.
    pub fn remove(&self, value: &[u8], state: &mut DatasetState) -> bool {
        if self.get(value, state).is_none() {
            return false;
        }
        let mut scratch = [0; 16];
        let Some(key) = self.kind.key(value, &mut scratch) else {
            return false;
        };
        let changes = state.changes.entry(self.id).or_default();
        if self.loaded.contains_key(key) {
            // LIMIT: no more of these than values were loaded.
            changes.values.insert(key.into(), Change::Removed);
        } else if changes.values.remove(key).is_some() {
            changes.bytes = changes.bytes.saturating_sub(key.len() as u64 + PER_VALUE);
        }
        true
    }

    /// All values: those that were loaded in the order of their file, then those that rules added in order.
    pub fn values<'a>(&'a self, state: &'a DatasetState) -> Vec<&'a [u8]> {
        let mut loaded: Vec<_> = self
            .loaded
            .iter()
            .filter(|(key, _)| state.change(self.id, key).is_none())
            .collect();
        loaded.sort_unstable_by_key(|(_, (order, _))| *order);
        let mut added: Vec<_> = state
            .changes
            .get(&self.id)
            .into_iter()
            .flat_map(|changes| &changes.values)
            .collect();
        added.sort_unstable_by_key(|(_, change)| match change {
            Change::Added(order) => *order,
            Change::Removed => u32::MAX,
        });
        let added = added
            .into_iter()
            .filter(|(_, change)| matches!(change, Change::Added(_)))
            .map(|(key, _)| &**key);
        loaded.into_iter().map(|(key, _)| &**key).chain(added).collect()
    }
}

impl DatasetState {
    fn change(&self, id: u32, key: &[u8]) -> Option<Change> {
        self.changes.get(&id)?.values.get(key).copied()
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} changes", self.values.len())
    }
}

/// Suricata's default for a set without `memcap`.
const DEFAULT_MEMCAP: u64 = 100 << 20;

/// What a value takes beside its bytes.
const PER_VALUE: u64 = 48;

#[cfg(test)]
mod tests {
    use super::*;

    fn set(kind: DatasetKind, values: &[&[u8]]) -> Dataset {
        Dataset::new(
            "s".into(),
            0,
            kind,
            values.iter().map(|v| ((*v).into(), Member { reputation: 7 })),
        )
    }

    #[test]
    fn adding_twice_says_so() {
        let (set, mut state) = (set(DatasetKind::String, &[b"a"]), DatasetState::default());
        assert!(!set.add(b"a", &mut state) && set.add(b"b", &mut state) && !set.add(b"b", &mut state));
        assert_eq!(set.values(&state), [b"a", b"b"]);
        assert!(
            set.get(b"b", &DatasetState::default()).is_none(),
            "another capture knows nothing of it"
        );
    }

    #[test]
    fn a_removed_value_can_come_back() {
        let (set, mut state) = (set(DatasetKind::String, &[b"a"]), DatasetState::default());
        assert!(set.remove(b"a", &mut state) && !set.remove(b"a", &mut state));
        assert!(set.get(b"a", &state).is_none() && set.values(&state).is_empty());
        assert!(set.add(b"a", &mut state) && set.get(b"a", &state).is_some());
    }

    #[test]
    fn only_values_of_the_kind_are_looked_up() {
        let state = DatasetState::default();
        assert!(set(DatasetKind::Ipv4, &[&[1, 2, 3, 4]]).get(&[0; 16], &state).is_none());
        let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4];
        let both = set(DatasetKind::Ip, &[&mapped]);
        assert_eq!(both.get(&[1, 2, 3, 4], &state), Some(Member { reputation: 7 }));
        assert_eq!(both.get(&mapped, &state), both.get(&[1, 2, 3, 4], &state));
    }

    #[test]
    fn a_full_set_takes_nothing_more() {
        let (mut set, mut state) = (set(DatasetKind::String, &[]), DatasetState::default());
        set.memcap = 2 * (PER_VALUE + 1);
        assert!(set.add(b"a", &mut state) && set.add(b"b", &mut state) && !set.add(b"c", &mut state));
        assert!(set.remove(b"a", &mut state) && set.add(b"c", &mut state));
    }
}
