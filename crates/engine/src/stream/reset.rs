//! RST: which ones a host believes, and what they end.

use super::config::OsPolicy;
use super::event::StreamEvent;
use super::segment::flag;
use super::session::{TcpState, Traits};
use super::turn::{Turn, Verdict};

impl Turn<'_> {
    /// Whether the receiver believes the RST.
    ///
    /// RFC 5961 section 3 wants the exact sequence number; older stacks were content with any in the window.
    pub(super) fn reset_is_valid(&mut self) -> bool {
        if self.is(Traits::LIBERAL) {
            return true;
        }
        if !self.timestamp_is_valid() {
            return false;
        }
        if !self.segment.payload.is_empty() {
            self.event(StreamEvent::RstWithData);
        }
        if self.segment.has(flag::ACK) && !self.ack_is_valid() {
            self.event(StreamEvent::RstInvalidAck);
            return false;
        }
        let seq = self.segment.seq();
        let (sender, os) = (self.sender(), self.receiver().os);
        if self.is(Traits::ASYNC) && seq.at_or_after(sender.next_seq) {
            return true;
        }
        match os {
            OsPolicy::Hpux11 => seq.at_or_after(sender.next_seq),
            OsPolicy::OldLinux | OsPolicy::Linux | OsPolicy::Solaris => {
                self.segment.end().at_or_after(sender.last_ack) && seq.before(sender.next_seq.plus(sender.window))
            }
            _ => seq == sender.next_seq,
        }
    }

    /// Ends the session because of the RST.
    pub(super) fn close_by_reset(&mut self) {
        self.session.traits.set(Traits::CLOSED_BY_RST);
        self.enter(TcpState::Closed);
    }

    /// A RST of an established session.
    pub(super) fn reset_established(&mut self) -> Verdict {
        if !self.reset_is_valid() {
            return Verdict::Rejected;
        }
        let segment = self.segment;
        // Suricata: one more from the server, and the window by the sender's own scale.
        let beyond = u32::from(self.to_client());
        let sender = self.sender_mut();
        sender.next_seq = segment.end().plus(beyond);
        sender.window = u32::from(segment.window) << sender.wscale;
        self.receiver_mut().next_seq = segment.ack();
        self.take_reset()
    }

    /// A RST of a session that is being shut down.
    pub(super) fn reset_shutdown(&mut self) -> Verdict {
        if self.reset_is_valid() {
            self.take_reset()
        } else {
            Verdict::Rejected
        }
    }

    fn take_reset(&mut self) -> Verdict {
        self.close_by_reset();
        let seq = self.segment.seq();
        // What was sent before the RST is not going to be acknowledged any more.
        self.sender_mut().acknowledge(seq);
        self.update_last_ack();
        self.note_timestamp();
        self.reassemble();
        Verdict::Accepted
    }
}
