//! Verification: whether a candidate really matches.

use packet::{Direction, Tunnel};

use super::headers::Fits;
use super::inspect::Inspector;
use super::lanes::FRONT;
use super::pattern_group::ScanState;
use super::rule_set::RuleSet;
use crate::rule::{
    DatasetState, FlowCondition, FlowVars, FragmentCondition, Op, PacketContext, Payload, PayloadOf, Rule,
    StreamCondition,
};

/// What is inspected: one packet, and what it brought to its stream.
pub struct Input<'a> {
    /// The packet and its flow.
    pub context: PacketContext<'a>,
    /// The packet's payload is part of the stream, which is inspected in its stead.
    pub payload_in_stream: bool,
    /// New data of the packet's direction of the stream.
    pub stream: Option<StreamData<'a>>,
    /// The packet is the first of its flow in its direction, or has no flow: rules that only ask for addresses are
    /// looked at.
    pub first_of_direction: bool,
    /// The packet was made up at the end of a flow: only its stream is inspected.
    pub pseudo: bool,
}

impl Input<'_> {
    /// Whether there is a payload of the packet itself to inspect.
    fn packet_payload_counts(&self) -> bool {
        let packet = self.context.packet;
        let hidden = self.context.flow.is_some_and(|flow| flow.no_payload);
        !self.pseudo && !packet.invalid && !packet.payload.is_empty() && !hidden
    }
}

/// Data of a stream that is inspected with a packet.
#[derive(Clone, Copy, Debug)]
pub struct StreamData<'a> {
    /// The bytes, contiguous.
    pub data: &'a [u8],
    /// Where they begin, in bytes from the start of the stream.
    pub offset: u64,
    /// How many bytes at the front were inspected before; they are there so that what spans the border is found.
    pub seen: usize,
}

/// A rule that matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Index into the rules.
    pub rule: u32,
    /// In reassembled data.
    pub stream: bool,
    /// In this transaction of the flow.
    pub tx: Option<u64>,
}

/// Finds the rules that match. One per worker: it keeps what is reused from packet to packet.
#[derive(Default)]
pub struct Detector {
    pub(super) scan: ScanState,
    pub(super) inspector: Inspector,
    pub(super) candidates: Vec<u32>,
    pub(super) transformed: [Vec<u8>; 2],
    pub(super) made: Vec<u8>,
    pub(super) fits: Fits,
    /// How many candidates were verified, and how many matched.
    pub verified: u64,
}

impl Detector {
    /// Appends the rules that match to `matches`, in the order of the rules, and carries out what they do to `vars`.
    ///
    /// Conditions that cross flows are not asked: whoever applies policy asks them.
    pub fn run(&mut self, rules: &RuleSet, input: &Input<'_>, vars: &mut FlowVars, matches: &mut Vec<Match>) {
        self.fits.begin();
        self.collect(rules, input);
        let mut candidates = std::mem::take(&mut self.candidates);
        for &index in &candidates {
            self.verified += 1;
            let times = self.fits.ask(rules, index, input.context.packet);
            if times == 0 {
                continue;
            }
            let Some(rule) = rules.rules.get(index as usize) else {
                continue;
            };
            if let Some(stream) = self.verify(rules, rule, input, vars) {
                matches.extend((0..times).map(|_| Match {
                    rule: index,
                    stream,
                    tx: None,
                }));
                for effect in &rule.effects {
                    vars.apply(effect);
                }
                if rule.action == crate::rule::Action::Pass {
                    break;
                }
            }
        }
        candidates.clear();
        self.candidates = candidates;
    }

    /// What rules have changed of the sets since this was asked last: for the end of a capture.
    pub fn take_sets(&mut self) -> DatasetState {
        self.inspector.take_sets()
    }

    /// Collects the candidates, in order, each once.
    fn collect(&mut self, rules: &RuleSet, input: &Input<'_>) {
        let (packet, prefilter) = (input.context.packet, &rules.prefilter);
        let out = &mut self.candidates;
        for event in packet.events.distinct() {
            if let Some(list) = prefilter.decoder_events.get(&event.code()) {
                out.extend_from_slice(list);
            }
        }
        for event in input.context.stream_events.iter() {
            if let Some(list) = prefilter.stream_events.get(&(event as u16)) {
                out.extend_from_slice(list);
            }
        }
        if let Some(flow) = &input.context.flow {
            for event in flow.app.events.iter() {
                if let Some(list) = prefilter.app_events.get(&(event as u8)) {
                    out.extend_from_slice(list);
                }
            }
        }
        if input.first_of_direction
            && let (Some(src), Some(dst)) = (packet.src(), packet.dst())
        {
            prefilter.ip_only.candidates(src, dst, out);
        }
        let direction = input.context.direction.unwrap_or(Direction::ToServer);
        if let Some(group) = prefilter.group(packet, direction) {
            group.without_literal(packet, out);
            if !input.pseudo {
                for (id, patterns) in &group.buffers {
                    if let Some(data) = rules.packet_buffer(*id, packet, &mut self.transformed) {
                        patterns.scan(data, &mut self.scan, out);
                    }
                }
                if let Some(lanes) = &group.packet_payload
                    && input.packet_payload_counts()
                {
                    lanes.scan(packet, &mut self.scan, out);
                }
            }
            if let Some(patterns) = &group.stream_front
                && let Some(stream) = input.stream
            {
                // A rule is asked about the new part, and about all of it.
                let front = |data: &[u8]| data.len().min(FRONT);
                let new = stream.data.get(stream.seen..).unwrap_or_default();
                patterns.scan(&stream.data[..front(stream.data)], &mut self.scan, out);
                if stream.seen > 0 {
                    patterns.scan(&new[..front(new)], &mut self.scan, out);
                }
            }
            if let Some(patterns) = &group.stream_payload {
                if let Some(stream) = input.stream {
                    patterns.scan(stream.data, &mut self.scan, out);
                }
                if !input.payload_in_stream && input.packet_payload_counts() {
                    patterns.scan(packet.payload, &mut self.scan, out);
                }
            }
        }
        out.sort_unstable();
        out.dedup();
    }

