//! LZMA as a stream: any piece of input in, what can be decoded of it out.
//!
//! Written after the format's specification (LZMA SDK, `lzma-specification`), which is in the public domain. What is
//! decoded is handed out at once, so that rules see the beginning of a body before its end is there.

use super::layer::Step;

/// A decoder of one LZMA stream.
#[derive(Debug, Default)]
pub(crate) struct Lzma {
    /// Input that is not used up: the header, or a part of it, or less than a symbol may take.
    pending: Vec<u8>,
    at: usize,
    /// The length is not in the header, but this.
    length: Option<u64>,
    run: Option<Box<Run>>,
}

/// What is there once the header was read.
#[derive(Debug)]
struct Run {
    range: u32,
    code: u32,
    properties: Properties,
    /// What was decoded last, at least as much as the dictionary is to hold.
    window: Vec<u8>,
    /// Up to where the window was handed out.
    given: usize,
    made: u64,
    state: usize,
    reps: [u32; 4],
    probs: Probs,
}

#[derive(Clone, Copy, Debug)]
struct Properties {
    lc: u32,
    lp: u32,
    pb: u32,
    dictionary: u64,
    length: Option<u64>,
}

/// What the bits are expected to be.
#[derive(Debug)]
struct Probs {
    is_match: [u16; 12 << 4],
    is_rep: [u16; 12],
    is_rep_g0: [u16; 12],
    is_rep_g1: [u16; 12],
    is_rep_g2: [u16; 12],
    is_rep0_long: [u16; 12 << 4],
    slot: [[u16; 64]; 4],
    distance: [u16; 128],
    align: [u16; 16],
    length: LengthProbs,
    rep_length: LengthProbs,
    literal: Vec<u16>,
}

#[derive(Debug)]
struct LengthProbs {
    choice: u16,
    choice2: u16,
    low: [[u16; 8]; 16],
    mid: [[u16; 8]; 16],
    high: [u16; 256],
}

/// The bits of the range coder.
struct Bits<'a> {
    range: u32,
    code: u32,
    input: &'a [u8],
    at: usize,
    short: bool,
}

/// What a symbol was.
enum Symbol {
    Byte(u8),
    /// So many bytes, from so far back.
    Copy(usize, usize),
    End,
    Wrong,
}

impl Lzma {
    /// For a header that lacks the length, which is this.
    pub(crate) fn of_length(length: u64) -> Self {
        Self {
            length: Some(length),
            ..Self::default()
        }
    }

    /// Takes all of `input`, and writes what can be decoded, as far as there is room in `out`; with `last`, nothing
    /// follows. `memory` limits what is held.
    pub(super) fn step(&mut self, input: &[u8], last: bool, out: &mut [u8], memory: u64) -> Step {
        self.pending.extend_from_slice(input);
        let read = input.len();
        if self.run.is_none() {
            match self.header(memory) {
                Ok(true) => {}
                Ok(false) => return Step::Wait(read, 0),
                Err(step) => return step,
            }
        }
        let Some(run) = &mut self.run else {
            return Step::Wrong(0);
        };
        let mut bits = Bits {
            range: run.range,
            code: run.code,
            input: &self.pending,
            at: self.at,
            short: false,
        };
        let room = out.len().saturating_sub(MAX_MATCH);
        let first = run.given;
        let ended = loop {
            if run.window.len().saturating_sub(first) > room {
                break None;
            }
            if run.properties.length.is_some_and(|length| run.made >= length) {
                break Some(Step::End(read, 0));
            }
            let left = bits.input.len().saturating_sub(bits.at);
            if left < MAX_SYMBOL && !last {
                break Some(Step::Wait(read, 0));
            }
            // LIMIT: the dictionary.
            if run.made >= memory && run.properties.dictionary > memory {
                break Some(Step::Memory(0));
            }
            let symbol = run.symbol(&mut bits);
            if bits.short {
                // What is cut off in the middle of a symbol ends before it.
                break Some(Step::End(read, 0));
            }
            match symbol {
                Symbol::Byte(byte) => run.window.push(byte),
                Symbol::Copy(length, distance) => {
                    if !run.copy(length, distance) {
                        break Some(Step::Wrong(0));
                    }
                }
                Symbol::End => break Some(Step::End(read, 0)),
                Symbol::Wrong => break Some(Step::Wrong(0)),
            }
            run.made = run.made.wrapping_add(match symbol {
                Symbol::Copy(length, _) => length as u64,
                _ => 1,
            });
        };
        (run.range, run.code) = (bits.range, bits.code);
        self.at = bits.at;
        let wrote = run.give(out, memory);
        match ended {
            None => Step::Go(read, wrote),
            Some(Step::Wait(read, _)) => {
                self.pending.drain(..self.at.min(self.pending.len()));
                self.at = 0;
                Step::Wait(read, wrote)
            }
            Some(Step::End(read, _)) => Step::End(read, wrote),
            Some(Step::Memory(_)) => Step::Memory(wrote),
            Some(_) => Step::Wrong(wrote),
        }
    }

