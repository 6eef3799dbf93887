//! The states after the first FIN.

use crate::stream::event::StreamEvent;
use crate::stream::segment::flag;
use crate::stream::session::TcpState;
use crate::stream::turn::{Turn, Verdict};

/// FIN_WAIT_1: the server closed first.
pub(super) fn fin_wait1(turn: &mut Turn<'_>) -> Verdict {
    if let Some(done) = reset_or_syn(turn) {
        return done;
    }
    let segment = turn.segment;
    if segment.has(flag::FIN) {
        let again = turn.is_retransmission();
        if !again {
            let sender = turn.sender();
            if segment.seq().before(sender.next_seq) || segment.seq().after(sender.last_ack.plus(sender.window)) {
                return turn.reject(StreamEvent::Fin1FinWrongSeq);
            }
            if !turn.ack_is_valid() {
                return turn.reject(StreamEvent::Fin1InvalidAck);
            }
            turn.enter(if segment.has(flag::ACK) {
                TcpState::TimeWait
            } else {
                TcpState::Closing
            });
        }
        return take(turn, again);
    }
    if segment.has(flag::ACK) {
        fin_wait1_ack(turn)
    } else {
        Verdict::Accepted
    }
}

fn fin_wait1_ack(turn: &mut Turn<'_>) -> Verdict {
    let segment = turn.segment;
    if !turn.ack_is_valid() {
        return turn.reject(StreamEvent::Fin1InvalidAck);
    }
    // Suricata: the server's next number counts its FIN, data that follows is expected in the FIN's place.
    let expected = turn.sender().next_seq.minus(u32::from(turn.to_client()));
    let acks_all = segment.ack() == turn.receiver().next_seq;
    let again = turn.is_retransmission();
    if !again {
        if segment.end().after(turn.sender().next_win) && !turn.is_partial() {
            return turn.reject(StreamEvent::Fin1AckWrongSeq);
        }
        if (acks_all || turn.to_client()) && segment.seq() == expected {
            turn.enter(TcpState::FinWait2);
        }
    }
    if !again && (acks_all || turn.to_client()) {
        turn.update_window();
    }
    turn.note_timestamp();
    turn.skip_to_acked();
    if segment.seq() == expected {
        turn.sender_mut().next_seq = segment.end();
    }
    turn.update_last_ack();
    turn.update_next_win();
    turn.reassemble();
    Verdict::Accepted
}

/// FIN_WAIT_2: the server's FIN is acknowledged.
pub(super) fn fin_wait2(turn: &mut Turn<'_>) -> Verdict {
    if let Some(done) = reset_or_syn(turn) {
        return done;
    }
    let segment = turn.segment;
    if segment.has(flag::FIN) {
        let again = turn.is_retransmission();
        if !again {
            let sender = turn.sender();
            if segment.seq() != sender.next_seq && segment.seq().after(sender.last_ack.plus(sender.window)) {
                return turn.reject(StreamEvent::Fin2FinWrongSeq);
            }
            if !turn.ack_is_valid() {
                return turn.reject(StreamEvent::Fin2InvalidAck);
            }
            turn.enter(TcpState::TimeWait);
        }
        return take(turn, again);
    }
    if segment.has(flag::ACK) {
        if !turn.ack_is_valid() {
            return turn.reject(StreamEvent::Fin2InvalidAck);
        }
        let again = turn.is_retransmission();
        if !again && segment.end().after(turn.sender().next_win) && !turn.is_partial() {
            return turn.reject(StreamEvent::Fin2AckWrongSeq);
        }
        let verdict = take(turn, again);
        turn.update_next_win();
        return verdict;
    }
    Verdict::Accepted
}

/// CLOSING: both sides sent a FIN.
pub(super) fn closing(turn: &mut Turn<'_>) -> Verdict {
    if let Some(done) = reset_or_syn(turn) {
        return done;
    }
    if !turn.segment.has(flag::ACK) {
        return Verdict::Accepted;
    }
    let again = turn.is_retransmission();
    if turn.segment.seq() != turn.sender().next_seq {
        return turn.reject(StreamEvent::ClosingAckWrongSeq);
    }
    if !again {
        if !turn.ack_is_valid() {
            return turn.reject(StreamEvent::ClosingInvalidAck);
        }
        turn.enter(TcpState::TimeWait);
    }
    take(turn, again)
}

