//! The way of a packet through the stages.

use packet::{Direction, Packet, Timestamp};

use super::except::Excepted;
use super::record::tunnel_record;
use super::shard::{Session, Shard};
use super::{Output, UDP, Verdict, Worker};
use crate::defrag::OverlapPolicy;
use crate::detect::{Detector, Input, Match, StreamData};
use crate::exception::Exception;
use crate::flow::{Flow, FlowFlags, FlowRef, FlowState, Found, Seen, Tuple};
use crate::rule::{AppFacts, FlowFacts, FlowVars, PacketContext, Reject};
use crate::stream::{OsPolicy, Segment, SegmentOutcome, StreamEventSet, StreamMemory, TcpState, track};

/// What a packet is inspected with.
pub(super) struct Subjected<'p> {
    pub packet: &'p Packet<'p>,
    pub flow: Option<FlowRef>,
    pub direction: Option<Direction>,
    pub outcome: SegmentOutcome,
    pub pseudo: bool,
    /// No earlier packet of its direction found the flow's protocol settled.
    pub fresh: bool,
}

impl Worker {
    /// Takes a packet, and the packets within it, through the stages.
    pub(super) fn packet(&mut self, shard: &mut Shard, packet: &Packet<'_>, out: &mut Vec<Output>) -> Verdict {
        self.counters.count_layers(packet.layers);
        self.counters.invalid += u64::from(packet.malformed && packet.depth == 0);
        let mut verdict = if packet.is_fragment() {
            self.fragment(shard, packet, out)
        } else {
            self.whole(shard, packet, out)
        };
        if let Some(inner) = packet.decode_inner(&self.config.decode) {
            let around = std::mem::replace(&mut self.outer, tunnel_record(packet));
            verdict = verdict.max(self.packet(shard, &inner, out));
            self.outer = around;
        }
        verdict
    }

    /// A fragment is inspected by itself, and the datagram when it is whole.
    fn fragment(&mut self, shard: &mut Shard, packet: &Packet<'_>, out: &mut Vec<Output>) -> Verdict {
        // The table is taken out while its datagram is inspected: a datagram may hold a fragment of another.
        let Some(mut defrag) = shard.defrag.take() else {
            return self.whole(shard, packet, out);
        };
        let policy = packet.dst().map_or(OverlapPolicy::default(), |dst| {
            overlap_policy(self.config.stream.host_os.lookup(dst))
        });
        let added = defrag.add_packet(packet, policy);
        let mut noted = *packet;
        for event in added.iter().flat_map(|added| added.events.iter()) {
            noted.events.insert(event.decoder_event(packet.is_ipv6()));
        }
        let mut verdict = self.whole(shard, &noted, out);
        if let Some(bytes) = added.and_then(|added| added.datagram) {
            let datagram = Packet::decode_datagram(bytes, packet, &self.config.decode);
            verdict = verdict.max(self.packet(shard, &datagram, out));
        }
        shard.defrag = Some(defrag);
        verdict
    }

    /// A packet that is no fragment, or a fragment by itself.
    fn whole(&mut self, shard: &mut Shard, packet: &Packet<'_>, out: &mut Vec<Output>) -> Verdict {
        self.matches.clear();
        for event in packet.events.iter() {
            *self.counters.decoder_events.entry(event.code()).or_default() += 1;
        }
        let found = self.find_flow(shard, packet);
        let mut subjected = Subjected {
            packet,
            flow: found.map(|f| f.flow),
            direction: found.map(|f| f.direction),
            outcome: SegmentOutcome::default(),
            pseudo: false,
            fresh: false,
        };
        let mut hidden = FlowFlags::default();
        let mut excepted = Excepted::No;
        if let Some(found) = found {
            self.follow_tcp(shard, &mut subjected, found);
            excepted = self.except_tcp(shard, &subjected, out);
            if !matches!(excepted, Excepted::Dropped(_)) {
                let failed;
                (hidden, failed) = self.follow_application_failing(shard, &mut subjected);
                if failed && excepted == Excepted::No {
                    excepted = self.except(shard, &subjected, Exception::AppLayerError, out);
                }
            }
        } else if Tuple::of(packet, self.config.vlan_tracking).is_some() {
            excepted = self.except(shard, &subjected, Exception::FlowMemcap, out);
        }
        let verdict = match excepted {
            Excepted::No => self.inspect(shard, &subjected, out),
            Excepted::NotInspected => Verdict::Accept,
            Excepted::Dropped(verdict) => verdict,
        };
        let verdict = self.drop_invalid(shard, &subjected, verdict, out);
        let Shard { flows, stream, .. } = shard;
        if let Some(flow) = subjected.flow.and_then(|f| flows.get_mut(f)) {
            // Suricata: the packet that shows that encryption has begun is inspected as those before it.
            Self::hide(flow, hidden);
            self.settle_transactions(flow, (packet, false), out);
            self.prune(flow, stream);
        }
        if hidden.contains(FlowFlags::NO_PACKET_INSPECTION)
            && let Some(flow) = subjected.flow
        {
            shard.flows.set_state(flow, FlowState::Bypassed);
        }
        self.finish_ended(shard, out);
        verdict
    }