    /// Reads the header, and the first bytes of the range coder, once they are all there.
    fn header(&mut self, memory: u64) -> Result<bool, Step> {
        let size = if self.length.is_some() { 5usize } else { 13 };
        let Some((head, coder)) = self.pending.split_at_checked(size) else {
            return Ok(false);
        };
        let Some(coder) = coder.first_chunk::<5>() else {
            return Ok(false);
        };
        let number = |from: usize, to: usize| {
            head.get(from..to)
                .unwrap_or_default()
                .iter()
                .rev()
                .fold(0u64, |n, byte| n << 8 | u64::from(*byte))
        };
        let first = u32::from(head.first().copied().unwrap_or(255));
        if first >= 9 * 5 * 5 || coder.first() != Some(&0) {
            return Err(Step::Wrong(0));
        }
        let length = self.length.unwrap_or_else(|| number(5, 13));
        let properties = Properties {
            lc: first % 9,
            lp: first / 9 % 5,
            pb: first / 45,
            dictionary: number(1, 5).max(1 << 12),
            length: (length != u64::MAX).then_some(length),
        };
        // LIMIT: tables of literals, which a header alone can ask for.
        let literals = 0x300usize << properties.lc.wrapping_add(properties.lp);
        if (literals as u64) > memory.max(1 << 14) {
            return Err(Step::Memory(0));
        }
        let code = coder.iter().skip(1).fold(0u32, |n, byte| n << 8 | u32::from(*byte));
        self.run = Some(Box::new(Run {
            range: u32::MAX,
            code,
            properties,
            window: Vec::new(),
            given: 0,
            made: 0,
            state: 0,
            reps: [0; 4],
            probs: Probs::new(literals),
        }));
        self.at = size.saturating_add(5);
        Ok(true)
    }
}

