//! The end of flows: what is left in their streams is inspected, and their records are written.

use packet::{Direction, Packet, Timestamp};

use super::inspect::{Subjected, facts};
use super::pseudo::PseudoPacket;
use super::record::flow_record;
use super::shard::{Session, Shard};
use super::{Output, UDP, Worker};
use crate::detect::{Input, StreamData};
use crate::event::{Body, Event};
use crate::flow::{Flow, FlowFlags};
use crate::rule::PacketContext;
use crate::stream::{SegmentOutcome, StreamEventSet};

impl Worker {
    /// Ends the flows whose time is over.
    pub(super) fn expire(&mut self, shard: &mut Shard, now: Timestamp, out: &mut Vec<Output>) {
        let Shard { flows, ended, .. } = shard;
        flows.expire(now, &mut |flow| ended.push(flow));
        if let Some(defrag) = &mut shard.defrag {
            defrag.expire(now);
        }
        self.finish_ended(shard, out);
    }

    #[inline]
    pub(super) fn finish_ended(&mut self, shard: &mut Shard, out: &mut Vec<Output>) {
        if !shard.ended.is_empty() {
            self.finish_all(shard, out);
        }
    }

    #[cold]
    fn finish_all(&mut self, shard: &mut Shard, out: &mut Vec<Output>) {
        // What ends meanwhile is finished too, in the order in which it ended.
        let mut ended = std::mem::take(&mut shard.ended);
        loop {
            for flow in ended.drain(..) {
                self.finish_flow(shard, flow, out);
            }
            std::mem::swap(&mut ended, &mut shard.ended);
            if ended.is_empty() {
                break;
            }
        }
        // The room that was made is kept.
        shard.ended = ended;
    }

    /// Inspects what is left of a flow, and reports its end.
    pub(super) fn finish_flow(&mut self, shard: &mut Shard, mut flow: Flow<Session>, out: &mut Vec<Output>) {
        let around = self.outer.take();
        if let Some(tcp) = flow.session.tcp.as_deref_mut() {
            tcp.finish(&mut shard.stream);
            // Suricata: what the server said last is read after rules have seen the end of what the client said.
            for direction in [Direction::ToServer, Direction::ToClient] {
                self.end_application(&mut flow, direction, &shard.shared);
                self.inspect_rest(&mut flow, direction, out);
            }
        }
        if let Some(app) = &flow.session.app
            && let Some(protocol) = app.protocol()
        {
            let left = app.transactions().map_or(0, |list| list.len() as u64);
            // Suricata: a connection that is one transaction counts as none.
            let made = app.made_at_once();
            let counts = self.counters.apps.entry((protocol.0, flow.proto() == UDP)).or_default();
            *counts = (counts.0 + 1, (counts.1 + left).saturating_sub(made));
        }
        if let Some(tcp) = flow.session.tcp.as_deref_mut() {
            tcp.release(&mut shard.stream);
        }
        if self.config.report.flows {
            let position = self.next_position();
            let body = Body::Flow(Box::new(flow_record(&flow, &self.reporting())));
            out.push(Output::Event(Box::new(Event { position, body })));
        }
        self.outer = around;
    }

    /// Inspects what is left of one direction of a stream, with a pseudo-packet.
    fn inspect_rest(&mut self, flow: &mut Flow<Session>, direction: Direction, out: &mut Vec<Output>) {
        let left = flow
            .session
            .tcp
            .as_ref()
            .is_some_and(|tcp| tcp.raw_ready(direction, &self.config.stream));
        let open = flow
            .session
            .app
            .as_ref()
            .is_some_and(|app| app.transactions().is_some_and(|list| !list.is_empty()));
        if !left && !open {
            return;
        }
        let Some(pseudo) = PseudoPacket::new(flow, direction) else {
            return;
        };
        let packet = pseudo.decode(flow.last(), flow.first_packet(), &self.config.decode);
        let silent = [FlowFlags::PASS, FlowFlags::DROP, FlowFlags::NO_PACKET_INSPECTION];
        if !silent.iter().any(|flag| flow.flags.contains(*flag)) {
            self.inspect_pseudo(flow, direction, &packet, left, out);
        }
        // Suricata: of what a flow that was dropped had begun, its end tells nothing.
        if !flow.flags.contains(FlowFlags::DROP) {
            self.settle_transactions(flow, (&packet, true), out);
        }
    }

    /// Inspects a pseudo-packet: what is new of the stream, and of transactions.
    fn inspect_pseudo(
        &mut self,
        flow: &mut Flow<Session>,
        direction: Direction,
        packet: &Packet<'_>,
        left: bool,
        out: &mut Vec<Output>,
    ) {
        let facts = facts(
            flow,
            flow.last(),
            SegmentOutcome {
                established: true,
                ..SegmentOutcome::default()
            },
        );
        let mut matches = std::mem::take(&mut self.matches);
        matches.clear();
        let Session { tcp, vars, app, .. } = &mut flow.session;
        let context = PacketContext {
            packet,
            direction: Some(direction),
            flow: Some(facts),
            stream_events: StreamEventSet::EMPTY,
        };
        let mut input = Input {
            context,
            payload_in_stream: true,
            stream: None,
            first_of_direction: false,
            pseudo: true,
        };
        if let Some(tcp) = tcp.as_deref().filter(|_| left) {
            for chunk in tcp
                .stream(direction)
                .raw_chunks(self.config.stream.reassembly.raw_context)
            {
                input.stream = Some(StreamData {
                    data: chunk.data,
                    offset: chunk.offset,
                    seen: chunk.seen,
                });
                self.detector.run(&self.rules, &input, vars, &mut matches);
            }
        }
        if let Some(app) = app.as_mut()
            && let Some(application) = app.application(&self.config.app.layer)
        {
            self.detector
                .run_transactions(&self.rules, &input, (app, application), vars, &mut matches);
        }
        matches.sort_by_key(|found| found.rule);
        if let Some(tcp) = tcp.as_deref_mut() {
            tcp.stream_mut(direction).raw_done();
        }
        let subjected = Subjected {
            packet,
            flow: None,
            direction: Some(direction),
            outcome: SegmentOutcome::default(),
            pseudo: true,
            fresh: false,
        };
        self.conclude(&subjected, Some(flow), &matches, out);
        self.matches = matches;
    }
}
