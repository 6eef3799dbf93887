//! A worker: packets in, in the order of their capture; matches and events out. It alone sees every stage.

mod ahead;
mod application;
mod conclude;
mod ending;
mod except;
mod feed;
mod files;
#[cfg(test)]
mod idle_flows;
mod inspect;
mod pseudo;
mod record;
mod shard;
mod tag;
mod verdict;

use std::net::IpAddr;
use std::sync::Arc;

use packet::{LinkType, Packet, Timestamp};

use crate::app_layer::FileSettings;
use crate::config::{Config, SHARDS};
use crate::detect::{Detector, Match, Profile, RuleSet};
use crate::event::{AppRecord, DroppedHeader, Event, PacketRecord, Position, TunnelRecord};
use crate::flow::{EndReason, FlowFlags, FlowRef};
use crate::policy::Subject;
use crate::rule::DatasetState;
pub use ahead::{AHEAD, Ahead, AheadList};
use shard::Shard;
pub use shard::{Session, WorkerCounters};
pub use verdict::Verdict;

/// A packet as it was captured.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Its bytes, from the link layer's header.
    pub data: &'a [u8],
    /// When it was captured.
    pub time: Timestamp,
    /// Its place in its capture, from 1.
    pub number: u64,
    /// What its first header is.
    pub link: LinkType,
}

/// Inspects the packets of its shards. Nothing is shared with other workers but the rules and the configuration.
pub struct Worker {
    config: Arc<Config>,
    rules: Arc<RuleSet>,
    shards: Vec<Option<Box<Shard>>>,
    detector: Detector,
    matches: Vec<Match>,
    tags: tag::HostTags,
    position: Position,
    /// The shard of the packet that is inspected.
    shard: usize,
    /// The packet around the one that is inspected.
    outer: Option<TunnelRecord>,
    /// Which records protocols write.
    logs: application::AppLogs,
    /// What is wanted of files.
    files: FileSettings,
    /// What was done so far.
    pub counters: WorkerCounters,
}

/// What a worker has to say, in order.
#[derive(Debug)]
pub enum Output {
    /// An event that is settled.
    Event(Box<Event>),
    /// Rules that matched a packet: policy settles which of them alert.
    Matches(Box<PacketMatches>),
}

/// Rules that matched a packet.
#[derive(Debug)]
pub struct PacketMatches {
    /// The place in the output of the first alert.
    pub position: Position,
    /// The packet.
    pub packet: Arc<PacketRecord>,
    /// Who matched.
    pub subject: Subject,
    /// The rules, in order.
    pub matches: Vec<Matched>,
    /// The packet is dropped, whatever policy says.
    pub dropped: bool,
    /// What records of a drop show of its headers, where they are written.
    pub header: Option<DroppedHeader>,
    /// The packet's shard and its flow there, for [`Worker::mark_flow`].
    shard: usize,
    flow: Option<FlowRef>,
}

/// A rule that matched a packet, with what records show of it.
#[derive(Debug)]
pub struct Matched {
    /// The rule.
    pub found: Match,
    /// The payload that it inspected, where records show it.
    pub payload: Option<Box<[u8]>>,
    /// The transaction.
    pub app: Option<Arc<AppRecord>>,
}

impl Worker {
    /// A worker without packets so far.
    pub fn new(config: Arc<Config>, rules: Arc<RuleSet>) -> Self {
        let mut detector = Detector::default();
        detector.profile(profile(&config, &rules));
        Self {
            logs: application::AppLogs::new(&config.app),
            files: config.app.files.with_rules(&rules.file_needs()),
            config,
            rules,
            shards: std::iter::repeat_with(|| None).take(SHARDS).collect(),
            detector,
            matches: Vec::new(),
            tags: tag::HostTags::default(),
            position: Position::default(),
            shard: 0,
            outer: None,
            counters: WorkerCounters::default(),
        }
    }

    /// The shard of a frame: frames of the same flow have the same.
    pub fn shard_of(data: &[u8], link: LinkType) -> usize {
        (packet::shard_key(data, link) >> 32) as usize % SHARDS
    }

    /// Inspects a packet; what it gives is appended to `out`.
    pub fn frame(&mut self, frame: Frame<'_>, shard: usize, capture: u32, out: &mut Vec<Output>) -> Verdict {
        let packet = Packet::decode(frame.data, frame.link, frame.time, frame.number, &self.config.decode);
        self.decoded(&packet, shard, capture, out)
    }