impl Run {
    /// Hands out what was decoded, and lets go of what no distance reaches.
    fn give(&mut self, out: &mut [u8], memory: u64) -> usize {
        let new = self.window.get(self.given..).unwrap_or_default();
        let wrote = new.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..wrote), new.get(..wrote)) {
            to.copy_from_slice(from);
        }
        self.given = self.given.saturating_add(wrote);
        let keep = self.properties.dictionary.min(memory) as usize;
        let surplus = self.given.saturating_sub(keep);
        if surplus > keep {
            self.window.drain(..surplus);
            self.given = self.given.saturating_sub(surplus);
        }
        wrote
    }

    /// Copies from the window; `false` when there is not so much.
    fn copy(&mut self, length: usize, distance: usize) -> bool {
        let Some(from) = self.window.len().checked_sub(distance) else {
            return false;
        };
        for at in from..from.saturating_add(length) {
            let byte = self.window.get(at).copied().unwrap_or(0);
            self.window.push(byte);
        }
        true
    }

    fn symbol(&mut self, bits: &mut Bits<'_>) -> Symbol {
        let pos = (self.made & low_bits(self.properties.pb)) as usize;
        let state = self.state;
        if bits.bit(&mut self.probs.is_match, state << 4 | pos) == 0 {
            return self.literal(bits);
        }
        let probs = &mut self.probs;
        if bits.bit(&mut probs.is_rep, state) == 0 {
            let length = probs.length.decode(bits, pos);
            let distance = probs.distance(bits, length);
            self.reps = [distance, self.reps[0], self.reps[1], self.reps[2]];
            self.state = if state < 7 { 7 } else { 10 };
            if distance == u32::MAX {
                return Symbol::End;
            }
            return self.matched(length);
        }
        if self.window.is_empty() {
            return Symbol::Wrong;
        }
        if bits.bit(&mut probs.is_rep_g0, state) == 0 {
            if bits.bit(&mut probs.is_rep0_long, state << 4 | pos) == 0 {
                self.state = if state < 7 { 9 } else { 11 };
                return Symbol::Copy(1, (self.reps[0] as usize).saturating_add(1));
            }
        } else if bits.bit(&mut probs.is_rep_g1, state) == 0 {
            self.reps.swap(0, 1);
        } else {
            let last = if bits.bit(&mut probs.is_rep_g2, state) == 0 {
                2
            } else {
                3
            };
            if let Some(reps) = self.reps.get_mut(..=last) {
                reps.rotate_right(1);
            }
        }
        let length = probs.rep_length.decode(bits, pos);
        self.state = if state < 7 { 8 } else { 11 };
        self.matched(length)
    }

    fn matched(&self, length: usize) -> Symbol {
        Symbol::Copy(length.saturating_add(2), (self.reps[0] as usize).saturating_add(1))
    }

    fn literal(&mut self, bits: &mut Bits<'_>) -> Symbol {
        let Properties { lc, lp, .. } = self.properties;
        let before = u64::from(self.window.last().copied().unwrap_or(0));
        let context = ((self.made & low_bits(lp)) << lc) | (before >> 8u32.saturating_sub(lc));
        let base = 0x300usize.saturating_mul(context as usize);
        let probs = self.probs.literal.get_mut(base..).unwrap_or_default();
        let mut symbol: usize = 1;
        if self.state >= 7 {
            let back = (self.reps[0] as usize).saturating_add(1);
            let Some(at) = self.window.len().checked_sub(back) else {
                return Symbol::Wrong;
            };
            let mut other = usize::from(self.window.get(at).copied().unwrap_or(0));
            while symbol < 0x100 {
                let expected = other >> 7 & 1;
                other <<= 1;
                let bit = bits.bit(probs, (0x100 << expected) | symbol) as usize;
                symbol = symbol << 1 | bit;
                if expected != bit {
                    break;
                }
            }
        }
        while symbol < 0x100 {
            symbol = symbol << 1 | bits.bit(probs, symbol) as usize;
        }
        self.state = match self.state {
            0..=3 => 0,
            state @ 4..=9 => state.saturating_sub(3),
            state => state.saturating_sub(6),
        };
        Symbol::Byte(symbol as u8)
    }
}

impl Probs {
    fn new(literals: usize) -> Self {
        Self {
            is_match: [HALF; 12 << 4],
            is_rep: [HALF; 12],
            is_rep_g0: [HALF; 12],
            is_rep_g1: [HALF; 12],
            is_rep_g2: [HALF; 12],
            is_rep0_long: [HALF; 12 << 4],
            slot: [[HALF; 64]; 4],
            distance: [HALF; 128],
            align: [HALF; 16],
            length: LengthProbs::new(),
            rep_length: LengthProbs::new(),
            literal: vec![HALF; literals],
        }
    }

