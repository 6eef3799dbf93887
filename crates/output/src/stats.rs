//! Counters under the names of Suricata's statistics.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::eve::StatsTree;
use engine::worker::WorkerCounters;
use packet::{DecoderEvent, Layer};

use crate::file_store::FileStoreCounters;

/// What is counted beside what workers count.
#[derive(Clone, Debug, Default)]
pub struct RunCounters {
    /// Seconds since the start: of packet time for captures, so that the same run gives the same record.
    pub uptime: u64,
    /// Alerts.
    pub alerts: u64,
    /// Alerts that were left out because their packet had too many.
    pub alerts_overflowed: u64,
    /// Alerts that thresholds and suppressions kept silent.
    pub alerts_suppressed: u64,
    /// Rules that are loaded.
    pub rules_loaded: u64,
    /// Rules that could not be loaded.
    pub rules_failed: u64,
    /// Rules that say themselves that they are for another program.
    pub rules_skipped: u64,
    /// Of live traffic.
    pub capture: Option<CaptureCounters>,
    /// Of each ring of live traffic: its interface, and what the kernel counted. Rings of the same interface are those of
    /// the workers in turn.
    pub rings: Vec<(String, CaptureCounters)>,
    /// Of an engine that drops.
    pub ips: Option<IpsCounters>,
    /// Of a store of files.
    pub file_store: Option<Arc<FileStoreCounters>>,
    /// The application protocols, by number: their names, and whether they are of streams and of datagrams.
    pub applications: Vec<(&'static str, [bool; 2])>,
    /// The policies that have counters, whether or not one was carried out: the exception's counter and the policy.
    pub exceptions: Vec<(&'static str, &'static str)>,
}

/// What the kernel counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaptureCounters {
    /// Packets, those that were dropped included.
    pub kernel_packets: u64,
    /// Packets that were dropped because they were not taken in time.
    pub kernel_drops: u64,
    /// Packets that the interface dropped.
    pub kernel_ifdrops: u64,
}

/// What became of packets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IpsCounters {
    /// Packets that were let through.
    pub accepted: u64,
    /// Packets that were dropped, those that were rejected included.
    pub blocked: u64,
    /// Packets that were rejected.
    pub rejected: u64,
    /// Why packets were dropped, by the names of `ips.drop_reason`: `rules`, `flow_drop` ...
    pub reasons: BTreeMap<&'static str, u64>,
}

impl RunCounters {
    /// All counters, also those that are 0, under the names of Suricata's statistics.
    pub fn tree(&self, workers: &WorkerCounters) -> StatsTree {
        let mut tree = StatsTree::default();
        tree.add("uptime", self.uptime);
        if let Some(capture) = &self.capture {
            tree.add("capture.kernel_packets", capture.kernel_packets);
            tree.add("capture.kernel_drops", capture.kernel_drops);
            tree.add("capture.kernel_ifdrops", capture.kernel_ifdrops);
        }
        if !self.rings.is_empty() {
            tree.set(THREADS, self.threads());
        }
        decoder(workers, &mut tree);
        workers.flow.each(|name, count| tree.add(flow_name(name), count));
        workers.defrag.each(|name, count| tree.add(name, count));
        for (name, count) in workers.stream.iter() {
            tree.add(&format!("tcp.{name}"), count);
        }
        tree.add("flow_bypassed.local_pkts", workers.bypassed.0);
        tree.add("flow_bypassed.local_bytes", workers.bypassed.1);
        self.applications(workers, &mut tree);
        tree.add("detect.alert", self.alerts);
        tree.add("detect.alert_queue_overflow", self.alerts_overflowed);
        tree.add("detect.alerts_suppressed", self.alerts_suppressed);
        tree.set("detect.engines", StatsTree::List(vec![self.rules()]));
        if let Some(store) = &self.file_store {
            store.add_to(&mut tree);
        }
        if let Some(ips) = &self.ips {
            ips.add_to(&mut tree);
        }
        for (exception, policy) in self.exceptions.iter().chain(workers.exceptions.keys()) {
            let count = workers.exceptions.get(&(*exception, *policy)).copied().unwrap_or(0);
            tree.set(
                &format!("exception_policy.{exception}.{policy}"),
                StatsTree::Count(count),
            );
        }
        tree
    }
}

