//! The literals of packets' payloads, in lanes: by how much of which payloads must be searched for them.
//!
//! PERF: the bytes of a TCP packet are searched as part of their stream already. Most rules that want the packet as well
//! say where in it (`offset`, `depth`), how long it is (`dsize`) or which port it goes to, so that few payloads must be
//! searched to their end. Over mixed traffic with ET Open that is a third of all bytes that were searched before.

use packet::Packet;

use super::pattern_group::{PatternGroup, PatternGroupBuilder, ScanState};
use super::probe::{Place, Probe, Reason};
use crate::rule::{Content, Hint, Num, Op, PortSet, Rule};

/// The literals of packets' payloads.
#[derive(Debug, Default)]
pub struct Lanes {
    /// Literals that must stand within the first [`FRONT`] bytes, and those that open the gate ([`GATE`]).
    front: Option<PatternGroup>,
    /// Literals of rules that want something else within the first bytes too: searched for where that is there.
    gated: Option<PatternGroup>,
    /// What opens the gate, or is a rule's literal ([`GATE`] or its index), and is too short to be searched for.
    short: Box<[Short]>,
    /// The same, where there is but one place for it.
    placed: Box<[Placed]>,
    /// Literals of rules for payloads of at most so many bytes.
    small: Option<(usize, PatternGroup)>,
    /// Literals of rules for few ports.
    ported: Option<(PortGate, PatternGroup)>,
    /// All others.
    rest: Option<PatternGroup>,
    /// All of these once more, for payloads that are so short that one search costs less than several.
    all: Option<PatternGroup>,
}

/// Collects the literals of [`Lanes`].
#[derive(Debug, Default)]
pub struct LanesBuilder {
    front: PatternGroupBuilder,
    gated: PatternGroupBuilder,
    short: Vec<Short>,
    small: PatternGroupBuilder,
    max_small: usize,
    ported: PatternGroupBuilder,
    ports: PortGate,
    rest: PatternGroupBuilder,
    all: PatternGroupBuilder,
}

/// A literal of one or two bytes, where in the payload it must stand, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Short {
    /// [`GATE`] comes last: what is for it alone need not be looked at once it is open.
    rule: u32,
    from: usize,
    to: usize,
    /// The literal, and the bits of it that count, for both cases of a letter.
    bytes: u16,
    mask: u16,
    one: bool,
}

/// Literals of one or two bytes that must stand at the same place.
#[derive(Debug)]
struct Placed {
    at: usize,
    /// A bit for each byte that one of them may begin with.
    first: [u64; 4],
    shorts: Box<[Short]>,
}

/// A destination port of these, or a source port of those: a bit for each.
#[derive(Debug, Default)]
struct PortGate {
    dst: Bits,
    src: Bits,
}

/// A bit for each port; empty until one is set.
#[derive(Debug, Default)]
struct Bits(Vec<u64>);

impl LanesBuilder {
    /// Adds a rule under a literal of its payload, which stands in `place` ([`range`]) where that is known.
    pub fn add(&mut self, index: u32, rule: &Rule, literal: &[u8], nocase: bool, place: Option<(usize, usize)>) {
        if let Some((from, to)) = place.filter(|(_, to)| *to <= FRONT)
            && let Some(short) = Short::new(literal, nocase, (from, to), index)
        {
            self.short.push(short);
            return;
        }
        self.all.add(literal, nocase, index);
        if place.is_some_and(|(_, to)| to <= FRONT) {
            return self.front.add(literal, nocase, index);
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
            match Short::new(&gate.pattern, gate.nocase, place, GATE) {
                Some(short) => self.short.push(short),
                None => self.front.add(&gate.pattern, gate.nocase, GATE),
            }
            return self.gated.add(literal, nocase, index);
        }
        if self.ports.admit(rule) {
            return self.ported.add(literal, nocase, index);
        }
        self.rest.add(literal, nocase, index);
    }