    fn distance(&mut self, bits: &mut Bits<'_>, length: usize) -> u32 {
        let probs = self.slot.get_mut(length.min(3)).map(<[u16; 64]>::as_mut_slice);
        let slot = bits.tree(probs.unwrap_or_default(), 6);
        if slot < 4 {
            return slot;
        }
        let direct = (slot >> 1).wrapping_sub(1);
        let base = (2 | slot & 1) << direct;
        if slot < 14 {
            let from = (base as usize).saturating_sub(slot as usize);
            base.wrapping_add(bits.reverse_tree(self.distance.get_mut(from..).unwrap_or_default(), direct))
        } else {
            let high = bits.direct(direct.wrapping_sub(4)) << 4;
            base.wrapping_add(high)
                .wrapping_add(bits.reverse_tree(&mut self.align, 4))
        }
    }
}

impl LengthProbs {
    fn new() -> Self {
        Self {
            choice: HALF,
            choice2: HALF,
            low: [[HALF; 8]; 16],
            mid: [[HALF; 8]; 16],
            high: [HALF; 256],
        }
    }

    /// A length less the shortest one of two.
    fn decode(&mut self, bits: &mut Bits<'_>, pos: usize) -> usize {
        let of = |table: &mut [[u16; 8]; 16], bits: &mut Bits<'_>| {
            let probs = table.get_mut(pos).map(<[u16; 8]>::as_mut_slice);
            bits.tree(probs.unwrap_or_default(), 3) as usize
        };
        if bits.bit(std::slice::from_mut(&mut self.choice), 0) == 0 {
            of(&mut self.low, bits)
        } else if bits.bit(std::slice::from_mut(&mut self.choice2), 0) == 0 {
            of(&mut self.mid, bits).saturating_add(8)
        } else {
            (bits.tree(&mut self.high, 8) as usize).saturating_add(16)
        }
    }
}

impl Bits<'_> {
    fn bit(&mut self, probs: &mut [u16], index: usize) -> u32 {
        let Some(prob) = probs.get_mut(index) else { return 0 };
        let bound = (self.range >> 11).wrapping_mul(u32::from(*prob));
        let bit = if self.code < bound {
            self.range = bound;
            *prob = prob.wrapping_add(FULL.wrapping_sub(*prob) >> 5);
            0
        } else {
            self.range = self.range.wrapping_sub(bound);
            self.code = self.code.wrapping_sub(bound);
            *prob = prob.wrapping_sub(*prob >> 5);
            1
        };
        self.normalize();
        bit
    }

    fn direct(&mut self, count: u32) -> u32 {
        let mut value = 0u32;
        for _ in 0..count {
            self.range >>= 1;
            let bit = u32::from(self.code >= self.range);
            if bit == 1 {
                self.code = self.code.wrapping_sub(self.range);
            }
            self.normalize();
            value = value << 1 | bit;
        }
        value
    }

    fn tree(&mut self, probs: &mut [u16], depth: u32) -> u32 {
        let mut at = 1usize;
        for _ in 0..depth {
            at = at << 1 | self.bit(probs, at) as usize;
        }
        (at as u32).wrapping_sub(1 << depth)
    }

    fn reverse_tree(&mut self, probs: &mut [u16], depth: u32) -> u32 {
        let (mut at, mut value) = (1usize, 0);
        for place in 0..depth {
            let bit = self.bit(probs, at);
            at = at << 1 | bit as usize;
            value |= bit << place;
        }
        value
    }

    fn normalize(&mut self) {
        if self.range < 1 << 24 {
            self.range <<= 8;
            let byte = self.input.get(self.at).copied();
            self.short |= byte.is_none();
            self.at = self.at.saturating_add(1);
            self.code = self.code << 8 | u32::from(byte.unwrap_or(0));
        }
    }
}

/// So many bits, all set.
fn low_bits(count: u32) -> u64 {
    (1u64 << count).saturating_sub(1)
}

/// A bit that is as likely 0 as 1.
const HALF: u16 = 1 << 10;

/// A bit that is never 1.
const FULL: u16 = 1 << 11;

/// Bytes of input that a symbol takes, at most.
const MAX_SYMBOL: usize = 20;

/// Bytes that a symbol makes, at most.
const MAX_MATCH: usize = 273;
