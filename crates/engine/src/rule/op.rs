//! What a rule asks of a buffer: the operations of content inspection, in the order of the rule.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use super::dataset::DatasetState;
use super::predicate::IntPredicate;

/// A number that is written in the rule, or taken from the traffic by `byte_extract` or `byte_math`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Num {
    /// Written in the rule.
    Const(i64),
    /// A variable of the rule.
    Var(VarId),
}

/// A variable of one rule: an index into the values kept while that rule is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VarId(pub u8);

/// How many variables one rule may declare.
pub const MAX_VARS: usize = 16;

/// One operation on a buffer. Relative operations start from where the previous one ended.
#[derive(Debug)]
pub enum Op {
    /// `content`, `uricontent`.
    Content(Content),
    /// `pcre`.
    Pcre(Pcre),
    /// `byte_test`.
    ByteTest(ByteTest),
    /// `byte_jump`.
    ByteJump(ByteJump),
    /// `byte_extract`.
    ByteExtract(ByteExtract),
    /// `byte_math`.
    ByteMath(ByteMath),
    /// `isdataat`.
    IsDataAt(IsDataAt),
    /// `bsize`, `urilen`, `bufferlen`: the length of the whole buffer, in bytes.
    Size(SizeTest),
    /// `base64_decode`, with what `base64_data` asks of the result.
    Base64(Base64),
    /// `absent`, before all other operations: a missing buffer matches. One that is there is inspected with `or_else`
    /// (true), and does not match without.
    Absent(bool),
    /// A keyword with a matcher of its own (`entropy`, `rpc`, `asn1`, `dataset` ...).
    Check(Box<dyn BufferCheck>),
}

/// A literal and where it may stand. Offsets are in bytes.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// The bytes; folded to lower case when `nocase`. Never empty.
    pub pattern: Arc<[u8]>,
    /// ASCII case is ignored.
    pub nocase: bool,
    /// Matches when the literal is absent from where it may stand.
    pub negated: bool,
    /// First byte from the start of the buffer.
    pub offset: Option<Num>,
    /// The literal ends within this many bytes of `offset`.
    pub depth: Option<Num>,
    /// First byte from the end of the previous match.
    pub distance: Option<Num>,
    /// The literal ends within this many bytes of the previous match (of `distance` from it, with `distance`).
    pub within: Option<Num>,
    /// The literal ends where the buffer ends.
    pub ends_with: bool,
    /// The literal starts where the buffer starts (`offset:0; depth:<length>`).
    pub starts_with: bool,
    /// What `fast_pattern` said of it.
    pub fast_pattern: FastPattern,
    /// What `replace` puts in its place, inline; of the same length.
    pub replace: Option<Arc<[u8]>>,
}

/// What `fast_pattern` said of a content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FastPattern {
    /// Nothing: the compiler may choose it.
    #[default]
    Unset,
    /// `fast_pattern;` or `fast_pattern:only;`.
    Whole,
    /// `fast_pattern:offset,length;`, in bytes of the literal.
    Part(u16, u16),
}

/// A regular expression.
#[derive(Clone)]
pub struct Pcre {
    /// The matcher, shared by rules that say the same.
    pub regex: Arc<dyn Regex>,
    /// Matches when the expression does not.
    pub negated: bool,
    /// `R`: starts at the end of the previous match.
    pub relative: bool,
    /// Which rule variables the capture groups fill, for `pcre` with named flow variables; group, variable.
    pub captures: Box<[(u16, VarId)]>,
}

impl fmt::Debug for Pcre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Pcre({}{}{})",
            if self.negated { "!" } else { "" },
            self.regex.text(),
            if self.relative { " R" } else { "" }
        )
    }
}

/// A compiled regular expression over bytes.
pub trait Regex: Send + Sync {
    /// The first match at or after `start`: its first byte and the byte after it. Errors (a match limit) are no match.
    ///
    /// `^` is the start of `haystack`, wherever `start` is. A relative expression is given the bytes from the cursor
    /// on, so that its `^` is the cursor.
    fn find_at(&self, haystack: &[u8], start: usize) -> Option<(usize, usize)>;
    /// The expression as the rule wrote it.
    fn text(&self) -> &str;
    /// Literals of which every match holds at least one, for the prefilter; empty where none are known.
    ///
    /// They are in lower case and to be looked for without regard to ASCII case.
    fn literals(&self) -> &[Box<[u8]>] {
        &[]
    }
}

