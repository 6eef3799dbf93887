//! A new connection between the same addresses and ports.

use packet::Direction;

use crate::stream::segment::{Segment, flag};
use crate::stream::session::{TcpSession, TcpState, Traits};

/// Whether the SYN opens a new conversation in place of this one.
pub(in crate::stream) fn is_reused_by(session: &TcpSession, direction: Direction, segment: &Segment<'_>) -> bool {
    if !segment.has(flag::SYN) || segment.has_any(flag::ACK | flag::RST | flag::FIN) {
        return false;
    }
    if session.state == TcpState::SynRecv && session.traits.has(Traits::DATA_IGNORED) {
        return direction == Direction::ToServer;
    }
    // Suricata: whichever side sends it, it is compared with the client's.
    session.state >= TcpState::LastAck && segment.seq() != session.stream(Direction::ToServer).isn
}
