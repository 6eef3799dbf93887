//! The prefilter: which rules there is a reason to look at, for a packet.

use std::ops::Range;

use hashbrown::HashMap;
use packet::{Direction, Packet};

use super::by_port::{ByPort, ByPortBuilder};
use super::front::{FRONT, Front, FrontBuilder};
use super::ip_only::{IpOnly, IpOnlyBuilder};
use super::lanes::{Lanes, LanesBuilder};
use super::pattern_group::{PatternGroup, PatternGroupBuilder};
use super::probe::{Probe, Reason};
use super::rule_set::BufferUse;
use super::tx_prefilter::{TxPrefilter, TxPrefilterBuilder};
use crate::app_layer::{AppSet, ProtocolId};
use crate::buffer::BufferId;
use crate::rule::{Hint, PacketContext, PayloadOf, PortSet, ProtocolSet, Rule};

/// Which rules there is a reason to look at, by the kind of packet and its direction.
#[derive(Debug, Default)]
pub struct Prefilter {
    groups: Vec<SignatureGroup>,
    /// Rules that ask for a decoder event, by its number.
    pub decoder_events: HashMap<u16, Vec<u32>>,
    /// Rules that ask for a stream event, by its number.
    pub stream_events: HashMap<u16, Vec<u32>>,
    /// Rules that ask for what went wrong between protocols, by the event's number.
    pub app_events: HashMap<u8, Vec<u32>>,
    /// Rules that only ask for addresses.
    pub ip_only: IpOnly,
    /// Rules that ask for something of a transaction.
    pub transactions: TxPrefilter,
}

/// The rules for one kind of packet in one direction.
#[derive(Debug, Default)]
pub struct SignatureGroup {
    /// By a literal of the packet's payload.
    pub packet_payload: Option<Lanes>,
    /// By a literal of the stream's.
    pub stream_payload: Option<ByPort>,
    /// By a literal that must stand within the first [`FRONT`] bytes of what is inspected of the stream.
    pub stream_front: Option<Front>,
    /// By a literal of a buffer cut from the packet.
    pub buffers: Vec<(BufferId, PatternGroup)>,
    /// Without a literal, by destination port.
    by_dst_port: HashMap<u16, Vec<u32>>,
    /// Without a literal, by source port.
    by_src_port: HashMap<u16, Vec<u32>>,
    /// Without a literal and without few ports.
    always: Vec<u32>,
    /// The same, of which a few fields tell as much.
    hinted: Vec<(Fields, u32)>,
}

/// What a rule asks of the packet's fields and its flow that is quick to ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fields {
    /// The TCP flags, masked by the first, are the second.
    flags: Option<(u8, u8)>,
    /// The payload has between so many and so many bytes.
    size: Option<(u16, u16)>,
    /// The flow speaks one of these.
    app: Option<AppSet>,
}

/// What a rule cannot match without.
#[derive(Clone, Debug)]
pub enum Key {
    /// A literal in the payload, and between which places it must stand, where that is written.
    Payload(Box<[u8]>, bool, Option<Range<usize>>),
    /// A literal in a buffer cut from the packet, or of the transaction.
    Buffer(BufferId, Box<[u8]>, bool),
    /// Nothing that can be looked up by its bytes.
    None,
}

/// Collects the rules of a [`Prefilter`].
#[derive(Debug, Default)]
pub struct PrefilterBuilder {
    groups: Vec<GroupBuilder>,
    decoder_events: HashMap<u16, Vec<u32>>,
    stream_events: HashMap<u16, Vec<u32>>,
    app_events: HashMap<u8, Vec<u32>>,
    ip_only: IpOnlyBuilder,
    transactions: TxPrefilterBuilder,
}

#[derive(Debug)]
struct GroupBuilder {
    packet_payload: LanesBuilder,
    stream_payload: ByPortBuilder,
    stream_front: FrontBuilder,
    buffers: HashMap<BufferId, PatternGroupBuilder>,
    rest: SignatureGroup,
}

/// The kinds of packet that are grouped apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP of either version.
    Icmp,
    /// Other protocols above IP.
    OtherIp,
    /// No IP.
    NotIp,
}

