//! The literals of packets' payloads, in lanes: by how much of which payloads must be searched for them.
//!
//! PERF: the bytes of a TCP packet are searched as part of their stream already. Most rules that want the packet as well
//! say where in it (`offset`, `depth`), how long it is (`dsize`) or which port it goes to, so that few payloads must be
//! searched to their end. Over mixed traffic with ET Open that is a third of all bytes that were searched before.

use std::ops::Range;

use packet::{Direction, Packet};

use super::by_port::{BUSY, ByPort, ByPortBuilder, PortBits, is_narrow};
use super::front::{FRONT, Front, FrontBuilder};
use super::pattern_group::{PatternGroup, PatternGroupBuilder, ScanState};
use super::probe::{Place, Probe};
use crate::rule::{Content, Hint, Num, Op, PortSet, Rule};

/// The literals of packets' payloads.
#[derive(Debug, Default)]
pub struct Lanes {
    /// Literals that must stand within the first bytes, and those that open the gate ([`GATE`]).
    front: Option<Front>,
    /// Literals of rules that want something else within the first bytes too: searched for where that is there.
    gated: Option<PatternGroup>,
    /// Literals of rules for payloads of at most so many bytes.
    small: Option<(usize, PatternGroup)>,
    /// Literals of rules for few ports.
    ported: Option<(PortGate, PatternGroup)>,
    /// All others.
    rest: Option<PatternGroup>,
    /// All that are searched for once more, for payloads that are so short that one search costs less than several.
    all: Option<ByPort>,
}

/// Collects the literals of [`Lanes`].
#[derive(Debug)]
pub struct LanesBuilder {
    front: FrontBuilder,
    gated: PatternGroupBuilder,
    small: PatternGroupBuilder,
    max_small: usize,
    ported: PatternGroupBuilder,
    ports: PortGate,
    rest: PatternGroupBuilder,
    all: ByPortBuilder,
}

/// A destination port of these, or a source port of those: a bit for each.
#[derive(Debug, Default)]
struct PortGate {
    dst: PortBits,
    src: PortBits,
}

impl LanesBuilder {
    /// Nothing yet, for packets in this direction.
    pub fn new(direction: Direction) -> Self {
        Self {
            front: FrontBuilder::default(),
            gated: PatternGroupBuilder::default(),
            small: PatternGroupBuilder::default(),
            max_small: 0,
            ported: PatternGroupBuilder::default(),
            ports: PortGate::default(),
            rest: PatternGroupBuilder::default(),
            all: ByPortBuilder::new(direction),
        }
    }

    /// Adds a rule under a literal of its payload, which stands in `place` ([`range`]) where that is known.
    pub fn add(&mut self, index: u32, rule: &Rule, literal: &[u8], nocase: bool, place: Option<Range<usize>>) {
        let front = place.filter(|place| place.end <= FRONT);
        if let Some(place) = &front
            && self.front.stand(literal, nocase, place, index)
        {
            return;
        }
        self.all.add(literal, nocase, index, rule);
        if let Some(place) = &front {
            return self.front.add(literal, nocase, place, index);
        }
        let size = rule.checks.iter().find_map(|check| match check.hint() {
            Some(Hint::PayloadSize(_, most)) => Some(usize::from(most)),
            _ => None,
        });
        if let Some(size) = size.filter(|size| *size <= SMALL) {
            self.max_small = self.max_small.max(size);
            return self.small.add(literal, nocase, index);
        }
        if let Some((gate, place)) = gate(rule) {
            self.front.add(&gate.pattern, gate.nocase, &place, GATE);
            return self.gated.add(literal, nocase, index);
        }
        if self.ports.admit(rule) {
            return self.ported.add(literal, nocase, index);
        }
        self.rest.add(literal, nocase, index);
    }

    /// Builds the matchers; `None` when no rule was added.
    pub fn build(self) -> Option<Lanes> {
        let mut lanes = Lanes {
            front: self.front.build(),
            gated: self.gated.build(),
            small: self.small.build().map(|group| (self.max_small, group)),
            ported: self.ported.build().map(|group| (self.ports, group)),
            rest: self.rest.build(),
            all: None,
        };
        // Where there is but one matcher, it has all there is.
        let searched = lanes.front.as_ref().is_some_and(Front::is_searched);
        if lanes.groups().count() + usize::from(searched) > 1 {
            lanes.all = self.all.build();
        }
        (lanes.front.is_some() || lanes.groups().next().is_some()).then_some(lanes)
    }
}

