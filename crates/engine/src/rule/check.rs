//! Conditions on a packet that need no buffer.

use std::fmt;

use packet::{Direction, Packet};

use crate::app_layer::{AppEventSet, ProtocolId};
use crate::stream::StreamEventSet;

/// What is known of the packet's flow when a rule is verified.
#[derive(Clone, Copy, Debug, Default)]
pub struct FlowFacts {
    /// Nanoseconds of packet time since the flow's first packet.
    pub age: i64,
    /// Packets so far, this one included: to the server, to the client.
    pub packets: [u64; 2],
    /// Bytes of those packets, from their IP header.
    pub bytes: [u64; 2],
    /// Sequence numbers used up in each direction of a TCP stream (`stream_size`); `None` without a session.
    pub stream_bytes: Option<[u64; 2]>,
    /// Both sides were seen (TCP: the handshake is complete).
    pub established: bool,
    /// A TCP session is on its way down: a FIN or a reset was seen.
    pub closing: bool,
    /// The rate in each direction is above `flow.rate-tracking`: to the server, to the client.
    pub elephant: [bool; 2],
    /// Payloads are encrypted, or otherwise not to be looked at.
    pub no_payload: bool,
    /// The application protocol.
    pub app: AppFacts,
}

/// What is known of the flow's application protocol.
#[derive(Clone, Copy, Debug, Default)]
pub struct AppFacts {
    /// The protocol, once it is known.
    pub protocol: Option<ProtocolId>,
    /// What each direction by itself looks like: to the server, to the client.
    pub looks: [Option<ProtocolId>; 2],
    /// Whether the protocol of each direction is settled, be it that there is none.
    pub settled: [bool; 2],
    /// No earlier packet of this direction found the protocol of the direction settled.
    pub fresh: bool,
    /// What was spoken before the protocol changed, and what was agreed on then.
    pub before: (Option<ProtocolId>, Option<ProtocolId>),
    /// What went wrong between protocols with this packet.
    pub events: AppEventSet,
}

/// What a condition may look at.
#[derive(Clone, Copy)]
pub struct PacketContext<'a> {
    /// The packet itself.
    pub packet: &'a Packet<'a>,
    /// Its direction within the flow; `None` without a flow.
    pub direction: Option<Direction>,
    /// Its flow, so far.
    pub flow: Option<FlowFacts>,
    /// What TCP tracking found wrong with it.
    pub stream_events: StreamEventSet,
}

impl<'a> PacketContext<'a> {
    /// A packet outside of any flow.
    pub const fn of_packet(packet: &'a Packet<'a>) -> Self {
        Self {
            packet,
            direction: None,
            flow: None,
            stream_events: StreamEventSet::EMPTY,
        }
    }
}

/// A condition on a packet and its flow: the run-time half of a keyword of [`Kind::Packet`](crate::keyword::Kind).
pub trait PacketCheck: Send + Sync + fmt::Debug {
    /// Whether the packet meets it.
    fn matches(&self, context: &PacketContext<'_>) -> bool;

    /// Whether it looks at the packet rather than at its flow: then the rule's contents are looked for in the packet's
    /// payload, not in the stream's.
    fn requires_packet(&self) -> bool {
        true
    }

    /// Whether the rule's contents are looked for in the packet's payload and in the stream's, if nothing else of the
    /// rule decides between them.
    fn wants_both_payloads(&self) -> bool {
        false
    }

    /// Whether it depends on addresses alone, so that a rule with it can be looked at once per flow and direction.
    fn ip_only_compatible(&self) -> bool {
        false
    }

    /// Whether it only asks what the flow speaks, so that a rule with nothing else is looked at until that is known.
    fn at_recognition(&self) -> bool {
        false
    }

    /// What it costs, to put cheap ones first: 0 a field of a header, 1 a look-up, 2 the whole packet.
    fn cost(&self) -> u8 {
        0
    }

    /// What a packet must have for this to match, if that can be looked up before any rule is verified.
    fn hint(&self) -> Option<Hint> {
        None
    }
}

/// A reason to look at a rule that has no literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hint {
    /// The packet raised the decoder event of this number.
    DecoderEvent(u16),
    /// The packet raised the stream event of this number.
    StreamEvent(u16),
    /// Something went wrong between protocols with the packet: the event of this number.
    AppEvent(u8),
    /// The ICMP (either version) type lies between the two, both included.
    IcmpType(u8, u8),
    /// The TCP flags, masked by the first, are the second.
    TcpFlags(u8, u8),
    /// The payload has between so many and so many bytes, both included.
    PayloadSize(u16, u16),
    /// The IP protocol.
    IpProto(u8),
}