    /// Builds the matchers; `None` when no rule was added.
    pub fn build(mut self) -> Option<Lanes> {
        self.short.sort_unstable();
        self.short.dedup();
        let placed = Placed::all(self.short.extract_if(.., |short| short.is_placed()).collect());
        let mut lanes = Lanes {
            front: self.front.build(),
            gated: self.gated.build(),
            placed,
            short: self.short.into(),
            small: self.small.build().map(|group| (self.max_small, group)),
            ported: self.ported.build().map(|group| (self.ports, group)),
            rest: self.rest.build(),
            all: None,
        };
        // Where there is but one matcher, it has all there is.
        if lanes.groups().nth(1).is_some() {
            lanes.all = self.all.build();
        }
        let any = lanes.groups().next().is_some() || !lanes.short.is_empty() || !lanes.placed.is_empty();
        any.then_some(lanes)
    }
}

impl Lanes {
    /// Appends the rules whose literal occurs in the packet's payload where it may count; a rule may come more than once.
    pub fn scan(&self, packet: &Packet<'_>, state: &mut ScanState, candidates: &mut Vec<u32>, probe: &mut impl Probe) {
        let payload = packet.payload;
        let front = payload.get(..FRONT).unwrap_or(payload);
        if let Some(all) = self.all.as_ref().filter(|_| payload.len() <= SHORT_PAYLOAD) {
            probe.scan(Place::PacketShort, all, payload, state, candidates);
            let before = candidates.len();
            self.standing(front, |rule| {
                if rule != GATE {
                    candidates.push(rule);
                }
            });
            probe.found(Reason::Literal, &candidates[before..]);
            return;
        }
        let mut open = false;
        if let Some(group) = &self.front {
            let before = candidates.len();
            probe.scan(Place::PacketFront, group, front, state, candidates);
            let found = candidates.len();
            let mut kept = before;
            for at in before..found {
                let rule = candidates[at];
                open |= rule == GATE;
                candidates[kept] = rule;
                kept += usize::from(rule != GATE);
            }
            candidates.truncate(kept);
        }
        let before = candidates.len();
        self.standing(front, |rule| match rule {
            GATE => open = true,
            rule => candidates.push(rule),
        });
        probe.found(Reason::Literal, &candidates[before..]);
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

    /// Hands over the rules of the short literals that stand where they must, and [`GATE`] for those that open it.
    #[inline]
    fn standing(&self, front: &[u8], mut take: impl FnMut(u32)) {
        // PERF: plain loops: an adapter of all of them was not seen through, and took four times as long.
        for placed in &self.placed {
            if placed.may_stand(front) {
                for short in placed.shorts.iter().filter(|short| short.stands(front)) {
                    take(short.rule);
                }
            }
        }
        for short in self.short.iter().filter(|short| short.stands(front)) {
            take(short.rule);
        }
    }

    /// The matchers.
    pub fn groups(&self) -> impl Iterator<Item = &PatternGroup> {
        let small = self.small.as_ref().map(|(_, group)| group);
        let ported = self.ported.as_ref().map(|(_, group)| group);
        [
            self.front.as_ref(),
            self.gated.as_ref(),
            small,
            ported,
            self.rest.as_ref(),
            self.all.as_ref(),
        ]
        .into_iter()
        .flatten()
    }
}

impl Short {
    /// `None` for literals of three bytes and more.
    fn new(literal: &[u8], nocase: bool, (from, to): (usize, usize), rule: u32) -> Option<Self> {
        let case = |byte: u8| {
            if nocase && byte.is_ascii_alphabetic() {
                0xdf
            } else {
                0xff
            }
        };
        let (bytes, mask, one) = match *literal {
            [a] => ([a, 0], [case(a), 0], true),
            [a, b] => ([a, b], [case(a), case(b)], false),
            _ => return None,
        };
        let mask = u16::from_le_bytes(mask);
        Some(Self {
            rule,
            from,
            to,
            bytes: u16::from_le_bytes(bytes) & mask,
            mask,
            one,
        })
    }

    /// Whether there is but one place for it.
    fn is_placed(&self) -> bool {
        self.to - self.from == if self.one { 1 } else { 2 }
    }

