//! SYNs and SYN/ACKs: what they set up, and those that compete for one session.

use crate::stream::endpoint::{Marks, Seconds};
use crate::stream::event::StreamEvent;
use crate::stream::segment::Segment;
use crate::stream::session::{TcpState, Traits};
use crate::stream::state::none::WSCALE_MAX;
use crate::stream::turn::Turn;
use crate::stream::window::Seq;

/// SYNs that wait for a SYN/ACK to pick one, or SYN/ACKs that wait for an ACK.
#[derive(Debug, Default)]
pub(in crate::stream) struct Handshakes {
    candidates: Vec<Syn>,
}

/// What a SYN or SYN/ACK says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::stream) struct Syn {
    seq: Seq,
    ack: Seq,
    window: u16,
    wscale: Option<u8>,
    sack_permitted: bool,
    timestamp: Option<u32>,
    fast_open: bool,
    len: u32,
    secs: Seconds,
}

impl Syn {
    pub(in crate::stream) fn of(segment: &Segment<'_>) -> Self {
        Self {
            seq: segment.seq(),
            ack: segment.ack(),
            window: segment.window,
            wscale: segment.wscale.map(|scale| scale.min(WSCALE_MAX)),
            sack_permitted: segment.sack_permitted,
            timestamp: segment.timestamps.map(|(value, _)| value),
            fast_open: segment.fast_open,
            len: segment.len(),
            secs: Seconds::of(segment.time),
        }
    }

    /// The SYN that the session goes by now.
    fn in_session(turn: &Turn<'_>) -> Self {
        let traits = turn.session.traits;
        let (client, server) = (turn.sender(), turn.receiver());
        Self {
            seq: client.isn,
            ack: Seq(0),
            window: server.window as u16,
            wscale: traits.has(Traits::SERVER_WSCALE).then_some(server.wscale),
            sack_permitted: traits.has(Traits::CLIENT_SACK),
            timestamp: client.marks.has(Marks::TIMESTAMP).then_some(client.last_ts),
            fast_open: traits.has(Traits::FAST_OPEN),
            len: 0,
            secs: client.last_ts_secs,
        }
    }

    /// Sets the client's sequence numbers.
    fn start_client(&self, turn: &mut Turn<'_>) {
        let data = if self.fast_open { self.len } else { 0 };
        let client = turn.client();
        client.start(self.seq);
        client.next_seq = self.seq.plus(1).plus(data);
    }

    /// Sets the options up as a SYN from the client does.
    fn apply_as_syn(&self, turn: &mut Turn<'_>) {
        let session = &mut *turn.session;
        session.traits.clear(Traits::SERVER_WSCALE | Traits::CLIENT_SACK);
        if self.timestamp.is_none() {
            session.traits.clear(Traits::FAST_OPEN);
        }
        if self.wscale.is_some() {
            session.traits.set(Traits::SERVER_WSCALE);
        }
        if self.sack_permitted {
            session.traits.set(Traits::CLIENT_SACK);
        }
        if self.fast_open {
            session.traits.set(Traits::FAST_OPEN);
        }
        let client = turn.client();
        client.marks.clear(Marks::TIMESTAMP | Marks::ZERO_TIMESTAMP);
        if let Some(value) = self.timestamp {
            client.marks.set(Marks::TIMESTAMP);
            client.last_ts = value;
            client.last_ts_secs = self.secs;
            if value == 0 {
                client.marks.set(Marks::ZERO_TIMESTAMP);
            }
        }
        let server = turn.server();
        server.window = u32::from(self.window);
        server.wscale = self.wscale.unwrap_or(0);
    }

