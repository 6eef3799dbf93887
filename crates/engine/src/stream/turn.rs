//! One segment's turn in its session: who sent it, who is to receive it, what it changes.

use super::config::StreamConfig;
use super::endpoint::{Marks, Stream};
use super::event::StreamEvent;
use super::memory::StreamMemory;
use packet::Direction;

use super::segment::{Segment, flag};
use super::session::{SegmentOutcome, TcpSession, TcpState, Traits};

/// A segment in the hands of its session.
pub(super) struct Turn<'t> {
    pub(super) session: &'t mut TcpSession,
    pub(super) direction: Direction,
    pub(super) segment: &'t Segment<'t>,
    pub(super) config: &'t StreamConfig,
    pub(super) mem: &'t mut StreamMemory,
    pub(super) out: &'t mut SegmentOutcome,
}

/// Whether a segment fits the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Verdict {
    Accepted,
    Rejected,
}

impl Verdict {
    pub(super) fn is_accepted(self) -> bool {
        self == Self::Accepted
    }
}

impl Turn<'_> {
    pub(super) fn to_server(&self) -> bool {
        self.direction == Direction::ToServer
    }

    pub(super) fn to_client(&self) -> bool {
        self.direction == Direction::ToClient
    }

    /// The stream of the side that sent the segment.
    pub(super) fn sender(&self) -> &Stream {
        self.session.stream(self.direction)
    }

    pub(super) fn sender_mut(&mut self) -> &mut Stream {
        self.session.stream_mut(self.direction)
    }

    /// The stream of the side that is to receive the segment: what it acknowledges.
    pub(super) fn receiver(&self) -> &Stream {
        self.session.stream(self.direction.reverse())
    }

    pub(super) fn receiver_mut(&mut self) -> &mut Stream {
        self.session.stream_mut(self.direction.reverse())
    }

    pub(super) fn client(&mut self) -> &mut Stream {
        self.session.stream_mut(Direction::ToServer)
    }

    pub(super) fn server(&mut self) -> &mut Stream {
        self.session.stream_mut(Direction::ToClient)
    }

    pub(super) fn is(&self, traits: u32) -> bool {
        self.session.traits.has(traits)
    }

    pub(super) fn event(&mut self, event: StreamEvent) {
        self.out.events.insert(event);
    }

    pub(super) fn reject(&mut self, event: StreamEvent) -> Verdict {
        self.event(event);
        Verdict::Rejected
    }

    pub(super) fn enter(&mut self, state: TcpState) {
        self.session.previous = self.session.state;
        self.session.state = state;
    }

    /// The window the segment advertises, in bytes.
    pub(super) fn advertised_window(&self) -> u32 {
        u32::from(self.segment.window) << self.receiver().wscale
    }

    /// Takes over the window the segment advertises.
    pub(super) fn update_window(&mut self) {
        self.receiver_mut().window = self.advertised_window();
    }

    /// Lets the receiver's stream go on as far as acknowledgement and window now say.
    pub(super) fn update_next_win(&mut self) {
        let stream = self.receiver_mut();
        stream.allow_upto(stream.last_ack.plus(stream.window));
    }

    /// Takes over what the segment acknowledges.
    pub(super) fn update_last_ack(&mut self) {
        let ack = self.segment.ack();
        if self.segment.has(flag::ACK) {
            self.receiver_mut().acknowledge(ack);
        }
    }

    /// Moves on past the segment's data, if that was expected next.
    pub(super) fn update_next_seq_if_expected(&mut self) {
        let (seq, end) = (self.segment.seq(), self.segment.end());
        let sender = self.sender_mut();
        if sender.next_seq == seq {
            sender.next_seq = end;
        }
    }

    /// Moves on past data that was acknowledged though never seen.
    pub(super) fn skip_to_acked(&mut self) {
        let ack = self.segment.ack();
        let receiver = self.receiver_mut();
        receiver.next_seq = receiver.next_seq.later(ack);
    }

    /// Whether both sides are known to be seen in full.
    pub(super) fn is_partial(&self) -> bool {
        self.is(Traits::MIDSTREAM | Traits::ASYNC)
    }

    /// Whether all of the segment's data was acknowledged before.
    pub(super) fn is_retransmission(&mut self) -> bool {
        let (segment, sender) = (self.segment, self.sender());
        let old = segment.seq().before(sender.last_ack) || segment.end().at_or_before(sender.next_seq);
        if segment.payload.is_empty() || !old {
            return false;
        }
        self.event(StreamEvent::PktRetransmission);
        self.out.retransmission = true;
        true
    }

    /// Whether the segment is the one byte that is sent into a closed window (RFC 9293 section 3.8.6.1).
    pub(super) fn is_window_probe(&self) -> bool {
        self.segment.len() == 1 && self.sender().window == 0 && self.segment.seq() == self.sender().next_seq
    }

    /// Notes who is silenced by a RST, and who goes on nevertheless.
    pub(super) fn after_reset(&mut self) {
        let rst = self.segment.has(flag::RST);
        if !rst && self.receiver().marks.has(Marks::RST_SEEN) {
            self.event(StreamEvent::SuspectedRstInject);
            self.receiver_mut().marks.clear(Marks::RST_SEEN);
        }
    }
}