    fn with_first_bytes(mut bits: [u64; 4], short: &Self) -> [u64; 4] {
        let [mask, _] = short.mask.to_le_bytes();
        let [wanted, _] = short.bytes.to_le_bytes();
        for byte in (0..=u8::MAX).filter(|byte| byte & mask == wanted) {
            bits[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
        bits
    }

    fn stands(&self, front: &[u8]) -> bool {
        let Some(part) = front.get(self.from..self.to.min(front.len())) else {
            return false;
        };
        let is = |first: u8, second: u8| u16::from_le_bytes([first, second]) & self.mask == self.bytes;
        if self.one {
            part.iter().any(|byte| is(*byte, 0))
        } else {
            part.windows(2).any(|pair| is(pair[0], pair[1]))
        }
    }
}

impl Placed {
    /// By their places.
    fn all(mut shorts: Vec<Short>) -> Box<[Self]> {
        shorts.sort_by_key(|short| short.from);
        let same = shorts.chunk_by(|a, b| a.from == b.from);
        let placed = same.map(|shorts| Self {
            at: shorts[0].from,
            first: shorts.iter().fold([0; 4], Short::with_first_bytes),
            shorts: shorts.into(),
        });
        placed.collect()
    }

    /// Whether a byte is there that one of them begins with.
    #[inline]
    fn may_stand(&self, front: &[u8]) -> bool {
        front
            .get(self.at)
            .is_some_and(|byte| self.first[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0)
    }
}

impl PortGate {
    /// Adds the ports of a rule, if they are few and none that much traffic goes to.
    fn admit(&mut self, rule: &Rule) -> bool {
        let few = |ports: &PortSet| ports.len() <= FEW_PORTS && !BUSY.iter().any(|busy| ports.contains(*busy));
        let header = &rule.header;
        if header.both_ways {
            return false;
        }
        if let Some(ports) = header.dst_ports.as_deref().filter(|ports| few(ports)) {
            self.dst.set(ports);
            return true;
        }
        if let Some(ports) = header.src_ports.as_deref().filter(|ports| few(ports)) {
            self.src.set(ports);
            return true;
        }
        false
    }

    fn opens(&self, packet: &Packet<'_>) -> bool {
        self.dst.has(packet.dst_port()) || self.src.has(packet.src_port())
    }
}

impl Bits {
    fn set(&mut self, ports: &PortSet) {
        self.0.resize(1 << 10, 0);
        for port in ports.intervals().iter().flat_map(|(a, b)| *a..=*b) {
            self.0[usize::from(port >> 6)] |= 1 << (port & 63);
        }
    }

    fn has(&self, port: u16) -> bool {
        self.0
            .get(usize::from(port >> 6))
            .is_some_and(|word| word >> (port & 63) & 1 != 0)
    }
}

/// The first and the last place, in bytes from the start of the payload, between which a content must stand, where that
/// is written in the rule.
pub fn range(content: &Content) -> Option<(usize, usize)> {
    if content.negated || content.distance.is_some() || content.within.is_some() {
        return None;
    }
    if content.starts_with {
        return Some((0, content.pattern.len()));
    }
    let written = |num: Num| match num {
        Num::Const(n) => usize::try_from(n).ok(),
        Num::Var(_) => None,
    };
    let from = content.offset.map_or(Some(0), written)?;
    Some((from, from.checked_add(content.depth.and_then(written)?)?))
}

/// The longest content of the rule's payload that must stand within the first bytes, and where.
fn gate(rule: &Rule) -> Option<(&Content, (usize, usize))> {
    let ops = rule.payload.iter().flat_map(|payload| payload.ops.iter());
    let placed = ops.filter_map(|op| match op {
        Op::Content(content) => Some((content, range(content)?)),
        _ => None,
    });
    let early = placed.filter(|(_, (_, to))| *to <= FRONT);
    early.max_by_key(|(content, _)| content.pattern.len())
}

/// How many bytes of a payload are its front. In ET Open 19 of 20 literals that are bound to a place are within 32.
pub(super) const FRONT: usize = 64;
/// At most so many bytes make a small payload.
const SMALL: usize = 512;
/// PERF: payloads of at most so many bytes are searched once for everything; a third of all have more.
const SHORT_PAYLOAD: usize = 512;
/// What stands for the gate among the rules of the front; there are never so many rules.
const GATE: u32 = u32::MAX;
/// A rule with at most so many ports is in a lane by port.
const FEW_PORTS: usize = 1024;
/// Ports of so much traffic that a lane of their own would be searched most of the time.
const BUSY: [u16; 3] = [80, 443, 53];

#[cfg(test)]
mod tests;
