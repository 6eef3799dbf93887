//! Content inspection: whether a buffer satisfies the operations of a rule, with backtracking.

use super::literal;
use super::number::{self, Found, value_of};
use super::probe::{Inspected, Probe};
use std::cell::RefCell;

use crate::rule::{
    Base64, BufferView, ByteJump, Compare, Content, DatasetState, Encoding, JumpFrom, MAX_VARS, Math, Num, Op, Pcre,
    Read,
};

/// What inspection reuses from buffer to buffer.
#[derive(Debug, Default)]
pub struct Inspector {
    vars: [u64; MAX_VARS],
    steps: u32,
    decoded: Vec<Vec<u8>>,
    sets: RefCell<DatasetState>,
    /// What `dce` means: integers are little endian.
    dce_little: bool,
    /// Where the buffer begins in what it is a window of, in bytes.
    start: u64,
}

/// What inspection must know of a buffer beside its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BufferPlace {
    /// `dce` means little endian there.
    pub little_endian: bool,
    /// Where it begins in what it is a window of, in bytes.
    pub start: u64,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Everything holds.
    Match,
    /// Something does not; another occurrence of an earlier literal may help.
    Retry,
    /// Something does not, and no other occurrence can help.
    Stop,
}

impl Inspector {
    /// What rules have changed of the sets since this was asked last: for the end of a capture.
    pub fn take_sets(&mut self) -> DatasetState {
        self.sets.take()
    }

    /// Whether `data`, which is not only bytes, satisfies all of `ops`.
    pub fn matches_at(
        &mut self,
        place: BufferPlace,
        what: Inspected,
        ops: &[Op],
        data: &[u8],
        probe: &mut impl Probe,
    ) -> bool {
        (self.dce_little, self.start) = (place.little_endian, place.start);
        let matched = self.matches(what, ops, data, probe);
        (self.dce_little, self.start) = (false, 0);
        matched
    }

    /// Whether `data` satisfies all of `ops`.
    pub fn matches(&mut self, what: Inspected, ops: &[Op], data: &[u8], probe: &mut impl Probe) -> bool {
        self.steps = 0;
        self.vars = [0; MAX_VARS];
        let matched = self.run(ops, data, 0, 0, probe) == Verdict::Match;
        probe.inspected(what, data.len(), matched);
        matched
    }

