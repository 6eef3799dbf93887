//! Segments that tell nothing new: keep-alives, bad window updates, spurious retransmissions.

use crate::stream::endpoint::Marks;
use crate::stream::event::StreamEvent;
use crate::stream::segment::flag;
use crate::stream::session::TcpState;
use crate::stream::turn::Turn;

/// Whether the segment is one that the state machine is not to see.
pub(in crate::stream) fn handled(turn: &mut Turn<'_>) -> bool {
    if is_keep_alive(turn) {
        turn.sender_mut().marks.set(Marks::KEEP_ALIVE);
        return true;
    }
    if is_keep_alive_ack(turn) {
        turn.receiver_mut().marks.clear(Marks::KEEP_ALIVE);
        return true;
    }
    turn.receiver_mut().marks.clear(Marks::KEEP_ALIVE);
    if is_outdated_ack(turn) {
        return true;
    }
    if !is_shutdown_ack(turn) && is_bad_window_update(turn) {
        turn.event(StreamEvent::PktBadWindowUpdate);
        return true;
    }
    if turn.segment.payload.is_empty() {
        return false;
    }
    let (sender, end) = (turn.sender(), turn.segment.end());
    let forgotten = end.at_or_before(sender.seq_at(sender.base));
    if forgotten || end.at_or_before(sender.last_ack) {
        turn.event(StreamEvent::PktSpuriousRetransmission);
    }
    forgotten
}

const CONTROL: u8 = flag::SYN | flag::FIN | flag::RST;

/// RFC 9293 section 3.8.4: the byte before the next one, again.
fn is_keep_alive(turn: &Turn<'_>) -> bool {
    let segment = turn.segment;
    !segment.has_any(CONTROL)
        && segment.payload.len() <= 1
        && segment.seq() == turn.sender().next_seq.minus(1)
        && segment.ack() == turn.receiver().last_ack
}

fn is_keep_alive_ack(turn: &Turn<'_>) -> bool {
    let segment = turn.segment;
    !segment.has_any(CONTROL)
        && segment.payload.is_empty()
        && turn.receiver().marks.has(Marks::KEEP_ALIVE)
        && segment.seq() == turn.sender().next_seq
        && segment.ack() == turn.receiver().last_ack
        && turn.advertised_window() == turn.receiver().window
}

/// A plain ACK that came late: a newer one was seen.
fn is_outdated_ack(turn: &Turn<'_>) -> bool {
    let segment = turn.segment;
    segment.payload.is_empty()
        && segment.flags == flag::ACK
        && turn.session.state >= TcpState::Established
        && segment.seq() == turn.sender().next_seq
        && segment.ack().before(turn.receiver().last_ack)
}

/// The ACK of the last FIN, one further on than what the session counts.
fn is_shutdown_ack(turn: &Turn<'_>) -> bool {
    let segment = turn.segment;
    matches!(
        turn.session.state,
        TcpState::TimeWait | TcpState::CloseWait | TcpState::LastAck
    ) && segment.payload.is_empty()
        && segment.flags == flag::ACK
        && segment.seq() == turn.sender().next_seq.plus(1)
        && segment.ack() == turn.receiver().next_seq.plus(1)
}

/// RFC 9293 section 3.8.6 asks not to shrink the window; with numbers that nobody sent yet it is an evasion.
fn is_bad_window_update(turn: &Turn<'_>) -> bool {
    let segment = turn.segment;
    let state = turn.session.state;
    let (sender, receiver) = (turn.sender(), turn.receiver());
    if state < TcpState::Established || state == TcpState::Closed || segment.has_any(CONTROL) {
        return false;
    }
    let window = turn.advertised_window();
    window < receiver.window
        && receiver.window - window > segment.len()
        && segment.ack().after(receiver.next_seq)
        && segment.ack().at_or_before(receiver.next_win)
        && segment.seq().after(sender.next_seq)
}
