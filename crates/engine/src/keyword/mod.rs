//! What a keyword is: its name, its docs, and the one function that reads its value.
//!
//! A keyword is declared once, as a `static` [`Keyword`] in a file of `keywords`, and put in that folder's list. Its
//! [`Kind`] fixes when it acts and the type of its function, so nothing can register half of what it needs.

mod arg;
mod draft;
mod env;
mod registry;
mod reputation;

pub use arg::{Arg, Parsed, Problem};
pub use draft::{PayloadPreference, RuleDraft, Section};
pub use env::{Classification, Env, Files, ReferenceKind};
pub use registry::Registry;
pub use reputation::Reputation;

use crate::buffer::{BufferDef, Transform};
use crate::rule::{Effect, Op, PacketCheck, TxCheck};

/// A keyword of the rule language.
#[derive(Debug)]
pub struct Keyword {
    /// Its name; dots as Suricata writes them today.
    pub name: &'static str,
    /// Other spellings that mean the same.
    pub aliases: &'static [&'static str],
    /// What it does, in a line.
    pub summary: &'static str,
    /// How it is used: a paragraph or more of Markdown, with units and bounds.
    pub docs: &'static str,
    /// A rule that uses it, and compiles.
    pub example: &'static str,
    /// Where it falls short of Suricata's, if it does.
    pub deviation: Option<&'static str>,
    /// When it acts, and how it is read.
    pub kind: Kind,
}

/// When a keyword acts, and how it is read.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Says something of the rule: `msg`, `sid`, `threshold`, `noalert`.
    Meta(fn(&mut RuleDraft<'_>, &Arg<'_>) -> Parsed<()>),
    /// A condition on the packet: `ttl`, `itype`, `decode-event`.
    Packet(fn(&Arg<'_>) -> Parsed<Box<dyn PacketCheck>>),
    /// A condition on the packet that needs the loaded files: `iprep`, `geoip`.
    PacketWith(fn(&Env, &Arg<'_>) -> Parsed<Box<dyn PacketCheck>>),
    /// A condition on the flow or on remembered state: `flow`, `flowbits:isset`.
    Flow(fn(&mut RuleDraft<'_>, &Arg<'_>) -> Parsed<()>),
    /// An operation on the current buffer: `content`, `pcre`, `byte_test`.
    Payload(fn(&mut RuleDraft<'_>, &Arg<'_>) -> Parsed<Op>),
    /// An operation that puts itself on the buffer it belongs to: `pcre`, whose flags may name one.
    PayloadInto(fn(&mut RuleDraft<'_>, &Arg<'_>) -> Parsed<()>),
    /// Changes the operation before it: `nocase`, `depth`, `fast_pattern`.
    Modifier(fn(&mut RuleDraft<'_>, &Arg<'_>) -> Parsed<()>),
    /// Makes a buffer the current one.
    StickyBuffer(&'static BufferDef),
    /// The same, for a buffer whose values have one form, a hash's or a serial number's: the function is given what the
    /// rule asks of it once the rule is read, puts contents into that form and refuses those that could never match.
    ValueBuffer(&'static BufferDef, fn(&mut Section) -> Parsed<()>),
    /// Moves the content before it to a buffer, in Suricata and Snort 2 (`content:"x"; http_uri;`); makes the buffer the
    /// current one in Snort 3.
    BufferModifier(&'static BufferDef),
    /// A condition on a transaction: `dns.opcode`, `app-layer-event`.
    Transaction(fn(&mut RuleDraft<'_>, &Arg<'_>) -> Parsed<Box<dyn TxCheck>>),
    /// Changes the current buffer before what follows looks at it.
    Transform(fn(&Arg<'_>) -> Parsed<Transform>),
    /// What a match does: `flowbits:set`, `tag`. Several, where one option means several.
    PostMatch(fn(&mut RuleDraft<'_>, &Arg<'_>) -> Parsed<Vec<Effect>>),
}
