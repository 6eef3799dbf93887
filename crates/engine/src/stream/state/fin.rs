//! The first FIN.

use crate::stream::event::StreamEvent;
use crate::stream::segment::flag;
use crate::stream::session::TcpState;
use crate::stream::turn::{Turn, Verdict};

pub(super) fn handle(turn: &mut Turn<'_>) -> Verdict {
    if !turn.timestamp_is_valid() {
        return Verdict::Rejected;
    }
    let segment = turn.segment;
    if segment.has(flag::ACK) && !turn.ack_is_valid() {
        return turn.reject(StreamEvent::FinInvalidAck);
    }
    let sender = turn.sender();
    if segment.seq().before(sender.last_ack) || segment.end().after(sender.next_win) {
        return turn.reject(StreamEvent::FinOutOfWindow);
    }
    if segment.has(flag::SYN) && turn.to_server() {
        return turn.reject(StreamEvent::FinSyn);
    }
    if turn.to_server() {
        turn.enter(TcpState::CloseWait);
        turn.sender_mut().next_seq = segment.end();
    } else {
        turn.enter(TcpState::FinWait1);
        turn.sender_mut().next_seq = segment.end().plus(1);
    }
    turn.update_window();
    turn.note_timestamp();
    turn.skip_to_acked();
    turn.update_last_ack();
    turn.reassemble();
    Verdict::Accepted
}
