//! A flow.

use std::net::IpAddr;

use packet::{Direction, Timestamp};

use super::community_id::{CommunityId, community_id};
use super::flags::FlowFlags;
use super::id::flow_id;
use super::key::{ESP, FlowKey, ICMP, ICMPV6, SCTP, TCP, UDP};
use super::table::Seen;

/// A flow: two ends that talk, what was counted of it, and the state `S` that later stages keep.
#[derive(Clone, Debug)]
pub struct Flow<S> {
    /// What later stages keep for the flow.
    pub session: S,
    /// What later stages decided about the flow.
    pub flags: FlowFlags,
    key: FlowKey,
    first: Timestamp,
    last: Timestamp,
    first_packet: u64,
    counts: [Count; 2],
    /// How many flows the first packet began before this one.
    rank: u16,
    state: FlowState,
    reason: EndReason,
    /// Whether the client is the key's second end.
    reversed: bool,
    icmp_code: u8,
    /// Which directions had a packet of the flow itself, not an ICMP error about it.
    spoke: [bool; 2],
}

/// Packets and bytes of one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Packets.
    pub packets: u64,
    /// Bytes of those packets as they were decoded: with the link layer for a packet as captured.
    pub bytes: u64,
}

/// How far a flow has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlowState {
    /// One direction spoke; for TCP, the handshake is not finished.
    New,
    /// Both directions spoke; for TCP, the handshake is finished.
    Established,
    /// A TCP connection that was closed or reset.
    Closed,
    /// The flow is no longer looked at.
    Bypassed,
}

/// Why a flow ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndReason {
    /// There was no packet for too long.
    Timeout,
    /// It had to make room for another.
    Forced,
    /// The capture ended.
    Shutdown,
    /// Its addresses and ports were used for another connection.
    TcpReuse,
}

/// The message that began an ICMP flow and the answer it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IcmpFlow {
    /// The type of the first message.
    pub kind: u8,
    /// Its code.
    pub code: u8,
    /// The type of the answers, once there was one.
    pub response_kind: Option<u8>,
}

impl<S> Flow<S> {
    /// The flow that begins with this packet, as so many others did before; nothing is counted yet.
    pub(crate) fn new(seen: &Seen, rank: u16) -> Self
    where
        S: Default,
    {
        Self {
            session: S::default(),
            flags: FlowFlags::default(),
            key: seen.tuple.key,
            first: seen.time,
            last: seen.time,
            first_packet: seen.number,
            counts: [Count::default(); 2],
            rank,
            state: FlowState::New,
            reason: EndReason::Shutdown,
            reversed: seen.tuple.reversed,
            icmp_code: seen.tuple.icmp_code,
            spoke: [false; 2],
        }
    }

    /// The identity of the flow.
    #[inline]
    pub fn key(&self) -> &FlowKey {
        &self.key
    }

    /// The number that EVE has as `flow_id`: positive and below 2^51, so that JSON readers keep it exact.
    ///
    /// It derives from the key and from the time and number of the first packet, so the same
    /// capture gives the same numbers in every run. It is not kept, but computed when asked for.
    pub fn id(&self) -> u64 {
        flow_id(&self.key, self.first, self.first_packet)
    }

    /// The IP protocol.
    #[inline]
    pub fn proto(&self) -> u8 {
        self.key.proto()
    }

    /// The address and port of the client; port 0 for a protocol without ports.
    #[inline]
    pub fn client(&self) -> (IpAddr, u16) {
        self.end(self.reversed)
    }

    /// The address and port of the server; port 0 for a protocol without ports.
    #[inline]
    pub fn server(&self) -> (IpAddr, u16) {
        self.end(!self.reversed)
    }

    /// The types and the code of an ICMP or ICMPv6 flow; `None` for other protocols.
    pub fn icmp(&self) -> Option<IcmpFlow> {
        if !self.is_icmp() {
            return None;
        }
        let (kind, answer) = self.port_words();
        let [_, answered] = self.spoke;
        Some(IcmpFlow {
            kind: kind as u8,
            code: self.icmp_code,
            response_kind: answered.then_some(answer as u8),
        })
    }

    /// The time of the first packet.
    #[inline]
    pub fn first(&self) -> Timestamp {
        self.first
    }

    /// The latest time of a packet; never before [`first`](Self::first), whatever the capture's clock did.
    #[inline]
    pub fn last(&self) -> Timestamp {
        self.last
    }

    /// The number of the first packet.
    #[inline]
    pub fn first_packet(&self) -> u64 {
        self.first_packet
    }

    /// What came this way.
    #[inline]
    pub fn count(&self, direction: Direction) -> Count {
        let [to_server, to_client] = self.counts;
        match direction {
            Direction::ToServer => to_server,
            Direction::ToClient => to_client,
        }
    }

    /// How far the flow has come.
    #[inline]
    pub fn state(&self) -> FlowState {
        self.state
    }

    /// Why it ended; of no meaning while it is in the table.
    #[inline]
    pub fn reason(&self) -> EndReason {
        self.reason
    }

