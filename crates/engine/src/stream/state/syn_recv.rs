//! SYN_RECV: the SYN/ACK was seen.

use super::{fin, handshake};
use crate::stream::event::StreamEvent;
use crate::stream::segment::flag;
use crate::stream::session::{TcpState, Traits};
use crate::stream::turn::{Turn, Verdict};

pub(super) fn handle(turn: &mut Turn<'_>) -> Verdict {
    let segment = turn.segment;
    if segment.has(flag::RST) {
        reset(turn)
    } else if segment.has(flag::FIN) {
        fin::handle(turn)
    } else if segment.has(flag::SYN | flag::ACK) {
        syn_ack(turn)
    } else if segment.has(flag::SYN) {
        syn(turn)
    } else if segment.has(flag::ACK) {
        ack(turn)
    } else {
        Verdict::Accepted
    }
}

fn reset(turn: &mut Turn<'_>) -> Verdict {
    if !turn.reset_is_valid() {
        return Verdict::Rejected;
    }
    turn.close_by_reset();
    Verdict::Accepted
}

fn syn_ack(turn: &mut Turn<'_>) -> Verdict {
    let (seq, ack) = (turn.segment.seq(), turn.segment.ack());
    if turn.to_server() {
        return turn.reject(StreamEvent::ThreeWaySynackToserverOnSynRecv);
    }
    if ack != turn.receiver().isn.plus(1) {
        return turn.reject(StreamEvent::ThreeWaySynackResendWithDifferentAck);
    }
    if seq != turn.sender().isn && !handshake::remember_syn_ack(turn) {
        return Verdict::Rejected;
    }
    Verdict::Accepted
}

fn syn(turn: &mut Turn<'_>) -> Verdict {
    if turn.to_client() {
        return turn.reject(StreamEvent::ThreeWaySynToclientOnSynRecv);
    }
    if turn.segment.seq() != turn.sender().isn {
        return turn.reject(StreamEvent::ThreeWaySynResendDiffSeqOnSynRecv);
    }
    Verdict::Accepted
}

fn ack(turn: &mut Turn<'_>) -> Verdict {
    if !turn.timestamp_is_valid() {
        return Verdict::Rejected;
    }
    if turn.to_server() {
        handshake::pick_syn_ack(turn);
    }
    let (seq, ack) = (turn.segment.seq(), turn.segment.ack());
    if turn.is(Traits::FOUR_WAY) && turn.to_client() {
        return four_way(turn);
    }
    if turn.to_client() {
        return ack_from_server(turn);
    }
    let right_seq = seq == turn.sender().next_seq;
    let right_ack = ack == turn.receiver().next_seq;
    if right_ack && (right_seq || in_window(turn)) {
        establish(turn);
        return Verdict::Accepted;
    }
    if right_seq {
        turn.session.traits.set(Traits::EVASION_ATTEMPT);
        return turn.reject(StreamEvent::ThreeWayRightSeqWrongAckEvasion);
    }
    turn.reject(StreamEvent::ThreeWayWrongSeqWrongAck)
}

/// Data after a handshake ACK that was missed.
fn in_window(turn: &Turn<'_>) -> bool {
    let sender = turn.sender();
    turn.segment.seq().after(sender.next_seq) && turn.segment.seq().at_or_before(sender.next_win)
}

fn establish(turn: &mut Turn<'_>) {
    turn.update_window();
    turn.note_timestamp();
    turn.update_last_ack();
    let receiver = turn.receiver_mut();
    receiver.next_win = receiver.last_ack.plus(receiver.window);
    let end = turn.segment.end();
    let sender = turn.sender_mut();
    sender.next_seq = sender.next_seq.later(end);
    turn.enter(TcpState::Established);
    turn.reassemble();
}

/// The server goes on although the client's ACK was not seen.
fn establish_by_server(turn: &mut Turn<'_>) {
    let window = u32::from(turn.segment.window);
    turn.note_timestamp();
    turn.update_next_seq_if_expected();
    let sender = turn.sender_mut();
    // Suricata: the window goes to the sender's stream, by its own scale.
    sender.window = window << sender.wscale;
    sender.next_win = sender.last_ack.plus(sender.window);
    turn.enter(TcpState::Established);
    turn.reassemble();
}

fn ack_from_server(turn: &mut Turn<'_>) -> Verdict {
    let (segment, sender, client) = (turn.segment, turn.sender(), turn.receiver());
    let (seq, ack) = (segment.seq(), segment.ack());
    if turn.is(Traits::MIDSTREAM_SYNACK) || (seq == sender.next_seq && ack == client.last_ack) {
        establish_by_server(turn);
        return Verdict::Accepted;
    }
    // The client's ACK and the data after it were missed.
    let acks_more = ack.after(client.next_seq) && ack.at_or_before(client.next_win);
    if acks_more && seq.at_or_after(sender.next_seq) && seq.at_or_before(sender.next_win) {
        establish(turn);
        return Verdict::Accepted;
    }
    turn.reject(StreamEvent::ThreeWayWrongSeqWrongAck)
}

/// The last ACK of a simultaneous open.
fn four_way(turn: &mut Turn<'_>) -> Verdict {
    if turn.segment.seq() != turn.sender().next_seq {
        return turn.reject(StreamEvent::FourWayWrongSeq);
    }
    if !turn.ack_is_valid() {
        return turn.reject(StreamEvent::FourWayInvalidAck);
    }
    establish(turn);
    Verdict::Accepted
}
