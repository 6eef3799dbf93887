//! The order in which rules are looked at, and which literal tells most.

use super::rule::Compiled;
use crate::rule::{Action, Effect, StateCheck};

/// Sorts rules into the order in which they are looked at: by action, then those that set flow state before those
/// that ask for it, then by priority, then by sid; else as they were loaded.
pub(super) fn sort(rules: &mut [Box<Compiled>], actions: ActionOrder) {
    // PERF: a key is made once: what it is made of lies far apart.
    rules.sort_by_cached_key(|c| {
        (
            actions.rank(c.rule.action),
            bits_rank(c),
            ints_rank(c),
            shared_rank(c),
            c.meta.priority,
            c.meta.sid,
        )
    });
}

/// The order in which actions are carried out: the place of pass, drop, reject and alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionOrder {
    /// `pass`.
    pub pass: u8,
    /// `drop`.
    pub drop: u8,
    /// `reject`.
    pub reject: u8,
    /// `alert`.
    pub alert: u8,
}

impl ActionOrder {
    const fn rank(self, action: Action) -> u8 {
        match action {
            Action::Pass => self.pass,
            Action::Drop => self.drop,
            Action::Reject(_) => self.reject,
            Action::Alert => self.alert,
        }
    }
}

impl Default for ActionOrder {
    fn default() -> Self {
        Self {
            pass: 0,
            drop: 1,
            reject: 2,
            alert: 3,
        }
    }
}

/// Suricata: rules that set come first, then those that set and ask, then those that ask, then the others.
const fn rank(sets: bool, asks: bool) -> u8 {
    match (sets, asks) {
        (true, false) => 0,
        (true, true) => 1,
        (false, true) => 2,
        (false, false) => 3,
    }
}

fn bits_rank(c: &Compiled) -> u8 {
    let sets = c.rule.effects.iter().any(|e| {
        matches!(
            e,
            Effect::FlowbitSet(_) | Effect::FlowbitClear(_) | Effect::FlowbitToggle(_)
        )
    });
    rank(
        sets,
        c.rule
            .state
            .iter()
            .any(|s| matches!(s, StateCheck::FlowbitSet(_) | StateCheck::FlowbitClear(_))),
    )
}

fn ints_rank(c: &Compiled) -> u8 {
    let sets = c.rule.effects.iter().any(|e| matches!(e, Effect::Flowint(..)));
    rank(
        sets,
        c.rule
            .state
            .iter()
            .any(|s| matches!(s, StateCheck::Flowint(..) | StateCheck::FlowintPresent(..))),
    )
}

fn shared_rank(c: &Compiled) -> u8 {
    let sets = c.rule.effects.iter().any(|e| {
        matches!(
            e,
            Effect::SharedSet(..) | Effect::SharedClear(_) | Effect::SharedToggle(..)
        )
    });
    let asks = c.rule.state.iter().any(|s| matches!(s, StateCheck::Shared(..)));
    let asked_first = c
        .rule
        .state
        .iter()
        .any(|s| matches!(s, StateCheck::Shared(bit, _) if bit.asked_first));
    // Suricata: xbits are asked before the same packet sets them, hostbits after.
    match rank(sets, asks) {
        0 if is_xbit(c) => 2,
        2 if asked_first => 0,
        rank => rank,
    }
}

fn is_xbit(c: &Compiled) -> bool {
    c.rule.effects.iter().any(|e| {
        matches!(
            e,
            Effect::SharedSet(bit, _) | Effect::SharedClear(bit) | Effect::SharedToggle(bit, _) if bit.asked_first
        )
    })
}

/// How much finding a literal tells: longer is better, and rare bytes are.
pub(super) fn strength(literal: &[u8]) -> u32 {
    let mut seen = [false; 256];
    literal
        .iter()
        .map(|byte| {
            let again = std::mem::replace(&mut seen[usize::from(*byte)], true);
            match byte {
                _ if again => 1,
                0 | b' ' | 0xff | b'\r' | b'\n' => 2,
                b'a'..=b'z' => 3,
                b'A'..=b'Z' | b'0'..=b'9' => 4,
                0x20..=0x7e => 5,
                _ => 6,
            }
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_rare_literals_tell_most() {
        assert!(strength(b"wp-admin") > strength(b"admin"));
        assert!(strength(b"\x90\x91\x92") > strength(b"abc"));
        assert!(strength(b"abcde") > strength(b"\0\0\0\0\0\0"));
    }
}
