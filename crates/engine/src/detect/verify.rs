//! Verification: whether a candidate really matches.

use packet::{Direction, Packet, Tunnel};

use super::headers::Fits;
use super::inspect::Inspector;
use super::pattern_group::ScanState;
use super::probe::{Inspected, Place, Probe, Reason, Unprofiled};
use super::profile::Profile;
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

impl<'a> Input<'a> {
    /// A packet outside of any flow.
    pub fn of_packet(packet: &'a Packet<'a>) -> Self {
        Self {
            context: PacketContext::of_packet(packet),
            payload_in_stream: false,
            stream: None,
            first_of_direction: true,
            pseudo: false,
        }
    }

    /// Whether there is a payload of the packet itself to inspect.
    pub(super) fn packet_payload_counts(&self) -> bool {
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
    /// Rules for transactions that a literal in the payload is a reason to look at.
    pub(super) by_payload: Vec<u32>,
    pub(super) fits: Fits,
    /// What rules cost, where that is counted.
    pub(super) profile: Option<Box<Profile>>,
}

impl Detector {
    /// Appends the rules that match to `matches`, in the order of the rules, and carries out what they do to `vars`.
    ///
    /// Conditions that cross flows are not asked: whoever applies policy asks them.
    pub fn run(&mut self, rules: &RuleSet, input: &Input<'_>, vars: &mut FlowVars, matches: &mut Vec<Match>) {
        match self.profile.take() {
            None => self.run_with(rules, input, vars, matches, &mut Unprofiled),
            Some(mut profile) => {
                self.run_with(rules, input, vars, matches, &mut *profile);
                self.profile = Some(profile);
            }
        }
    }

