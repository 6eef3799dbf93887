//! EVE JSON: a record a line, as Suricata's users read them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use engine::eve::{EveOptions, Origin, StatsTree};
use engine::event::{Body, Event};
use packet::Timestamp;

use crate::error::OutputError;
use crate::sink::Sink;
use crate::stats::THREADS;
use crate::writer::{Mode, RecordWriter};

/// Writes events as EVE JSON.
pub struct EveLog {
    writer: RecordWriter,
    options: EveOptions,
    kinds: RecordKinds,
    /// The types of records of application protocols that are written; all when `None`.
    protocols: Option<BTreeSet<String>>,
    /// Counters that are 0 are written.
    zeros: bool,
    /// The counters of each thread are written.
    threads: bool,
}

/// Which records are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordKinds {
    /// `alert`.
    pub alert: bool,
    /// `flow`.
    pub flow: bool,
    /// `anomaly` of packets.
    pub decode_anomaly: bool,
    /// `anomaly` of TCP.
    pub stream_anomaly: bool,
    /// `anomaly` of application protocols.
    pub applayer_anomaly: bool,
    /// `drop`.
    pub drop: bool,
    /// `packet`: packets that a rule's `tag` asked for.
    pub packet: bool,
    /// `stats`.
    pub stats: bool,
    /// Those that application protocols write, all of those that the engine reports.
    pub transactions: bool,
    /// `fileinfo`.
    pub files: bool,
}

impl EveLog {
    /// Writes to a file: an eve.json.
    ///
    /// # Errors
    /// When the file cannot be opened for writing.
    pub fn file(path: &Path, mode: Mode, kinds: RecordKinds, options: EveOptions) -> Result<Self, OutputError> {
        Ok(Self::new(RecordWriter::file(path, mode)?, kinds, options))
    }

    /// Writes to `writer`.
    pub fn new(writer: RecordWriter, kinds: RecordKinds, options: EveOptions) -> Self {
        Self {
            writer,
            options,
            kinds,
            protocols: None,
            zeros: true,
            threads: false,
        }
    }

    /// Of the records of application protocols only those of these types are written.
    #[must_use]
    pub fn protocols(mut self, types: impl IntoIterator<Item = String>) -> Self {
        self.protocols = Some(types.into_iter().collect());
        self
    }

    /// Whether counters that are 0 are written.
    #[must_use]
    pub fn zeros(mut self, zeros: bool) -> Self {
        self.zeros = zeros;
        self
    }

    /// Whether the counters of each thread are written beside their sums.
    #[must_use]
    pub fn threads(mut self, threads: bool) -> Self {
        self.threads = threads;
        self
    }

    fn wants(&self, body: &Body) -> bool {
        let of_protocols = match (body, &self.protocols) {
            (Body::Transaction(tx), Some(types)) => types.contains(tx.event_type),
            _ => true,
        };
        of_protocols && self.kinds.want(body)
    }
}

impl Sink for EveLog {
    fn event(&mut self, event: &Event, origin: &Origin<'_>) -> Result<(), OutputError> {
        if !self.wants(&event.body) {
            return Ok(());
        }
        let options = &self.options;
        self.writer.record(|out| options.write(event, origin, out))
    }

    fn stats(&mut self, time: Timestamp, stats: &StatsTree) -> Result<(), OutputError> {
        if !self.kinds.stats {
            return Ok(());
        }
        let mut kept = Cow::Borrowed(stats);
        if !self.threads && kept.has(THREADS) {
            kept.to_mut().remove(THREADS);
        }
        if !self.zeros {
            kept = Cow::Owned(kept.without_zeros());
        }
        self.writer.record(|out| kept.write(time, out))
    }

    fn flush(&mut self) -> Result<(), OutputError> {
        self.writer.flush()
    }

    fn reopen(&mut self) -> Result<(), OutputError> {
        self.writer.reopen()
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        self.writer.finish()
    }
}

impl RecordKinds {
    /// Every record.
    pub const ALL: Self = Self {
        alert: true,
        flow: true,
        decode_anomaly: true,
        stream_anomaly: true,
        applayer_anomaly: true,
        drop: true,
        packet: true,
        stats: true,
        transactions: true,
        files: true,
    };

    /// Alerts only.
    pub const ALERTS: Self = Self {
        alert: true,
        flow: false,
        decode_anomaly: false,
        stream_anomaly: false,
        applayer_anomaly: false,
        drop: false,
        packet: false,
        stats: false,
        transactions: false,
        files: false,
    };