    /// Feeds the parser; says what it hides from the next packet on, and whether it failed now.
    fn follow_application_failing(&mut self, shard: &mut Shard, subjected: &mut Subjected<'_>) -> (FlowFlags, bool) {
        let at = subjected.flow;
        let failed = |shard: &Shard| {
            let app = at.and_then(|f| shard.flows.get(f))?.session.app.as_ref()?;
            app.protocol().filter(|_| app.is_off())
        };
        let before = failed(shard);
        let hidden = self.follow_application(shard, subjected);
        let fails = failed(shard).filter(|_| before.is_none());
        if let Some(protocol) = fails {
            let key = (protocol.0, subjected.packet.ip_proto() == Some(UDP));
            *self.counters.app_failures.entry(key).or_default() += 1;
        }
        (hidden, fails.is_some())
    }

    fn find_flow(&self, shard: &mut Shard, packet: &Packet<'_>) -> Option<Found> {
        let tuple = Tuple::of(packet, self.config.vlan_tracking)?;
        let seen = Seen {
            tuple,
            time: packet.time,
            number: packet.number,
            bytes: packet.data.len().try_into().unwrap_or(u32::MAX),
        };
        let Shard { flows, ended, .. } = shard;
        let mut sink = |flow| ended.push(flow);
        let mut found = flows.lookup(&seen, &mut sink)?;
        if let Some(tcp) = packet.tcp()
            && !found.new
            && tcp.flags() & SYN != 0
            && let Some(segment) = Segment::of(packet, false)
            && flows
                .get(found.flow)
                .and_then(|f| f.session.tcp.as_ref())
                .is_some_and(|s| s.is_reused_by(found.direction, &segment))
        {
            found = flows.restart(&seen, &mut sink);
        }
        flows.record(&found, &seen);
        Some(found)
    }

    fn follow_tcp(&mut self, shard: &mut Shard, subjected: &mut Subjected<'_>, found: Found) {
        let Shard { flows, stream, .. } = shard;
        let Some(flow) = flows.get_mut(found.flow) else { return };
        let app = flow.session.app.as_mut();
        subjected.fresh = app.is_none_or(|app| app.announce(found.direction));
        let Some(segment) = Segment::of(subjected.packet, self.config.stream.checksum_validation) else {
            return;
        };
        if flow.flags.contains(FlowFlags::DROP) || flow.state() == FlowState::Bypassed {
            return;
        }
        self.counters.bad_checksums += u64::from(!segment.checksum_ok);
        let outcome = track(
            &mut flow.session.tcp,
            found.direction,
            &segment,
            &self.config.stream,
            stream,
        );
        if outcome.swap_direction {
            flows.swap(found.flow);
            subjected.direction = Some(found.direction.reverse());
        }
        if outcome.new_state {
            let state = match outcome.state {
                TcpState::None | TcpState::Listen | TcpState::SynSent | TcpState::SynRecv => FlowState::New,
                TcpState::Closed => FlowState::Closed,
                _ => FlowState::Established,
            };
            flows.set_state(found.flow, state);
        }
        subjected.outcome = outcome;
    }