    /// Sets the session up as a SYN/ACK from the server does.
    fn apply_as_syn_ack(&self, turn: &mut Turn<'_>) {
        let session = &mut *turn.session;
        session
            .traits
            .clear(Traits::MIDSTREAM_SYNACK | Traits::TIMESTAMP | Traits::SACK | Traits::FOUR_WAY);
        let scales = session.traits.has(Traits::SERVER_WSCALE);
        if session.traits.has(Traits::CLIENT_SACK) && self.sack_permitted {
            session.traits.set(Traits::SACK);
        }
        let client = turn.client();
        client.window = u32::from(self.window);
        client.wscale = if scales { self.wscale.unwrap_or(0) } else { 0 };
        client.last_ack = self.ack;
        client.next_win = client.last_ack.plus(client.window);
        let timestamps = client.marks.has(Marks::TIMESTAMP);
        match self.timestamp.filter(|_| timestamps) {
            Some(value) => {
                turn.session.traits.set(Traits::TIMESTAMP);
                let server = turn.server();
                server.last_ts = value;
                server.last_ts_secs = self.secs;
                if value == 0 {
                    server.marks.set(Marks::ZERO_TIMESTAMP);
                }
            }
            None => {
                let client = turn.client();
                client.last_ts = 0;
                client.marks.clear(Marks::ZERO_TIMESTAMP);
                turn.server().last_ts = 0;
            }
        }
        let server = turn.server();
        server.start(self.seq);
        server.next_seq = self.seq.plus(1);
        server.last_ack = server.next_seq;
        server.next_win = server.last_ack.plus(server.window);
    }
}

/// The session's SYN.
pub(in crate::stream) fn take_syn(turn: &mut Turn<'_>) {
    let syn = Syn::of(turn.segment);
    syn.start_client(turn);
    syn.apply_as_syn(turn);
    if syn.fast_open && syn.len > 0 {
        turn.reassemble();
    }
}

/// The client's SYN again: its options count, its sequence number does not.
///
/// Those with timestamps are remembered, for a SYN/ACK tells by its echo which one it answers. False when there are too many.
pub(in crate::stream) fn take_syn_again(turn: &mut Turn<'_>) -> bool {
    let syn = Syn::of(turn.segment);
    if syn.timestamp.is_some() {
        let first = Syn::in_session(turn);
        let limit = usize::from(turn.config.max_syn_queued);
        let queue = turn.session.handshakes.get_or_insert_default();
        if queue.candidates.is_empty() {
            queue.candidates.push(first);
        }
        // LIMIT: `max-syn-queued` beside the first.
        if !queue.remember(syn, limit + 1) {
            turn.event(StreamEvent::ThreeWaySynFlood);
            return false;
        }
    }
    syn.apply_as_syn(turn);
    true
}

/// Goes back to the SYN whose timestamp the SYN/ACK echoes; false when none has it.
pub(in crate::stream) fn pick_syn(turn: &mut Turn<'_>) -> bool {
    let Some((_, echo)) = turn.segment.timestamps else {
        return true;
    };
    let Some(queue) = turn.session.handshakes.take() else {
        return echo == turn.receiver().last_ts;
    };
    let Some(answered) = queue.candidates.iter().find(|old| old.timestamp == Some(echo)) else {
        turn.session.handshakes = Some(queue);
        return false;
    };
    answered.apply_as_syn(turn);
    true
}

/// The session's SYN/ACK.
pub(in crate::stream) fn take_syn_ack(turn: &mut Turn<'_>) {
    turn.session.handshakes = None;
    turn.enter(TcpState::SynRecv);
    Syn::of(turn.segment).apply_as_syn_ack(turn);
}

/// Remembers another SYN/ACK; false when there are too many.
pub(in crate::stream) fn remember_syn_ack(turn: &mut Turn<'_>) -> bool {
    let limit = usize::from(turn.config.max_synack_queued);
    let queue = turn.session.handshakes.get_or_insert_default();
    // LIMIT: `max-synack-queued`.
    let known = queue.remember(Syn::of(turn.segment), limit);
    if !known {
        turn.event(StreamEvent::ThreeWaySynackFlood);
    }
    known
}

/// Lets the last remembered SYN/ACK take effect that the ACK answers, if there is one.
pub(in crate::stream) fn pick_syn_ack(turn: &mut Turn<'_>) {
    let ack = turn.segment.ack();
    let Some(queue) = turn.session.handshakes.take() else {
        return;
    };
    match queue.candidates.iter().rev().find(|old| old.seq.plus(1) == ack) {
        Some(picked) => picked.apply_as_syn_ack(turn),
        None => turn.session.handshakes = Some(queue),
    }
}

impl Handshakes {
    /// Adds `syn` if it is a new one; false when `limit` is reached.
    fn remember(&mut self, syn: Syn, limit: usize) -> bool {
        if self.candidates.contains(&syn) {
            return true;
        }
        let room = self.candidates.len() < limit;
        if room {
            self.candidates.push(syn);
        }
        room
    }
}
