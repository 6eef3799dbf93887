//! The face of the engine: captures in, events out, on any number of threads.

use std::sync::Arc;

use packet::{LinkType, Timestamp};

use crate::config::Config;
use crate::detect::RuleSet;
use crate::event::{Alert, Body, Dropped, Event, Position, VerdictAction, VerdictRecord};
use crate::policy::{Decision, Policy};
use crate::rule::{Action, DatasetState};
use crate::worker::{Ahead, Frame, Output, PacketMatches, Verdict, Worker, WorkerCounters};

/// One worker and its policy: packets in, events out, at once.
pub struct Engine {
    worker: Worker,
    policy: Policy,
    settler: Settler,
    pending: Vec<Output>,
    capture: u32,
}

/// Settles which matches alert.
pub struct Settler {
    packet_alert_max: usize,
    inline: bool,
    /// Alerts so far, by rule.
    pub alerts: Vec<u64>,
    /// Alerts that were left out because their packet had too many.
    pub overflowed: u64,
    /// Matches that a threshold or a suppression kept silent.
    pub silenced: u64,
    /// Packets that were dropped, and those of them that were rejected, only once thresholds were asked.
    pub dropped: (u64, u64),
    /// The alerts of the packet that is settled.
    settled: Vec<Event>,
}

impl Engine {
    /// An engine without packets so far.
    pub fn new(config: Arc<Config>, rules: Arc<RuleSet>) -> Self {
        let settler = Settler::new(&config, &rules);
        Self {
            worker: Worker::new(config, rules),
            policy: Policy::default(),
            settler,
            pending: Vec::new(),
            capture: 0,
        }
    }

    /// Inspects a packet and hands each event to `sink`, in order.
    pub fn frame(&mut self, frame: Frame<'_>, sink: &mut impl FnMut(Event)) -> Verdict {
        let shard = Worker::shard_of(frame.data, frame.link);
        let mut verdict = self.worker.frame(frame, shard, self.capture, &mut self.pending);
        if self.pending.is_empty() {
            return verdict;
        }
        verdict = verdict.max(self.settle(sink));
        verdict
    }

    /// Inspects packets one after the other, with an eye on those to come.
    pub fn frames<'a>(&mut self, frames: impl Iterator<Item = Frame<'a>>, sink: &mut impl FnMut(Event)) {
        if !self.worker.looks_ahead() {
            for frame in frames {
                self.frame(frame, sink);
            }
            return;
        }
        let sharded = frames.map(|frame| (frame, Worker::shard_of(frame.data, frame.link)));
        for Ahead { packet, shard } in &self.worker.look_ahead(sharded) {
            self.worker.decoded(packet, *shard, self.capture, &mut self.pending);
            if !self.pending.is_empty() {
                self.settle(sink);
            }
        }
    }

    /// Ends all flows: the capture is over. What is kept across flows is forgotten; the next capture starts anew.
    pub fn end_of_capture(&mut self, sink: &mut impl FnMut(Event)) {
        self.worker.end_of_capture(self.capture, &mut self.pending);
        self.settle(sink);
        self.policy = Policy::default();
        self.capture += 1;
    }

    /// Uses other rules from the next packet on; flows go on.
    pub fn replace_rules(&mut self, rules: Arc<RuleSet>) {
        self.settler.replace_rules(&rules);
        self.policy = Policy::default();
        self.worker.replace_rules(rules);
    }

    /// Ends the flows whose time is over: live traffic paused, and this is the time now.
    pub fn idle(&mut self, now: Timestamp, sink: &mut impl FnMut(Event)) {
        self.worker.idle(now, &mut self.pending);
        self.settle(sink);
    }

    /// What rules have changed of the sets since this was asked last: for the end of a capture.
    pub fn take_sets(&mut self) -> DatasetState {
        self.worker.take_sets()
    }

    /// What was counted and what was settled; the end of it.
    pub fn into_parts(self) -> (WorkerCounters, Settler) {
        (self.worker.counters(), self.settler)
    }

    /// Says which capture the next packet belongs to.
    pub fn set_capture(&mut self, capture: u32) {
        self.capture = capture;
    }

    /// What was counted.
    pub fn counters(&self) -> WorkerCounters {
        self.worker.counters()
    }

    /// What was settled.
    pub fn settler(&self) -> &Settler {
        &self.settler
    }

    fn settle(&mut self, sink: &mut impl FnMut(Event)) -> Verdict {
        let mut verdict = Verdict::Accept;
        let rules = Arc::clone(self.worker.rules());
        for output in self.pending.drain(..) {
            match output {
                Output::Event(event) => sink(*event),
                Output::Matches(matches) => {
                    let settled = self.settler.settle(&rules, &mut self.policy, &matches, sink);
                    if let Some(pass) = settled.marks_flow {
                        self.worker.mark_flow(&matches, pass);
                    }
                    verdict = verdict.max(settled.verdict);
                }
            }
        }
        verdict
    }
}

/// What settling a packet's matches came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settled {
    /// What becomes of the packet.
    pub verdict: Verdict,
    /// The rest of its flow is passed (true) or dropped (false).
    pub marks_flow: Option<bool>,
}