    /// Detection, and what follows from it.
    fn inspect(&mut self, shard: &mut Shard, subjected: &Subjected<'_>, out: &mut Vec<Output>) -> Verdict {
        let packet = subjected.packet;
        let mut nothing = None;
        let direction = subjected.direction;
        let mut flow = subjected.flow.and_then(|f| shard.flows.get_mut(f));
        if let Some(flow) = &flow {
            if flow.state() == FlowState::Bypassed {
                self.counters.bypassed.0 += 1;
                self.counters.bypassed.1 += packet.data.len() as u64;
            }
            if flow.flags.contains(FlowFlags::PASS) || flow.flags.contains(FlowFlags::NO_PACKET_INSPECTION) {
                return Verdict::Accept;
            }
            if flow.flags.contains(FlowFlags::DROP) {
                let reason = if flow.flags.contains(FlowFlags::DROPPED_FOR_EXCEPTION) {
                    "exception policy flow drop"
                } else {
                    "flow drop"
                };
                self.report_drop(
                    packet,
                    Some((flow, direction.unwrap_or(Direction::ToServer))),
                    reason,
                    (None, Verdict::Drop),
                    out,
                );
                return Verdict::Drop;
            }
        }
        let first_of_direction = flow
            .as_deref()
            .is_none_or(|f| !f.flags.contains(ip_only_flag(direction)));
        let facts = flow.as_deref_mut().map(|f| {
            let mut facts = facts(f, packet.time, subjected.outcome);
            facts.app.fresh = subjected.fresh;
            facts
        });
        if let Some(flow) = &mut flow {
            flow.flags.insert(ip_only_flag(direction));
        }
        let mut matches = std::mem::take(&mut self.matches);
        matches.clear();
        {
            let context = PacketContext {
                packet,
                direction,
                flow: facts,
                stream_events: subjected.outcome.events,
            };
            let (tcp, mut app, vars) = match &mut flow {
                Some(flow) => {
                    let Session { tcp, app, vars, .. } = &mut flow.session;
                    (tcp.as_deref(), app.as_mut(), vars)
                }
                None => (None, None, nothing.get_or_insert_default()),
            };
            let layer = &self.config.app.layer;
            let context_bytes = self.config.stream.reassembly.raw_context;
            let mut transactions =
                |detector: &mut Detector, input: &Input<'_>, vars: &mut FlowVars, matches: &mut Vec<Match>| {
                    if let Some((app, direction)) = app.as_deref_mut().zip(direction)
                        && let Some(application) = app.application(layer)
                        && app.take_updated(direction)
                    {
                        // Suricata: a rule that asks for something of the payload too sees all there is of the stream,
                        // be it too little for rules of the stream alone.
                        let chunk = tcp.and_then(|tcp| tcp.stream(direction).raw_chunks(context_bytes).next());
                        let all = chunk.map(|c| StreamData {
                            data: c.data,
                            offset: c.offset,
                            seen: c.seen,
                        });
                        let input = Input {
                            stream: input.stream.or(all),
                            ..*input
                        };
                        detector.run_transactions(&self.rules, &input, (app, application), vars, matches);
                    }
                };
            let ready = tcp
                .zip(direction)
                .filter(|(tcp, direction)| tcp.raw_ready(*direction, &self.config.stream));
            let mut input = Input {
                context,
                payload_in_stream: subjected.outcome.added_to_stream,
                stream: None,
                first_of_direction,
                pseudo: subjected.pseudo,
            };
            match ready {
                None => {
                    self.detector.run(&self.rules, &input, vars, &mut matches);
                    transactions(&mut self.detector, &input, vars, &mut matches);
                }
                Some((tcp, direction)) => {
                    let mut chunks = tcp.stream(direction).raw_chunks(context_bytes).peekable();
                    // A gap cuts the stream in pieces; each is inspected, the packet itself only with the first.
                    loop {
                        let chunk = chunks.next();
                        input.stream = chunk.map(|c| StreamData {
                            data: c.data,
                            offset: c.offset,
                            seen: c.seen,
                        });
                        self.detector.run(&self.rules, &input, vars, &mut matches);
                        transactions(&mut self.detector, &input, vars, &mut matches);
                        if chunks.peek().is_none() {
                            break;
                        }
                        input.pseudo = true;
                        input.first_of_direction = false;
                        input.context.stream_events = StreamEventSet::EMPTY;
                    }
                }
            }
            if ready.is_some()
                && let (Some(flow), Some(direction)) = (&mut flow, direction)
                && let Some(tcp) = flow.session.tcp.as_deref_mut()
            {
                tcp.stream_mut(direction).raw_done();
            }
        }
        matches.sort_by_key(|found| found.rule);
        // PERF: of most packets there is nothing to conclude.
        let quiet = matches.is_empty()
            && packet.events.is_empty()
            && subjected.outcome.events.is_empty()
            && self.tags.is_empty()
            && flow.as_deref().is_none_or(|flow| flow.session.tag.is_none());
        let verdict = if quiet {
            Verdict::Accept
        } else {
            self.conclude(subjected, flow.as_deref_mut(), &matches, out)
        };
        self.matches = matches;
        if let Some(found) = subjected.flow
            && flow.is_some_and(|f| f.flags.contains(FlowFlags::NO_PACKET_INSPECTION))
        {
            shard.flows.set_state(found, FlowState::Bypassed);
        }
        verdict
    }

    /// Frees what of the streams nobody needs any more.
    fn prune(&self, flow: &mut Flow<Session>, stream: &mut StreamMemory) {
        let Some(tcp) = flow.session.tcp.as_deref_mut() else {
            return;
        };
        for direction in [Direction::ToServer, Direction::ToClient] {
            let side = tcp.stream_mut(direction);
            side.prune(self.config.stream.reassembly.raw_context, stream);
        }
    }
}