    fn run_with(
        &mut self,
        rules: &RuleSet,
        input: &Input<'_>,
        vars: &mut FlowVars,
        matches: &mut Vec<Match>,
        probe: &mut impl Probe,
    ) {
        self.fits.begin();
        self.collect(rules, input, probe);
        let mut candidates = std::mem::take(&mut self.candidates);
        for &index in &candidates {
            probe.look(index);
            let times = self.fits.ask(rules, index, input.context.packet);
            if times == 0 {
                probe.end(0);
                continue;
            }
            probe.fits();
            let Some(rule) = rules.rules.get(index as usize) else {
                probe.end(0);
                continue;
            };
            let matched = self.verify(rules, rule, input, vars, probe);
            probe.end(matched.map_or(0, |_| times));
            if let Some(stream) = matched {
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

    /// Counts from now on, or counts no more, what rules cost; what was counted is forgotten.
    pub fn profile(&mut self, profile: Option<Profile>) {
        self.profile = profile.map(Box::new);
    }

    /// What was counted so far, if it is.
    pub fn profiled(&self) -> Option<&Profile> {
        self.profile.as_deref()
    }

    /// Collects the candidates, in order, each once.
    fn collect<P: Probe>(&mut self, rules: &RuleSet, input: &Input<'_>, probe: &mut P) {
        let (packet, prefilter) = (input.context.packet, &rules.prefilter);
        let out = &mut self.candidates;
        for event in packet.events.distinct() {
            if let Some(list) = prefilter.decoder_events.get(&event.code()) {
                out.extend_from_slice(list);
                probe.found(Reason::Event, list);
            }
        }
        for event in input.context.stream_events.iter() {
            if let Some(list) = prefilter.stream_events.get(&(event as u16)) {
                out.extend_from_slice(list);
                probe.found(Reason::Event, list);
            }
        }
        if let Some(flow) = &input.context.flow {
            for event in flow.app.events.iter() {
                if let Some(list) = prefilter.app_events.get(&(event as u8)) {
                    out.extend_from_slice(list);
                    probe.found(Reason::Event, list);
                }
            }
        }
        if input.first_of_direction
            && let (Some(src), Some(dst)) = (packet.src(), packet.dst())
        {
            let before = out.len();
            prefilter.ip_only.candidates(src, dst, out);
            probe.found(Reason::Address, &out[before..]);
        }
        let direction = input.context.direction.unwrap_or(Direction::ToServer);
        probe.packet(packet, direction);
        if let Some(group) = prefilter.group(packet, direction) {
            group.without_literal(&input.context, out, probe);
            if !input.pseudo {
                for (id, patterns) in &group.buffers {
                    if let Some(data) = rules.packet_buffer(*id, packet, &mut self.transformed) {
                        probe.scan(Place::Buffer(*id), patterns, data, &mut self.scan, out);
                    }
                }
                if let Some(lanes) = &group.packet_payload
                    && input.packet_payload_counts()
                {
                    lanes.scan(packet, &mut self.scan, out, probe);
                }
            }
            if let Some(front) = &group.stream_front
                && let Some(stream) = input.stream
            {
                // A rule is asked about the new part, and about all of it.
                front.scan(Place::StreamFront, stream.data, &mut self.scan, out, probe);
                if stream.seen > 0 {
                    let new = stream.data.get(stream.seen..).unwrap_or_default();
                    front.scan(Place::StreamFront, new, &mut self.scan, out, probe);
                }
            }
            if let Some(patterns) = group.stream_payload.as_ref().and_then(|all| all.of(packet)) {
                if let Some(stream) = input.stream {
                    probe.scan(Place::Stream, patterns, stream.data, &mut self.scan, out);
                }
                if !input.payload_in_stream && input.packet_payload_counts() {
                    probe.scan(Place::Stream, patterns, packet.payload, &mut self.scan, out);
                }
            }
        }
        // PERF: of nineteen out of twenty the header does not fit, and they need not be put in order.
        out.retain(|rule| P::COUNTS || self.fits.ask(rules, *rule, packet) != 0);
        out.sort_unstable();
        out.dedup();
    }

    /// Whether the rule matches: then, whether in the stream.
    fn verify(
        &mut self,
        rules: &RuleSet,
        rule: &Rule,
        input: &Input<'_>,
        vars: &FlowVars,
        probe: &mut impl Probe,
    ) -> Option<bool> {
        let flow_holds = flow_matches(rule.flow, input)
            && app_matches(rule, input)
            && (!rule.at_recognition || input.context.flow.is_some_and(|flow| flow.app.fresh));
        probe.flow(flow_holds);
        if !flow_holds
            || !state_holds(rule, vars, probe)
            || !checks_hold(rule, &input.context, probe)
            || !self.packet_buffers(rules, rule, input, probe)
        {
            return None;
        }
        match &rule.payload {
            Some(payload) => self.payload(payload, input, probe),
            // Suricata: a rule that asks nothing of the packet itself matches the one made up at the end of a flow too.
            None if input.pseudo && rule.needs_packet => None,
            None => Some(false),
        }
    }

    /// Whether what the rule asks of buffers cut from the packet holds.
    pub(super) fn packet_buffers(
        &mut self,
        rules: &RuleSet,
        rule: &Rule,
        input: &Input<'_>,
        probe: &mut impl Probe,
    ) -> bool {
        rule.buffers.iter().all(|(id, ops)| {
            match rules.packet_buffer(*id, input.context.packet, &mut self.transformed) {
                None => matches!(ops.first(), Some(Op::Absent(_))),
                Some(data) => self.inspector.matches(Inspected::Buffer(*id), ops, data, probe),
            }
        })
    }

    pub(super) fn payload(&mut self, payload: &Payload, input: &Input<'_>, probe: &mut impl Probe) -> Option<bool> {
        if payload.of != PayloadOf::Packet
            && let Some(stream) = input.stream
            && self.stream_matches(payload, stream, probe)
        {
            return Some(true);
        }
        let packet = input.context.packet;
        let wanted = payload.of != PayloadOf::Stream || !input.payload_in_stream;
        // Suricata: an empty payload is not inspected, so that `content:!"x"` alone does not match every ACK.
        let matches = wanted
            && input.packet_payload_counts()
            && self
                .inspector
                .matches(Inspected::Packet, &payload.ops, packet.payload, probe);
        matches.then_some(false)
    }

    /// Whether the new part of the stream matches, or what spans the border to the old one: an old match is not told twice.
    ///
    /// Suricata sees the new part only: what a rule asks of its start (`depth`) is asked of that too.
    fn stream_matches(&mut self, payload: &Payload, stream: StreamData<'_>, probe: &mut impl Probe) -> bool {
        let (old, new) = stream.data.split_at(stream.seen.min(stream.data.len()));
        let mut matches = |data| self.inspector.matches(Inspected::Stream, &payload.ops, data, probe);
        matches(new) || !old.is_empty() && matches(stream.data) && !matches(old)
    }
}

/// Whether what the rule asks of remembered state holds.
pub(super) fn state_holds(rule: &Rule, vars: &FlowVars, probe: &mut impl Probe) -> bool {
    rule.state.iter().all(|check| {
        let holds = vars.holds(check);
        probe.state(check, holds);
        holds
    })
}

/// Whether the rule's conditions on the packet hold.
pub(super) fn checks_hold(rule: &Rule, context: &PacketContext<'_>, probe: &mut impl Probe) -> bool {
    rule.checks.iter().enumerate().all(|(index, check)| {
        let holds = check.matches(context);
        probe.check(index, holds);
        holds
    })
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
