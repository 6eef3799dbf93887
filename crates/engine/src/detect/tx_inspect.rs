//! Verification of rules that ask for something of a transaction.
//!
//! A transaction is looked at each time it may have changed, until it is complete. What a rule asks of a buffer is
//! settled when the progress of the buffer is reached; a rule that waits for the rest stays a candidate of the
//! transaction, with a bit for each condition that holds.

use packet::Direction;

use super::inspect::BufferPlace;
use super::pattern_group::PatternGroup;
use super::probe::{Inspected, Place as LiteralPlace, Probe, Reason, Unprofiled};
use super::rule_set::RuleSet;
use super::tx_prefilter::{TxGroup, place};
use super::verify::{Detector, Input, Match, checks_hold, flow_matches, state_holds};
use crate::app_layer::{AppFlow, Application, COMPLETE, Candidate, ProtocolId, Transaction, TxState};
use crate::rule::{Effect, FlowVars, Op, Rule, TxCondition, TxContext};

/// Where a transaction stands.
#[derive(Clone, Copy)]
struct Place {
    protocol: ProtocolId,
    direction: Direction,
    progress: u8,
    /// The progress that means complete.
    complete: u8,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    /// Every condition holds.
    Matches,
    /// Some cannot be told yet.
    Waits,
    /// It cannot match this transaction any more.
    Over,
    /// It is not for this packet; another packet may be.
    NotNow,
}

