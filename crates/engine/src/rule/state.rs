//! What rules remember: conditions on remembered state, and what a match does to it.

use std::sync::Arc;

/// The number of a name (flowbit, flowint, xbit) in the loaded rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(pub u32);

/// A condition on state that an earlier match left behind.
#[derive(Clone, Debug, PartialEq)]
pub enum StateCheck {
    /// `flowbits:isset`: one of the bits is set on the flow (`a|b` lists several).
    FlowbitSet(Box<[NameId]>),
    /// `flowbits:isnotset`: one of the bits is not set on the flow (`a|b` lists several).
    FlowbitClear(Box<[NameId]>),
    /// `flowint` compared; an unset variable matches nothing.
    Flowint(NameId, IntCompare, FlowintValue),
    /// `flowint:x,isset` and `notset`.
    FlowintPresent(NameId, bool),
    /// `xbits`/`hostbits:isset` (true) or `isnotset` (false). Crosses flows.
    Shared(SharedBit, bool),
}

impl StateCheck {
    /// The keyword that it was, for reports.
    pub const fn keyword(&self) -> &'static str {
        match self {
            Self::FlowbitSet(_) | Self::FlowbitClear(_) => "flowbits",
            Self::Flowint(..) | Self::FlowintPresent(..) => "flowint",
            Self::Shared(bit, _) if bit.asked_first => "xbits",
            Self::Shared(..) => "hostbits",
        }
    }
}

/// What a match changes.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// `flowbits:set`.
    FlowbitSet(NameId),
    /// `flowbits:unset`.
    FlowbitClear(NameId),
    /// `flowbits:toggle`.
    FlowbitToggle(NameId),
    /// `flowint:x,=,5`, `+`, `-`.
    Flowint(NameId, IntAssign, FlowintValue),
    /// `xbits`/`hostbits:set`, with the seconds it lasts. Crosses flows.
    SharedSet(SharedBit, u32),
    /// `xbits`/`hostbits:unset`. Crosses flows.
    SharedClear(SharedBit),
    /// `xbits`/`hostbits:toggle`. Crosses flows.
    SharedToggle(SharedBit, u32),
    /// `tag`: what follows is logged.
    Tag(Tag),
    /// `bypass`: the flow is not looked at any more.
    Bypass,
    /// `filestore`: files are stored.
    StoreFiles(super::StoreFiles),
    /// `replace`: `at` bytes into the rule's matched content, inline only.
    Replace,
}

/// A bit on a host, or on a pair of hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SharedBit {
    /// Its name.
    pub name: NameId,
    /// Whose bit it is.
    pub track: SharedTrack,
    /// Rules ask for it before others set it for the same packet (`xbits`), or after (`hostbits`).
    pub asked_first: bool,
}

/// Whose bit an xbit or hostbit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SharedTrack {
    /// The source address.
    Source,
    /// The destination address.
    Destination,
    /// Both addresses, in either order.
    Pair,
}

/// The comparison of a `flowint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntCompare {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `>=`
    Ge,
    /// `>`
    Gt,
}

/// What a `flowint` does to its variable. Results saturate at 0 and at 2^32-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntAssign {
    /// `=`
    Set,
    /// `+`
    Add,
    /// `-`
    Sub,
}

/// The right-hand side of a `flowint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowintValue {
    /// A number.
    Const(u32),
    /// Another variable of the flow.
    Name(NameId),
}

/// `tag:session|host,<count>,<packets|seconds|bytes>[,src|dst]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// What is tagged.
    pub scope: TagScope,
    /// How much of it is logged.
    pub count: u32,
    /// In what unit.
    pub metric: TagMetric,
}

/// What a `tag` follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagScope {
    /// The flow.
    Session,
    /// The source address of the match. Crosses flows.
    Source,
    /// The destination address of the match. Crosses flows.
    Destination,
}

/// The unit of a `tag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagMetric {
    /// Packets.
    Packets,
    /// Seconds of packet time.
    Seconds,
    /// Bytes of packets.
    Bytes,
}

/// How often a rule may alert: `threshold`, `detection_filter`, `rate_filter` and threshold.config.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// What is done with the count.
    pub kind: ThresholdKind,
    /// What is counted apart.
    pub track: Track,
    /// How many.
    pub count: u32,
    /// Within how many seconds of packet time.
    pub seconds: u32,
    /// `threshold:type backoff`: the multiplier.
    pub multiplier: u32,
}

/// What a [`Threshold`] does with its count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThresholdKind {
    /// At most `count` alerts in the window.
    Limit,
    /// Every `count`-th match in the window alerts.
    Threshold,
    /// One alert in the window, at the `count`-th match.
    Both,
    /// Every match after the first `count` of the window alerts.
    DetectionFilter,
    /// Every match after the first `count` different values of the window alerts (`unique_on`).
    DistinctFilter(Unique),
    /// Alerts 1, m, m*m ... of the matches.
    Backoff,
    /// One alert in the window, at a match whose packet and those of the `count - 1` matches before it have payloads
    /// of more than this many bytes on average, however long ago they were.
    Average {
        /// Bytes.
        over: u32,
    },
    /// Over the rate, the action changes for so many seconds.
    Rate {
        /// The action over the rate.
        action: super::Action,
        /// For how many seconds.
        timeout: u32,
    },
}

/// What a [`ThresholdKind::DistinctFilter`] counts once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unique {
    /// The source port.
    SourcePort,
    /// The destination port.
    DestinationPort,
}

/// What a [`Threshold`] counts apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Track {
    /// Each source address.
    Source,
    /// Each destination address.
    Destination,
    /// Each pair of addresses, in either order.
    Both,
    /// The rule.
    Rule,
    /// Each flow.
    Flow,
}

/// A `suppress` line of threshold.config.
#[derive(Clone, Debug, PartialEq)]
pub struct Suppress {
    /// Which address is looked at; both are with [`SuppressTrack::Either`].
    pub track: SuppressTrack,
    /// The addresses whose alerts are suppressed.
    pub addresses: Arc<super::AddressSet>,
}

/// Which address a [`Suppress`] looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressTrack {
    /// No address: all alerts of the rule.
    All,
    /// The source.
    Source,
    /// The destination.
    Destination,
    /// Either.
    Either,
}
