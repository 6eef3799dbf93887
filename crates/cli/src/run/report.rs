//! What is told of a run: logs, alert lines, and the summary at its end.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use config::{AnomalyRecords, EveLogConfig, EveRecords, FastLogConfig, FileType};
use engine::Settler;
use engine::app_layer::Settings;
use engine::config::Config;
use engine::detect::RuleSet;
use engine::eve::{EveOptions, Origin};
use engine::event::{Body, Event};
use engine::exception::{Exception, ExceptionPolicies, ExceptionPolicy};
use engine::worker::WorkerCounters;
use output::{
    AlertLineOptions, Console, EveLog, FastLog, FileStore, IpsCounters, Mode, OutputError, RecordKinds, RecordWriter,
    RuleCounts, RunCounters, Sink, Sinks, Summary,
};

#[cfg(feature = "live")]
use output::{CaptureCounters, WorkerTraffic};

use super::Ready;
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::setup::Setup;

/// Tells of a run.
pub struct Report {
    sinks: Sinks,
    summary: Summary,
    counters: WorkerCounters,
    run: RunCounters,
    interface: Option<String>,
    capture: String,
    /// The priority at which, and below which, an alert fails the run.
    fail_on: Option<u8>,
    failing: u64,
    alerts: u64,
    quiet: bool,
    /// Records are as the configuration says and nothing else.
    plain: bool,
    failed: Option<OutputError>,
}

/// Adds what the engine must report so that everything that is asked for can be written.
pub fn wants(args: &RunArgs, setup: &Setup, config: &mut Config) {
    config.app.layer = Arc::clone(&setup.env.app_layer);
    config.app.in_alerts = true;
    config.app.records.clone_from(&setup.config.eve_types);
    config.app.files = setup.config.files.clone();
    if args.manner.suricata
        && let Ok(version) = std::env::var("SURICATA_EVE_DNS_VERSION")
        && let Some(dns) = config.app.records.get_mut("dns")
        && dns.text("version").is_none()
    {
        dns.set("version", version);
    }
    if !setup.configured && (args.log_dir.is_some() || args.json) {
        config.report.flows = true;
        config.report.drops = true;
        config.report.tagged = true;
        config.report.files = true;
        config.app.records = crate::setup::record_types()
            .into_iter()
            .map(|name| (name.to_owned(), Settings::default()))
            .collect();
    }
}

impl Report {
    /// Opens the logs. `interface` names the interfaces of live traffic.
    pub fn new(args: &RunArgs, setup: &Setup, ready: &Ready, interface: Option<String>) -> anyhow::Result<Self> {
        let mut report = Self {
            sinks: Sinks::default(),
            summary: Summary {
                rules: RuleCounts {
                    loaded: ready.rules.rules.len() as u64,
                    skipped: ready.skipped as u64,
                    refused: ready.refused as u64,
                },
                ..Summary::default()
            },
            counters: WorkerCounters::default(),
            run: RunCounters {
                rules_loaded: ready.rules.rules.len() as u64,
                rules_failed: ready.refused as u64,
                rules_skipped: ready.skipped as u64,
                ips: ready.config.inline.then(IpsCounters::default),
                applications: protocols::applications()
                    .iter()
                    .map(|app| (app.name, app.transports()))
                    .collect(),
                exceptions: exception_counters(&ready.config.exceptions),
                ..RunCounters::default()
            },
            interface,
            capture: String::new(),
            fail_on: args.fail_on,
            failing: 0,
            alerts: 0,
            quiet: args.quiet || args.manner.suricata,
            plain: args.manner.suricata,
            failed: None,
        };
        report.open(args, setup)?;
        Ok(report)
    }

    /// So many captures will be told of.
    pub fn captures(&mut self, number: usize) {
        self.summary.captures = number as u64;
    }

    /// A capture begins; what is told next is of it.
    pub fn begin(&mut self, name: &str) {
        name.clone_into(&mut self.capture);
    }

    /// How many alerts were told of so far.
    pub fn alerts(&self) -> u64 {
        self.alerts
    }

    /// Tells of an event.
    pub fn event(&mut self, event: &Event, rules: &RuleSet) {
        if let Body::Alert(alert) = &event.body {
            self.alerts += 1;
            let priority = rules.meta.get(alert.rule as usize).map_or(u8::MAX, |m| m.priority);
            self.failing += u64::from(self.fail_on.is_some_and(|at| priority <= at));
        }
        let capture = self.interface.is_none().then_some(self.capture.as_str());
        let origin = Origin {
            rules: &rules.meta,
            capture,
            interface: self.interface.as_deref(),
        };
        let told = self.sinks.event(event, &origin);
        self.note(told);
    }

    /// A capture ended: what was counted of it.
    pub fn end(&mut self, rules: &RuleSet, counters: &WorkerCounters, settler: &Settler) {
        self.counters.add(counters);
        self.summary.add_alerts(&rules.meta, &settler.alerts);
        self.summary.suppressed += settler.silenced;
        self.summary.overflowed += settler.overflowed;
        if let Some(ips) = &mut self.run.ips {
            ips.blocked += counters.drops + settler.dropped.0;
            ips.rejected += counters.rejected + settler.dropped.1;
            for (reason, count) in &counters.drop_reasons {
                *ips.reasons.entry(reason).or_default() += count;
            }
            *ips.reasons.entry("rules").or_default() += settler.dropped.0;
        }
    }

