//! What rules cost: counted, so that the same traffic gives the same numbers, and measured where there is a clock.

use std::collections::BTreeMap;

use packet::{Direction, Packet};

use super::pattern_group::{PatternGroup, ScanState};
use super::prefilter::Class;
use super::probe::{Inspected, Place, Probe, Reason};
use super::rule_set::RuleSet;
use crate::app_layer::{Candidate, ProtocolId};
use crate::rule::{FlowCondition, Op, StateCheck};

/// A clock in nanoseconds.
pub type Clock = fn() -> u64;

/// What rules, their keywords and the search for their literals cost.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// By the index of the rule.
    pub rules: Vec<RuleWork>,
    /// By keyword.
    pub keywords: Vec<(&'static str, Work)>,
    /// By what was inspected; `work.tried` counts inspections.
    pub inspected: BTreeMap<Inspected, Work>,
    /// The search for literals.
    pub groups: BTreeMap<(Scope, Place), GroupWork>,
    /// Which keyword each check was: rule by rule, as [`RuleSet::keywords`].
    names: Vec<&'static str>,
    /// By the index of the rule.
    asked: Vec<Asked>,
    clock: Option<Clock>,
    scope: Scope,
    look: Look,
}

/// What one rule cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleWork {
    /// How often there was a reason to look at it, by [`Reason`]; more than one for the same look are all counted.
    pub found: [u64; Reason::ALL.len()],
    /// How often it was looked at.
    pub looks: u64,
    /// How often its header fitted then.
    pub fits: u64,
    /// How often any of its operations ran.
    pub inspections: u64,
    /// Its matches, before thresholds.
    pub matches: u64,
    /// Conditions and operations tried.
    pub tried: u64,
    /// Bytes that operations looked at.
    pub bytes: u64,
    /// In units; see [`Work::cost`].
    pub cost: u64,
    /// The dearest look.
    pub max_cost: u64,
    /// Nanoseconds of looks at which the header fitted, where there is a clock.
    pub nanoseconds: u64,
    /// The longest look.
    pub max_nanoseconds: u64,
}

/// What one keyword cost, or the inspection of one buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// How often it was tried.
    pub tried: u64,
    /// How often it held.
    pub held: u64,
    /// Bytes looked at.
    pub bytes: u64,
    /// In units, which are about the nanoseconds that it took on the machine they were fitted to. They are counted, not
    /// measured, so that they are the same in every run and on any number of threads.
    pub cost: u64,
}

/// What the search for the literals of a group cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupWork {
    /// How many literals are looked for.
    pub literals: u64,
    /// How often.
    pub scans: u64,
    /// In how many bytes.
    pub bytes: u64,
    /// How many were found, each once a scan.
    pub hits: u64,
    /// How many rules there was a reason to look at then.
    pub candidates: u64,
    /// Nanoseconds, where there is a clock.
    pub nanoseconds: u64,
}

/// Whose literals are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Those of rules for packets of a kind; its direction is true for what goes to the client.
    Packet(Class, bool),
    /// Those of rules for transactions of a protocol.
    Transaction(ProtocolId, bool),
}

/// What a rule asks of the packet and its flow.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    /// Where the keywords of its checks begin in [`Profile::names`].
    first: u32,
    /// How many of them are checks of packets.
    checks: u32,
    /// It asks something of the flow.
    flow: bool,
}

/// The look at a candidate that goes on.
#[derive(Clone, Copy, Debug, Default)]
struct Look {
    rule: usize,
    fits: bool,
    inspected: bool,
    tried: u64,
    bytes: u64,
    cost: u64,
    began: u64,
}

impl Profile {
    /// Nothing is counted so far.
    pub fn new(rules: &RuleSet, clock: Option<Clock>) -> Self {
        let mut next = 0;
        let asked = rules.rules.iter().map(|rule| {
            let asked = Asked {
                first: next,
                checks: rule.checks.len() as u32,
                flow: rule.flow != FlowCondition::default(),
            };
            next += asked.checks + rule.tx.iter().filter(|condition| condition.is_check()).count() as u32;
            asked
        });
        Self {
            asked: asked.collect(),
            rules: vec![RuleWork::default(); rules.rules.len()],
            names: rules.keywords.clone(),
            clock,
            ..Self::default()
        }
    }