impl PrefilterBuilder {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            groups: (0..GROUPS).map(GroupBuilder::new).collect(),
            ..Self::default()
        }
    }

    /// Adds a rule under what it cannot match without.
    pub fn add(&mut self, index: u32, rule: &Rule, key: &Key, buffers: &[BufferUse]) {
        if !rule.tx.is_empty() {
            return self.transactions.add(index, rule, key, buffers);
        }
        if rule.ip_only {
            self.ip_only.add(index, &rule.header);
            return;
        }
        for hint in rule.checks.iter().filter_map(|check| check.hint()) {
            match hint {
                Hint::DecoderEvent(event) => return self.decoder_events.entry(event).or_default().push(index),
                Hint::StreamEvent(event) => return self.stream_events.entry(event).or_default().push(index),
                Hint::AppEvent(event) => return self.app_events.entry(event).or_default().push(index),
                _ => {}
            }
        }
        for class in Class::ALL
            .into_iter()
            .filter(|class| class.is_in(&rule.header.protocols))
        {
            for direction in [Direction::ToServer, Direction::ToClient] {
                if rule.flow.direction.is_none_or(|d| d == direction)
                    && let Some(group) = self.groups.get_mut(class.group(direction))
                {
                    group.add(index, rule, key, class);
                }
            }
        }
    }

    /// Builds the matchers.
    pub fn build(self) -> Prefilter {
        // PERF: each group's matchers are built by themselves; there are few, and ET Open's take milliseconds.
        use rayon::prelude::*;
        let groups = self.groups.into_par_iter().map(GroupBuilder::build).collect();
        Prefilter {
            groups,
            decoder_events: self.decoder_events,
            stream_events: self.stream_events,
            app_events: self.app_events,
            ip_only: self.ip_only.build(),
            transactions: self.transactions.build(),
        }
    }
}

impl GroupBuilder {
    /// The group of this number: see [`Class::group`].
    fn new(group: usize) -> Self {
        let direction = if group.is_multiple_of(2) {
            Direction::ToServer
        } else {
            Direction::ToClient
        };
        Self {
            packet_payload: LanesBuilder::new(direction),
            stream_payload: ByPortBuilder::new(direction),
            stream_front: FrontBuilder::default(),
            buffers: HashMap::new(),
            rest: SignatureGroup::default(),
        }
    }

    fn add(&mut self, index: u32, rule: &Rule, key: &Key, class: Class) {
        match key {
            Key::Payload(literal, nocase, place) => {
                let of = rule.payload.as_ref().map_or(PayloadOf::Packet, |p| p.of);
                if class != Class::Tcp || of != PayloadOf::Stream {
                    self.packet_payload.add(index, rule, literal, *nocase, place.clone());
                }
                if class == Class::Tcp && of != PayloadOf::Packet {
                    // Where the packet is no part of a stream, only what asks for both is looked for in its lanes.
                    let front = place
                        .as_ref()
                        .filter(|place| of == PayloadOf::Both && place.end <= FRONT);
                    match front {
                        Some(place) => self.stream_front.add(literal, *nocase, place, index),
                        None => self.stream_payload.add(literal, *nocase, index, rule),
                    }
                }
            }
            Key::Buffer(buffer, literal, nocase) => {
                self.buffers.entry(*buffer).or_default().add(literal, *nocase, index)
            }
            Key::None if class.excludes(rule) => {}
            Key::None => self.rest.add_without_literal(index, rule),
        }
    }

    fn build(self) -> SignatureGroup {
        let mut buffers: Vec<_> = self
            .buffers
            .into_iter()
            .filter_map(|(id, group)| Some((id, group.build()?)))
            .collect();
        buffers.sort_unstable_by_key(|(id, _)| *id);
        SignatureGroup {
            packet_payload: self.packet_payload.build(),
            stream_payload: self.stream_payload.build(),
            stream_front: self.stream_front.build(),
            buffers,
            ..self.rest
        }
    }
}

impl SignatureGroup {
    fn add_without_literal(&mut self, index: u32, rule: &Rule) {
        let header = &rule.header;
        let few = |ports: &Option<std::sync::Arc<PortSet>>| {
            ports.clone().filter(|p| p.len() <= FEW_PORTS && !header.both_ways)
        };
        let (table, ports) = match (few(&header.dst_ports), few(&header.src_ports)) {
            (Some(ports), _) => (&mut self.by_dst_port, ports),
            (None, Some(ports)) => (&mut self.by_src_port, ports),
            (None, None) => {
                let fields = Fields::of(rule);
                return match fields == Fields::default() {
                    true => self.always.push(index),
                    false => self.hinted.push((fields, index)),
                };
            }
        };
        for port in ports.intervals().iter().flat_map(|(a, b)| *a..=*b) {
            table.entry(port).or_default().push(index);
        }
    }