pub(super) fn facts(flow: &mut Flow<Session>, now: Timestamp, outcome: SegmentOutcome) -> FlowFacts {
    let counts = [flow.count(Direction::ToServer), flow.count(Direction::ToClient)];
    let tcp = flow.session.tcp.as_ref();
    let sizes = tcp.map(|t| {
        [
            t.stream(Direction::ToServer).size().into(),
            t.stream(Direction::ToClient).size().into(),
        ]
    });
    let app = flow
        .session
        .app
        .as_mut()
        .map_or_else(AppFacts::default, |app| AppFacts {
            protocol: app.protocol(),
            looks: [app.looks(Direction::ToServer), app.looks(Direction::ToClient)],
            settled: [app.is_settled(Direction::ToServer), app.is_settled(Direction::ToClient)],
            fresh: false,
            before: app.before(),
            events: app.take_events(),
        });
    let tcp = flow.session.tcp.as_ref();
    FlowFacts {
        age: now.since(flow.first()),
        packets: counts.map(|c| c.packets),
        bytes: counts.map(|c| c.bytes),
        stream_bytes: sizes,
        established: if tcp.is_some() {
            outcome.established
        } else {
            flow.state() == FlowState::Established
        },
        closing: tcp.is_some_and(|t| {
            !matches!(
                t.state(),
                TcpState::None | TcpState::Listen | TcpState::SynSent | TcpState::SynRecv | TcpState::Established
            )
        }),
        elephant: [false; 2],
        no_payload: flow.flags.contains(FlowFlags::NO_PAYLOAD_INSPECTION),
        app,
    }
}

fn ip_only_flag(direction: Option<Direction>) -> FlowFlags {
    match direction {
        Some(Direction::ToClient) => FlowFlags::IP_ONLY_TO_CLIENT,
        _ => FlowFlags::IP_ONLY_TO_SERVER,
    }
}

impl From<Reject> for Verdict {
    fn from(whom: Reject) -> Self {
        Self::Reject(whom)
    }
}

/// How a system reassembles fragments, by how its TCP does.
fn overlap_policy(os: OsPolicy) -> OverlapPolicy {
    let name = OsPolicy::ALL
        .iter()
        .find(|(_, policy)| *policy == os)
        .map_or("bsd", |(name, _)| name);
    OverlapPolicy::of_os(name).unwrap_or_default()
}

const SYN: u8 = 0x02;
