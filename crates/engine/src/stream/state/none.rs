//! No session yet: which segments open one.

use crate::stream::config::StreamConfig;
use crate::stream::endpoint::{Marks, Seconds};
use crate::stream::event::StreamEvent;
use crate::stream::memory::StreamMemory;
use packet::Direction;

use crate::stream::segment::{Segment, flag};
use crate::stream::session::{SESSION_COST, SegmentOutcome, TcpSession, TcpState, Traits};
use crate::stream::turn::Turn;

/// Opens a session in `slot` if the segment may.
pub(in crate::stream) fn open(
    slot: &mut Option<Box<TcpSession>>,
    direction: Direction,
    segment: &Segment<'_>,
    config: &StreamConfig,
    mem: &mut StreamMemory,
    out: &mut SegmentOutcome,
) {
    let Some(opening) = classify(segment, config, out) else {
        return;
    };
    if !mem.has_room_for_session(config.memcap) {
        // LIMIT: `stream.memcap`.
        mem.counters.ssn_memcap_drop += 1;
        out.no_room = true;
        return;
    }
    mem.counters.memuse += SESSION_COST;
    mem.counters.sessions += 1;
    mem.counters.active_sessions += 1;
    let session = slot.insert(Box::new(TcpSession::new()));
    out.opened = true;
    out.new_state = true;
    let mut turn = Turn {
        session,
        direction,
        segment,
        config,
        mem,
        out,
    };
    opening.open(&mut turn);
}

/// What kind of segment opens the session.
enum Opening {
    Syn,
    SynAck,
    Data,
}

fn classify(segment: &Segment<'_>, config: &StreamConfig, out: &mut SegmentOutcome) -> Option<Opening> {
    let partial = config.midstream || config.async_oneside;
    if segment.has(flag::RST) {
        out.events.insert(StreamEvent::RstButNoSession);
        out.rejected = true;
        None
    } else if segment.has(flag::FIN) {
        out.midstream = true;
        out.events.insert(StreamEvent::FinButNoSession);
        out.rejected = true;
        None
    } else if segment.has(flag::SYN | flag::ACK) {
        out.midstream = true;
        partial.then_some(Opening::SynAck)
    } else if segment.has(flag::SYN) {
        Some(Opening::Syn)
    } else if segment.has(flag::ACK) {
        out.midstream = true;
        config.midstream.then_some(Opening::Data)
    } else {
        None
    }
}

impl Opening {
    fn open(self, turn: &mut Turn<'_>) {
        match self {
            Self::Syn => syn(turn),
            Self::SynAck => syn_ack(turn),
            Self::Data => data(turn),
        }
    }
}

fn syn(turn: &mut Turn<'_>) {
    turn.enter(TcpState::SynSent);
    set_hosts(turn);
    crate::stream::state::handshake::take_syn(turn);
}

/// A SYN/ACK without its SYN: who sent it is the server.
fn syn_ack(turn: &mut Turn<'_>) {
    let segment = turn.segment;
    if turn.to_server() {
        turn.direction = Direction::ToClient;
        turn.out.swap_direction = true;
    }
    turn.mem.counters.midstream_pickups += 1;
    turn.enter(TcpState::SynRecv);
    turn.session.traits.set(Traits::MIDSTREAM | Traits::MIDSTREAM_SYNACK);
    set_hosts(turn);
    let wscale = segment.wscale.unwrap_or(0).min(WSCALE_MAX);
    let server = turn.server();
    server.start(segment.seq());
    server.next_seq = segment.seq().plus(1);
    server.last_ack = server.next_seq;
    server.next_win = server.last_ack;
    server.wscale = WSCALE_MAX;
    let client = turn.client();
    client.start(segment.ack().minus(1));
    client.next_seq = segment.ack();
    client.last_ack = segment.ack();
    client.wscale = wscale;
    client.window = u32::from(segment.window);
    client.next_win = client.last_ack.plus(client.window);
    take_first_timestamps(turn);
    if segment.sack_permitted {
        turn.session.traits.set(Traits::SACK);
    }
}

/// Data, or a plain ACK, of a conversation under way.
fn data(turn: &mut Turn<'_>) {
    let segment = turn.segment;
    turn.mem.counters.midstream_pickups += 1;
    turn.enter(TcpState::Established);
    turn.session
        .traits
        .set(Traits::MIDSTREAM | Traits::MIDSTREAM_ESTABLISHED);
    set_hosts(turn);
    let sender = turn.sender_mut();
    sender.start(segment.seq().minus(1));
    sender.next_seq = segment.end();
    sender.last_ack = segment.seq();
    sender.window = u32::from(segment.window);
    sender.wscale = WSCALE_MAX;
    sender.next_win = sender.last_ack.plus(sender.window);
    let receiver = turn.receiver_mut();
    receiver.start(segment.ack().minus(1));
    receiver.next_seq = segment.ack();
    receiver.last_ack = segment.ack();
    receiver.wscale = WSCALE_MAX;
    receiver.window = 0;
    receiver.next_win = receiver.last_ack;
    take_first_timestamps(turn);
    turn.session.traits.set(Traits::SACK);
    turn.reassemble();
}

/// Without a handshake, the first timestamp tells whether they are used.
fn take_first_timestamps(turn: &mut Turn<'_>) {
    let Some((value, echo)) = turn.segment.timestamps else {
        return;
    };
    let now = Seconds::of(turn.segment.time);
    turn.session.traits.set(Traits::TIMESTAMP);
    let sender = turn.sender_mut();
    sender.last_ts = value;
    sender.last_ts_secs = now;
    if value == 0 {
        sender.marks.set(Marks::ZERO_TIMESTAMP);
    }
    let receiver = turn.receiver_mut();
    receiver.last_ts = echo;
    receiver.last_ts_secs = now;
    if echo == 0 {
        receiver.marks.set(Marks::ZERO_TIMESTAMP);
    }
}

/// Looks the two hosts' policies up, once.
pub(in crate::stream) fn set_hosts(turn: &mut Turn<'_>) {
    let of_dst = turn.config.host_os.lookup(turn.segment.dst);
    let of_src = turn.config.host_os.lookup(turn.segment.src);
    turn.sender_mut().os = of_dst;
    turn.receiver_mut().os = of_src;
}

/// The largest window scale (RFC 7323 section 2.3).
pub(in crate::stream) const WSCALE_MAX: u8 = 14;
