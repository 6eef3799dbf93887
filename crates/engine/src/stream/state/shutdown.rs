//! The states after the first FIN.
//!
//! Suricata counts a FIN from the server in the server's next sequence number and one from the client not; where the
//! two directions differ below, that is why.

use crate::stream::event::StreamEvent;
use crate::stream::segment::flag;
use crate::stream::session::TcpState;
use crate::stream::turn::{Turn, Verdict};

/// FIN_WAIT_1: the server closed first.
pub(super) fn fin_wait1(turn: &mut Turn<'_>) -> Verdict {
    match kind(turn) {
        Kind::Done(verdict) => verdict,
        Kind::Fin => fin_wait1_fin(turn),
        Kind::Ack => fin_wait1_ack(turn),
    }
}

fn fin_wait1_fin(turn: &mut Turn<'_>) -> Verdict {
    let segment = turn.segment;
    if turn.to_client() && turn.repeats_fin() {
        return Verdict::Accepted;
    }
    let again = turn.is_retransmission();
    if !again {
        if segment.seq().before(turn.sender().next_seq.minus(1)) || turn.is_beyond_window() {
            return turn.reject(StreamEvent::Fin1FinWrongSeq);
        }
        if segment.has(flag::ACK) && !turn.ack_is_valid() {
            return turn.reject(StreamEvent::Fin1InvalidAck);
        }
        turn.enter(if segment.has(flag::ACK) {
            TcpState::TimeWait
        } else {
            TcpState::Closing
        });
    }
    turn.advance_past_fin();
    take(turn, !again)
}

fn fin_wait1_ack(turn: &mut Turn<'_>) -> Verdict {
    let segment = turn.segment;
    let again = turn.is_retransmission();
    if !turn.ack_is_valid() {
        return turn.reject(StreamEvent::Fin1InvalidAck);
    }
    let expected = turn.sender().next_seq.minus(u32::from(turn.to_client()));
    let acks_all = segment.ack() == turn.receiver().next_seq || turn.to_client();
    if !again {
        if segment.end().after(turn.sender().next_win) && !turn.is_partial() {
            return turn.reject(StreamEvent::Fin1AckWrongSeq);
        }
        if acks_all && segment.seq() == expected {
            turn.enter(TcpState::FinWait2);
        }
    }
    turn.advance_past_fin();
    let verdict = take(turn, !again && acks_all);
    turn.update_next_win();
    verdict
}

/// FIN_WAIT_2: the server's FIN is acknowledged.
pub(super) fn fin_wait2(turn: &mut Turn<'_>) -> Verdict {
    match kind(turn) {
        Kind::Done(verdict) => verdict,
        Kind::Fin => fin_wait2_fin(turn),
        Kind::Ack => fin_wait2_ack(turn),
    }
}

fn fin_wait2_fin(turn: &mut Turn<'_>) -> Verdict {
    if turn.repeats_fin() {
        return Verdict::Accepted;
    }
    let again = turn.is_retransmission();
    if !again {
        if turn.segment.seq().before(turn.sender().next_seq) || turn.is_beyond_window() {
            return turn.reject(StreamEvent::Fin2FinWrongSeq);
        }
        if turn.segment.has(flag::ACK) && !turn.ack_is_valid() {
            return turn.reject(StreamEvent::Fin2InvalidAck);
        }
        turn.enter(TcpState::TimeWait);
    }
    if turn.to_server() {
        turn.update_next_seq_if_expected();
    }
    take(turn, !again)
}

fn fin_wait2_ack(turn: &mut Turn<'_>) -> Verdict {
    let again = turn.is_retransmission();
    if !turn.ack_is_valid() {
        return turn.reject(StreamEvent::Fin2InvalidAck);
    }
    if !again {
        if turn.segment.end().after(turn.sender().next_win) && !turn.is_partial() {
            return turn.reject(StreamEvent::Fin2AckWrongSeq);
        }
        turn.update_window();
    }
    turn.note_timestamp();
    turn.update_next_seq_if_expected();
    turn.update_last_ack();
    turn.update_next_win();
    turn.reassemble();
    Verdict::Accepted
}

