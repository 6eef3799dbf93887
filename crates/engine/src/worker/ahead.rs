//! Packets that come soon: decoded together, and their flows asked for before they are needed.

use packet::Packet;
use smallvec::SmallVec;

use super::{Frame, Worker};
use crate::config::SHARDS;
use crate::flow::{Awaited, Flow, Tuple, prefetch};

/// A packet that was looked at before its turn.
pub struct Ahead<'a> {
    /// Decoded.
    pub packet: Packet<'a>,
    /// Its shard, see [`Worker::shard_of`].
    pub shard: usize,
}

/// Packets that were looked at before their turn, in order.
pub type AheadList<'a> = SmallVec<[Ahead<'a>; AHEAD]>;

impl Worker {
    /// Whether there are so many flows that it pays to look ahead.
    pub fn looks_ahead(&self) -> bool {
        let shard = self.shards.get(self.shard).and_then(Option::as_deref);
        shard.is_some_and(|shard| shard.flows.len() >= MANY_FLOWS / SHARDS)
    }

    /// Decodes packets, and asks for the memory that their flows take.
    ///
    /// PERF: with many flows each packet waits for a dozen lines of memory, most of them behind pointers. Step by step
    /// for some packets at a time, they wait together.
    pub fn look_ahead<'a>(&self, frames: impl Iterator<Item = (Frame<'a>, usize)>) -> AheadList<'a> {
        let decode = |(frame, shard): (Frame<'a>, usize)| Ahead {
            packet: Packet::decode(frame.data, frame.link, frame.time, frame.number, &self.config.decode),
            shard: shard % SHARDS,
        };
        let ahead: AheadList<'a> = frames.map(decode).collect();
        if ahead.len() < FEW || !self.looks_ahead() {
            return ahead;
        }
        let table = |shard: usize| self.shards.get(shard)?.as_deref().map(|shard| &shard.flows);
        let key = |next: &Ahead<'_>| {
            let tuple = Tuple::of(&next.packet, self.config.vlan_tracking)?;
            Some((next.shard, table(next.shard)?.await_key(&tuple.key)))
        };
        let keys: SmallVec<[Option<(usize, Awaited)>; AHEAD]> = ahead.iter().map(key).collect();
        let flows: SmallVec<[Option<(usize, Awaited)>; AHEAD]> = keys
            .iter()
            .map(|key| key.and_then(|(shard, key)| Some((shard, table(shard)?.await_flow(key)))))
            .collect();
        let awaited = || {
            flows
                .iter()
                .flatten()
                .filter_map(|(shard, flow)| table(*shard)?.awaited(*flow))
        };
        for flow in awaited() {
            near(flow);
        }
        for flow in awaited() {
            far(flow);
        }
        ahead
    }
}

/// What every packet of the flow touches.
fn near(flow: &Flow<super::Session>) {
    if let Some(tcp) = flow.session.tcp.as_deref() {
        prefetch(tcp);
    }
    if let Some(app) = &flow.session.app {
        app.prefetch();
    }
}

/// What is behind that.
fn far(flow: &Flow<super::Session>) {
    if let Some(tcp) = flow.session.tcp.as_deref() {
        tcp.prefetch();
    }
    if let Some(app) = &flow.session.app {
        app.prefetch_parser();
    }
}

/// How many packets are looked at together.
pub const AHEAD: usize = 16;
/// PERF: the flows that are in use, of so many, are more than caches near the processor hold. With fewer it takes a
/// tenth longer to look ahead than not to.
const MANY_FLOWS: usize = 1 << 16;
/// For fewer it takes longer than it saves.
const FEW: usize = 4;