impl Settler {
    /// Nothing settled so far.
    pub fn new(config: &Config, rules: &RuleSet) -> Self {
        Self {
            packet_alert_max: config.packet_alert_max,
            inline: config.inline,
            alerts: vec![0; rules.rules.len()],
            overflowed: 0,
            silenced: 0,
            dropped: (0, 0),
            settled: Vec::new(),
        }
    }

    /// Counts for other rules from now on; what was counted for the old ones is forgotten, the totals are not.
    pub fn replace_rules(&mut self, rules: &RuleSet) {
        self.alerts = vec![0; rules.rules.len()];
    }

    /// Adds what another settled that used other rules: the totals, not the alerts by rule.
    pub fn add_totals(&mut self, other: &Self) {
        self.overflowed += other.overflowed;
        self.silenced += other.silenced;
        self.dropped.0 += other.dropped.0;
        self.dropped.1 += other.dropped.1;
    }

    /// Applies policy to the matches of a packet, in order, and hands the alerts to `sink`.
    pub fn settle(
        &mut self,
        rules: &RuleSet,
        policy: &mut Policy,
        packet: &PacketMatches,
        sink: &mut impl FnMut(Event),
    ) -> Settled {
        let mut settled = Settled::default();
        let (mut told, mut passed, mut by) = (0, false, None);
        for (nth, matched) in packet.matches.iter().enumerate() {
            let found = matched.found;
            let Some(rule) = rules.rules.get(found.rule as usize) else {
                continue;
            };
            if !policy.conditions_hold(rule, &packet.subject) {
                continue;
            }
            policy.apply_effects(rule, &packet.subject);
            let mut by_rate = false;
            let (action, quiet) = match policy.decide(found.rule, rule, &packet.subject) {
                Decision::Silent => {
                    self.silenced += 1;
                    continue;
                }
                Decision::Quiet => (rule.action, true),
                Decision::Alert(changed) => {
                    by_rate = changed.is_some();
                    (changed.unwrap_or(rule.action), false)
                }
            };
            self.silenced += u64::from(quiet);
            let covers_flow = rule.scope.covers_flow(found.stream);
            let passes = action == Action::Pass;
            if passes {
                passed = true;
                let dropped = packet.dropped || settled.verdict != Verdict::Accept;
                if covers_flow && !dropped && settled.marks_flow.is_none() {
                    settled.marks_flow = Some(true);
                }
            }
            let blocks = self.inline && matches!(action, Action::Drop | Action::Reject(_));
            if blocks {
                by.get_or_insert((found.rule, by_rate));
                // What a rate makes of a rule goes as far as the rule.
                if covers_flow {
                    settled.marks_flow.get_or_insert(false);
                }
                settled.verdict = settled.verdict.max(match action {
                    Action::Reject(whom) => Verdict::Reject(whom),
                    _ => Verdict::Drop,
                });
            }
            // A rule that only a rate filter makes pass says nothing either.
            if passes && (rule.silent || quiet || rule.action != Action::Pass) {
                break;
            }
            if rule.silent || quiet {
                continue;
            }
            // LIMIT: packet_alert_max, so that a packet that matches everything does not flood the log.
            if told == self.packet_alert_max {
                self.overflowed += 1;
                if passes {
                    break;
                }
                continue;
            }
            told += 1;
            if let Some(count) = self.alerts.get_mut(found.rule as usize) {
                *count += 1;
            }
            let alert = Alert {
                rule: found.rule,
                packet: Arc::clone(&packet.packet),
                drops: matches!(action, Action::Drop | Action::Reject(_)),
                blocked: packet.dropped || blocks,
                rejected: matches!(action, Action::Reject(_)) && blocks,
                verdict: VerdictRecord::default(),
                stream: found.stream,
                payload: matched.payload.clone(),
                app: matched.app.clone(),
            };
            let position = Position {
                order: packet.position.order + nth as u64,
                ..packet.position
            };
            self.settled.push(Event {
                position,
                body: Body::Alert(Box::new(alert)),
            });
            if passes {
                break;
            }
        }
        let verdict = if packet.dropped && settled.verdict == Verdict::Accept {
            Verdict::Drop
        } else {
            settled.verdict
        };
        let to_server = packet.packet.flow.as_ref().is_none_or(|flow| flow.to_server);
        let mut record = verdict.record(to_server);
        if passed && verdict == Verdict::Accept {
            record.action = VerdictAction::Pass;
        }
        for mut event in self.settled.drain(..) {
            if let Body::Alert(alert) = &mut event.body {
                alert.verdict = record;
            }
            sink(event);
        }
        if settled.verdict != Verdict::Accept && !packet.dropped {
            self.dropped.0 += 1;
            self.dropped.1 += u64::from(matches!(settled.verdict, Verdict::Reject(_)));
            if let Some(header) = packet.header {
                let position = Position {
                    order: packet.position.order + packet.matches.len() as u64,
                    ..packet.position
                };
                let dropped = Dropped {
                    packet: Arc::clone(&packet.packet),
                    reason: match by {
                        Some((_, true)) => "threshold detection_filter",
                        _ => "rules",
                    },
                    header,
                    rule: by.map(|(rule, _)| rule),
                    verdict: record,
                };
                sink(Event {
                    position,
                    body: Body::Drop(Box::new(dropped)),
                });
            }
        }
        settled
    }
}

/// The shard of a frame, for whoever splits traffic between workers.
pub fn shard_of(data: &[u8], link: LinkType) -> usize {
    Worker::shard_of(data, link)
}