impl Lanes {
    /// Appends the rules whose literal occurs in the packet's payload where it may count; a rule may come more than once.
    pub fn scan(&self, packet: &Packet<'_>, state: &mut ScanState, candidates: &mut Vec<u32>, probe: &mut impl Probe) {
        let payload = packet.payload;
        let before = candidates.len();
        if let Some(all) = self.all.as_ref().filter(|_| payload.len() <= SHORT_PAYLOAD) {
            if let Some(front) = &self.front {
                front.standing(payload.get(..FRONT).unwrap_or(payload), candidates, probe);
                without_gate(candidates, before);
            }
            if let Some(group) = all.of(packet) {
                probe.scan(Place::PacketShort, group, payload, state, candidates);
            }
            return;
        }
        let mut open = false;
        if let Some(front) = &self.front {
            front.scan(Place::PacketFront, payload, state, candidates, probe);
            open = without_gate(candidates, before);
        }
        if let Some(group) = self.gated.as_ref().filter(|_| open) {
            probe.scan(Place::PacketGated, group, payload, state, candidates);
        }
        if let Some((most, group)) = &self.small
            && payload.len() <= *most
        {
            probe.scan(Place::PacketSmall, group, payload, state, candidates);
        }
        if let Some((ports, group)) = &self.ported
            && ports.opens(packet)
        {
            probe.scan(Place::PacketPorted, group, payload, state, candidates);
        }
        if let Some(group) = &self.rest {
            probe.scan(Place::Packet, group, payload, state, candidates);
        }
    }

    /// The matchers of their own lanes.
    fn groups(&self) -> impl Iterator<Item = &PatternGroup> {
        let small = self.small.as_ref().map(|(_, group)| group);
        let ported = self.ported.as_ref().map(|(_, group)| group);
        [self.gated.as_ref(), small, ported, self.rest.as_ref()]
            .into_iter()
            .flatten()
    }

    /// Bytes of memory that the matchers take.
    pub fn memory(&self) -> usize {
        self.groups().map(PatternGroup::memory).sum::<usize>()
            + self.front.as_ref().map_or(0, Front::memory)
            + self.all.as_ref().map_or(0, ByPort::memory)
    }
}

/// Takes [`GATE`] out of what was found since `before`, and says whether it was there.
fn without_gate(candidates: &mut Vec<u32>, before: usize) -> bool {
    let mut kept = before;
    for at in before..candidates.len() {
        let rule = candidates[at];
        candidates[kept] = rule;
        kept += usize::from(rule != GATE);
    }
    let open = kept < candidates.len();
    candidates.truncate(kept);
    open
}

impl PortGate {
    /// Adds the ports of a rule, if they are few and none that much traffic goes to.
    fn admit(&mut self, rule: &Rule) -> bool {
        let few = |ports: &&PortSet| is_narrow(Some(*ports)) && !BUSY.iter().any(|busy| ports.contains(*busy));
        let header = &rule.header;
        if header.both_ways {
            return false;
        }
        if let Some(ports) = header.dst_ports.as_deref().filter(few) {
            self.dst.set(ports);
            return true;
        }
        if let Some(ports) = header.src_ports.as_deref().filter(few) {
            self.src.set(ports);
            return true;
        }
        false
    }

    fn opens(&self, packet: &Packet<'_>) -> bool {
        self.dst.has(packet.dst_port()) || self.src.has(packet.src_port())
    }
}

/// The places, in bytes from the start of the payload, between which a content must stand, where that
/// is written in the rule.
pub fn range(content: &Content) -> Option<Range<usize>> {
    if content.negated || content.distance.is_some() || content.within.is_some() {
        return None;
    }
    if content.starts_with {
        return Some(0..content.pattern.len());
    }
    let written = |num: Num| match num {
        Num::Const(n) => usize::try_from(n).ok(),
        Num::Var(_) => None,
    };
    let from = content.offset.map_or(Some(0), written)?;
    Some(from..from.checked_add(content.depth.and_then(written)?)?)
}

/// The longest content of the rule's payload that must stand within the first bytes, and where.
fn gate(rule: &Rule) -> Option<(&Content, Range<usize>)> {
    let ops = rule.payload.iter().flat_map(|payload| payload.ops.iter());
    let placed = ops.filter_map(|op| match op {
        Op::Content(content) => Some((content, range(content)?)),
        _ => None,
    });
    let early = placed.filter(|(_, place)| place.end <= FRONT);
    early.max_by_key(|(content, _)| content.pattern.len())
}

/// At most so many bytes make a small payload.
const SMALL: usize = 512;
/// PERF: payloads of at most so many bytes are searched once for everything; a third of all have more.
const SHORT_PAYLOAD: usize = 512;
/// What stands for the gate among the rules of the front; there are never so many rules.
const GATE: u32 = u32::MAX;

#[cfg(test)]
mod tests;
