//! Exception policies: what becomes of a packet that the engine cannot follow.

/// Why a packet cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exception {
    /// No room for another session: `stream.memcap`.
    SessionMemcap,
    /// No room for data: `stream.reassembly.memcap`.
    ReassemblyMemcap,
    /// No room for another flow: `flow.memcap`.
    FlowMemcap,
    /// The beginning of its conversation was not seen.
    Midstream,
    /// The parser of its application protocol failed.
    AppLayerError,
    /// No room for fragments: `defrag.memcap`.
    DefragMemcap,
}

/// What becomes of such a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExceptionPolicy {
    /// Nothing: what can be inspected is.
    #[default]
    Ignore,
    /// It is dropped.
    DropPacket,
    /// It and the rest of its flow are dropped.
    DropFlow,
    /// It is dropped with the rest of its flow, and answered.
    Reject,
    /// It is not inspected.
    PassPacket,
    /// Neither it nor the rest of its flow is inspected.
    PassFlow,
    /// The engine has nothing more to do with its flow.
    Bypass,
}

/// A policy for each exception.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExceptionPolicies([ExceptionPolicy; Exception::COUNT]);

/// The exceptions that a flow met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExceptionSet(u8);

/// How often each exception was met.
pub type ExceptionCounts = [u64; Exception::COUNT];

impl Exception {
    /// How many there are.
    pub const COUNT: usize = 6;

    /// Every exception.
    pub const ALL: [Self; Self::COUNT] = [
        Self::SessionMemcap,
        Self::ReassemblyMemcap,
        Self::FlowMemcap,
        Self::Midstream,
        Self::AppLayerError,
        Self::DefragMemcap,
    ];

    /// EVE's name of it in flow records.
    pub const fn target(self) -> &'static str {
        match self {
            Self::SessionMemcap => "stream_memcap",
            Self::ReassemblyMemcap => "stream_reassembly_memcap",
            Self::FlowMemcap => "flow_memcap",
            Self::Midstream => "stream_midstream",
            Self::AppLayerError => "app_layer_error",
            Self::DefragMemcap => "defrag_memcap",
        }
    }

    /// Its counters below `exception_policy`.
    pub const fn counter(self) -> &'static str {
        match self {
            Self::SessionMemcap => "tcp.ssn_memcap",
            Self::ReassemblyMemcap => "tcp.reassembly",
            Self::FlowMemcap => "flow.memcap",
            Self::Midstream => "tcp.midstream",
            Self::AppLayerError => "app_layer.error",
            Self::DefragMemcap => "defrag.memcap",
        }
    }

    /// EVE's `reason` of packets that are dropped for it.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::SessionMemcap => "stream memcap",
            Self::ReassemblyMemcap => "stream reassembly",
            Self::FlowMemcap => "flow memcap",
            Self::Midstream => "stream midstream",
            Self::AppLayerError => "applayer error",
            Self::DefragMemcap => "defrag memcap",
        }
    }

    /// Whether it has to do with a flow: otherwise only the packet can be dropped or passed.
    pub const fn has_flow(self) -> bool {
        !matches!(self, Self::FlowMemcap | Self::DefragMemcap)
    }
}

impl ExceptionPolicy {
    /// Every policy by its name in the configuration.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("ignore", Self::Ignore),
        ("drop-packet", Self::DropPacket),
        ("drop-flow", Self::DropFlow),
        ("reject", Self::Reject),
        ("pass-packet", Self::PassPacket),
        ("pass-flow", Self::PassFlow),
        ("bypass", Self::Bypass),
    ];

    /// EVE's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::DropPacket => "drop_packet",
            Self::DropFlow => "drop_flow",
            Self::Reject => "reject",
            Self::PassPacket => "pass_packet",
            Self::PassFlow => "pass_flow",
            Self::Bypass => "bypass",
        }
    }

    /// Whether packets are dropped for it.
    pub const fn drops(self) -> bool {
        matches!(self, Self::DropPacket | Self::DropFlow | Self::Reject)
    }
}

impl ExceptionPolicies {
    /// The policy for an exception.
    pub fn of(&self, exception: Exception) -> ExceptionPolicy {
        self.0.get(exception as usize).copied().unwrap_or_default()
    }

    /// Sets the policy for an exception.
    pub fn set(&mut self, exception: Exception, policy: ExceptionPolicy) {
        if let Some(slot) = self.0.get_mut(exception as usize) {
            *slot = policy;
        }
    }
}

impl ExceptionSet {
    /// Adds one.
    pub const fn insert(&mut self, exception: Exception) {
        self.0 |= 1 << exception as u8;
    }

    /// Those in it, in order.
    pub fn iter(self) -> impl Iterator<Item = Exception> {
        Exception::ALL.into_iter().filter(move |e| self.0 & 1 << *e as u8 != 0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_exception_has_a_place_of_its_own() {
        let mut policies = ExceptionPolicies::default();
        let mut met = ExceptionSet::default();
        assert!(met.is_empty());
        for (exception, (_, policy)) in Exception::ALL.into_iter().zip(ExceptionPolicy::NAMES) {
            policies.set(exception, policy);
            met.insert(exception);
        }
        for (exception, (_, policy)) in Exception::ALL.into_iter().zip(ExceptionPolicy::NAMES) {
            assert_eq!(policies.of(exception), policy);
        }
        assert!(met.iter().eq(Exception::ALL));
    }
}
