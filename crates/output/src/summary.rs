//! What a run came to, for people.

mod amount;

use std::fmt;

use engine::rule::RuleMeta;
use packet::Timestamp;

use crate::line::Text;
use crate::stats::CaptureCounters;
pub use amount::grouped;
use amount::{Bytes, Moment, Span};

/// What a run came to; it displays as a few aligned lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Captures that were read; 0 for live traffic.
    pub captures: u64,
    /// Packets.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Flows.
    pub flows: u64,
    /// Times of the first packet and the last one.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Live interfaces, and what the kernel counted of each.
    pub interfaces: Vec<(String, CaptureCounters)>,
    /// What each of several workers that take packets from the kernel took.
    pub workers: Vec<WorkerTraffic>,
    /// Rules.
    pub rules: RuleCounts,
    /// Alerts by rule; [`add_alerts`](Self::add_alerts) keeps them in order.
    pub alerts: Vec<RuleAlerts>,
    /// At most so many rules are listed; 0 for all.
    pub listed: usize,
    /// Packets that were dropped, or would have been.
    pub dropped: u64,
    /// Packets that the kernel dropped because they were not taken in time.
    pub missed: u64,
    /// Alerts that thresholds and suppressions kept silent.
    pub suppressed: u64,
    /// Alerts that were left out because their packet had too many.
    pub overflowed: u64,
    /// Packets whose transport checksum is wrong, which were not reassembled.
    pub bad_checksums: u64,
    /// What else should be known, a line each.
    pub warnings: Vec<String>,
}

/// What a worker took from the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkerTraffic {
    /// Packets that it inspected.
    pub packets: u64,
    /// Packets that the kernel dropped because the worker did not take them in time.
    pub dropped: u64,
}

/// What became of rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleCounts {
    /// Loaded.
    pub loaded: u64,
    /// They say themselves that they are for another program.
    pub skipped: u64,
    /// They could not be loaded.
    pub refused: u64,
}

/// The alerts of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleAlerts {
    /// 1 is the gravest.
    pub priority: u8,
    /// How many.
    pub count: u64,
    /// The generator; 1 for rules of text.
    pub gid: u32,
    /// The signature.
    pub sid: u32,
    /// Its message.
    pub msg: String,
}

impl Summary {
    /// Adds the alerts of each rule, by the same index; the list is kept by priority, then count, then signature.
    pub fn add_alerts(&mut self, rules: &[RuleMeta], alerts: &[u64]) {
        for (rule, count) in rules.iter().zip(alerts).filter(|(_, count)| **count > 0) {
            let same = self.alerts.iter_mut().find(|a| (a.gid, a.sid) == (rule.gid, rule.sid));
            match same {
                Some(known) => known.count += count,
                None => self.alerts.push(RuleAlerts {
                    priority: rule.priority,
                    count: *count,
                    gid: rule.gid,
                    sid: rule.sid,
                    msg: rule.msg.clone(),
                }),
            }
        }
        self.alerts
            .sort_by_key(|a| (a.priority, std::cmp::Reverse(a.count), a.gid, a.sid));
    }

    /// Alerts of all rules.
    pub fn alert_count(&self) -> u64 {
        self.alerts.iter().map(|a| a.count).sum()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.traffic(f)?;
        let RuleCounts {
            loaded,
            skipped,
            refused,
        } = self.rules;
        write!(f, "rules     {} loaded", grouped(loaded))?;
        for (count, what) in [(skipped, "skipped"), (refused, "refused")] {
            if count > 0 {
                write!(f, ", {} {what}", grouped(count))?;
            }
        }
        writeln!(f)?;
        self.alert_totals(f)?;
        self.table(f)?;
        self.warn(f)
    }
}