impl Detector {
    /// Looks at what is new of a flow's transactions in the packet's direction, and appends the rules that match.
    pub fn run_transactions(
        &mut self,
        rules: &RuleSet,
        input: &Input<'_>,
        flow: (&mut AppFlow, &'static Application),
        vars: &mut FlowVars,
        matches: &mut Vec<Match>,
    ) {
        match self.profile.take() {
            None => self.run_transactions_with(rules, input, flow, vars, matches, &mut Unprofiled),
            Some(mut profile) => {
                self.run_transactions_with(rules, input, flow, vars, matches, &mut *profile);
                self.profile = Some(profile);
            }
        }
    }

    fn run_transactions_with(
        &mut self,
        rules: &RuleSet,
        input: &Input<'_>,
        (flow, app): (&mut AppFlow, &'static Application),
        vars: &mut FlowVars,
        matches: &mut Vec<Match>,
        probe: &mut impl Probe,
    ) {
        let (Some(direction), Some(protocol)) = (input.context.direction, flow.protocol()) else {
            return;
        };
        let ended = flow.has_ended(direction);
        self.fits.begin();
        let Some(list) = flow.transactions_mut() else { return };
        let empty = TxGroup::default();
        let group = rules
            .prefilter
            .transactions
            .group(protocol, direction)
            .unwrap_or(&empty);
        let complete = app.complete(direction);
        // What is the same for all transactions is looked for once, if there is one to look at.
        let mut searched = false;
        self.by_payload.clear();
        for index in 0..list.len() {
            let Some((state, tx)) = list.get_mut(index) else { break };
            if state.inspection[direction.index()].done {
                continue;
            }
            let progress = if ended { COMPLETE } else { tx.progress(direction) };
            let place = Place {
                protocol,
                direction,
                progress,
                complete,
            };
            if let Some(patterns) = group
                .payload
                .as_ref()
                .filter(|_| !std::mem::replace(&mut searched, true))
            {
                probe.transaction(protocol, direction);
                self.search_payload(patterns, input, probe);
            }
            self.transaction(rules, group, input, (state, tx), place, vars, matches, probe);
            tx.inspected(direction);
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what a verification looks at, each of its own kind"
    )]
    fn transaction(
        &mut self,
        rules: &RuleSet,
        group: &TxGroup,
        input: &Input<'_>,
        (state, tx): (&mut TxState, &mut dyn Transaction),
        place: Place,
        vars: &mut FlowVars,
        matches: &mut Vec<Match>,
        probe: &mut impl Probe,
    ) {
        let at = place.direction.index();
        probe.transaction(place.protocol, place.direction);
        self.collect_transaction(rules, group, (state, tx), place, probe);
        let mut found = std::mem::take(&mut self.candidates);
        let mut candidates = std::mem::take(&mut state.inspection[at].candidates);
        probe.waited(&candidates);
        // New candidates among those that wait, in the order of the rules.
        found.sort_unstable();
        found.dedup();
        for rule in found.drain(..) {
            if let Err(to) = candidates.binary_search_by_key(&rule, |c| c.rule) {
                candidates.insert(
                    to,
                    Candidate {
                        rule,
                        held: 0,
                        settled: false,
                    },
                );
            }
        }
        self.candidates = found;
        let mut passed = false;
        for candidate in &mut candidates {
            if candidate.settled || passed {
                continue;
            }
            let Some(rule) = rules.rules.get(candidate.rule as usize) else {
                continue;
            };
            probe.look(candidate.rule);
            let times = self.fits.ask(rules, candidate.rule, input.context.packet);
            let stand = match times {
                0 => Stand::NotNow,
                _ => {
                    probe.fits();
                    self.stand(rules, rule, input, (state, tx), place, vars, &mut candidate.held, probe)
                }
            };
            probe.end(if stand == Stand::Matches { times } else { 0 });
            candidate.settled = matches!(stand, Stand::Matches | Stand::Over);
            if stand == Stand::Matches {
                state.alerted |= !rule.silent;
                matches.extend((0..times).map(|_| Match {
                    rule: candidate.rule,
                    stream: rule.header.protocols.has(6),
                    tx: Some(state.id),
                }));
                for effect in &rule.effects {
                    vars.apply(effect);
                    if let Effect::StoreFiles(what) = effect {
                        let sid = rules.meta.get(candidate.rule as usize).map_or(0, |meta| meta.sid);
                        what.apply(place.direction, sid, (state, tx), vars, |file| {
                            rule.tx.iter().all(|condition| match condition {
                                TxCondition::Check(check, _) => check.fits_file(file),
                                TxCondition::Buffer(..) => true,
                            })
                        });
                    }
                }
                passed = rule.action == crate::rule::Action::Pass;
            }
        }
        let inspection = &mut state.inspection[at];
        // What is not settled is searched again.
        let settled = ended_or_settled(tx, place);
        inspection.searched = if settled {
            place.progress.saturating_add(1)
        } else {
            place.progress
        };
        inspection.done = place.progress >= place.complete;
        if !inspection.done {
            inspection.candidates = candidates;
        }
    }

    /// Looks for the literals of what a rule may ask of the payload beside its transaction.
    fn search_payload(&mut self, patterns: &PatternGroup, input: &Input<'_>, probe: &mut impl Probe) {
        let out = &mut self.by_payload;
        if let Some(stream) = input.stream {
            probe.scan(LiteralPlace::Stream, patterns, stream.data, &mut self.scan, out);
        }
        if input.packet_payload_counts() {
            let payload = input.context.packet.payload;
            probe.scan(LiteralPlace::Packet, patterns, payload, &mut self.scan, out);
        }
    }

    /// Collects the rules that there is a new reason to look at.
    fn collect_transaction(
        &mut self,
        rules: &RuleSet,
        group: &TxGroup,
        (state, tx): (&mut TxState, &mut dyn Transaction),
        place: Place,
        probe: &mut impl Probe,
    ) {
        let inspection = &mut state.inspection[place.direction.index()];
        let out = &mut self.candidates;
        out.extend_from_slice(&group.always);
        probe.found(Reason::Always, &group.always);
        out.extend_from_slice(&self.by_payload);
        for event in state.events.without(inspection.events).iter() {
            if let Some(list) = group.events.get(&event) {
                out.extend_from_slice(list);
                probe.found(Reason::Event, list);
            }
        }
        inspection.events = state.events;
        for buffer in &group.buffers {
            let searched = inspection.searched > buffer.at;
            if buffer.at > place.progress || (searched && !buffer.streaming) {
                continue;
            }
            for index in 0..if buffer.multi { MAX_MULTI } else { 1 } {
                let Some(data) = rules.tx_buffer(
                    buffer.buffer,
                    place.protocol,
                    tx,
                    (place.direction, index),
                    &mut self.made,
                    &mut self.transformed,
                ) else {
                    break;
                };
                let place = LiteralPlace::Buffer(buffer.buffer);
                probe.scan(place, &buffer.patterns, data, &mut self.scan, out);
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what a verification looks at, each of its own kind"
    )]
    fn stand(
        &mut self,
        rules: &RuleSet,
        rule: &Rule,
        input: &Input<'_>,
        (state, tx): (&TxState, &dyn Transaction),
        at: Place,
        vars: &FlowVars,
        held: &mut u32,
        probe: &mut impl Probe,
    ) -> Stand {
        let flow_holds = flow_matches(rule.flow, input);
        probe.flow(flow_holds);
        if !flow_holds || !state_holds(rule, vars, probe) || !checks_hold(rule, &input.context, probe) {
            return Stand::NotNow;
        }
        if !rule.buffers.is_empty() && !self.packet_buffers(rules, rule, input, probe) {
            return Stand::NotNow;
        }
        let mut waits = false;
        for (number, condition) in rule.tx.iter().enumerate() {
            let bit = 1u32 << number.min(30);
            if *held & bit != 0 {
                continue;
            }
            let Some(from) = place(condition, at.protocol, at.direction, &rules.buffers) else {
                return Stand::Over;
            };
            if from > at.progress {
                waits = true;
                continue;
            }
            let (holds, may_later) = self.condition(rules, (number, condition), (state, tx), at, probe);
            if holds {
                *held |= bit;
            } else if may_later && at.progress < at.complete {
                waits = true;
            } else {
                return Stand::Over;
            }
        }
        if let Some(payload) = &rule.payload
            && *held & PAYLOAD_HELD == 0
        {
            if self.payload(payload, input, probe).is_none() {
                return Stand::Waits;
            }
            *held |= PAYLOAD_HELD;
        }
        if waits { Stand::Waits } else { Stand::Matches }
    }

    /// Whether a condition holds, and if not, whether it may later.
    fn condition(
        &mut self,
        rules: &RuleSet,
        (number, condition): (usize, &TxCondition),
        (state, tx): (&TxState, &dyn Transaction),
        at: Place,
        probe: &mut impl Probe,
    ) -> (bool, bool) {
        let (id, ops) = match condition {
            TxCondition::Check(check, _) => {
                let context = TxContext {
                    tx,
                    state,
                    direction: at.direction,
                };
                let holds = check.matches(&context);
                probe.tx_check(number, holds);
                return (holds, check.retried());
            }
            TxCondition::Buffer(id, ops) => (*id, ops),
        };
        let used = rules.buffers.get(usize::from(id.0));
        let provider = used.and_then(|u| u.provider(at.protocol));
        let from = provider.and_then(|p| p.at[at.direction.index()]);
        let streaming = provider.is_some_and(|p| p.streaming)
            || (at.progress < at.complete && from.is_some_and(|from| !tx.settled(at.direction, from)));
        let several = used.is_some_and(|u| u.def.multi);
        for index in 0..if several { MAX_MULTI } else { 1 } {
            let data = rules.tx_buffer(
                id,
                at.protocol,
                tx,
                (at.direction, index),
                &mut self.made,
                &mut self.transformed,
            );
            let start = used
                .filter(|used| streaming && used.transforms.is_empty())
                .map_or(0, |used| tx.window_start(used.def.name, at.direction, index));
            match data {
                // Suricata: a missing buffer is asked about once, when its progress is reached; one that may come yet,
                // at the end.
                None => {
                    let missing = index == 0 && start == 0 && !(streaming && at.progress < at.complete);
                    return (missing && matches!(ops.first(), Some(Op::Absent(_))), streaming);
                }
                Some(data) => {
                    let place = BufferPlace {
                        little_endian: tx.little_endian(at.direction),
                        start,
                    };
                    if self
                        .inspector
                        .matches_at(place, Inspected::Buffer(id), ops, data, probe)
                    {
                        return (true, false);
                    }
                }
            }
        }
        (false, streaming)
    }
}

/// Whether what is there from the transaction's progress on cannot change any more.
fn ended_or_settled(tx: &dyn Transaction, place: Place) -> bool {
    place.progress >= place.complete || tx.settled(place.direction, place.progress)
}

/// The bit of the payload among the conditions of a rule.
const PAYLOAD_HELD: u32 = 1 << 31;

/// LIMIT: so many buffers of a kind are looked at in a transaction.
const MAX_MULTI: usize = 1024;