/// How bytes spell a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Binary, big endian, 1 to 8 bytes.
    Big,
    /// Binary, little endian, 1 to 8 bytes.
    Little,
    /// Binary, in the byte order that the DCERPC header tells.
    Dce,
    /// Text in the base.
    Text(Base),
}

/// The base of a number in text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// By prefix: `0x` is hexadecimal, `0` octal, else decimal.
    Auto,
    /// 8.
    Oct,
    /// 10.
    Dec,
    /// 16.
    Hex,
}

/// Where a number stands and how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// How many bytes, or how many at most in text; a variable may name it.
    pub count: Num,
    /// From the start of the buffer or, when `relative`, from the end of the previous match.
    pub offset: Num,
    /// `offset` counts from the end of the previous match.
    pub relative: bool,
    /// How the bytes spell it.
    pub encoding: Encoding,
    /// ANDed with the number, which is then shifted right by the mask's trailing zeros; 0 for none.
    pub mask: u64,
}

/// `byte_test`: a number compared.
#[derive(Clone, Copy, Debug)]
pub struct ByteTest {
    /// The number in the buffer.
    pub read: Read,
    /// How it is compared.
    pub operator: Compare,
    /// Matches when the comparison fails.
    pub negated: bool,
    /// With what.
    pub value: Num,
}

/// The comparison of a `byte_test`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `=`
    Eq,
    /// `>=`
    Ge,
    /// `>`
    Gt,
    /// `&`: any of the bits.
    And,
    /// `^`: the exclusive or is not zero.
    Xor,
}

/// `byte_jump`: moves the cursor by a number.
#[derive(Clone, Copy, Debug)]
pub struct ByteJump {
    /// The number in the buffer.
    pub read: Read,
    /// Multiplies it.
    pub multiplier: u32,
    /// Rounds it up to a multiple of four.
    pub align: bool,
    /// Counts from where: the end of the number, or `from_beginning` or `from_end` of the buffer.
    pub from: JumpFrom,
    /// Added after the jump, in bytes.
    pub post_offset: Num,
}

/// Where a `byte_jump` counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JumpFrom {
    /// The byte after the number.
    Here,
    /// The first byte of the buffer.
    Beginning,
    /// The end of the buffer.
    End,
}

/// `byte_extract`: keeps a number in a variable; the cursor moves behind it.
#[derive(Clone, Copy, Debug)]
pub struct ByteExtract {
    /// The number in the buffer.
    pub read: Read,
    /// Multiplies it.
    pub multiplier: u32,
    /// Rounds it up to a multiple of this (2 or 4); 0 leaves it.
    pub align: u8,
    /// Keeps it.
    pub into: VarId,
}

/// `byte_math`: computes with a number and keeps the result in a variable; the cursor moves behind the number.
#[derive(Clone, Copy, Debug)]
pub struct ByteMath {
    /// The number in the buffer.
    pub read: Read,
    /// What is done with it.
    pub operator: Math,
    /// The right-hand side.
    pub value: Num,
    /// Keeps the result.
    pub into: VarId,
}

/// The operator of a `byte_math`. Arithmetic wraps at 64 bits; a division by zero does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Math {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
}

/// `isdataat`: there is a byte at the place (or none, negated).
#[derive(Clone, Copy, Debug)]
pub struct IsDataAt {
    /// How many bytes from the start of the buffer or, when `relative`, from the end of the previous match.
    pub offset: Num,
    /// `offset` counts from the end of the previous match.
    pub relative: bool,
    /// Matches when there is no byte.
    pub negated: bool,
}

/// A condition on the length of the buffer in bytes.
#[derive(Clone, Copy, Debug)]
pub struct SizeTest {
    /// The condition.
    pub predicate: IntPredicate,
}