impl Summary {
    fn traffic(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "traffic   {}, {}, {}",
            count(self.packets, "packet"),
            Bytes(self.bytes),
            count(self.flows, "flow")
        )?;
        if self.captures > 0 {
            write!(f, ", {}", count(self.captures, "capture"))?;
        }
        writeln!(f)?;
        self.capture(f)?;
        match self.span {
            Some((first, last)) => writeln!(
                f,
                "time      {} to {} UTC ({})",
                Moment(first),
                Moment(last),
                Span(first, last)
            ),
            None => Ok(()),
        }
    }

    /// What the kernel gave, by interface and by worker.
    fn capture(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, counted) in &self.interfaces {
            writeln!(
                f,
                "kernel    {}: {}, {} dropped, {} dropped by the interface",
                Text(name),
                count(counted.kernel_packets, "packet"),
                grouped(counted.kernel_drops),
                grouped(counted.kernel_ifdrops)
            )?;
        }
        if self.workers.len() > 1 {
            for (number, worker) in (1..).zip(&self.workers) {
                writeln!(
                    f,
                    "worker {number:<2} {} inspected, {} dropped by the kernel",
                    count(worker.packets, "packet"),
                    grouped(worker.dropped)
                )?;
            }
        }
        Ok(())
    }

    fn alert_totals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alerts    {}", grouped(self.alert_count()))?;
        if !self.alerts.is_empty() {
            write!(f, " of {}", count(self.alerts.len() as u64, "rule"))?;
        }
        for (count, what) in [
            (self.suppressed, "suppressed"),
            (self.overflowed, "beyond packet-alert-max"),
        ] {
            if count > 0 {
                write!(f, ", {} {what}", grouped(count))?;
            }
        }
        if self.dropped > 0 {
            write!(f, "\ndropped   {}", count(self.dropped, "packet"))?;
        }
        writeln!(f)
    }

    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.alerts.is_empty() {
            return Ok(());
        }
        let listed = if self.listed == 0 {
            self.alerts.len()
        } else {
            self.listed.min(self.alerts.len())
        };
        let (shown, rest) = self.alerts.split_at(listed);
        let counts: Vec<String> = shown.iter().map(|a| grouped(a.count)).collect();
        let sids: Vec<String> = shown.iter().map(sid).collect();
        let widest = |texts: &[String], title: &str| texts.iter().map(String::len).max().unwrap_or(0).max(title.len());
        let (count_width, sid_width) = (widest(&counts, "alerts"), widest(&sids, "sid"));
        writeln!(
            f,
            "\n  priority  {:>count_width$}  {:>sid_width$}  message",
            "alerts", "sid"
        )?;
        for ((alerts, count), sid) in shown.iter().zip(&counts).zip(&sids) {
            let msg = Text(&alerts.msg);
            writeln!(
                f,
                "  {:>8}  {count:>count_width$}  {sid:>sid_width$}  {msg}",
                alerts.priority
            )?;
        }
        if !rest.is_empty() {
            let alerts: u64 = rest.iter().map(|a| a.count).sum();
            writeln!(
                f,
                "  ... and {} with {}",
                count(rest.len() as u64, "rule"),
                count(alerts, "alert")
            )?;
        }
        Ok(())
    }

    fn warn(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut warnings = Vec::new();
        if self.bad_checksums > 0 {
            warnings.push(format!(
                "{} had wrong transport checksums and {} not reassembled; use `-k none` if the traffic was captured on a \
                 host that leaves checksums to its network card",
                count(self.bad_checksums, "packet"),
                was(self.bad_checksums)
            ));
        }
        if self.missed > 0 {
            warnings.push(format!(
                "{} {} not taken in time and lost; use more `--threads`, fewer rules or a filter (`-f`)",
                count(self.missed, "packet"),
                was(self.missed)
            ));
        }
        warnings.extend(self.warnings.iter().cloned());
        if !warnings.is_empty() {
            writeln!(f)?;
        }
        warnings
            .iter()
            .try_for_each(|warning| writeln!(f, "warning: {warning}"))
    }
}

fn sid(alerts: &RuleAlerts) -> String {
    match alerts.gid {
        1 => alerts.sid.to_string(),
        gid => format!("{gid}:{}", alerts.sid),
    }
}

/// A number of things: `1 packet`, `1,234 packets`.
fn count(n: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(n), if n == 1 { "" } else { "s" })
}

fn was(n: u64) -> &'static str {
    if n == 1 { "was" } else { "were" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(gid: u32, sid: u32, priority: u8, msg: &str) -> RuleMeta {
        RuleMeta {
            gid,
            sid,
            priority,
            msg: msg.to_owned(),
            ..RuleMeta::default()
        }
    }

    fn full() -> Summary {
        let mut summary = Summary {
            captures: 3,
            packets: 1_460_123,
            bytes: 495_300_000,
            flows: 12_345,
            span: Some((
                Timestamp::new(1_700_000_000, 0),
                Timestamp::new(1_700_000_794, 500_000_000),
            )),
            rules: RuleCounts {
                loaded: 31_996,
                skipped: 12,
                refused: 3,
            },
            interfaces: vec![(
                "eth0".to_owned(),
                CaptureCounters {
                    kernel_packets: 1_460_125,
                    kernel_drops: 2,
                    kernel_ifdrops: 0,
                },
            )],
            workers: vec![
                WorkerTraffic {
                    packets: 1_460_000,
                    dropped: 0,
                },
                WorkerTraffic {
                    packets: 123,
                    dropped: 2,
                },
            ],
            dropped: 17,
            suppressed: 5,
            overflowed: 1,
            missed: 2,
            bad_checksums: 1234,
            warnings: vec!["the capture b.pcap is cut off after 17 packets".to_owned()],
            ..Summary::default()
        };
        let rules = [
            rule(1, 2_100_498, 2, "GPL ATTACK_RESPONSE id check returned root"),
            rule(1, 7, 1, "first, with few"),
            rule(1, 8, 1, "first, with many"),
            rule(1, 9, 3, "never"),
            rule(116, 4, 3, "of another\ngenerator"),
            rule(1, 10, 3, "as many"),
        ];
        summary.add_alerts(&rules, &[1234, 1, 20, 0, 5, 5]);
        summary
    }

    #[test]
    fn all_of_it() {
        insta::assert_snapshot!(full());
    }

    #[test]
    fn little() {
        let summary = Summary {
            packets: 1,
            bytes: 60,
            rules: RuleCounts {
                loaded: 1,
                ..RuleCounts::default()
            },
            ..Summary::default()
        };
        insta::assert_snapshot!(summary);
    }

    #[test]
    fn long_lists_are_cut() {
        insta::assert_snapshot!(Summary {
            listed: 2,
            bad_checksums: 1,
            warnings: vec![],
            missed: 0,
            ..full()
        });
    }

    #[test]
    fn alerts_of_several_runs_add_up() {
        let mut summary = Summary::default();
        let rules = [rule(1, 1, 1, "a"), rule(1, 2, 1, "b")];
        summary.add_alerts(&rules, &[1, 2]);
        summary.add_alerts(&rules, &[3, 0]);
        let sids: Vec<_> = summary.alerts.iter().map(|a| (a.sid, a.count)).collect();
        assert_eq!((sids, summary.alert_count()), (vec![(1, 4), (2, 2)], 6));
    }
}