    /// These rules are used no longer; so many alerts each raised.
    #[cfg(feature = "live")]
    pub fn retire(&mut self, rules: &RuleSet, alerts: &[u64]) {
        self.summary.add_alerts(&rules.meta, alerts);
    }

    /// What the kernel counted of live traffic: for each reader the packets that were inspected, and its interfaces.
    #[cfg(feature = "live")]
    pub fn interfaces(&mut self, readers: &[(u64, Vec<capture::LiveStats>)]) {
        let mut interfaces = Vec::new();
        for (packets, stats) in readers {
            for one in stats {
                self.run.rings.push((one.interface.clone(), counted(one)));
            }
            let dropped = stats.iter().map(|one| one.dropped).sum();
            self.summary.workers.push(WorkerTraffic {
                packets: *packets,
                dropped,
            });
            capture::LiveStats::merge(&mut interfaces, stats.clone());
        }
        let mut all = CaptureCounters::default();
        for one in &interfaces {
            let counters = counted(one);
            all.add(&counters);
            self.summary.interfaces.push((one.interface.clone(), counters));
        }
        self.summary.missed = all.kernel_drops;
        self.run.capture = Some(all);
    }

    /// Writes what is held.
    #[cfg(feature = "live")]
    pub fn flush(&mut self) {
        let flushed = self.sinks.flush();
        self.note(flushed);
    }

    /// Opens the logs anew, after they were moved away.
    #[cfg(feature = "live")]
    pub fn reopen(&mut self) {
        let reopened = self.sinks.reopen();
        self.note(reopened);
    }

    /// Writes what is left, tells the summary, and says how the run ends.
    ///
    /// # Errors
    /// When something could not be written.
    pub fn finish(mut self) -> anyhow::Result<Exit> {
        let (summary, counters) = (&mut self.summary, &self.counters);
        summary.packets = counters.packets;
        summary.bytes = counters.bytes;
        summary.flows = counters.flow.total;
        summary.span = counters.span;
        summary.dropped = counters.drops;
        summary.bad_checksums = counters.bad_checksums;
        if let Some(ips) = &mut self.run.ips {
            ips.accepted = counters.packets.saturating_sub(ips.blocked);
        }
        self.run.alerts = summary.alert_count();
        self.run.alerts_overflowed = summary.overflowed;
        self.run.alerts_suppressed = summary.suppressed;
        let (first, last) = counters.span.unwrap_or_default();
        self.run.uptime = u64::try_from(last.since(first) / 1_000_000_000).unwrap_or(0);
        let stats = self.sinks.stats(last, &self.run.tree(counters));
        self.note(stats);
        let finished = self.sinks.finish();
        self.note(finished);
        if !self.quiet {
            eprint!("{}", self.summary);
        }
        match self.failed {
            Some(error) => Err(error.into()),
            None if self.failing > 0 => Ok(Exit::Alerts),
            None => Ok(Exit::Success),
        }
    }

    fn open(&mut self, args: &RunArgs, setup: &Setup) -> anyhow::Result<()> {
        let live = self.interface.is_some();
        let folder = log_folder(args, setup);
        if let Some(folder) = &folder {
            make_folder(folder)?;
            for log in eve_logs(setup, live) {
                self.eve(&log, &folder.join(&log.filename), live)?;
            }
            self.file_store(setup, folder)?;
            for log in fast_logs(setup) {
                let path = folder.join(&log.filename);
                let options = AlertLineOptions {
                    ipv6_compress: log.ipv6_compress,
                    inline: setup.config.engine.inline,
                };
                self.sinks
                    .push(FastLog::file(&path, mode(log.append && live), options)?);
            }
        }
        let many = self.summary.captures > 1 || args.pcap.len() > 1;
        if args.json {
            let options = EveOptions {
                pcap_filename: !live,
                ..EveOptions::default()
            };
            self.sinks.push(EveLog::new(
                RecordWriter::stdout().immediate(live),
                standard_kinds(),
                options,
            ));
        } else if folder.is_none() {
            self.sinks
                .push(Console::stdout().inline(setup.config.engine.inline).name_captures(many));
        }
        Ok(())
    }

    /// Stores files, if the configuration says so.
    fn file_store(&mut self, setup: &Setup, folder: &Path) -> anyhow::Result<()> {
        let Some(config) = &setup.config.file_store else {
            return Ok(());
        };
        let options = EveOptions {
            pcap_filename: !self.plain && self.interface.is_none(),
            ..EveOptions::default()
        };
        let store = FileStore::new(&folder.join(&config.folder), config.records.then_some(options))?;
        self.run.file_store = Some(store.counters());
        self.sinks.push(store);
        Ok(())
    }