    /// Whether the record of an event is among them.
    pub fn want(&self, body: &Body) -> bool {
        match body {
            Body::Alert(_) => self.alert,
            Body::Flow(_) => self.flow,
            Body::Drop(_) => self.drop,
            Body::File(_) => self.files,
            Body::FileChunk(_) => false,
            Body::Packet(_) => self.packet,
            Body::Transaction(_) => self.transactions,
            Body::Anomaly(anomaly) => match anomaly.kind {
                "decode" => self.decode_anomaly,
                "stream" => self.stream_anomaly,
                _ => self.applayer_anomaly,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use engine::eve::AlertOptions;
    use engine::worker::WorkerCounters;
    use packet::{DecoderEvent, Layer};

    use super::*;
    use crate::sample;
    use crate::schema::violations;
    use crate::stats::{CaptureCounters, IpsCounters, RunCounters};

    fn everything() -> EveOptions {
        EveOptions {
            alert: AlertOptions {
                payload: true,
                payload_printable: true,
                payload_length: true,
                packet: true,
                metadata: true,
                rule: true,
                references: true,
                flow: true,
                verdict: true,
            },
            drop_alerts: true,
            drop_verdict: true,
            flow_exceptions: true,
            ethernet: true,
            pcap_filename: true,
            ipv6_compress: false,
            sensor_name: Some("sensor".to_owned()),
        }
    }

    fn written(kinds: RecordKinds, options: EveOptions) -> String {
        let memory = sample::Memory::default();
        // Without the counters of threads: Suricata writes such too, but its schema does not know them.
        let mut log = EveLog::new(RecordWriter::stream("memory", Box::new(memory.clone())), kinds, options);
        let rules = sample::rules();
        for event in sample::events() {
            log.event(&event, &sample::origin(&rules))
                .expect("memory can be written to");
        }
        log.stats(Timestamp::new(1_700_000_100, 0), &stats())
            .expect("memory can be written to");
        log.finish().expect("memory can be written to");
        memory.text()
    }

    fn stats() -> StatsTree {
        let mut workers = WorkerCounters {
            packets: 3,
            bytes: 300,
            ..WorkerCounters::default()
        };
        workers.decoder_events.insert(DecoderEvent::ALL[0].code(), 1);
        workers.layers[Layer::Ipv4 as usize] = 2;
        let run = RunCounters {
            uptime: 9,
            rules_loaded: 4,
            capture: Some(CaptureCounters::default()),
            rings: [("eth0.7", 5), ("eth0.7", 6), ("eth1", 0)]
                .map(|(name, kernel_packets)| {
                    let counted = CaptureCounters {
                        kernel_packets,
                        ..CaptureCounters::default()
                    };
                    (name.to_owned(), counted)
                })
                .into(),
            ips: Some(IpsCounters {
                reasons: [("rules", 1), ("flow_drop", 2)].into(),
                ..IpsCounters::default()
            }),
            ..RunCounters::default()
        };
        run.tree(&workers)
    }

    fn types(text: &str) -> Vec<String> {
        let record = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("it is JSON");
        text.lines()
            .map(|line| record(line)["event_type"].as_str().expect("it has a type").to_owned())
            .collect()
    }

    #[test]
    fn only_wanted_records_are_written() {
        let of = |kinds| {
            let mut types = types(&written(kinds, EveOptions::default()));
            types.dedup();
            types
        };
        assert_eq!(
            of(RecordKinds::ALL),
            ["alert", "anomaly", "drop", "packet", "fileinfo", "flow", "stats"]
        );
        assert_eq!(of(RecordKinds::ALERTS), ["alert"]);
        assert_eq!(of(RecordKinds::default()), Vec::<String>::new());
        let stream = RecordKinds {
            stream_anomaly: true,
            stats: true,
            ..RecordKinds::default()
        };
        assert_eq!(types(&written(stream, EveOptions::default())), ["anomaly", "stats"]);
    }

    #[test]
    fn counters_have_their_names() {
        let stats = stats();
        assert_eq!(
            (
                stats.get("decoder.pkts"),
                stats.get("decoder.avg_pkt_size"),
                stats.get("uptime")
            ),
            (Some(3), Some(100), Some(9))
        );
        assert_eq!(
            (stats.get("decoder.ipv4"), stats.get("ips.drop_reason.flow_drop")),
            (Some(2), Some(2))
        );
        assert_eq!(
            stats.get(&format!("decoder.event.{}", DecoderEvent::ALL[0].name())),
            Some(1)
        );
        assert_eq!(
            (
                stats.get("tcp.syn"),
                stats.get("flow.total"),
                stats.get("defrag.memuse")
            ),
            (Some(0), Some(0), Some(0))
        );
    }

    #[test]
    fn counters_of_threads_are_written_where_they_are_wanted() {
        let of = |threads| {
            let memory = sample::Memory::default();
            let writer = RecordWriter::stream("memory", Box::new(memory.clone()));
            let mut log = EveLog::new(writer, RecordKinds::ALL, EveOptions::default()).threads(threads);
            log.stats(Timestamp::default(), &stats()).expect("it is written");
            log.finish().expect("it is written");
            serde_json::from_str::<serde_json::Value>(&memory.text()).expect("it is JSON")
        };
        assert!(of(false)["stats"]["threads"].is_null());
        let threads = &of(true)["stats"]["threads"];
        let packets = |name: &str| threads[name]["capture"]["kernel_packets"].as_u64();
        assert_eq!(
            ["W#01-eth0.7", "W#02-eth0.7", "W#01-eth1"].map(packets),
            [Some(5), Some(6), Some(0)]
        );
    }

    #[test]
    fn every_record_is_valid_by_the_schema_of_suricata() {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
        let shared = std::env::var_os("RULEIDS_SHARED").map_or(beside, PathBuf::from);
        let Ok(schema) = std::fs::read_to_string(shared.join("conformance/eve-schema.json")) else {
            println!("skipped: {} has no EVE schema", shared.display());
            return;
        };
        let schema = serde_json::from_str(&schema).expect("the schema is JSON");
        let mut wrong = Vec::new();
        for options in [everything(), EveOptions::default()] {
            for line in written(RecordKinds::ALL, options).lines() {
                let record = serde_json::from_str(line).expect("it is JSON");
                wrong.extend(
                    violations(&schema, &record)
                        .into_iter()
                        .map(|violation| format!("{violation}\n  {line}")),
                );
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
