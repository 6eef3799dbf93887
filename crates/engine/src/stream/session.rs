//! A TCP conversation: its state, its two streams, and what a segment does to them.

use super::config::StreamConfig;
use super::endpoint::Stream;
use super::event::{StreamEvent, StreamEventSet};
use super::memory::StreamMemory;
use packet::Direction;

use super::segment::{Segment, flag};
use super::state::{self, handshake::Handshakes, probe};
use super::turn::Turn;
use crate::flow::prefetch;

/// Where a TCP conversation stands, as an observer in its middle sees it.
///
/// One state for both sides: `FinWait1` means the server closed first, `CloseWait` that the client did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TcpState {
    /// No conversation.
    #[default]
    None,
    /// Not used: an observer sees nothing of it.
    Listen,
    /// A SYN was seen.
    SynSent,
    /// The SYN/ACK was seen.
    SynRecv,
    /// The handshake is over.
    Established,
    /// The server sent a FIN.
    FinWait1,
    /// The server's FIN is acknowledged.
    FinWait2,
    /// Both FINs were seen, the server's first.
    TimeWait,
    /// Both FINs were seen, the client's first.
    LastAck,
    /// The client sent a FIN.
    CloseWait,
    /// Both sides sent a FIN at the same time.
    Closing,
    /// Both FINs are acknowledged, or a RST ended it.
    Closed,
}

impl TcpState {
    /// The name in EVE's `tcp.state`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Listen => "listen",
            Self::SynSent => "syn_sent",
            Self::SynRecv => "syn_recv",
            Self::Established => "established",
            Self::FinWait1 => "fin_wait1",
            Self::FinWait2 => "fin_wait2",
            Self::TimeWait => "time_wait",
            Self::LastAck => "last_ack",
            Self::CloseWait => "close_wait",
            Self::Closing => "closing",
            Self::Closed => "closed",
        }
    }
}

/// One TCP conversation.
#[derive(Debug)]
pub struct TcpSession {
    pub(super) state: TcpState,
    /// The state before this one.
    pub(super) previous: TcpState,
    pub(super) traits: Traits,
    /// By [`Direction::index`]: the client's stream, the server's.
    pub(super) streams: [Stream; 2],
    /// SYNs or SYN/ACKs that compete; there are none in nearly every session.
    pub(super) handshakes: Option<Box<Handshakes>>,
}

impl TcpSession {
    /// Both streams are needed soon: asks for the memory behind them.
    #[inline]
    pub fn prefetch(&self) {
        for buffer in self.streams.iter().filter_map(|stream| stream.buffer.as_deref()) {
            prefetch(buffer);
        }
    }

    pub(super) fn new() -> Self {
        Self {
            state: TcpState::None,
            previous: TcpState::None,
            traits: Traits::default(),
            streams: Default::default(),
            handshakes: None,
        }
    }

    /// The state of the conversation.
    pub fn state(&self) -> TcpState {
        self.state
    }

    /// What goes in `direction`.
    pub fn stream(&self, direction: Direction) -> &Stream {
        &self.streams[direction.index()]
    }

    /// What goes in `direction`.
    pub fn stream_mut(&mut self, direction: Direction) -> &mut Stream {
        &mut self.streams[direction.index()]
    }

    /// Whether the conversation was picked up after its handshake.
    pub fn midstream(&self) -> bool {
        self.traits.has(Traits::MIDSTREAM)
    }

    /// Client and server were taken for each other: what goes to the one goes to the other.
    pub fn swap(&mut self) {
        self.streams.reverse();
    }

    /// Whether a RST ended the conversation.
    pub fn was_reset(&self) -> bool {
        self.traits.has(Traits::CLOSED_BY_RST)
    }

    /// Whether a new connection with this first segment is to replace the conversation: call it for a SYN before
    /// [`track`], and give the flow's end and a new flow if it says so.
    pub fn is_reused_by(&self, direction: Direction, segment: &Segment<'_>) -> bool {
        state::reuse::is_reused_by(self, direction, segment)
    }

    /// Ends the conversation: everything stored becomes visible to the readers of both streams.
    ///
    /// For the flow's end, by timeout or with the capture.
    pub fn finish(&mut self, mem: &mut StreamMemory) {
        for stream in &mut self.streams {
            stream.end(mem);
        }
    }

    /// Gives the memory back; the last call before the session is dropped.
    pub fn release(&mut self, mem: &mut StreamMemory) {
        for stream in &mut self.streams {
            stream.release(true, mem);
        }
        mem.counters.memuse = mem.counters.memuse.saturating_sub(SESSION_COST);
        mem.counters.active_sessions = mem.counters.active_sessions.saturating_sub(1);
    }
}

/// What a segment did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SegmentOutcome {
    /// What is wrong with it.
    pub events: StreamEventSet,
    /// The conversation's state after it.
    pub state: TcpState,
    /// It opened the session.
    pub opened: bool,
    /// It changed the state.
    pub new_state: bool,
    /// It breaks the protocol and has no effect; when inline it is to be dropped if the configuration says so.
    pub rejected: bool,
    /// It opened the session in the middle of a conversation, or would have.
    pub midstream: bool,
    /// There was no room for its session.
    pub no_room: bool,
    /// It shows that the flow's two sides are to be swapped: what came so far went to the client.
    ///
    /// The session is swapped already.
    pub swap_direction: bool,
    /// Its data is in the stream (or was before), so that rules see it there.
    pub added_to_stream: bool,
    /// The handshake is over, or the conversation was picked up after it.
    pub established: bool,
    /// It is a retransmission, and tells nothing new.
    pub retransmission: bool,
    /// By [`Direction`]: data of that stream may have become visible, or a gap in it.
    pub data_ready: [bool; 2],
}