    /// Adds what another worker counted, with the same rules.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.rules.iter_mut().zip(&other.rules) {
            mine.add(theirs);
        }
        for (name, work) in &other.keywords {
            keyword(&mut self.keywords, name).add(work);
        }
        for (what, work) in &other.inspected {
            self.inspected.entry(*what).or_default().add(work);
        }
        for (group, work) in &other.groups {
            self.groups.entry(*group).or_default().add(work);
        }
    }

    /// What each keyword cost, by name.
    pub fn by_keyword(&self) -> BTreeMap<&'static str, Work> {
        let mut all: BTreeMap<_, Work> = BTreeMap::new();
        for (name, work) in &self.keywords {
            all.entry(*name).or_default().add(work);
        }
        all
    }

    fn now(&self) -> u64 {
        self.clock.map_or(0, |clock| clock())
    }

    /// Counts a condition or an operation.
    fn tried(&mut self, name: &'static str, bytes: usize, cost: u64, held: bool) {
        let work = Work {
            tried: 1,
            held: held.into(),
            bytes: bytes as u64,
            cost,
        };
        keyword(&mut self.keywords, name).add(&work);
        self.look.tried += 1;
        self.look.bytes += work.bytes;
        self.look.cost += cost;
    }

    /// What the rule that is looked at asks.
    fn asked(&self) -> Asked {
        self.asked.get(self.look.rule).copied().unwrap_or_default()
    }

    fn name(&self, index: usize) -> &'static str {
        self.names.get(index).copied().unwrap_or("")
    }
}

impl Probe for Profile {
    fn scan(&mut self, place: Place, group: &PatternGroup, data: &[u8], state: &mut ScanState, out: &mut Vec<u32>) {
        let (before, began) = (out.len(), self.now());
        group.scan(data, state, out);
        let nanoseconds = self.now().saturating_sub(began);
        let candidates = &out[before..];
        let rules = self.rules.len();
        let work = GroupWork {
            literals: group.len() as u64,
            scans: 1,
            bytes: data.len() as u64,
            hits: PatternGroup::found(state) as u64,
            candidates: candidates.iter().filter(|rule| (**rule as usize) < rules).count() as u64,
            nanoseconds,
        };
        self.groups.entry((self.scope, place)).or_default().add(&work);
        self.found(Reason::Literal, candidates);
    }

    fn packet(&mut self, packet: &Packet<'_>, direction: Direction) {
        self.scope = Scope::Packet(Class::of(packet), direction == Direction::ToClient);
    }

    fn transaction(&mut self, protocol: ProtocolId, direction: Direction) {
        self.scope = Scope::Transaction(protocol, direction == Direction::ToClient);
    }

    fn found(&mut self, reason: Reason, rules: &[u32]) {
        for rule in rules {
            if let Some(work) = self.rules.get_mut(*rule as usize) {
                work.found[reason as usize] += 1;
            }
        }
    }

    fn waited(&mut self, candidates: &[Candidate]) {
        for candidate in candidates.iter().filter(|candidate| !candidate.settled) {
            self.found(Reason::Waiting, &[candidate.rule]);
        }
    }

    fn look(&mut self, rule: u32) {
        self.look = Look {
            rule: rule as usize,
            cost: LOOK,
            ..Look::default()
        };
    }

    fn fits(&mut self) {
        self.look.fits = true;
        self.look.cost += FIT;
        // A look that ends at the header takes less time than two looks at a clock.
        self.look.began = self.now();
    }

    fn flow(&mut self, held: bool) {
        if self.asked().flow {
            self.tried("flow", 0, CHECK, held);
        }
    }

    fn state(&mut self, check: &StateCheck, held: bool) {
        self.tried(check.keyword(), 0, STATE, held);
    }

    fn check(&mut self, index: usize, held: bool) {
        self.tried(self.name(self.asked().first as usize + index), 0, CHECK, held);
    }

