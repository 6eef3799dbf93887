//! What follows from the rules that matched a packet: tags, verdict, output.

use std::sync::Arc;

use packet::{DecoderEvent, Direction, Packet};

use super::inspect::Subjected;
use super::record::{Reporting, dropped_header, packet_record};
use super::shard::Session;
use super::tag::FlowTag;
use super::{Matched, Output, PacketMatches, Verdict, Worker, addresses};
use crate::config::ReportConfig;
use crate::detect::Match;
use crate::event::{Anomaly, Body, Dropped, Event};
use crate::flow::{Flow, FlowFlags};
use crate::policy::Subject;
use crate::rule::{Action, Effect, TagScope};

impl Worker {
    /// Turns matches into output and a verdict.
    pub(super) fn conclude(
        &mut self,
        subjected: &Subjected<'_>,
        mut flow: Option<&mut Flow<Session>>,
        matches: &[Match],
        out: &mut Vec<Output>,
    ) -> Verdict {
        let packet = subjected.packet;
        let mut verdict = Verdict::Accept;
        let (mut by, mut alerted, mut fate) = (None, false, None);
        // PERF: most packets match nothing, and need no hold of the rules.
        let rules = (!matches.is_empty()).then(|| Arc::clone(&self.rules));
        for found in matches {
            let Some(rule) = rules.as_ref().and_then(|rules| rules.rules.get(found.rule as usize)) else {
                continue;
            };
            self.follow_up(packet, flow.as_deref_mut(), &rule.effects);
            let settled = rule.thresholds.is_empty() && rule.suppress.is_empty();
            let covers_flow = rule.scope.covers_flow(found.stream);
            match rule.action {
                // Suricata: rules behind it are not looked at.
                Action::Pass => {
                    if covers_flow && verdict == Verdict::Accept {
                        fate.get_or_insert(FlowFlags::PASS);
                    }
                    break;
                }
                Action::Drop if self.config.inline && settled => verdict = verdict.max(Verdict::Drop),
                Action::Reject(whom) if self.config.inline && settled => verdict = verdict.max(Verdict::Reject(whom)),
                _ => {}
            }
            alerted |= !rule.silent;
            if verdict != Verdict::Accept && by.is_none() {
                by = Some(found.rule);
            }
            if verdict != Verdict::Accept && covers_flow && rule.action != Action::Alert {
                fate.get_or_insert(FlowFlags::DROP);
            }
        }
        let direction = subjected.direction.unwrap_or(Direction::ToServer);
        if let Some(flow) = flow.as_deref_mut() {
            if let Some(fate) = fate {
                flow.flags.insert(fate);
            }
            if alerted {
                flow.flags.insert(FlowFlags::ALERTED);
            }
        }
        // A packet made up at the end of a flow is none to log.
        let tagged = !subjected.pseudo && self.is_tagged(packet, flow.as_deref_mut(), !matches.is_empty());
        self.report_anomalies(subjected, flow.as_deref(), direction, out);
        if !matches.is_empty() {
            self.report_matches(subjected, flow.as_deref(), direction, matches, verdict, out);
        }
        if verdict != Verdict::Accept {
            let at = flow.as_deref().map(|f| (f, direction));
            self.report_drop(packet, at, "rules", (by, verdict), out);
        }
        if tagged && self.config.report.tagged {
            let report = ReportConfig {
                packets: true,
                ..self.config.report
            };
            let record = packet_record(
                packet,
                false,
                flow.as_deref().map(|f| (f, direction)),
                self.outer,
                &Reporting {
                    config: report,
                    ..self.reporting()
                },
            );
            let position = self.next_position();
            out.push(Output::Event(Box::new(Event {
                position,
                body: Body::Packet(record),
            })));
        }
        verdict
    }

    /// Carries out what a match does to its flow and its hosts: `tag`, `bypass`.
    fn follow_up(&mut self, packet: &Packet<'_>, flow: Option<&mut Flow<Session>>, effects: &[Effect]) {
        let mut flow = flow;
        for effect in effects {
            if *effect == Effect::Bypass
                && let Some(flow) = flow.as_deref_mut()
            {
                flow.flags.insert(FlowFlags::NO_PACKET_INSPECTION);
            }
            let Effect::Tag(tag) = effect else { continue };
            match (tag.scope, addresses(packet)) {
                (TagScope::Session, _) => {
                    if let Some(flow) = flow.as_deref_mut()
                        && flow.session.tag.is_none()
                    {
                        flow.session.tag = Some(Box::new(FlowTag::new(*tag, packet)));
                    }
                }
                (TagScope::Source, Some((src, _))) => self.tags.add(src, *tag, packet),
                (TagScope::Destination, Some((_, dst))) => self.tags.add(dst, *tag, packet),
                (_, None) => {}
            }
        }
    }

