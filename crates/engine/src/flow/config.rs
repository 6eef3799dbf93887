//! How many flows are kept, and for how long.

use super::entry::FlowState;
use super::key::{FlowKey, ICMP, ICMPV6, TCP, UDP};

/// The configuration of one flow table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowConfig {
    /// The most memory that the table may take, in bytes, without what the sessions hold on the heap.
    pub memcap: usize,
    /// When a flow without packets ends.
    pub timeouts: FlowTimeouts,
    /// The key of the hash.
    ///
    /// It decides where a flow lies in the table, and nothing that can be seen as long as nobody
    /// crafts keys that collide. Colliding flows push each other out early, so that a lookup never
    /// takes long; an installation that fears this sets a secret value.
    pub hash_seed: u64,
    /// How much of the table must be free, in percent, before emergency mode ends.
    pub emergency_recovery: u8,
}

/// When a flow without packets ends, by protocol.
///
/// The defaults are those of the `suricata.yaml` that Suricata comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowTimeouts {
    /// TCP.
    pub tcp: ProtocolTimeouts,
    /// UDP.
    pub udp: ProtocolTimeouts,
    /// ICMP and ICMPv6.
    pub icmp: ProtocolTimeouts,
    /// Every other protocol.
    pub other: ProtocolTimeouts,
}

/// When a flow of one protocol ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolTimeouts {
    /// As long as there is room for new flows.
    pub normal: StateTimeouts,
    /// From when the table was full until enough of it is free again.
    pub emergency: StateTimeouts,
}

/// When a flow ends, by its state: whole seconds of packet time since its last packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateTimeouts {
    /// Of flows that saw one direction, or a TCP handshake that was not finished.
    pub new: u32,
    /// Of established flows.
    pub established: u32,
    /// Of closed TCP connections.
    pub closed: u32,
    /// Of flows that are no longer looked at.
    pub bypassed: u32,
}

impl Default for FlowConfig {
    fn default() -> Self {
        Self {
            memcap: 128 << 20,
            timeouts: FlowTimeouts::default(),
            hash_seed: DEFAULT_HASH_SEED,
            emergency_recovery: 30,
        }
    }
}

impl Default for FlowTimeouts {
    fn default() -> Self {
        let connectionless = ProtocolTimeouts {
            normal: StateTimeouts {
                new: 30,
                established: 300,
                closed: 0,
                bypassed: 100,
            },
            emergency: StateTimeouts {
                new: 10,
                established: 100,
                closed: 0,
                bypassed: 50,
            },
        };
        Self {
            tcp: ProtocolTimeouts {
                normal: StateTimeouts {
                    new: 60,
                    established: 600,
                    closed: 60,
                    bypassed: 100,
                },
                emergency: StateTimeouts {
                    new: 5,
                    established: 100,
                    closed: 10,
                    bypassed: 50,
                },
            },
            udp: connectionless,
            icmp: connectionless,
            other: connectionless,
        }
    }
}

impl FlowTimeouts {
    /// The timeout in seconds of flows of this class.
    #[inline]
    pub(crate) fn of(&self, class: Class, emergency: bool) -> u32 {
        let protocol = match class.protocol {
            Protocol::Tcp => &self.tcp,
            Protocol::Udp => &self.udp,
            Protocol::Icmp => &self.icmp,
            Protocol::Other => &self.other,
        };
        let states = if emergency {
            &protocol.emergency
        } else {
            &protocol.normal
        };
        match class.state {
            FlowState::New => states.new,
            FlowState::Established => states.established,
            FlowState::Closed => states.closed,
            FlowState::Bypassed => states.bypassed,
        }
    }
}

/// Flows that share a timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class {
    pub(crate) protocol: Protocol,
    pub(crate) state: FlowState,
}

impl Class {
    pub(crate) const COUNT: usize = Protocol::ALL.len() * FlowState::ALL.len();

    #[inline]
    pub(crate) fn of(key: &FlowKey, state: FlowState) -> Self {
        let protocol = Protocol::of(key.proto());
        Self { protocol, state }
    }

    /// A number below [`COUNT`](Self::COUNT).
    #[inline]
    pub(crate) fn index(self) -> usize {
        self.state as usize * Protocol::ALL.len() + self.protocol as usize
    }

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        FlowState::ALL
            .into_iter()
            .flat_map(|state| Protocol::ALL.map(|protocol| Self { protocol, state }))
    }
}

/// Protocols that share timeouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Tcp,
    Udp,
    Icmp,
    Other,
}

impl Protocol {
    pub(crate) const ALL: [Self; 4] = [Self::Tcp, Self::Udp, Self::Icmp, Self::Other];

    #[inline]
    fn of(proto: u8) -> Self {
        match proto {
            TCP => Self::Tcp,
            UDP => Self::Udp,
            ICMP | ICMPV6 => Self::Icmp,
            _ => Self::Other,
        }
    }
}

/// The key of the hash when the configuration has none: the digits of pi.
pub const DEFAULT_HASH_SEED: u64 = 0x3141_5926_5358_9793;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_numbered_in_order() {
        let numbers: Vec<usize> = Class::all().map(Class::index).collect();
        assert_eq!(numbers, (0..Class::COUNT).collect::<Vec<_>>());
    }

    #[test]
    fn each_class_has_its_timeout() {
        let timeouts = FlowTimeouts::default();
        let of = |protocol, state| timeouts.of(Class { protocol, state }, false);
        assert_eq!(of(Protocol::Tcp, FlowState::New), 60);
        assert_eq!(of(Protocol::Tcp, FlowState::Established), 600);
        assert_eq!(of(Protocol::Tcp, FlowState::Closed), 60);
        assert_eq!(of(Protocol::Udp, FlowState::New), 30);
        assert_eq!(of(Protocol::Icmp, FlowState::Established), 300);
        assert_eq!(of(Protocol::Other, FlowState::Bypassed), 100);
    }
}