    fn tx_check(&mut self, index: usize, held: bool) {
        let Asked { first, checks, .. } = self.asked();
        self.tried(self.name((first + checks) as usize + index), 0, CHECK, held);
    }

    fn inspected(&mut self, what: Inspected, bytes: usize, held: bool) {
        self.look.inspected = true;
        self.look.cost += INSPECT;
        self.inspected.entry(what).or_default().add(&Work {
            tried: 1,
            held: held.into(),
            bytes: bytes as u64,
            cost: INSPECT,
        });
    }

    fn op(&mut self, op: &Op, bytes: usize, held: bool) {
        let (each, per_byte) = match op {
            Op::Content(_) => CONTENT,
            Op::Pcre(_) => PCRE,
            Op::Check(_) | Op::Base64(_) => WHOLE_BUFFER,
            _ => NUMBER,
        };
        self.tried(op.keyword(), bytes, each + bytes as u64 * per_byte / 16, held);
    }

    fn end(&mut self, matches: u8) {
        let look = self.look;
        let nanoseconds = match look.fits {
            true => self.now().saturating_sub(look.began),
            false => 0,
        };
        let Some(work) = self.rules.get_mut(look.rule) else {
            return;
        };
        work.add(&RuleWork {
            looks: 1,
            fits: look.fits.into(),
            inspections: look.inspected.into(),
            matches: matches.into(),
            tried: look.tried,
            bytes: look.bytes,
            cost: look.cost,
            max_cost: look.cost,
            nanoseconds,
            max_nanoseconds: nanoseconds,
            ..RuleWork::default()
        });
    }
}

impl RuleWork {
    fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.found.iter_mut().zip(other.found) {
            *mine += theirs;
        }
        self.looks += other.looks;
        self.fits += other.fits;
        self.inspections += other.inspections;
        self.matches += other.matches;
        self.tried += other.tried;
        self.bytes += other.bytes;
        self.cost += other.cost;
        self.max_cost = self.max_cost.max(other.max_cost);
        self.nanoseconds += other.nanoseconds;
        self.max_nanoseconds = self.max_nanoseconds.max(other.max_nanoseconds);
    }
}

impl Work {
    fn add(&mut self, other: &Self) {
        self.tried += other.tried;
        self.held += other.held;
        self.bytes += other.bytes;
        self.cost += other.cost;
    }
}

impl GroupWork {
    /// What it cost, in units; see [`Work::cost`].
    pub const fn cost(&self) -> u64 {
        self.scans * SCAN.0 + self.bytes * SCAN.1 / 16 + self.hits * HIT
    }

    fn add(&mut self, other: &Self) {
        // A place may have several groups: the search of a lane that the packet opens.
        self.literals = self.literals.max(other.literals);
        self.scans += other.scans;
        self.bytes += other.bytes;
        self.hits += other.hits;
        self.candidates += other.candidates;
        self.nanoseconds += other.nanoseconds;
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self::Packet(Class::NotIp, false)
    }
}

/// The work of a keyword. There are few, and those that are tried most are met first.
fn keyword<'k>(keywords: &'k mut Vec<(&'static str, Work)>, name: &'static str) -> &'k mut Work {
    // PERF: the same text at another place gets an entry of its own, which costs less than to compare texts.
    let known = keywords.iter().position(|(known, _)| std::ptr::eq(*known, name));
    let at = known.unwrap_or_else(|| {
        keywords.push((name, Work::default()));
        keywords.len() - 1
    });
    &mut keywords[at].1
}

// The units of what is done, fitted to ET Open on 493 MB of mixed traffic. Where there are two, the second is how many
// 16ths of a unit a byte takes.
const SCAN: (u64, u64) = (100, 10);
const HIT: u64 = 100;
const LOOK: u64 = 3;
const FIT: u64 = 20;
const CHECK: u64 = 15;
const STATE: u64 = 20;
const INSPECT: u64 = 100;
const NUMBER: (u64, u64) = (15, 0);
const CONTENT: (u64, u64) = (25, 1);
const PCRE: (u64, u64) = (150, 16);
const WHOLE_BUFFER: (u64, u64) = (30, 8);

#[cfg(test)]
mod tests;
