//! Whether an acknowledgement number makes sense.

use super::event::StreamEvent;
use super::segment::flag;
use super::session::{TcpState, Traits};
use super::turn::Turn;

impl Turn<'_> {
    /// Whether the segment's acknowledgement lies in the window of what its receiver sent or may send.
    ///
    /// RFC 9293 section 3.10.7.4, fifth check; the lower bound is that of RFC 5961 section 5.
    pub(super) fn ack_is_valid(&mut self) -> bool {
        let ack = self.segment.ack();
        let stream = self.receiver();
        if ack == stream.last_ack || (ack.after(stream.last_ack) && ack.at_or_before(stream.next_win)) {
            return true;
        }
        if ack.before(stream.last_ack) {
            if stream.window == 0 || ack.at_or_after(stream.last_ack.minus(stream.window)) {
                return true;
            }
        } else if self.is(Traits::ASYNC) || self.acks_before_handshake() {
            return true;
        }
        self.event(StreamEvent::PktInvalidAck);
        false
    }

    /// Before the SYN/ACK there is no window to speak of.
    fn acks_before_handshake(&self) -> bool {
        let stream = self.receiver();
        match self.session.state {
            TcpState::SynSent => {
                self.to_client() && self.segment.has(flag::RST) && self.segment.ack() == stream.isn.plus(1)
            }
            _ => false,
        }
    }
}