    /// The Community ID of the flow.
    pub fn community_id(&self, seed: u16) -> CommunityId {
        let (client, server) = (self.client().0, self.server().0);
        let (from, mut to) = self.port_words();
        if self.is_icmp() {
            to = u16::from(self.icmp_code);
        }
        community_id(seed, (client, from), (server, to), self.proto())
    }

    /// The direction of a packet with this tuple.
    // Suricata: what has neither ports nor ICMP's types goes to the server, whoever sent it.
    #[inline]
    pub(crate) fn direction(&self, reversed: bool) -> Direction {
        let sided = matches!(self.proto(), TCP | UDP | SCTP | ICMP | ICMPV6);
        if reversed == self.reversed || !sided {
            Direction::ToServer
        } else {
            Direction::ToClient
        }
    }

    /// Orders flows by their first packet, and those that one packet began by their depth.
    pub(crate) fn order(&self) -> (u64, u16) {
        (self.first_packet, self.rank)
    }

    /// Counts a packet. Returns whether the state changed.
    #[inline]
    pub(crate) fn record(&mut self, direction: Direction, seen: &Seen) -> bool {
        self.last = self.last.max(seen.time);
        let [to_server, to_client] = &mut self.counts;
        let count = match direction {
            Direction::ToServer => to_server,
            Direction::ToClient => to_client,
        };
        count.packets = count.packets.saturating_add(1);
        count.bytes = count.bytes.saturating_add(u64::from(seen.bytes));
        // Suricata: an ICMP error is counted, but does not establish the flow it is about.
        if seen.tuple.quoted {
            return false;
        }
        let [client, server] = &mut self.spoke;
        match direction {
            Direction::ToServer => *client = true,
            Direction::ToClient => *server = true,
        }
        let established = self.state == FlowState::New && self.spoke == [true; 2] && self.key.proto() != TCP;
        if established {
            self.state = FlowState::Established;
        }
        established
    }

    pub(crate) fn set_state(&mut self, state: FlowState) {
        self.state = state;
    }

    pub(crate) fn set_reason(&mut self, reason: EndReason) {
        self.reason = reason;
    }

    /// Makes the client the server, and the other way round.
    pub(crate) fn swap(&mut self) {
        self.reversed = !self.reversed;
        self.counts.reverse();
        self.spoke.reverse();
        self.flags.swap();
    }

    #[inline]
    fn end(&self, high: bool) -> (IpAddr, u16) {
        let (address, port) = if high { self.key.high() } else { self.key.low() };
        if self.is_icmp() || self.proto() == ESP {
            (address, 0)
        } else {
            (address, port)
        }
    }

    /// What stands for the ports, the client's first.
    fn port_words(&self) -> (u16, u16) {
        let (low, high) = (self.key.low().1, self.key.high().1);
        if self.reversed { (high, low) } else { (low, high) }
    }

    #[inline]
    fn is_icmp(&self) -> bool {
        matches!(self.proto(), ICMP | ICMPV6)
    }
}

impl FlowState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::New, Self::Established, Self::Closed, Self::Bypassed];

    /// The name that EVE has for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Established => "established",
            Self::Closed => "closed",
            Self::Bypassed => "bypassed",
        }
    }
}

impl EndReason {
    /// The name that EVE has for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Forced => "forced",
            Self::Shutdown => "shutdown",
            Self::TcpReuse => "tcp_reuse",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Tuple;

    fn flow(tuple: Tuple) -> Flow<()> {
        let seen = Seen {
            tuple,
            time: Timestamp::new(10, 0),
            number: 3,
            bytes: 60,
        };
        Flow::new(&seen, 0)
    }

    fn udp() -> Tuple {
        Tuple::with_ports("10.0.0.9:1000".parse().unwrap(), "10.0.0.2:53".parse().unwrap(), 17)
    }

    #[test]
    fn the_first_sender_is_the_client() {
        let mut flow = flow(udp());
        assert_eq!(flow.client(), ("10.0.0.9".parse().unwrap(), 1000));
        assert_eq!(flow.server(), ("10.0.0.2".parse().unwrap(), 53));
        flow.swap();
        assert_eq!(flow.client(), ("10.0.0.2".parse().unwrap(), 53));
    }

    #[test]
    fn icmp_has_types_instead_of_ports() {
        let (a, b) = ("10.0.0.9".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let mut ping = flow(Tuple::icmp(a, b, ICMP, 8, 5));
        assert_eq!(ping.client(), (a, 0));
        let expected = IcmpFlow {
            kind: 8,
            code: 5,
            response_kind: None,
        };
        assert_eq!(ping.icmp(), Some(expected));
        let answer = Seen {
            tuple: Tuple::icmp(b, a, ICMP, 0, 0),
            time: Timestamp::new(11, 0),
            number: 4,
            bytes: 60,
        };
        ping.record(ping.direction(answer.tuple.reversed), &answer);
        assert_eq!(ping.icmp().and_then(|icmp| icmp.response_kind), Some(0));
        assert_eq!(flow(udp()).icmp(), None);
    }

    #[test]
    fn a_slot_is_small() {
        assert!(size_of::<Flow<()>>() <= 120, "{}", size_of::<Flow<()>>());
    }
}