/// CLOSING: both sides sent a FIN.
pub(super) fn closing(turn: &mut Turn<'_>) -> Verdict {
    match kind(turn) {
        Kind::Done(verdict) => return verdict,
        Kind::Fin if !turn.segment.has(flag::ACK) => return Verdict::Accepted,
        Kind::Fin | Kind::Ack => {}
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
    take(turn, !again && turn.to_client())
}

/// CLOSE_WAIT: the client closed first.
pub(super) fn close_wait(turn: &mut Turn<'_>) -> Verdict {
    match kind(turn) {
        Kind::Done(verdict) => verdict,
        Kind::Fin => close_wait_fin(turn),
        Kind::Ack => close_wait_ack(turn),
    }
}

fn close_wait_fin(turn: &mut Turn<'_>) -> Verdict {
    let again = turn.is_retransmission();
    if !again {
        if turn.segment.seq().before(turn.sender().next_seq) || turn.is_beyond_window() {
            return turn.reject(StreamEvent::CloseWaitFinOutOfWindow);
        }
        if turn.segment.has(flag::ACK) && !turn.ack_is_valid() {
            return turn.reject(StreamEvent::CloseWaitInvalidAck);
        }
        if turn.to_client() {
            turn.enter(TcpState::LastAck);
        }
    }
    take(turn, !again)
}

fn close_wait_ack(turn: &mut Turn<'_>) -> Verdict {
    let segment = turn.segment;
    let again = turn.is_retransmission();
    if !segment.payload.is_empty() && segment.end().at_or_before(turn.sender().last_ack) {
        return turn.reject(StreamEvent::CloseWaitPktBeforeLastAck);
    }
    if turn.is_beyond_window() && !turn.is_partial() {
        return turn.reject(StreamEvent::CloseWaitAckOutOfWindow);
    }
    if !turn.ack_is_valid() {
        return turn.reject(StreamEvent::CloseWaitInvalidAck);
    }
    turn.update_next_seq_if_expected();
    take(turn, !again)
}

/// LAST_ACK: the server's FIN followed the client's.
pub(super) fn last_ack(turn: &mut Turn<'_>) -> Verdict {
    match kind(turn) {
        Kind::Done(verdict) => return verdict,
        Kind::Fin => return Verdict::Accepted,
        Kind::Ack if turn.to_client() => return Verdict::Accepted,
        Kind::Ack => {}
    }
    if !turn.ack_is_valid() {
        return turn.reject(StreamEvent::LastAckInvalidAck);
    }
    let again = turn.is_retransmission();
    let (seq, next) = (turn.segment.seq(), turn.sender().next_seq);
    if !again {
        if seq.after(next.plus(1)) {
            return turn.reject(StreamEvent::LastAckAckWrongSeq);
        }
        if seq.at_or_after(next) {
            turn.enter(TcpState::Closed);
        }
    }
    take(turn, !again)
}

/// TIME_WAIT: the client's FIN followed the server's.
pub(super) fn time_wait(turn: &mut Turn<'_>) -> Verdict {
    match kind(turn) {
        Kind::Done(verdict) => return verdict,
        Kind::Fin => return Verdict::Accepted,
        Kind::Ack => {}
    }
    let again = turn.is_retransmission();
    if !again {
        let (seq, next) = (turn.segment.seq(), turn.sender().next_seq);
        let beside = if turn.to_server() { next.plus(1) } else { next.minus(1) };
        if seq != next && seq != beside {
            return turn.reject(StreamEvent::TimeWaitAckWrongSeq);
        }
        if !turn.ack_is_valid() {
            return turn.reject(StreamEvent::TimeWaitInvalidAck);
        }
        turn.enter(TcpState::Closed);
    }
    take(turn, !again)
}

/// What a segment is to the states of the shutdown.
enum Kind {
    /// A timestamp that goes back, a RST, a SYN, or nothing at all: dealt with.
    Done(Verdict),
    Fin,
    Ack,
}

fn kind(turn: &mut Turn<'_>) -> Kind {
    let segment = turn.segment;
    if segment.has(flag::RST) {
        return Kind::Done(turn.reset_shutdown());
    }
    if segment.has(flag::SYN) && !segment.has(flag::FIN) {
        return Kind::Done(turn.reject(StreamEvent::ShutdownSynResend));
    }
    if !segment.has_any(flag::FIN | flag::ACK) {
        return Kind::Done(Verdict::Accepted);
    }
    if !turn.timestamp_is_valid() {
        return Kind::Done(Verdict::Rejected);
    }
    if segment.has(flag::FIN) { Kind::Fin } else { Kind::Ack }
}

impl Turn<'_> {
    /// Whether the segment starts after the window.
    fn is_beyond_window(&self) -> bool {
        let sender = self.sender();
        self.segment.seq().after(sender.last_ack.plus(sender.window))
    }

    /// Whether it is the sender's FIN again.
    fn repeats_fin(&self) -> bool {
        self.segment.seq() == self.sender().next_seq.minus(1) && self.segment.ack() == self.receiver().last_ack
    }

    /// Moves on past the segment's data, if that was expected next: from the server, in its FIN's place.
    fn advance_past_fin(&mut self) {
        let (seq, end, fin) = (self.segment.seq(), self.segment.end(), u32::from(self.to_client()));
        let sender = self.sender_mut();
        if seq == sender.next_seq.minus(fin) {
            sender.next_seq = end;
        }
    }
}

/// Takes a valid segment's numbers and data over, and its window if `window`.
fn take(turn: &mut Turn<'_>, window: bool) -> Verdict {
    if window {
        turn.update_window();
    }
    turn.note_timestamp();
    turn.skip_to_acked();
    turn.update_last_ack();
    turn.reassemble();
    Verdict::Accepted
}