/// `base64_decode` and what is asked of the decoded bytes.
#[derive(Debug)]
pub struct Base64 {
    /// At most so many encoded bytes; all when `None`.
    pub bytes: Option<u32>,
    /// Skips bytes.
    pub offset: u32,
    /// `offset` counts from the end of the previous match.
    pub relative: bool,
    /// RFC 2045 (line breaks and foreign bytes skipped) or RFC 4648 (stops at the first foreign byte).
    pub skip_foreign: bool,
    /// What `base64_data` asks.
    pub data: Vec<Op>,
}

/// What a buffer check may look at beside the buffer.
#[derive(Debug)]
pub struct BufferView<'a> {
    /// The whole buffer.
    pub data: &'a [u8],
    /// Where the previous match ended, in bytes.
    pub cursor: usize,
    /// The rule's variables.
    pub vars: &'a [u64; MAX_VARS],
    /// What rules have changed of the sets since the capture began.
    pub sets: &'a RefCell<DatasetState>,
}

/// A keyword's own look at a buffer.
pub trait BufferCheck: Send + Sync + fmt::Debug {
    /// The keyword, for reports.
    fn keyword(&self) -> &'static str;
    /// Whether the buffer satisfies the keyword.
    fn matches(&self, view: &BufferView<'_>) -> bool;
    /// A value the keyword computes for a rule variable (`entropy` does not, `luaxform` might).
    fn sets(&self, _view: &BufferView<'_>) -> Option<(VarId, u64)> {
        None
    }
    /// Whether a match changes what other flows match, or hangs on it: such rules want one worker.
    fn crosses_flows(&self) -> bool {
        false
    }
    /// Where the next operation starts from, in bytes; asked after a match (`ber_data` moves, most do not).
    fn cursor_after(&self, view: &BufferView<'_>) -> usize {
        view.cursor
    }
}

impl Op {
    /// The keyword that it was, for reports; of several that mean the same, one.
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Content(_) => "content",
            Self::Pcre(_) => "pcre",
            Self::ByteTest(_) => "byte_test",
            Self::ByteJump(_) => "byte_jump",
            Self::ByteExtract(_) => "byte_extract",
            Self::ByteMath(_) => "byte_math",
            Self::IsDataAt(_) => "isdataat",
            Self::Size(_) => "bsize",
            Self::Base64(_) => "base64_decode",
            Self::Absent(_) => "absent",
            Self::Check(check) => check.keyword(),
        }
    }

    /// Whether the operation starts from the end of the previous match, so that another occurrence of that one may help.
    pub fn is_relative(&self) -> bool {
        match self {
            Self::Content(c) => c.distance.is_some() || c.within.is_some(),
            Self::Pcre(p) => p.relative,
            Self::ByteTest(t) => t.read.relative,
            Self::ByteJump(j) => j.read.relative,
            Self::ByteExtract(e) => e.read.relative,
            Self::ByteMath(m) => m.read.relative,
            Self::IsDataAt(i) => i.relative,
            Self::Base64(b) => b.relative,
            Self::Size(_) | Self::Absent(_) | Self::Check(_) => false,
        }
    }

    /// Whether where, or what, an earlier operation matched changes what this one does.
    pub fn depends_on_earlier(&self) -> bool {
        let var = |nums: &[Option<Num>]| nums.iter().any(|n| matches!(n, Some(Num::Var(_))));
        let read = |r: &Read| var(&[Some(r.offset), Some(r.count)]);
        self.is_relative()
            || match self {
                Self::Content(c) => var(&[c.offset, c.depth]),
                Self::ByteTest(t) => read(&t.read) || var(&[Some(t.value)]),
                Self::ByteJump(j) => read(&j.read) || var(&[Some(j.post_offset)]),
                Self::ByteExtract(e) => read(&e.read),
                Self::ByteMath(m) => read(&m.read) || var(&[Some(m.value)]),
                Self::IsDataAt(i) => var(&[Some(i.offset)]),
                // A check sees the cursor.
                Self::Check(_) => true,
                Self::Pcre(_) | Self::Size(_) | Self::Absent(_) | Self::Base64(_) => false,
            }
    }
}