/// CLOSE_WAIT: the client closed first.
pub(super) fn close_wait(turn: &mut Turn<'_>) -> Verdict {
    if let Some(done) = reset_or_syn(turn) {
        return done;
    }
    let segment = turn.segment;
    if !segment.has_any(flag::FIN | flag::ACK) {
        return Verdict::Accepted;
    }
    let again = turn.is_retransmission();
    if segment.has(flag::FIN) {
        if !again {
            let sender = turn.sender();
            if segment.seq().before(sender.next_seq) || segment.seq().after(sender.last_ack.plus(sender.window)) {
                return turn.reject(StreamEvent::CloseWaitFinOutOfWindow);
            }
            if !turn.ack_is_valid() {
                return turn.reject(StreamEvent::CloseWaitInvalidAck);
            }
            if turn.to_client() {
                turn.enter(TcpState::LastAck);
            }
        }
        return take(turn, again);
    }
    if !segment.payload.is_empty() && segment.end().at_or_before(turn.sender().last_ack) {
        return turn.reject(StreamEvent::CloseWaitPktBeforeLastAck);
    }
    let sender = turn.sender();
    if segment.seq().after(sender.last_ack.plus(sender.window)) && !turn.is_partial() {
        return turn.reject(StreamEvent::CloseWaitAckOutOfWindow);
    }
    if !turn.ack_is_valid() {
        return turn.reject(StreamEvent::CloseWaitInvalidAck);
    }
    take(turn, again)
}

/// LAST_ACK: the server's FIN followed the client's.
pub(super) fn last_ack(turn: &mut Turn<'_>) -> Verdict {
    if let Some(done) = reset_or_syn(turn) {
        return done;
    }
    if turn.segment.has(flag::FIN) || !turn.segment.has(flag::ACK) {
        return Verdict::Accepted;
    }
    if !turn.ack_is_valid() {
        return turn.reject(StreamEvent::LastAckInvalidAck);
    }
    let again = turn.is_retransmission();
    if !again && turn.to_server() {
        let sender = turn.sender();
        let seq = turn.segment.seq();
        if seq != sender.next_seq && seq != sender.next_seq.plus(1) {
            return turn.reject(StreamEvent::LastAckAckWrongSeq);
        }
        turn.enter(TcpState::Closed);
    }
    take(turn, again)
}

/// TIME_WAIT: the client's FIN followed the server's.
pub(super) fn time_wait(turn: &mut Turn<'_>) -> Verdict {
    if let Some(done) = reset_or_syn(turn) {
        return done;
    }
    if turn.segment.has(flag::FIN) || !turn.segment.has(flag::ACK) {
        return Verdict::Accepted;
    }
    let again = turn.is_retransmission();
    if !again {
        let sender = turn.sender();
        let seq = turn.segment.seq();
        if seq != sender.next_seq && seq != sender.next_seq.plus(1) {
            return turn.reject(StreamEvent::TimeWaitAckWrongSeq);
        }
        if !turn.ack_is_valid() {
            return turn.reject(StreamEvent::TimeWaitInvalidAck);
        }
        turn.enter(TcpState::Closed);
    }
    take(turn, again)
}

/// A timestamp that goes back, a RST, or a SYN: the same in all of these states.
fn reset_or_syn(turn: &mut Turn<'_>) -> Option<Verdict> {
    if !turn.timestamp_is_valid() {
        return Some(Verdict::Rejected);
    }
    if turn.segment.has(flag::RST) {
        return Some(turn.reset_shutdown());
    }
    if turn.segment.has(flag::SYN) && !turn.segment.has(flag::FIN) {
        return Some(turn.reject(StreamEvent::ShutdownSynResend));
    }
    None
}

/// Takes a valid segment's numbers and data over; its window only if it is not a retransmission.
fn take(turn: &mut Turn<'_>, again: bool) -> Verdict {
    if !again {
        turn.update_window();
    }
    turn.note_timestamp();
    turn.skip_to_acked();
    turn.update_next_seq_if_expected();
    turn.update_last_ack();
    turn.reassemble();
    Verdict::Accepted
}
