//! Literals that must stand within the first bytes of what is inspected.

use std::ops::Range;

use super::anchored::{Anchored, AnchoredBuilder};
use super::pattern_group::{PatternGroup, PatternGroupBuilder, ScanState};
use super::probe::{Place, Probe, Reason};

/// Literals that must stand within the first [`FRONT`] bytes.
#[derive(Debug)]
pub struct Front {
    /// Those with but one place.
    anchored: Anchored,
    /// Those that are too short to be searched for.
    short: Box<[Short]>,
    /// All others.
    searched: Option<PatternGroup>,
}

/// Collects the literals of a [`Front`].
#[derive(Debug, Default)]
pub struct FrontBuilder {
    anchored: AnchoredBuilder,
    short: Vec<Short>,
    searched: PatternGroupBuilder,
}

/// A literal of one or two bytes, where it must stand, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Short {
    rule: u32,
    from: usize,
    to: usize,
    /// The literal, and the bits of it that count, for both cases of a letter.
    bytes: u16,
    mask: u16,
    one: bool,
}

impl FrontBuilder {
    /// Adds a rule under a literal that must stand in `place`, if nothing must be searched to find it.
    pub fn stand(&mut self, literal: &[u8], nocase: bool, place: &Range<usize>, rule: u32) -> bool {
        if self.anchored.add(literal, nocase, place, rule) {
            return true;
        }
        let short = Short::new(literal, nocase, place, rule);
        self.short.extend(short);
        short.is_some()
    }

    /// Adds a rule under a literal that must stand in `place`, which is within the front.
    pub fn add(&mut self, literal: &[u8], nocase: bool, place: &Range<usize>, rule: u32) {
        if !self.stand(literal, nocase, place, rule) {
            self.searched.add(literal, nocase, rule);
        }
    }

    /// Builds the matchers; `None` when no rule was added.
    pub fn build(mut self) -> Option<Front> {
        self.short.sort_unstable();
        self.short.dedup();
        let front = Front {
            anchored: self.anchored.build(),
            short: self.short.into(),
            searched: self.searched.build(),
        };
        let any = !front.anchored.is_empty() || !front.short.is_empty() || front.searched.is_some();
        any.then_some(front)
    }
}

impl Front {
    /// Appends the rules whose literal stands where it must in `data`; a rule may come more than once.
    pub fn scan(&self, place: Place, data: &[u8], state: &mut ScanState, out: &mut Vec<u32>, probe: &mut impl Probe) {
        let front = data.get(..FRONT).unwrap_or(data);
        self.standing(front, out, probe);
        if let Some(group) = &self.searched {
            probe.scan(place, group, front, state, out);
        }
    }

    /// The same, of the literals that need not be searched for.
    #[inline]
    pub fn standing(&self, front: &[u8], out: &mut Vec<u32>, probe: &mut impl Probe) {
        let before = out.len();
        self.anchored.standing(front, |rule| out.push(rule));
        for short in self.short.iter().filter(|short| short.stands(front)) {
            out.push(short.rule);
        }
        probe.found(Reason::Literal, &out[before..]);
    }

    /// Whether some literals must be searched for.
    pub fn is_searched(&self) -> bool {
        self.searched.is_some()
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.anchored.memory() + self.searched.as_ref().map_or(0, PatternGroup::memory)
    }
}

impl Short {
    /// `None` for literals of three bytes and more.
    fn new(literal: &[u8], nocase: bool, place: &Range<usize>, rule: u32) -> Option<Self> {
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
            from: place.start,
            to: place.end,
            bytes: u16::from_le_bytes(bytes) & mask,
            mask,
            one,
        })
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

/// How many bytes are the front. In ET Open 19 of 20 literals that are bound to a place are within 32.
pub const FRONT: usize = 64;
