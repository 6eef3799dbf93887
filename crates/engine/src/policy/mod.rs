//! What crosses flows: thresholds, suppression, bits on hosts. Matches come here in the order of the output.

mod shared;
mod threshold;

pub use shared::SharedBits;
pub use threshold::{Decision, Thresholds};

use std::net::IpAddr;

use packet::Timestamp;

use crate::rule::{Effect, Rule, StateCheck, Suppress, SuppressTrack};

/// State that crosses flows. One for all workers: matches are given to it in the order of the output, so that the
/// number of workers makes no difference.
#[derive(Debug, Default)]
pub struct Policy {
    thresholds: Thresholds,
    bits: SharedBits,
}

/// Who matched, as far as policy is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// Packet time.
    pub time: Timestamp,
    /// Source and destination; `None` when the packet is not IP.
    pub addresses: Option<(IpAddr, IpAddr)>,
    /// Source and destination port; 0 without ports.
    pub ports: (u16, u16),
    /// The flow.
    pub flow: Option<u64>,
    /// Bytes of the packet's payload.
    pub size: u32,
}

impl Policy {
    /// Whether what the rule asks of bits on hosts holds.
    pub fn conditions_hold(&self, rule: &Rule, subject: &Subject) -> bool {
        rule.state.iter().all(|check| match check {
            StateCheck::Shared(bit, wanted) => self.bits.is_set(*bit, subject) == *wanted,
            _ => true,
        })
    }

    /// Carries out what a match does to bits on hosts.
    pub fn apply_effects(&mut self, rule: &Rule, subject: &Subject) {
        for effect in &rule.effects {
            match effect {
                Effect::SharedSet(bit, seconds) => self.bits.set(*bit, subject, *seconds),
                Effect::SharedClear(bit) => self.bits.clear(*bit, subject),
                Effect::SharedToggle(bit, seconds) => self.bits.toggle(*bit, subject, *seconds),
                _ => {}
            }
        }
    }

    /// Whether the match alerts, and with which action. `index` is the rule's number.
    pub fn decide(&mut self, index: u32, rule: &Rule, subject: &Subject) -> Decision {
        if rule.suppress.iter().any(|s| suppresses(s, subject)) {
            // Suricata: it is not told, but dropped all the same.
            return Decision::Quiet;
        }
        let mut decision = Decision::Alert(None);
        for (nth, threshold) in rule.thresholds.iter().enumerate() {
            match self.thresholds.count(index, nth as u8, threshold, subject) {
                Decision::Alert(None) => {}
                other => decision = other,
            }
            if matches!(decision, Decision::Silent | Decision::Quiet) {
                break;
            }
        }
        decision
    }
}

fn suppresses(suppress: &Suppress, subject: &Subject) -> bool {
    let listed = |address: IpAddr| suppress.addresses.contains(address);
    match (suppress.track, subject.addresses) {
        (SuppressTrack::All, _) => true,
        (_, None) => false,
        (SuppressTrack::Source, Some((src, _))) => listed(src),
        (SuppressTrack::Destination, Some((_, dst))) => listed(dst),
        (SuppressTrack::Either, Some((src, dst))) => listed(src) || listed(dst),
    }
}
