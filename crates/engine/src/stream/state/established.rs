//! ESTABLISHED: data goes both ways.

use super::fin;
use crate::stream::event::StreamEvent;
use crate::stream::segment::flag;
use crate::stream::session::Traits;
use crate::stream::turn::{Turn, Verdict};

pub(super) fn handle(turn: &mut Turn<'_>) -> Verdict {
    let segment = turn.segment;
    if segment.has(flag::RST) {
        turn.reset_established()
    } else if segment.has(flag::FIN) {
        fin::handle(turn)
    } else if segment.has(flag::SYN | flag::ACK) {
        syn_ack(turn)
    } else if segment.has(flag::SYN) {
        syn(turn)
    } else if segment.has(flag::ACK) {
        data(turn)
    } else {
        Verdict::Accepted
    }
}

fn syn_ack(turn: &mut Turn<'_>) -> Verdict {
    let (seq, ack) = (turn.segment.seq(), turn.segment.ack());
    if turn.to_server() {
        return turn.reject(StreamEvent::EstSynackToserver);
    }
    if ack != turn.receiver().last_ack {
        return turn.reject(StreamEvent::EstSynackResendWithDifferentAck);
    }
    if seq != turn.sender().isn {
        return turn.reject(StreamEvent::EstSynackResendWithDiffSeq);
    }
    if turn.is(Traits::CONFIRMED) {
        return turn.reject(StreamEvent::EstSynackResend);
    }
    Verdict::Accepted
}

fn syn(turn: &mut Turn<'_>) -> Verdict {
    if turn.to_client() {
        return turn.reject(StreamEvent::EstSynToclient);
    }
    if turn.segment.seq() != turn.sender().isn {
        return turn.reject(StreamEvent::EstSynResendDiffSeq);
    }
    turn.reject(StreamEvent::EstSynResend)
}

fn data(turn: &mut Turn<'_>) -> Verdict {
    if !turn.ack_is_valid() {
        return turn.reject(StreamEvent::EstInvalidAck);
    }
    if !turn.timestamp_is_valid() {
        return Verdict::Rejected;
    }
    if turn.to_client() && !turn.is(Traits::MIDSTREAM) {
        turn.session.traits.set(Traits::CONFIRMED);
    }
    take_first_window(turn);
    let segment = turn.segment;
    if is_old(turn) {
        if !turn.is_partial() {
            return turn.reject(StreamEvent::EstPktBeforeLastAck);
        }
        turn.sender_mut().last_ack = segment.seq();
    }
    if turn.is_window_probe() {
        turn.note_timestamp();
        turn.reassemble();
        return Verdict::Accepted;
    }
    // Suricata: the next number moves on even when the packet turns out to be outside the window.
    let sender = turn.sender_mut();
    sender.next_seq = sender.next_seq.later(segment.end());
    if segment.end().after(sender.next_win) && !turn.is_partial() {
        return turn.reject(StreamEvent::EstPacketOutOfWindow);
    }
    take_data(turn);
    Verdict::Accepted
}

/// In a conversation picked up after its handshake, the side that did not speak first says its window now.
fn take_first_window(turn: &mut Turn<'_>) {
    if !turn.is(Traits::MIDSTREAM_ESTABLISHED) || turn.sender().window != 0 {
        return;
    }
    let window = u32::from(turn.segment.window);
    let sender = turn.sender_mut();
    sender.window = window << sender.wscale;
    sender.next_win = sender.last_ack.plus(sender.window);
    turn.session.traits.clear(Traits::MIDSTREAM_ESTABLISHED);
}

/// Whether the segment ends before what is acknowledged, and is neither new data nor a keep-alive.
fn is_old(turn: &Turn<'_>) -> bool {
    let (segment, sender) = (turn.segment, turn.sender());
    segment.end().before(sender.last_ack)
        && segment.end().at_or_before(sender.next_seq)
        && segment.seq() != sender.next_seq.minus(1)
}

fn take_data(turn: &mut Turn<'_>) {
    turn.update_window();
    turn.update_last_ack();
    turn.update_next_win();
    turn.note_timestamp();
    turn.reassemble();
}
