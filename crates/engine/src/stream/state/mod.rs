//! What a segment means in each state of the conversation (RFC 9293 section 3.10.7, from an observer's point of view).

pub(super) mod established;
pub(super) mod fin;
pub(super) mod handshake;
pub(super) mod none;
pub(super) mod probe;
pub(super) mod reuse;
pub(super) mod shutdown;
pub(super) mod syn_recv;
pub(super) mod syn_sent;

use super::endpoint::Marks;
use super::segment::flag;
use super::session::TcpState;
use super::turn::{Turn, Verdict};

/// Gives the segment to the state the session is in.
pub(super) fn dispatch(turn: &mut Turn<'_>) -> Verdict {
    in_state(turn, turn.session.state)
}

fn in_state(turn: &mut Turn<'_>, state: TcpState) -> Verdict {
    match state {
        TcpState::None | TcpState::Listen => Verdict::Accepted,
        TcpState::SynSent => syn_sent::handle(turn),
        TcpState::SynRecv => syn_recv::handle(turn),
        TcpState::Established => established::handle(turn),
        TcpState::FinWait1 => shutdown::fin_wait1(turn),
        TcpState::FinWait2 => shutdown::fin_wait2(turn),
        TcpState::Closing => shutdown::closing(turn),
        TcpState::CloseWait => shutdown::close_wait(turn),
        TcpState::LastAck => shutdown::last_ack(turn),
        TcpState::TimeWait => shutdown::time_wait(turn),
        TcpState::Closed => closed(turn),
    }
}

/// After a RST its sender may go on: then the RST was not his, and the state before it counts.
fn closed(turn: &mut Turn<'_>) -> Verdict {
    if turn.segment.has(flag::RST) {
        return Verdict::Accepted;
    }
    let forged = !turn.sender().marks.has(Marks::RST_SEEN) && turn.receiver().marks.has(Marks::RST_SEEN);
    if !forged || turn.session.previous == TcpState::Closed {
        return Verdict::Accepted;
    }
    let verdict = in_state(turn, turn.session.previous);
    if verdict.is_accepted() && turn.session.state == TcpState::Closed {
        turn.session.state = turn.session.previous;
    }
    verdict
}