    fn eve(&mut self, log: &EveLogConfig, path: &Path, live: bool) -> anyhow::Result<()> {
        if log.filetype != FileType::Regular {
            eprintln!(
                "warning: the EVE output {} is no regular file, which is not supported yet: nothing is written to it",
                log.filename.display()
            );
            return Ok(());
        }
        let mut options = log.options.clone();
        options.pcap_filename |= !live && !self.plain;
        let file = EveLog::file(path, mode(log.append && live), kinds(&log.records), options)?;
        let threads = log.records.stats.is_some_and(|stats| stats.threads);
        let zeros = log.records.stats.is_none_or(|stats| stats.zeros);
        self.sinks.push(
            file.protocols(log.records.protocols.keys().cloned())
                .zeros(zeros)
                .threads(threads),
        );
        Ok(())
    }

    /// Keeps the first error; that standard output is closed is none.
    fn note(&mut self, result: Result<(), OutputError>) {
        let Err(error) = result else { return };
        if error.is_broken_pipe() {
            return;
        }
        if self.failed.is_none() {
            eprintln!("error: {error}");
            self.failed = Some(error);
        }
    }
}

#[cfg(feature = "live")]
const fn counted(stats: &capture::LiveStats) -> CaptureCounters {
    CaptureCounters {
        kernel_packets: stats.received,
        kernel_drops: stats.dropped,
        kernel_ifdrops: stats.dropped_by_interface,
    }
}

/// The counters of exceptions about which something is done: all that could be done has one.
fn exception_counters(policies: &ExceptionPolicies) -> Vec<(&'static str, &'static str)> {
    let acted = Exception::ALL
        .into_iter()
        .filter(|e| policies.of(*e) != ExceptionPolicy::Ignore);
    let of_flows = |policy| {
        matches!(
            policy,
            ExceptionPolicy::DropFlow | ExceptionPolicy::PassFlow | ExceptionPolicy::Bypass
        )
    };
    acted
        .flat_map(|exception| {
            let possible = ExceptionPolicy::NAMES.map(|(_, policy)| policy);
            let possible = possible.into_iter().filter(move |policy| {
                *policy != ExceptionPolicy::Ignore && (exception.has_flow() || !of_flows(*policy))
            });
            possible.map(move |policy| (exception.counter(), policy.name()))
        })
        .collect()
}

/// Where logs go, if anywhere.
pub fn log_folder(args: &RunArgs, setup: &Setup) -> Option<PathBuf> {
    let configured = || setup.config.log_dir.clone().filter(|_| setup.configured);
    args.log_dir.clone().or_else(configured)
}

/// Makes the folder of logs, unless it is there.
pub fn make_folder(folder: &Path) -> anyhow::Result<()> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(|e| anyhow::anyhow!("cannot make the log folder {}: {e}", folder.display()))
}

/// The EVE logs of the configuration; without one, an eve.json with everything there is.
fn eve_logs(setup: &Setup, live: bool) -> Vec<EveLogConfig> {
    if setup.configured {
        return setup.config.eve.clone();
    }
    vec![EveLogConfig {
        filename: PathBuf::from("eve.json"),
        filetype: FileType::Regular,
        append: true,
        records: EveRecords {
            alert: true,
            tagged_packets: true,
            flow: true,
            anomaly: None,
            drop: Some(config::DropRecords { all_of_flow: false }),
            stats: Some(config::StatsRecords {
                totals: true,
                threads: live,
                deltas: false,
                zeros: true,
            }),
            files: Some(config::FileRecords::default()),
            protocols: crate::setup::record_types()
                .into_iter()
                .map(|name| (name.to_owned(), Settings::default()))
                .collect(),
        },
        options: EveOptions {
            drop_alerts: true,
            ..EveOptions::default()
        },
        community_id: None,
    }]
}

/// The fast.logs of the configuration; without one, a fast.log.
fn fast_logs(setup: &Setup) -> Vec<FastLogConfig> {
    if setup.configured {
        return setup.config.fast.clone();
    }
    vec![FastLogConfig {
        filename: PathBuf::from("fast.log"),
        append: true,
        ipv6_compress: false,
    }]
}

fn kinds(records: &EveRecords) -> RecordKinds {
    let anomaly = records.anomaly.unwrap_or(AnomalyRecords {
        decode: false,
        stream: false,
        applayer: false,
    });
    RecordKinds {
        alert: records.alert,
        flow: records.flow,
        decode_anomaly: anomaly.decode,
        stream_anomaly: anomaly.stream,
        applayer_anomaly: anomaly.applayer,
        drop: records.drop.is_some(),
        packet: records.tagged_packets,
        stats: records.stats.is_some(),
        transactions: !records.protocols.is_empty(),
        files: records.files.is_some(),
    }
}

const fn standard_kinds() -> RecordKinds {
    RecordKinds {
        alert: true,
        flow: true,
        decode_anomaly: false,
        stream_anomaly: false,
        applayer_anomaly: false,
        drop: true,
        packet: true,
        stats: true,
        transactions: true,
        files: true,
    }
}

const fn mode(append: bool) -> Mode {
    if append { Mode::Append } else { Mode::Truncate }
}
