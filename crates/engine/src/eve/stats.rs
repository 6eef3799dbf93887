//! Stats records: counters by dotted names, as a tree.

use std::collections::BTreeMap;
use std::io;

use packet::Timestamp;
use serde::Serialize;

use super::Rfc3339;

/// Counters by dotted names; `decoder.pkts` is put out as `{"decoder":{"pkts":...}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum StatsTree {
    /// A counter.
    Count(u64),
    /// Counters below a name, sorted by name.
    Branch(BTreeMap<String, StatsTree>),
    /// Several of the same kind.
    List(Vec<StatsTree>),
    /// Nothing yet.
    #[default]
    Empty,
}

#[derive(Serialize)]
struct StatsLine<'a> {
    timestamp: Rfc3339,
    event_type: &'static str,
    stats: &'a StatsTree,
}

impl StatsTree {
    /// Adds `count` to the counter of that dotted name.
    pub fn add(&mut self, name: &str, count: u64) {
        match self.at_or_new(name) {
            Self::Count(n) => *n = n.saturating_add(count),
            other => *other = Self::Count(count),
        }
    }

    /// Puts `tree` at that dotted name, whatever is there.
    pub fn set(&mut self, name: &str, tree: Self) {
        *self.at_or_new(name) = tree;
    }

    /// Whether there is anything of that name at the top.
    pub fn has(&self, name: &str) -> bool {
        matches!(self, Self::Branch(children) if children.contains_key(name))
    }

    /// Takes away what is of that name at the top.
    pub fn remove(&mut self, name: &str) {
        if let Self::Branch(children) = self {
            children.remove(name);
        }
    }

    fn at_or_new(&mut self, name: &str) -> &mut Self {
        name.split('.').fold(self, |node, part| {
            if !matches!(node, Self::Branch(_)) {
                *node = Self::Branch(BTreeMap::new());
            }
            match node {
                Self::Branch(children) => children.entry(part.to_owned()).or_default(),
                node => node,
            }
        })
    }

    /// The counter of that dotted name.
    pub fn get(&self, name: &str) -> Option<u64> {
        let mut node = self;
        for part in name.split('.') {
            let Self::Branch(children) = node else { return None };
            node = children.get(part)?;
        }
        match node {
            Self::Count(n) => Some(*n),
            _ => None,
        }
    }

    /// The tree without the counters that are 0.
    #[must_use]
    pub fn without_zeros(&self) -> Self {
        match self {
            Self::Count(0) => Self::Empty,
            Self::Branch(children) => {
                let kept = children
                    .iter()
                    .map(|(name, child)| (name.clone(), child.without_zeros()));
                let kept: BTreeMap<_, _> = kept.filter(|(_, child)| *child != Self::Empty).collect();
                if kept.is_empty() {
                    Self::Empty
                } else {
                    Self::Branch(kept)
                }
            }
            Self::List(items) => {
                let kept = items.iter().map(|item| match item.without_zeros() {
                    Self::Empty => Self::Branch(BTreeMap::new()),
                    kept => kept,
                });
                Self::List(kept.collect())
            }
            other => other.clone(),
        }
    }

    /// Appends a stats record: a line of JSON with its line feed.
    ///
    /// # Errors
    /// Only if `out` cannot be written to, which does not happen to a `Vec`.
    pub fn write(&self, time: Timestamp, out: &mut Vec<u8>) -> io::Result<()> {
        super::line(
            out,
            &StatsLine {
                timestamp: Rfc3339(time),
                event_type: "stats",
                stats: self,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_a_tree() {
        let mut tree = StatsTree::default();
        tree.add("decoder.pkts", 2);
        tree.add("decoder.event.ipv4.trunc_pkt", 1);
        tree.add("decoder.pkts", 3);
        let mut out = Vec::new();
        tree.write(Timestamp(0), &mut out).expect("a Vec can be written to");
        assert_eq!(
            String::from_utf8_lossy(&out),
            "{\"timestamp\":\"1970-01-01T00:00:00.000000+0000\",\"event_type\":\"stats\",\
             \"stats\":{\"decoder\":{\"event\":{\"ipv4\":{\"trunc_pkt\":1}},\"pkts\":5}}}\n"
        );
        assert_eq!((tree.get("decoder.pkts"), tree.get("decoder")), (Some(5), None));
        tree.add("tcp.syn", 0);
        let kept = tree.without_zeros();
        assert_eq!((kept.get("decoder.pkts"), kept.get("tcp.syn")), (Some(5), None));
    }
}
