//! Counting matches: `threshold`, `detection_filter` and `rate_filter`.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use packet::Timestamp;

use super::Subject;
use crate::rule::{Action, Threshold, ThresholdKind, Track, Unique};

/// What becomes of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It alerts; over the rate of a `rate_filter`, with another action.
    Alert(Option<Action>),
    /// It does what its rule does, and says nothing.
    Quiet,
    /// It is counted, and nothing else comes of it.
    Silent,
}

/// The counts of all rules.
#[derive(Debug, Default)]
pub struct Thresholds {
    counts: HashMap<Key, Count>,
    /// The ports of a `unique_on`, beside its count.
    ports: HashMap<Key, Vec<u16>>,
    /// The payloads of an average, beside its count.
    averages: HashMap<Key, Average>,
    ages: VecDeque<Key>,
    /// How many counts were given up because there were too many.
    pub evicted: u64,
}

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    rule: u32,
    nth: u8,
    who: Who,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Who {
    All,
    Host(IpAddr),
    Pair(IpAddr, IpAddr),
    Flow(u64),
}

#[derive(Clone, Copy, Debug)]
struct Count {
    start: Timestamp,
    matches: u32,
    /// `Backoff`: the match that alerts next. `Rate`: until when the other action holds, in nanoseconds.
    next: i64,
}

/// The sizes of the last payloads.
#[derive(Debug, Default)]
struct Average {
    /// LIMIT: as many as the threshold's count, which is at most 1,000.
    sizes: VecDeque<u16>,
    sum: u64,
}

impl Average {
    fn add(&mut self, size: u32, count: u32) {
        let size = u16::try_from(size).unwrap_or(u16::MAX);
        self.sizes.push_back(size);
        self.sum += u64::from(size);
        if self.sizes.len() > count as usize
            && let Some(oldest) = self.sizes.pop_front()
        {
            self.sum -= u64::from(oldest);
        }
    }

    /// Whether there are as many as `count`, with more than `over` bytes on average.
    fn is_over(&self, over: u32, count: u32) -> bool {
        self.sizes.len() == count as usize && self.sum > u64::from(over) * u64::from(count)
    }
}

impl Thresholds {
    /// Counts a match and says what becomes of it.
    pub fn count(&mut self, rule: u32, nth: u8, threshold: &Threshold, subject: &Subject) -> Decision {
        let Some(who) = who(threshold.track, subject) else {
            return Decision::Alert(None);
        };
        let key = Key { rule, nth, who };
        if !self.counts.contains_key(&key) {
            self.make_room();
            let next = if threshold.kind == ThresholdKind::Backoff {
                i64::from(threshold.count)
            } else {
                i64::MIN
            };
            self.counts.insert(
                key,
                Count {
                    start: subject.time,
                    matches: 0,
                    next,
                },
            );
            self.ages.push_back(key);
        }
        let Some(count) = self.counts.get_mut(&key) else {
            return Decision::Silent;
        };
        match threshold.kind {
            ThresholdKind::DistinctFilter(unique) => {
                let port = match unique {
                    Unique::SourcePort => subject.ports.0,
                    Unique::DestinationPort => subject.ports.1,
                };
                count.step_distinct(threshold, subject.time, port, self.ports.entry(key).or_default())
            }
            ThresholdKind::Average { over } => {
                let average = self.averages.entry(key).or_default();
                average.add(subject.size, threshold.count);
                count.step_average(threshold, subject.time, average.is_over(over, threshold.count))
            }
            _ => count.step(threshold, subject.time),
        }
    }

    /// How many counts are held.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    // LIMIT: MAX_COUNTS; beyond it the count that was begun first goes, whoever floods us with sources.
    fn make_room(&mut self) {
        while self.counts.len() >= MAX_COUNTS {
            let Some(oldest) = self.ages.pop_front() else { return };
            self.counts.remove(&oldest);
            self.ports.remove(&oldest);
            self.averages.remove(&oldest);
            self.evicted += 1;
        }
    }
}