impl SegmentOutcome {
    /// Whether data of `direction` may have become visible.
    pub fn ready(&self, direction: Direction) -> bool {
        self.data_ready[direction.index()]
    }
}

/// Puts a segment into its flow's session, and opens the session if the segment may.
///
/// `slot` is where the flow keeps its session, `direction` the way the segment goes in the flow. A segment that opens no
/// session leaves the slot empty.
pub fn track(
    slot: &mut Option<Box<TcpSession>>,
    direction: Direction,
    segment: &Segment<'_>,
    config: &StreamConfig,
    mem: &mut StreamMemory,
) -> SegmentOutcome {
    let mut out = SegmentOutcome::default();
    if config.checksum_validation && !segment.checksum_ok {
        mem.counters.invalid_checksum += 1;
        out.state = slot.as_ref().map_or(TcpState::None, |session| session.state);
        return out;
    }
    count(segment, mem);
    if segment.ack != 0 && !segment.has(flag::ACK) {
        out.events.insert(StreamEvent::PktBrokenAck);
    }
    match slot {
        Some(session) => advance(session, direction, segment, config, mem, &mut out),
        None => state::none::open(slot, direction, segment, config, mem, &mut out),
    }
    if let Some(session) = slot {
        session.stream_mut(direction).tcp_flags |= segment.flags;
        out.state = session.state;
        out.established = session.state >= TcpState::Established;
    }
    out
}

/// A segment of a session that exists.
fn advance(
    session: &mut TcpSession,
    direction: Direction,
    segment: &Segment<'_>,
    config: &StreamConfig,
    mem: &mut StreamMemory,
    out: &mut SegmentOutcome,
) {
    let before = session.state;
    let mut turn = Turn {
        session,
        direction,
        segment,
        config,
        mem,
        out,
    };
    if !probe::handled(&mut turn) {
        turn.out.rejected = !state::dispatch(&mut turn).is_accepted();
        turn.after_reset();
    }
    out.new_state = session.state != before;
}

fn count(segment: &Segment<'_>, mem: &mut StreamMemory) {
    let counters = &mut mem.counters;
    if segment.has(flag::SYN | flag::ACK) {
        counters.synack += 1;
    } else if segment.has(flag::SYN) {
        counters.syn += 1;
    }
    counters.rst += u64::from(segment.has(flag::RST));
    counters.urg += u64::from(segment.has(flag::URG));
}

/// What holds for a conversation: one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traits(u32);

impl Traits {
    /// It was picked up after its SYN.
    pub(super) const MIDSTREAM: u32 = 1;
    /// It was picked up after its handshake.
    pub(super) const MIDSTREAM_ESTABLISHED: u32 = 1 << 1;
    /// It was picked up with its SYN/ACK.
    pub(super) const MIDSTREAM_SYNACK: u32 = 1 << 2;
    /// Both sides use timestamps.
    pub(super) const TIMESTAMP: u32 = 1 << 3;
    /// The client's SYN has a window scale.
    pub(super) const SERVER_WSCALE: u32 = 1 << 4;
    /// The client permits selective acknowledgements.
    pub(super) const CLIENT_SACK: u32 = 1 << 5;
    /// Both sides permit selective acknowledgements.
    pub(super) const SACK: u32 = 1 << 6;
    /// Packets of both sides came after the handshake.
    pub(super) const CONFIRMED: u32 = 1 << 7;
    /// A handshake ACK had the right sequence number and a wrong acknowledgement number.
    pub(super) const EVASION_ATTEMPT: u32 = 1 << 8;
    /// Both sides sent a SYN.
    pub(super) const FOUR_WAY: u32 = 1 << 9;
    /// Only one side is seen.
    pub(super) const ASYNC: u32 = 1 << 10;
    /// The SYN has data or the fast-open option.
    pub(super) const FAST_OPEN: u32 = 1 << 11;
    /// The SYN/ACK leaves the SYN's data out.
    pub(super) const DATA_IGNORED: u32 = 1 << 14;
    /// Data was lost, so that resets are believed more readily.
    pub(super) const LIBERAL: u32 = 1 << 13;
    /// A RST ended it.
    pub(super) const CLOSED_BY_RST: u32 = 1 << 12;

    pub(super) const fn has(self, bits: u32) -> bool {
        self.0 & bits != 0
    }

    pub(super) const fn set(&mut self, bits: u32) {
        self.0 |= bits;
    }

    pub(super) const fn clear(&mut self, bits: u32) {
        self.0 &= !bits;
    }
}

/// What a session takes without its data, in bytes.
pub(super) const SESSION_COST: u64 = size_of::<TcpSession>() as u64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_session_is_small() {
        // PERF: three lines of memory.
        assert!(size_of::<TcpSession>() <= 192, "{} bytes", size_of::<TcpSession>());
    }
}