    /// Inspects a packet that is decoded already, see [`Worker::look_ahead`].
    pub fn decoded(&mut self, packet: &Packet<'_>, shard: usize, capture: u32, out: &mut Vec<Output>) -> Verdict {
        self.position = Position {
            capture,
            packet: packet.number,
            order: 0,
        };
        self.shard = shard % SHARDS;
        self.counters.packets += 1;
        self.counters.bytes += packet.data.len() as u64;
        self.counters.longest = self.counters.longest.max(packet.data.len() as u64);
        self.counters.see(packet.time);
        let Some(slot) = self.shards.get_mut(self.shard) else {
            return Verdict::Accept;
        };
        // The shard is taken out while the packet is in it, so that the rest of the worker can be used beside it.
        let mut taken = slot.take().unwrap_or_else(|| Box::new(Shard::new(&self.config)));
        self.expire(&mut taken, packet.time, out);
        let verdict = self.packet(&mut taken, packet, out);
        self.counters.drops += u64::from(verdict != Verdict::Accept);
        self.counters.rejected += u64::from(matches!(verdict, Verdict::Reject(_)));
        if let Some(slot) = self.shards.get_mut(self.shard) {
            *slot = Some(taken);
        }
        verdict
    }

    /// Ends all flows, in the order of their first packets: the capture is over. The worker is then as new, but for
    /// its counters.
    pub fn end_of_capture(&mut self, capture: u32, out: &mut Vec<Output>) {
        let mut shards = std::mem::take(&mut self.shards);
        // The flows stay where they are until their turn: there may be very many.
        let mut order = Vec::with_capacity(shards.iter().flatten().map(|shard| shard.flows.len()).sum());
        for (number, shard) in (0_u16..).zip(&shards) {
            let flows = shard.iter().flat_map(|shard| shard.flows.in_table());
            order.extend(flows.map(|(first, flow)| (first, number, flow)));
        }
        order.sort_unstable();
        let mut last = None;
        for (_, number, flow) in order {
            let Some(Some(shard)) = shards.get_mut(usize::from(number)) else {
                continue;
            };
            let mut ended = None;
            shard
                .flows
                .end(flow, EndReason::Shutdown, &mut |flow| ended = Some(flow));
            let Some(flow) = ended else { continue };
            // Flows are told apart by their first packet, whichever worker has them.
            let first = flow.first_packet();
            if last.replace(first) != Some(first) {
                self.position = Position {
                    capture,
                    packet: u64::MAX,
                    order: first << 16,
                };
            }
            self.finish_flow(shard, flow, out);
        }
        for shard in shards.iter_mut().filter_map(Option::take) {
            self.counters.absorb(&shard);
        }
        self.shards = shards;
        self.tags = tag::HostTags::default();
    }

    /// Ends the flows whose time is over, without a packet: live traffic paused, and this is the time now.
    pub fn idle(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        for number in 0..self.shards.len() {
            if let Some(mut shard) = self.shards.get_mut(number).and_then(Option::take) {
                self.expire(&mut shard, now, out);
                if let Some(slot) = self.shards.get_mut(number) {
                    *slot = Some(shard);
                }
            }
        }
    }

    /// Uses other rules from the next packet on; flows go on.
    pub fn replace_rules(&mut self, rules: Arc<RuleSet>) {
        self.files = self.config.app.files.with_rules(&rules.file_needs());
        self.detector.profile(profile(&self.config, &rules));
        self.rules = rules;
        for shard in self.shards.iter_mut().flatten() {
            shard.forget_rules();
        }
    }

    /// The rules in use.
    pub fn rules(&self) -> &Arc<RuleSet> {
        &self.rules
    }

    /// All counters: those of flows that go on, too.
    pub fn counters(&self) -> WorkerCounters {
        let mut all = self.counters.clone();
        for shard in self.shards.iter().flatten() {
            all.absorb(shard);
        }
        all.profile = self.detector.profiled().cloned().map(Box::new);
        all
    }

    /// Drops or passes the rest of a flow, as policy decided.
    pub fn mark_flow(&mut self, matches: &PacketMatches, pass: bool) {
        let shard = self.shards.get_mut(matches.shard).and_then(Option::as_mut);
        if let (Some(shard), Some(flow)) = (shard, matches.flow)
            && let Some(flow) = shard.flows.get_mut(flow)
        {
            flow.flags.insert(if pass { FlowFlags::PASS } else { FlowFlags::DROP });
        }
    }

    /// What rules have changed of the sets since this was asked last: for the end of a capture.
    pub fn take_sets(&mut self) -> DatasetState {
        self.detector.take_sets()
    }

    fn next_position(&mut self) -> Position {
        let position = self.position;
        self.position.order += 1;
        position
    }
}

/// What counts the cost of these rules, if it is to be counted.
fn profile(config: &Config, rules: &RuleSet) -> Option<Profile> {
    config.profile.map(|profile| Profile::new(rules, profile.clock))
}

/// Source and destination of a packet, if it is IP.
fn addresses(packet: &Packet<'_>) -> Option<(IpAddr, IpAddr)> {
    Some((packet.src()?, packet.dst()?))
}

/// The number of UDP.
const UDP: u8 = 17;
