//! SYN_SENT: a SYN was seen.

use super::handshake;
use super::none::WSCALE_MAX;
use crate::stream::endpoint::Marks;
use crate::stream::event::StreamEvent;
use crate::stream::segment::flag;
use crate::stream::session::{TcpState, Traits};
use crate::stream::turn::{Turn, Verdict};

pub(super) fn handle(turn: &mut Turn<'_>) -> Verdict {
    let segment = turn.segment;
    if segment.has(flag::SYN | flag::ACK) {
        return syn_ack(turn);
    }
    if !echoes_timestamp(turn) {
        return turn.reject(StreamEvent::PktInvalidTimestamp);
    }
    if segment.has(flag::RST) {
        reset(turn)
    } else if segment.has(flag::FIN) {
        Verdict::Accepted
    } else if segment.has(flag::SYN) {
        syn(turn)
    } else if segment.has(flag::ACK) {
        one_sided(turn)
    } else {
        Verdict::Accepted
    }
}

/// Whether the server's timestamp option echoes the SYN's value, if both have one.
fn echoes_timestamp(turn: &Turn<'_>) -> bool {
    match turn.segment.timestamps {
        Some((_, echo)) if turn.to_client() => echo == turn.receiver().last_ts,
        _ => true,
    }
}

fn reset(turn: &mut Turn<'_>) -> Verdict {
    if !turn.reset_is_valid() {
        return Verdict::Rejected;
    }
    let (seq, ack) = (turn.segment.seq(), turn.segment.ack());
    let ends = if turn.to_server() {
        seq == turn.sender().isn && turn.segment.window == 0 && ack == turn.receiver().isn.plus(1)
    } else {
        true
    };
    if ends {
        turn.receiver_mut().marks.set(Marks::RST_SEEN);
        turn.close_by_reset();
    }
    Verdict::Accepted
}

fn syn_ack(turn: &mut Turn<'_>) -> Verdict {
    let ack = turn.segment.ack();
    if turn.to_server() {
        if !turn.is(Traits::FOUR_WAY) {
            return turn.reject(StreamEvent::ThreeWaySynackInWrongDirection);
        }
        return four_way(turn);
    }
    let syn_end = turn.receiver().isn.plus(1);
    let fast_open = turn.is(Traits::FAST_OPEN);
    let takes_data = fast_open && ack == turn.receiver().next_seq;
    if ack != syn_end && !takes_data {
        return turn.reject(StreamEvent::ThreeWaySynackWithWrongAck);
    }
    let ignores_data = fast_open && !takes_data;
    if ignores_data {
        turn.event(StreamEvent::ThreeWaySynackTfoDataIgnored);
        turn.session.traits.set(Traits::DATA_IGNORED);
        // Suricata: back to before the SYN, so that the client may send it again.
        turn.client().next_seq = syn_end.minus(1);
    }
    if !handshake::pick_syn(turn) {
        return turn.reject(StreamEvent::PktInvalidTimestamp);
    }
    handshake::take_syn_ack(turn);
    if takes_data {
        turn.reassemble();
    }
    Verdict::Accepted
}

/// The client's SYN/ACK of a simultaneous open.
fn four_way(turn: &mut Turn<'_>) -> Verdict {
    let (seq, ack) = (turn.segment.seq(), turn.segment.ack());
    if ack != turn.receiver().isn.plus(1) {
        return turn.reject(StreamEvent::FourWaySynackWithWrongAck);
    }
    if seq != turn.sender().isn {
        return turn.reject(StreamEvent::FourWaySynackWithWrongSyn);
    }
    turn.enter(TcpState::SynRecv);
    let window = u32::from(turn.segment.window);
    let client = turn.client();
    client.start(seq);
    client.next_seq = seq.plus(1);
    let wscale = turn.segment.wscale.unwrap_or(0).min(WSCALE_MAX);
    let server = turn.server();
    server.window = window;
    server.wscale = wscale;
    server.last_ack = ack;
    server.next_win = ack.plus(window);
    let client = turn.client();
    client.last_ack = client.next_seq;
    client.next_win = client.last_ack.plus(client.window);
    Verdict::Accepted
}

fn syn(turn: &mut Turn<'_>) -> Verdict {
    let segment = turn.segment;
    if turn.to_client() {
        // Simultaneous open (RFC 9293 figure 7).
        turn.session.traits.set(Traits::FOUR_WAY);
        let sender = turn.sender_mut();
        sender.start(segment.seq());
        sender.next_seq = segment.seq().plus(1);
        sender.window = u32::from(segment.window);
        sender.wscale = segment.wscale.unwrap_or(0).min(WSCALE_MAX);
        return Verdict::Accepted;
    }
    if handshake::take_syn_again(turn) {
        Verdict::Accepted
    } else {
        Verdict::Rejected
    }
}

/// An ACK without a SYN/ACK before it: only one side is seen.
fn one_sided(turn: &mut Turn<'_>) -> Verdict {
    if !turn.config.async_oneside {
        return Verdict::Accepted;
    }
    let segment = turn.segment;
    if segment.seq() != turn.sender().next_seq {
        return turn.reject(StreamEvent::ThreeWayAsyncWrongSeq);
    }
    turn.session.traits.set(Traits::ASYNC);
    turn.enter(TcpState::Established);
    let window = u32::from(segment.window);
    let sender = turn.sender_mut();
    sender.window = window;
    sender.last_ack = segment.seq();
    sender.next_win = sender.last_ack.plus(window);
    let receiver = turn.receiver_mut();
    receiver.start(segment.ack().minus(1));
    receiver.last_ack = segment.ack();
    receiver.next_seq = segment.ack();
    turn.reassemble();
    Verdict::Accepted
}
