//! A shard: the state of the traffic between some pairs of hosts.

use std::sync::Arc;

use packet::{Layer, Layers, Timestamp};

use crate::app_layer::{AppFlow, Shared};
use crate::config::{Config, SHARDS};
use crate::defrag::Defrag;
use crate::exception::ExceptionSet;
use crate::flow::{Flow, FlowCounters, FlowTable};
use crate::rule::FlowVars;
use crate::stream::{StreamCounters, StreamMemory, TcpSession};

use super::tag::FlowTag;

/// The state of the traffic between some pairs of hosts.
pub(super) struct Shard {
    pub flows: FlowTable<Session>,
    /// Taken out while a datagram is inspected.
    pub defrag: Option<Defrag>,
    pub stream: StreamMemory,
    /// Flows that ended and are not finished yet.
    pub ended: Vec<Flow<Session>>,
    /// Flows that parsers know will come.
    pub expected: super::application::Expectations,
    /// What flows between the same hosts share.
    pub shared: Shared,
}

/// What the stages keep for a flow.
#[derive(Debug, Default)]
pub struct Session {
    /// TCP.
    pub tcp: Option<Box<TcpSession>>,
    /// Flowbits and flowints.
    pub vars: FlowVars,
    /// The application protocol.
    pub app: Option<AppFlow>,
    /// What could not be followed.
    pub exceptions: ExceptionSet,
    /// A `tag` on the flow.
    pub tag: Option<Box<FlowTag>>,
}

/// What workers did.
#[derive(Clone, Debug)]
pub struct WorkerCounters {
    /// Packets, as captured.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The earliest and the latest time of a packet.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Packets that were malformed.
    pub invalid: u64,
    /// Packets dropped, or that would have been.
    pub drops: u64,
    /// The bytes of the longest.
    pub longest: u64,
    /// Packets of flows that are bypassed, and their bytes.
    pub bypassed: (u64, u64),
    /// Parsers that failed, by the number of their protocol and whether it was of datagrams.
    pub app_failures: std::collections::BTreeMap<(u8, bool), u64>,
    /// Packets that were answered with a rejection.
    pub rejected: u64,
    /// Why packets were dropped, by EVE's `reason`.
    pub drop_reasons: std::collections::BTreeMap<&'static str, u64>,
    /// What was done about exceptions: how often, by counter and policy.
    pub exceptions: std::collections::BTreeMap<(&'static str, &'static str), u64>,
    /// Packets whose transport checksum is wrong, which are not reassembled.
    pub bad_checksums: u64,
    /// How many packets were handed to each decoder.
    pub layers: [u64; Layer::ALL.len()],
    /// How often each decoder event was raised, by its number.
    pub decoder_events: std::collections::BTreeMap<u16, u64>,
    /// The flow table.
    pub flow: FlowCounters,
    /// TCP.
    pub stream: StreamCounters,
    /// Defragmentation, by counter name.
    pub defrag: crate::defrag::DefragCounters,
    /// Flows and transactions, by the number of their application protocol and whether they are of datagrams.
    pub apps: std::collections::BTreeMap<(u8, bool), (u64, u64)>,
    /// What rules cost, where that is counted.
    pub profile: Option<Box<crate::detect::Profile>>,
}

impl Default for WorkerCounters {
    fn default() -> Self {
        Self {
            packets: 0,
            bytes: 0,
            span: None,
            invalid: 0,
            drops: 0,
            longest: 0,
            bypassed: (0, 0),
            app_failures: std::collections::BTreeMap::new(),
            rejected: 0,
            drop_reasons: std::collections::BTreeMap::new(),
            exceptions: std::collections::BTreeMap::new(),
            bad_checksums: 0,
            layers: [0; Layer::ALL.len()],
            decoder_events: std::collections::BTreeMap::new(),
            flow: FlowCounters::default(),
            stream: StreamCounters::default(),
            defrag: crate::defrag::DefragCounters::default(),
            apps: std::collections::BTreeMap::new(),
            profile: None,
        }
    }
}

impl Shard {
    pub fn new(config: &Config) -> Self {
        let mut flow = config.flow.clone();
        flow.memcap /= SHARDS;
        let mut defrag = config.defrag.clone();
        defrag.memcap /= SHARDS;
        Self {
            flows: FlowTable::new(Arc::new(flow)),
            defrag: Some(Defrag::new(Arc::new(defrag))),
            stream: StreamMemory::shared_by(SHARDS),
            ended: Vec::new(),
            expected: super::application::Expectations::default(),
            shared: Shared::default(),
        }
    }

    /// Forgets what is tied to the loaded rules: names of flowbits have other numbers after a reload.
    pub fn forget_rules(&mut self) {
        self.flows.for_each(|flow| flow.session.vars = FlowVars::default());
    }
}

impl WorkerCounters {
    /// Counts the decoders that a packet was handed to.
    pub(super) fn count_layers(&mut self, layers: Layers) {
        for layer in layers.iter() {
            if let Some(count) = self.layers.get_mut(layer as usize) {
                *count += 1;
            }
        }
    }

    /// Stretches the span over a packet's time.
    pub(super) fn see(&mut self, time: Timestamp) {
        let (first, last) = self.span.unwrap_or((time, time));
        self.span = Some((first.min(time), last.max(time)));
    }

    /// Adds what a shard counted.
    pub(super) fn absorb(&mut self, shard: &Shard) {
        self.flow.add(&shard.flows.counters());
        self.stream.add(&shard.stream.counters);
        if let Some(defrag) = &shard.defrag {
            self.defrag.add(&defrag.counters());
        }
    }

    /// Adds what another worker counted.
    pub fn add(&mut self, other: &Self) {
        self.packets += other.packets;
        self.bytes += other.bytes;
        if let Some((first, last)) = other.span {
            self.see(first);
            self.see(last);
        }
        self.invalid += other.invalid;
        self.drops += other.drops;
        self.longest = self.longest.max(other.longest);
        self.bypassed.0 += other.bypassed.0;
        self.bypassed.1 += other.bypassed.1;
        for (app, count) in &other.app_failures {
            *self.app_failures.entry(*app).or_default() += count;
        }
        self.rejected += other.rejected;
        for (reason, count) in &other.drop_reasons {
            *self.drop_reasons.entry(reason).or_default() += count;
        }
        for (exception, count) in &other.exceptions {
            *self.exceptions.entry(*exception).or_default() += count;
        }
        self.bad_checksums += other.bad_checksums;
        for (mine, theirs) in self.layers.iter_mut().zip(&other.layers) {
            *mine += theirs;
        }
        for (event, count) in &other.decoder_events {
            *self.decoder_events.entry(*event).or_default() += count;
        }
        for (app, (flows, transactions)) in &other.apps {
            let mine = self.apps.entry(*app).or_default();
            *mine = (mine.0 + flows, mine.1 + transactions);
        }
        self.flow.add(&other.flow);
        self.stream.add(&other.stream);
        self.defrag.add(&other.defrag);
        match (&mut self.profile, &other.profile) {
            (Some(mine), Some(theirs)) => mine.add(theirs),
            (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
            (_, None) => {}
        }
    }
}