impl Count {
    fn step(&mut self, threshold: &Threshold, now: Timestamp) -> Decision {
        if threshold.kind == ThresholdKind::Backoff {
            return self.back_off(threshold);
        }
        let window = i64::from(threshold.seconds) * 1_000_000_000;
        if now.since(self.start) > window {
            self.start = now;
            self.matches = 0;
        }
        self.matches = self.matches.saturating_add(1);
        let alerts = match threshold.kind {
            ThresholdKind::Limit => self.matches <= threshold.count,
            ThresholdKind::Both => self.matches == threshold.count,
            ThresholdKind::DetectionFilter => self.matches > threshold.count,
            ThresholdKind::Threshold => {
                let reached = self.matches >= threshold.count;
                if reached {
                    self.matches = 0;
                    self.start = now;
                }
                reached
            }
            ThresholdKind::Rate { action, timeout } => return self.rate(threshold.count, action, timeout, now),
            ThresholdKind::Backoff | ThresholdKind::DistinctFilter(_) | ThresholdKind::Average { .. } => true,
        };
        match threshold.kind {
            _ if alerts => Decision::Alert(None),
            // Suricata: what is over the limit is not told, but dropped like the rest.
            ThresholdKind::Limit => Decision::Quiet,
            ThresholdKind::Both if self.matches > threshold.count => Decision::Quiet,
            _ => Decision::Silent,
        }
    }

    /// Counts a port that was not seen in the window.
    fn step_distinct(&mut self, threshold: &Threshold, now: Timestamp, port: u16, ports: &mut Vec<u16>) -> Decision {
        if now.since(self.start) > i64::from(threshold.seconds) * 1_000_000_000 {
            self.start = now;
            ports.clear();
        }
        // LIMIT: one port more than the count, and never more than there are.
        let limit = usize::try_from(threshold.count).unwrap_or(usize::MAX);
        if ports.len() <= limit
            && let Err(at) = ports.binary_search(&port)
        {
            ports.insert(at, port);
        }
        if ports.len() > limit {
            Decision::Alert(None)
        } else {
            Decision::Silent
        }
    }

    /// One alert in a window that begins with it.
    fn step_average(&mut self, threshold: &Threshold, now: Timestamp, over: bool) -> Decision {
        let quiet = self.matches > 0 && now.since(self.start) <= i64::from(threshold.seconds) * 1_000_000_000;
        if !over || quiet {
            return Decision::Silent;
        }
        self.matches = 1;
        self.start = now;
        Decision::Alert(None)
    }

    fn rate(&mut self, limit: u32, action: Action, timeout: u32, now: Timestamp) -> Decision {
        let over = timeout == 0 && self.matches > limit;
        if now.0 < self.next || over {
            return Decision::Alert(Some(action));
        }
        if self.matches > limit {
            self.next = now.0.saturating_add(i64::from(timeout) * 1_000_000_000);
            return Decision::Alert(Some(action));
        }
        Decision::Alert(None)
    }

    fn back_off(&mut self, threshold: &Threshold) -> Decision {
        self.matches = self.matches.saturating_add(1);
        if i64::from(self.matches) < self.next {
            return Decision::Silent;
        }
        self.next = self.next.saturating_mul(threshold.multiplier.into());
        Decision::Alert(None)
    }
}

fn who(track: Track, subject: &Subject) -> Option<Who> {
    match track {
        Track::Rule => Some(Who::All),
        Track::Flow => subject.flow.map(Who::Flow),
        Track::Source => subject.addresses.map(|(src, _)| Who::Host(src)),
        Track::Destination => subject.addresses.map(|(_, dst)| Who::Host(dst)),
        Track::Both => subject.addresses.map(|(a, b)| Who::Pair(a.min(b), a.max(b))),
    }
}

/// How many counts are held at most; a count takes about 100 bytes.
const MAX_COUNTS: usize = 1 << 18;

#[cfg(test)]
mod tests {
    use super::*;

    fn run(kind: ThresholdKind, count: u32, seconds: u32, at_ms: &[i64]) -> Vec<bool> {
        let threshold = Threshold {
            kind,
            track: Track::Source,
            count,
            seconds,
            multiplier: 10,
        };
        let mut thresholds = Thresholds::default();
        at_ms
            .iter()
            .map(|ms| {
                let source = "192.0.2.1".parse().expect("an address");
                let subject = Subject {
                    time: Timestamp(ms * 1_000_000),
                    addresses: Some((source, source)),
                    ports: (0, 0),
                    flow: None,
                    size: 0,
                };
                matches!(thresholds.count(1, 0, &threshold, &subject), Decision::Alert(_))
            })
            .collect()
    }