    fn run(&mut self, ops: &[Op], data: &[u8], cursor: usize, depth: usize, probe: &mut impl Probe) -> Verdict {
        // LIMIT: backtracking is cut off where Suricata cuts it off, so hostile traffic cannot make it exponential.
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Verdict::Stop;
        }
        let Some((op, rest)) = ops.split_first() else {
            return Verdict::Match;
        };
        let after = match op {
            Op::Content(content) => return self.content(content, op, rest, (data, cursor, depth), probe),
            Op::Pcre(pcre) => return self.pcre(pcre, op, rest, (data, cursor, depth), probe),
            Op::Base64(base64) if self.base64(base64, data, cursor, depth, probe) => Ok(cursor),
            Op::Base64(_) => Err(Verdict::Retry),
            _ => self.once(op, data, cursor),
        };
        probe.op(op, bytes_of(op, data), after.is_ok());
        match after {
            Ok(cursor) => self.run(rest, data, cursor, depth, probe),
            Err(verdict) => verdict,
        }
    }

    /// An operation of which there is nothing to try again: where the next one starts from, or how the attempt ended.
    #[inline]
    fn once(&mut self, op: &Op, data: &[u8], cursor: usize) -> Result<usize, Verdict> {
        let retry = Verdict::Retry;
        let holds = |holds: bool| if holds { Ok(cursor) } else { Err(Verdict::Retry) };
        match op {
            Op::ByteTest(test) => {
                let found = self.number(data, cursor, &test.read).ok_or(retry)?;
                let right = value_of(test.value, &self.vars) as u64;
                holds(compare(found.value, test.operator, right) != test.negated)
            }
            Op::ByteJump(jump) => self.jump(jump, data, cursor).ok_or(retry),
            Op::ByteExtract(extract) => {
                let found = self.number(data, cursor, &extract.read).ok_or(retry)?;
                let mut value = found.value.wrapping_mul(extract.multiplier.into());
                if extract.align > 0 {
                    value = value.checked_next_multiple_of(extract.align.into()).unwrap_or(value);
                }
                self.set(extract.into, value);
                Ok(found.end)
            }
            Op::ByteMath(math) => {
                let found = self.number(data, cursor, &math.read).ok_or(retry)?;
                let right = value_of(math.value, &self.vars) as u64;
                let value = calculate(found.value, math.operator, right).ok_or(retry)?;
                self.set(math.into, value);
                Ok(found.end)
            }
            Op::IsDataAt(at) => {
                let offset = value_of(at.offset, &self.vars);
                // Suricata: relative asks for so many more bytes, absolute for a byte at the offset.
                let there = if at.relative {
                    cursor as i64 + offset <= data.len() as i64
                } else {
                    offset < data.len() as i64
                };
                holds(there != at.negated)
            }
            Op::Size(size) if size.predicate.holds(self.start + data.len() as u64) => Ok(cursor),
            Op::Absent(true) => Ok(cursor),
            Op::Size(_) | Op::Absent(false) => Err(Verdict::Stop),
            Op::Check(check) => {
                let view = BufferView {
                    data,
                    cursor,
                    vars: &self.vars,
                    sets: &self.sets,
                };
                if !check.matches(&view) {
                    return Err(retry);
                }
                let (value, after) = (check.sets(&view), check.cursor_after(&view));
                if let Some((into, value)) = value {
                    self.set(into, value);
                }
                Ok(after)
            }
            // They are tried again, or run operations of their own.
            Op::Content(_) | Op::Pcre(_) | Op::Base64(_) => Err(retry),
        }
    }

    fn content<P: Probe>(
        &mut self,
        content: &Content,
        op: &Op,
        rest: &[Op],
        (data, cursor, depth): (&[u8], usize, usize),
        probe: &mut P,
    ) -> Verdict {
        let (from, mut to) = self.window(content, data.len(), cursor);
        if self.start > 0 && depth == 0 {
            let left = self.depth_left(content, data.len());
            // Suricata: what is to stand before the window is not looked for, negated or not.
            if left == 0 && !data.is_empty() {
                return Verdict::Stop;
            }
            to = to.min(left);
        }
        let length = content.pattern.len();
        let at_or_after = |from: usize| -> Option<usize> {
            if content.ends_with {
                let at = data.len().checked_sub(length)?;
                return (from <= at
                    && data.len() <= to
                    && literal::stands_at(data, &content.pattern, content.nocase, at))
                .then_some(at);
            }
            literal::find(data, &content.pattern, content.nocase, from, to)
        };
        let next = |from: usize, probe: &mut P| -> Option<usize> {
            let found = at_or_after(from);
            let looked_at = if content.ends_with {
                length
            } else {
                found.map_or(to, |at| at + length).saturating_sub(from)
            };
            probe.op(op, looked_at, found.is_some() != content.negated);
            found
        };
        let mut found = next(from, probe);
        if content.negated {
            return if found.is_some() {
                Verdict::Retry
            } else {
                self.run(rest, data, cursor, depth, probe)
            };
        }
        if found.is_none() {
            // Without an upper bound, a later start finds even less.
            let hopeless = content.within.is_none() && !op_uses_vars(content);
            return if hopeless { Verdict::Stop } else { Verdict::Retry };
        }
        let another_may_help = rest.first().is_some_and(Op::depends_on_earlier);
        while let Some(at) = found {
            match self.run(rest, data, at + length, depth, probe) {
                Verdict::Retry if another_may_help => found = next(at + 1, probe),
                // What follows does not look at where this stood, but this may stand elsewhere for what came before.
                Verdict::Retry => return Verdict::Stop,
                done => return done,
            }
        }
        Verdict::Retry
    }

    /// Where a content may stand: its first byte from the first, its end by the second.
    fn window(&self, content: &Content, length: usize, cursor: usize) -> (usize, usize) {
        let get = |num| value_of(num, &self.vars);
        let (length, cursor) = (length as i64, cursor as i64);
        let (from, to) = if content.distance.is_some() || content.within.is_some() {
            let from = cursor.saturating_add(content.distance.map_or(0, get));
            (from, content.within.map_or(length, |w| from.saturating_add(get(w))))
        } else {
            let from = content.offset.map_or(0, get);
            (from, content.depth.map_or(length, |d| from.saturating_add(get(d))))
        };
        (from.max(0) as usize, to.clamp(0, length) as usize)
    }

    /// Where a content must end in a window that does not begin where the whole does: depths are meant from there.
    fn depth_left(&self, content: &Content, length: usize) -> usize {
        let relative = content.distance.is_some() || content.within.is_some();
        let Some(depth) = content.depth.filter(|_| !relative) else {
            return length;
        };
        let get = |num| u64::try_from(value_of(num, &self.vars)).unwrap_or(0);
        let end = get(depth).saturating_add(content.offset.map_or(0, get));
        usize::try_from(end.saturating_sub(self.start)).unwrap_or(usize::MAX)
    }

    fn pcre<P: Probe>(
        &mut self,
        pcre: &Pcre,
        op: &Op,
        rest: &[Op],
        (data, cursor, depth): (&[u8], usize, usize),
        probe: &mut P,
    ) -> Verdict {
        // A relative expression sees nothing before the cursor: its `^` is there.
        let base = if pcre.relative { cursor.min(data.len()) } else { 0 };
        let haystack = &data[base..];
        let next = |from: usize, probe: &mut P| {
            let found = pcre.regex.find_at(haystack, from);
            let looked_at = found.map_or(haystack.len(), |(_, end)| end).saturating_sub(from);
            probe.op(op, looked_at, found.is_some() != pcre.negated);
            found
        };
        let mut found = next(0, probe);
        if pcre.negated {
            return if found.is_some() {
                Verdict::Retry
            } else {
                self.run(rest, data, cursor, depth, probe)
            };
        }
        if found.is_none() {
            return if pcre.relative { Verdict::Retry } else { Verdict::Stop };
        }
        let another_may_help = rest.first().is_some_and(Op::depends_on_earlier);
        while let Some((start, end)) = found {
            match self.run(rest, data, base + end, depth, probe) {
                Verdict::Retry if another_may_help => {
                    let from = start + 1;
                    // LIMIT: each try counts as a step, so a pattern that matches everywhere ends too.
                    found = if from <= haystack.len() {
                        next(from, probe)
                    } else {
                        None
                    };
                }
                Verdict::Retry => return Verdict::Stop,
                done => return done,
            }
        }
        Verdict::Retry
    }

    fn jump(&self, jump: &ByteJump, data: &[u8], cursor: usize) -> Option<usize> {
        let found = self.number(data, cursor, &jump.read)?;
        let mut distance = i64::try_from(found.value).ok()?.checked_mul(jump.multiplier.into())?;
        if jump.align {
            distance = distance.checked_add(3)? & !3;
        }
        let base = match jump.from {
            JumpFrom::Here => found.end,
            JumpFrom::Beginning => 0,
            JumpFrom::End => data.len(),
        };
        let to = i64::try_from(base)
            .ok()?
            .checked_add(distance)?
            .checked_add(value_of(jump.post_offset, &self.vars))?;
        usize::try_from(to).ok().filter(|to| *to <= data.len())
    }

    fn base64(&mut self, base64: &Base64, data: &[u8], cursor: usize, depth: usize, probe: &mut impl Probe) -> bool {
        // LIMIT: decoded data is not decoded again more than twice.
        if depth > 2 {
            return false;
        }
        let start = base64.offset as usize + if base64.relative { cursor } else { 0 };
        let Some(encoded) = data.get(start..) else { return false };
        let encoded = &encoded[..encoded.len().min(base64.bytes.map_or(usize::MAX, |b| b as usize))];
        let mut decoded = self.decoded.pop().unwrap_or_default();
        decoded.clear();
        crate::buffer::base64::decode(encoded, base64.skip_foreign, &mut decoded);
        let matched = !decoded.is_empty() && self.run(&base64.data, &decoded, 0, depth + 1, probe) == Verdict::Match;
        self.decoded.push(decoded);
        matched
    }

    fn number(&self, data: &[u8], cursor: usize, read: &Read) -> Option<Found> {
        let encoding = match read.encoding {
            Encoding::Dce if self.dce_little => Encoding::Little,
            other => other,
        };
        number::read(data, cursor, &Read { encoding, ..*read }, &self.vars)
    }

    fn set(&mut self, into: crate::rule::VarId, value: u64) {
        if let Some(slot) = self.vars.get_mut(usize::from(into.0)) {
            *slot = value;
        }
    }
}