impl CaptureCounters {
    /// Adds what another interface or ring counted.
    pub fn add(&mut self, other: &Self) {
        self.kernel_packets += other.kernel_packets;
        self.kernel_drops += other.kernel_drops;
        self.kernel_ifdrops += other.kernel_ifdrops;
    }
}

impl RunCounters {
    /// The counters of each thread, under the names that Suricata gives threads: `W#01-eth0`.
    fn threads(&self) -> StatsTree {
        let mut numbers = BTreeMap::new();
        let mut threads = BTreeMap::new();
        for (interface, ring) in &self.rings {
            let number: &mut u32 = numbers.entry(interface).or_default();
            *number += 1;
            let mut counters = StatsTree::default();
            counters.add("capture.kernel_packets", ring.kernel_packets);
            counters.add("capture.kernel_drops", ring.kernel_drops);
            threads.insert(format!("W#{number:02}-{interface}"), counters);
        }
        StatsTree::Branch(threads)
    }

    fn applications(&self, workers: &WorkerCounters, tree: &mut StatsTree) {
        for (number, (name, transports)) in (0u8..).zip(&self.applications) {
            let name = name.replace('-', "_");
            let counted = |datagrams| workers.apps.get(&(number, datagrams)).copied().unwrap_or_default();
            let ways: &[(&str, bool)] = match transports {
                [true, true] => &[("_tcp", false), ("_udp", true)],
                [_, true] => &[("", true)],
                _ => &[("", false)],
            };
            for (suffix, datagrams) in ways {
                let (flows, transactions) = counted(*datagrams);
                tree.add(&format!("app_layer.flow.{name}{suffix}"), flows);
                tree.add(&format!("app_layer.tx.{name}{suffix}"), transactions);
                let failed = workers.app_failures.get(&(number, *datagrams)).copied().unwrap_or(0);
                tree.add(&format!("app_layer.error.{name}{suffix}.parser"), failed);
            }
        }
    }

    fn rules(&self) -> StatsTree {
        let mut rules = StatsTree::default();
        rules.add("id", 0);
        rules.add("rules_loaded", self.rules_loaded);
        rules.add("rules_failed", self.rules_failed);
        rules.add("rules_skipped", self.rules_skipped);
        rules
    }
}

impl IpsCounters {
    fn add_to(&self, tree: &mut StatsTree) {
        tree.add("ips.accepted", self.accepted);
        tree.add("ips.blocked", self.blocked);
        tree.add("ips.rejected", self.rejected);
        for reason in DROP_REASONS {
            tree.add(&format!("ips.drop_reason.{reason}"), 0);
        }
        for (reason, count) in &self.reasons {
            tree.add(&format!("ips.drop_reason.{}", reason.replace(' ', "_")), *count);
        }
    }
}

fn decoder(workers: &WorkerCounters, tree: &mut StatsTree) {
    tree.add("decoder.pkts", workers.packets);
    tree.add("decoder.bytes", workers.bytes);
    tree.add("decoder.invalid", workers.invalid);
    tree.add(
        "decoder.avg_pkt_size",
        workers.bytes.checked_div(workers.packets).unwrap_or(0),
    );
    tree.add("decoder.max_pkt_size", workers.longest);
    for (layer, count) in Layer::ALL.iter().zip(&workers.layers) {
        tree.add(&format!("decoder.{}", layer.name()), *count);
    }
    let counted = |event: DecoderEvent| workers.decoder_events.get(&event.code()).copied().unwrap_or(0);
    for event in DecoderEvent::ALL
        .iter()
        .filter(|event| **event != DecoderEvent::TooManyLayers)
    {
        tree.add(&format!("decoder.event.{}", event.name()), counted(*event));
    }
    tree.add("decoder.too_many_layers", counted(DecoderEvent::TooManyLayers));
}

/// Where the counters of each thread are.
pub(crate) const THREADS: &str = "threads";

/// The reasons that always have a counter.
const DROP_REASONS: &[&str] = &["rules", "flow_drop", "stream_error", "stream_midstream"];

/// Flows that gave way to others of their hash are counted where Suricata counts flows that gave way.
fn flow_name(name: &'static str) -> &'static str {
    match name {
        "flow.mgr.rows_evicted" => "flow.mgr.flows_evicted",
        name => name,
    }
}