    #[test]
    fn a_port_counts_once() {
        let threshold = Threshold {
            kind: ThresholdKind::DistinctFilter(Unique::SourcePort),
            track: Track::Rule,
            count: 2,
            seconds: 60,
            multiplier: 0,
        };
        let mut thresholds = Thresholds::default();
        let mut alerts = |seconds: i64, port| {
            let subject = Subject {
                time: Timestamp(seconds * 1_000_000_000),
                addresses: None,
                ports: (port, 80),
                flow: None,
                size: 0,
            };
            matches!(thresholds.count(1, 0, &threshold, &subject), Decision::Alert(_))
        };
        assert_eq!(
            [(0, 7), (1, 7), (2, 8), (3, 9), (4, 7), (99, 7)].map(|(s, p)| alerts(s, p)),
            [false, false, false, true, true, false]
        );
    }

    #[test]
    fn an_average_needs_all_its_matches_and_alerts_once_in_a_window() {
        let threshold = Threshold {
            kind: ThresholdKind::Average { over: 100 },
            track: Track::Rule,
            count: 3,
            seconds: 60,
            multiplier: 0,
        };
        let mut thresholds = Thresholds::default();
        let mut alerts = |seconds: i64, size| {
            let subject = Subject {
                time: Timestamp(seconds * 1_000_000_000),
                addresses: None,
                ports: (53, 53),
                flow: None,
                size,
            };
            matches!(thresholds.count(1, 0, &threshold, &subject), Decision::Alert(_))
        };
        // Of the third, 300 bytes are no more than 100 on average; of the fourth, 301 are.
        let matches = [
            (0, 100),
            (1, 0),
            (2, 200),
            (3, 101),
            (4, 900),
            (64, 900),
            (65, 0),
            (66, 0),
            (130, 0),
        ];
        assert_eq!(
            matches.map(|(s, size)| alerts(s, size)),
            [false, false, false, true, false, true, false, false, false]
        );
    }

    #[test]
    fn limit_lets_the_first_pass_in_each_window() {
        assert_eq!(
            run(ThresholdKind::Limit, 2, 1, &[0, 1, 2, 1000, 1001]),
            [true, true, false, false, true]
        );
    }

    #[test]
    fn threshold_alerts_at_every_nth() {
        assert_eq!(
            run(ThresholdKind::Threshold, 2, 60, &[0, 1, 2, 3]),
            [false, true, false, true]
        );
    }

    #[test]
    fn both_alerts_once_in_a_window() {
        assert_eq!(
            run(ThresholdKind::Both, 2, 1, &[0, 1, 2, 3, 1100, 1200]),
            [false, true, false, false, false, true]
        );
    }

    #[test]
    fn detection_filter_alerts_beyond_the_count() {
        assert_eq!(
            run(ThresholdKind::DetectionFilter, 2, 1, &[0, 1, 2, 3, 5000]),
            [false, false, true, true, false]
        );
    }

    #[test]
    fn backoff_alerts_ever_more_rarely() {
        let at: Vec<i64> = (0..100).collect();
        let alerts: Vec<usize> = run(ThresholdKind::Backoff, 1, 0, &at)
            .iter()
            .enumerate()
            .filter(|(_, a)| **a)
            .map(|(i, _)| i + 1)
            .collect();
        assert_eq!(alerts, [1, 10, 100]);
    }

    #[test]
    fn a_flood_of_sources_is_bounded() {
        let threshold = Threshold {
            kind: ThresholdKind::Limit,
            track: Track::Source,
            count: 1,
            seconds: 60,
            multiplier: 0,
        };
        let mut thresholds = Thresholds::default();
        for n in 0..(MAX_COUNTS as u32 + 1000) {
            let source = IpAddr::from(n.to_be_bytes());
            thresholds.count(
                1,
                0,
                &threshold,
                &Subject {
                    time: Timestamp(0),
                    addresses: Some((source, source)),
                    ports: (0, 0),
                    flow: None,
                    size: 0,
                },
            );
        }
        assert_eq!((thresholds.len(), thresholds.evicted), (MAX_COUNTS, 1000));
    }
}