    /// Whether the packet follows an alert that asked for it; the packet of the alert itself does not.
    fn is_tagged(&mut self, packet: &Packet<'_>, flow: Option<&mut Flow<Session>>, alerted: bool) -> bool {
        let by_flow = flow
            .and_then(|f| f.session.tag.as_mut())
            .is_some_and(|tag| !alerted && tag.wants(packet));
        let by_host = !alerted && self.tags.wants(packet);
        by_flow || by_host
    }

    fn report_matches(
        &mut self,
        subjected: &Subjected<'_>,
        flow: Option<&Flow<Session>>,
        direction: Direction,
        matches: &[Match],
        verdict: Verdict,
        out: &mut Vec<Output>,
    ) {
        let packet = subjected.packet;
        let record = packet_record(
            packet,
            subjected.pseudo,
            flow.map(|f| (f, direction)),
            self.outer,
            &self.reporting(),
        );
        let keep = self.config.report.payloads;
        let payload_of = |stream: bool| -> Option<Box<[u8]>> {
            if !keep {
                return None;
            }
            let tcp = flow.and_then(|f| f.session.tcp.as_ref()).filter(|_| stream);
            Some(
                tcp.and_then(|tcp| tcp.stream(direction).shown(MAX_SHOWN))
                    .map_or_else(|| packet.payload.into(), Into::into),
            )
        };
        let matched = matches
            .iter()
            .map(|found| Matched {
                found: *found,
                payload: payload_of(found.stream),
                app: flow.and_then(|flow| self.app_record(flow, found, direction)),
            })
            .collect();
        let position = self.next_position();
        self.position.order += matches.len() as u64;
        out.push(Output::Matches(Box::new(PacketMatches {
            position,
            packet: record,
            subject: Subject {
                time: packet.time,
                addresses: addresses(packet),
                ports: (packet.src_port(), packet.dst_port()),
                flow: flow.map(Flow::id),
                size: u32::try_from(packet.payload.len()).unwrap_or(u32::MAX),
            },
            matches: matched,
            dropped: verdict != Verdict::Accept,
            header: (self.config.report.drops && self.config.inline).then(|| dropped_header(packet)),
            shard: self.shard,
            flow: subjected.flow,
        })));
    }

    fn report_anomalies(
        &mut self,
        subjected: &Subjected<'_>,
        flow: Option<&Flow<Session>>,
        direction: Direction,
        out: &mut Vec<Output>,
    ) {
        let report = self.config.report;
        let packet = subjected.packet;
        let decode = report.decode_anomalies && !packet.events.is_empty();
        let stream = report.stream_anomalies && !subjected.outcome.events.is_empty();
        if !decode && !stream {
            return;
        }
        let record = packet_record(
            packet,
            subjected.pseudo,
            flow.map(|f| (f, direction)),
            self.outer,
            &self.reporting(),
        );
        let names = packet
            .events
            .iter()
            .filter(|_| decode)
            .map(|e: DecoderEvent| ("decode", e.name()));
        let names: Vec<_> = names
            .chain(
                subjected
                    .outcome
                    .events
                    .iter()
                    .filter(|_| stream)
                    .map(|e| ("stream", e.name())),
            )
            .collect();
        for (kind, event) in names {
            let position = self.next_position();
            let body = Body::Anomaly(Box::new(Anomaly {
                packet: Arc::clone(&record),
                kind,
                event,
                app: None,
            }));
            out.push(Output::Event(Box::new(Event { position, body })));
        }
    }

    /// What records are to tell.
    pub(super) fn reporting(&self) -> Reporting<'_> {
        Reporting {
            config: self.config.report,
            layer: &self.config.app.layer,
            exceptions: self.config.exceptions,
        }
    }

    pub(super) fn report_drop(
        &mut self,
        packet: &Packet<'_>,
        flow: Option<(&Flow<Session>, Direction)>,
        reason: &'static str,
        (rule, verdict): (Option<u32>, Verdict),
        out: &mut Vec<Output>,
    ) {
        *self.counters.drop_reasons.entry(reason).or_default() += 1;
        if !self.config.report.drops || !self.config.inline {
            return;
        }
        let record = packet_record(packet, false, flow, self.outer, &self.reporting());
        let position = self.next_position();
        let body = Body::Drop(Box::new(Dropped {
            packet: record,
            reason,
            header: dropped_header(packet),
            rule,
            verdict: verdict.record(flow.is_none_or(|(_, direction)| direction == Direction::ToServer)),
        }));
        out.push(Output::Event(Box::new(Event { position, body })));
    }
}

/// Bytes of a stream that a record shows at most.
const MAX_SHOWN: usize = 4096;