    /// Appends the rules without a literal that may want a packet with these ports.
    pub fn without_literal(&self, context: &PacketContext<'_>, out: &mut Vec<u32>, probe: &mut impl Probe) {
        let packet = context.packet;
        out.extend_from_slice(&self.always);
        probe.found(Reason::Always, &self.always);
        let before = out.len();
        let spoken = context.flow.and_then(|flow| flow.app.protocol);
        let fit = self.hinted.iter().filter(|(fields, _)| fields.fit(packet, spoken));
        out.extend(fit.map(|(_, rule)| *rule));
        probe.found(Reason::Fields, &out[before..]);
        if !self.by_dst_port.is_empty()
            && let Some(rules) = self.by_dst_port.get(&packet.dst_port())
        {
            out.extend_from_slice(rules);
            probe.found(Reason::Port, rules);
        }
        if !self.by_src_port.is_empty()
            && let Some(rules) = self.by_src_port.get(&packet.src_port())
        {
            out.extend_from_slice(rules);
            probe.found(Reason::Port, rules);
        }
    }
}

impl Fields {
    fn of(rule: &Rule) -> Self {
        let mut fields = Self {
            app: rule.app,
            ..Self::default()
        };
        for hint in rule.checks.iter().filter_map(|check| check.hint()) {
            match hint {
                Hint::TcpFlags(mask, value) => fields.flags = Some((mask, value)),
                Hint::PayloadSize(low, high) => fields.size = Some((low, high)),
                _ => {}
            }
        }
        fields
    }

    fn fit(self, packet: &Packet<'_>, spoken: Option<ProtocolId>) -> bool {
        let length = packet.payload.len().min(usize::from(u16::MAX)) as u16;
        self.app.is_none_or(|wanted| spoken.is_some_and(|id| wanted.has(id)))
            && self.size.is_none_or(|(low, high)| (low..=high).contains(&length))
            && self
                .flags
                .is_none_or(|(mask, value)| packet.tcp().is_some_and(|tcp| tcp.flags() & mask == value))
    }
}

impl Prefilter {
    /// The group of a packet in a direction; a packet without a flow counts as going to the server.
    pub fn group(&self, packet: &Packet<'_>, direction: Direction) -> Option<&SignatureGroup> {
        self.groups.get(Class::of(packet).group(direction))
    }

    /// Bytes of memory that the matchers take.
    pub fn memory(&self) -> usize {
        let of = |g: &SignatureGroup| {
            let buffers = g.buffers.iter().map(|(_, group)| group.memory());
            g.packet_payload.as_ref().map_or(0, Lanes::memory)
                + g.stream_payload.as_ref().map_or(0, ByPort::memory)
                + g.stream_front.as_ref().map_or(0, Front::memory)
                + buffers.sum::<usize>()
        };
        self.groups.iter().map(of).sum()
    }
}

impl Class {
    const ALL: [Self; 5] = [Self::Tcp, Self::Udp, Self::Icmp, Self::OtherIp, Self::NotIp];

    /// The kind of a packet.
    pub fn of(packet: &Packet<'_>) -> Self {
        match packet.ip_proto() {
            Some(6) => Self::Tcp,
            Some(17) => Self::Udp,
            Some(1 | 58) => Self::Icmp,
            Some(_) => Self::OtherIp,
            None => Self::NotIp,
        }
    }

    fn is_in(self, set: &ProtocolSet) -> bool {
        match self {
            Self::Tcp => set.any_packet || set.has(6),
            Self::Udp => set.any_packet || set.has(17),
            Self::Icmp => set.any_packet || set.has(1) || set.has(58),
            Self::OtherIp => set.any_packet || (0..=255).any(|p| !matches!(p, 1 | 6 | 17 | 58) && set.has(p)),
            Self::NotIp => set.any_packet || set.arp,
        }
    }

    /// Whether the rule asks for an IP protocol that no packet of the class has.
    fn excludes(self, rule: &Rule) -> bool {
        let protocols: &[u8] = match self {
            Self::Tcp => &[6],
            Self::Udp => &[17],
            Self::Icmp => &[1, 58],
            Self::OtherIp | Self::NotIp => return false,
        };
        rule.checks.iter().any(|check| match check.hint() {
            Some(Hint::IpProto(protocol)) => !protocols.contains(&protocol),
            _ => false,
        })
    }

    const fn group(self, direction: Direction) -> usize {
        self as usize * 2 + direction.index()
    }
}

const GROUPS: usize = Class::ALL.len() * 2;

/// A rule with at most so many ports is looked up by them.
const FEW_PORTS: usize = 64;