/// How many bytes an operation looks at that is not searched for.
fn bytes_of(op: &Op, data: &[u8]) -> usize {
    match op {
        Op::Check(_) | Op::Base64(_) => data.len(),
        _ => 0,
    }
}

fn op_uses_vars(content: &Content) -> bool {
    [content.offset, content.depth, content.distance]
        .iter()
        .any(|n| matches!(n, Some(Num::Var(_))))
}

fn compare(left: u64, operator: Compare, right: u64) -> bool {
    match operator {
        Compare::Lt => left < right,
        Compare::Le => left <= right,
        Compare::Eq => left == right,
        Compare::Ge => left >= right,
        Compare::Gt => left > right,
        Compare::And => left & right != 0,
        Compare::Xor => left ^ right != 0,
    }
}

fn calculate(left: u64, operator: Math, right: u64) -> Option<u64> {
    match operator {
        Math::Add => Some(left.wrapping_add(right)),
        Math::Sub => Some(left.wrapping_sub(right)),
        Math::Mul => Some(left.wrapping_mul(right)),
        Math::Div => left.checked_div(right),
        Math::Shl => Some(left.checked_shl(right.try_into().ok()?).unwrap_or(0)),
        Math::Shr => Some(left.checked_shr(right.try_into().ok()?).unwrap_or(0)),
    }
}

/// How many operations one rule may try on one buffer (Suricata's `inspection-recursion-limit`).
const MAX_STEPS: u32 = 3000;
