//! What an alert says of its rule.

use std::sync::Arc;

/// What a rule says of itself.
#[derive(Clone, Debug, Default)]
pub struct RuleMeta {
    /// Generator, 1 for text rules.
    pub gid: u32,
    /// Signature id.
    pub sid: u32,
    /// Revision.
    pub rev: u32,
    /// The message.
    pub msg: String,
    /// `classtype`'s text, EVE's `category`; shared by the rules of a class.
    pub category: Arc<str>,
    /// 1 is the gravest; EVE's `severity`.
    pub priority: u8,
    /// Where to read more.
    pub references: Vec<Reference>,
    /// What else there is to say.
    pub metadata: Metadata,
    /// Which side is under attack.
    pub target: Option<Target>,
    /// The application protocol of the header, if it names one.
    pub app_protocol: Option<&'static str>,
    /// The rule's text.
    pub text: String,
    /// The file it came from, and the byte of its text that it starts at.
    pub origin: (u32, u32),
}

/// A `reference`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The id within its kind.
    pub id: Box<str>,
    /// What stands before the id in records: a URL's beginning, of reference.config; shared by the references of a kind.
    pub prefix: Arc<str>,
}

/// `metadata`: keys and values, in the order of the rule.
// PERF: one allocation for a rule; as pairs of strings this was a fifth of all memory that ET Open takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// As the rule has it, `key value,key value`: there is no blank in a key, and no comma in either.
    text: String,
}

impl Metadata {
    /// Adds a key, which has no blank in it, and its value; neither has a comma.
    pub fn push(&mut self, key: &str, value: &str) {
        if !self.text.is_empty() {
            self.text.push(',');
        }
        self.text.push_str(key);
        self.text.push(' ');
        self.text.push_str(value);
    }

    /// Makes room for so many bytes of keys and values.
    pub fn reserve(&mut self, bytes: usize) {
        self.text.reserve_exact(bytes + 1);
    }

    /// Keys and values.
    // PERF: `split` and `split_once` take five times as long, and this is done for each alert.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let commas = memchr::memchr_iter(b',', self.text.as_bytes());
        let mut start = 0;
        let items = commas.chain([self.text.len()]).map(move |end| {
            let item = self.text.get(start..end).unwrap_or_default();
            start = end + 1;
            item
        });
        items.filter(|item| !item.is_empty()).map(|item| {
            let blank = memchr::memchr(b' ', item.as_bytes()).unwrap_or(item.len());
            let (key, value) = item.split_at(blank);
            (key, value.get(1..).unwrap_or_default())
        })
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Gives back what was reserved and is not needed.
    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
    }
}

/// Which side a rule says is under attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// `target:src_ip`.
    Source,
    /// `target:dest_ip`.
    Destination,
}

/// What a rule does with the packet, in the order in which rules are looked at by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Let through, and ask no further rule.
    Pass,
    /// Drop, and the rest of the flow.
    Drop,
    /// Drop and answer with a reset or an ICMP error.
    Reject(Reject),
    /// Tell.
    Alert,
}

/// Whom a reject answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reject {
    /// The sender.
    Source,
    /// The receiver.
    Destination,
    /// Both.
    Both,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_comes_back_as_it_was_put_in() {
        let mut metadata = Metadata::default();
        assert_eq!(metadata.iter().next(), None);
        let pairs = [
            ("created_at", "2026_01_31"),
            ("tag", "a b"),
            ("former", ""),
            ("tag", "c"),
        ];
        for (key, value) in pairs {
            metadata.push(key, value);
        }
        assert_eq!(metadata.iter().collect::<Vec<_>>(), pairs);
    }
}
