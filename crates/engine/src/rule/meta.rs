//! What an alert says of its rule.

use serde::Serialize;

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
    /// `classtype`'s short name.
    pub classtype: Option<String>,
    /// `classtype`'s text, EVE's `category`.
    pub category: String,
    /// 1 is the gravest; EVE's `severity`.
    pub priority: u8,
    /// Where to read more.
    pub references: Vec<Reference>,
    /// Key and value, in the order of the rule.
    pub metadata: Vec<(String, String)>,
    /// Which side is under attack.
    pub target: Option<Target>,
    /// The application protocol of the header, if it names one.
    pub app_protocol: Option<&'static str>,
    /// The rule's text.
    pub text: String,
    /// The file it came from, and the line it starts at.
    pub origin: (u32, u32),
}

/// A `reference`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// `url`, `cve` ...
    pub kind: String,
    /// The id within that kind.
    pub id: String,
    /// What stands before the id in records: a URL's beginning, of reference.config.
    pub prefix: String,
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