    /// Whether the rule matches: then, whether in the stream.
    fn verify(&mut self, rules: &RuleSet, rule: &Rule, input: &Input<'_>, vars: &FlowVars) -> Option<bool> {
        let context = &input.context;
        if !flow_matches(rule.flow, input)
            || !app_matches(rule, input)
            || (rule.at_recognition && !context.flow.is_some_and(|flow| flow.app.fresh))
            || !rule.state.iter().all(|check| vars.holds(check))
            || !rule.checks.iter().all(|check| check.matches(context))
        {
            return None;
        }
        if !self.packet_buffers(rules, rule, input) {
            return None;
        }
        match &rule.payload {
            Some(payload) => self.payload(payload, input),
            // Suricata: a rule that asks nothing of the packet itself matches the one made up at the end of a flow too.
            None if input.pseudo && rule.needs_packet => None,
            None => Some(false),
        }
    }

    /// Whether what the rule asks of buffers cut from the packet holds.
    pub(super) fn packet_buffers(&mut self, rules: &RuleSet, rule: &Rule, input: &Input<'_>) -> bool {
        rule.buffers.iter().all(|(id, ops)| {
            match rules.packet_buffer(*id, input.context.packet, &mut self.transformed) {
                None => matches!(ops.first(), Some(Op::Absent(_))),
                Some(data) => self.inspector.matches(ops, data),
            }
        })
    }

    pub(super) fn payload(&mut self, payload: &Payload, input: &Input<'_>) -> Option<bool> {
        if payload.of != PayloadOf::Packet
            && let Some(stream) = input.stream
            && self.stream_matches(payload, stream)
        {
            return Some(true);
        }
        let packet = input.context.packet;
        let wanted = payload.of != PayloadOf::Stream || !input.payload_in_stream;
        // Suricata: an empty payload is not inspected, so that `content:!"x"` alone does not match every ACK.
        (wanted && input.packet_payload_counts() && self.inspector.matches(&payload.ops, packet.payload))
            .then_some(false)
    }

    /// Whether the new part of the stream matches, or what spans the border to the old one: an old match is not told twice.
    ///
    /// Suricata sees the new part only: what a rule asks of its start (`depth`) is asked of that too.
    fn stream_matches(&mut self, payload: &Payload, stream: StreamData<'_>) -> bool {
        let (old, new) = stream.data.split_at(stream.seen.min(stream.data.len()));
        self.inspector.matches(&payload.ops, new)
            || !old.is_empty()
                && self.inspector.matches(&payload.ops, stream.data)
                && !self.inspector.matches(&payload.ops, old)
    }
}

/// Whether the flow speaks what the rule is for.
fn app_matches(rule: &Rule, input: &Input<'_>) -> bool {
    rule.app.is_none_or(|wanted| {
        let spoken = input.context.flow.and_then(|flow| flow.app.protocol);
        spoken.is_some_and(|id| wanted.has(id))
    })
}

pub(super) fn flow_matches(wanted: FlowCondition, input: &Input<'_>) -> bool {
    let context = &input.context;
    // Suricata: a packet without a flow counts as going to the server.
    if let Some(direction) = wanted.direction
        && context.direction.unwrap_or(Direction::ToServer) != direction
    {
        return false;
    }
    if let Some(established) = wanted.established
        && context.flow.is_none_or(|flow| flow.established != established)
    {
        return false;
    }
    // Suricata: whoever asks for the state of a flow, be it for none, asks for a flow.
    if wanted.stateless && context.flow.is_none() {
        return false;
    }
    match wanted.stream {
        Some(StreamCondition::Only) if input.stream.is_none() => return false,
        Some(StreamCondition::Never) if input.pseudo => return false,
        _ => {}
    }
    let defragmented = context.packet.tunnel == Tunnel::Defragmented;
    match wanted.fragment {
        Some(FragmentCondition::Only) => defragmented,
        Some(FragmentCondition::Never) => !defragmented,
        None => true,
    }
}
