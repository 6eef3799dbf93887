//! What detection says of its own work, to whoever counts it.
//!
//! PERF: the way without a profile is compiled with [`Unprofiled`], of which nothing is left. Whether a profile is kept
//! is asked once for each packet and each look at a flow's transactions.

use packet::{Direction, Packet};

use super::pattern_group::{PatternGroup, ScanState};
use crate::app_layer::{Candidate, ProtocolId};
use crate::buffer::BufferId;
use crate::rule::{Op, StateCheck};

/// Hears of each step of detection.
pub trait Probe {
    /// Whether every candidate must be looked at in turn, because each is counted.
    const COUNTS: bool = true;

    /// Looks for the literals of `group` in `data`, which is of `place`.
    #[inline]
    fn scan(&mut self, place: Place, group: &PatternGroup, data: &[u8], state: &mut ScanState, out: &mut Vec<u32>) {
        let _ = place;
        group.scan(data, state, out);
    }

    /// What follows is about this packet.
    fn packet(&mut self, _packet: &Packet<'_>, _direction: Direction) {}

    /// What follows is about a transaction of this protocol.
    fn transaction(&mut self, _protocol: ProtocolId, _direction: Direction) {}

    /// There is this reason to look at these rules; what is no rule's index is not meant.
    fn found(&mut self, _reason: Reason, _rules: &[u32]) {}

    /// These rules have waited for more of the transaction.
    fn waited(&mut self, _candidates: &[Candidate]) {}

    /// A candidate is looked at; all until [`Probe::end`] is about it.
    fn look(&mut self, _rule: u32) {}

    /// Its header fits.
    fn fits(&mut self) {}

    /// What it asks of the flow holds, or does not.
    fn flow(&mut self, _held: bool) {}

    /// What it asks of remembered state holds, or does not.
    fn state(&mut self, _check: &StateCheck, _held: bool) {}

    /// Its condition on the packet of this index holds, or does not.
    fn check(&mut self, _index: usize, _held: bool) {}

    /// Its condition on a transaction of this index, a check, holds or does not.
    fn tx_check(&mut self, _index: usize, _held: bool) {}

    /// So many bytes were inspected with its operations: all hold, or not.
    fn inspected(&mut self, _what: Inspected, _bytes: usize, _held: bool) {}

    /// One operation looked at so many bytes, and holds or does not.
    fn op(&mut self, _op: &Op, _bytes: usize, _held: bool) {}

    /// The look ends, with so many matches.
    fn end(&mut self, _matches: u8) {}
}

/// Nobody counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unprofiled;

impl Probe for Unprofiled {
    const COUNTS: bool = false;
}

/// Why a rule is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A literal of it was found.
    Literal,
    /// It has no literal, and the packet goes to or comes from one of its ports.
    Port,
    /// It has no literal and no port that it could be looked up by.
    Always,
    /// It has no literal, and the packet's flags or the size of its payload are what it asks for.
    Fields,
    /// The packet or the transaction raised the event that it asks for.
    Event,
    /// It asks for addresses alone, once for each flow and direction.
    Address,
    /// It waited for more of a transaction.
    Waiting,
}

impl Reason {
    /// All of them, in their order.
    pub const ALL: [Self; 7] = [
        Self::Literal,
        Self::Port,
        Self::Always,
        Self::Fields,
        Self::Event,
        Self::Address,
        Self::Waiting,
    ];
}

/// Where literals are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The first bytes of a packet's payload.
    PacketFront,
    /// A packet's payload at whose front something stood that rules want too.
    PacketGated,
    /// A payload that is searched for everything at once, as it is short.
    PacketShort,
    /// A small payload.
    PacketSmall,
    /// The payload of a packet on ports that few rules name.
    PacketPorted,
    /// Any packet's payload.
    Packet,
    /// The first bytes of what is new of a stream.
    StreamFront,
    /// What is new of a stream.
    Stream,
    /// A buffer, of the packet or of a transaction.
    Buffer(BufferId),
}

/// What operations are run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Inspected {
    /// A packet's payload.
    Packet,
    /// A stream.
    Stream,
    /// A buffer, of the packet or of a transaction.
    Buffer(BufferId),
}
