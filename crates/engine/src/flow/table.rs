//! The flow table of one shard.

use std::sync::Arc;

use packet::{Direction, Timestamp};

use super::config::{Class, FlowConfig};
use super::counters::FlowCounters;
use super::entry::{EndReason, Flow, FlowState};
use super::index::{self, MAX_CHAIN, hash_words};
use super::key::{FlowKey, Tuple};
use super::prefetch::prefetch;
use super::store::{Store, flow_cost, is_over, table_cost};

/// The flows of one shard, each with a state `S` that later stages keep.
///
/// It holds at most as many flows as its memory allows and makes room by itself: `sink` receives
/// the flows that end, so that what is pending in them can be finished and logged.
///
/// Time is packet time, and timeouts are whole seconds of it. Captures whose clock goes back are
/// no trouble: nothing ends before its time, and what has a time from the future stays until the
/// clock gets there, or room is needed. A clock that jumps ahead is believed.
///
/// A flow that was silent for too long is over when its next packet comes, whether or not
/// [`expire`](Self::expire) was called in between: how packets are sorted into flows does not depend on it.
/// When ended flows are handed out does; for the same answer every time, call it with the times of this
/// shard's packets only.
#[derive(Debug)]
pub struct FlowTable<S> {
    config: Arc<FlowConfig>,
    // An unused table has nothing on the heap.
    store: Option<Box<Store<S>>>,
}

/// What the table needs to know of a packet.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The flow it belongs to.
    pub tuple: Tuple,
    /// When it was captured.
    pub time: Timestamp,
    /// Its number in the capture.
    pub number: u64,
    /// Its length.
    pub bytes: u32,
}

/// The flow of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The flow.
    pub flow: FlowRef,
    /// Which way the packet goes.
    pub direction: Direction,
    /// Whether the packet is the first of the flow.
    pub new: bool,
}

/// A flow in its table; outlives it without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowRef {
    pub(super) slot: u32,
    pub(super) generation: u32,
}

/// A packet that comes soon.
#[derive(Clone, Copy, Debug)]
pub struct Awaited(u32);

impl<S: Default> FlowTable<S> {
    /// An empty table; it takes no memory before the first flow.
    pub fn new(config: Arc<FlowConfig>) -> Self {
        Self { config, store: None }
    }

    /// The most flows that the table holds.
    pub fn capacity(&self) -> usize {
        // LIMIT: all that traffic can make the table hold, without what the sessions hold.
        let room = self.config.memcap.saturating_sub(table_cost::<S>());
        (room / flow_cost::<S>()).clamp(1, index::NONE as usize)
    }

    /// Finds the flow of a packet, or makes one.
    ///
    /// Nothing is counted: [`record`](Self::record) does that, after the caller had a chance to
    /// [`restart`](Self::restart). `None` for an ICMP error about a flow that is not there.
    #[inline]
    pub fn lookup(&mut self, seen: &Seen, sink: &mut impl FnMut(Flow<S>)) -> Option<Found> {
        let hash = self.hash(&seen.tuple.key);
        if let Some((slot, flow)) = self.find(hash, &seen.tuple.key) {
            if !self.is_over(flow, seen.time) {
                return Some(Found {
                    flow: self.reference(slot),
                    direction: flow.direction(seen.tuple.reversed),
                    new: false,
                });
            }
            let store = self.store();
            store.counters.wrk_flows_evicted += 1;
            store.end(slot, EndReason::Timeout, sink);
        }
        (!seen.tuple.quoted).then(|| self.make(hash, seen, sink))
    }

    /// A packet with this key comes soon: asks for where its flow is found. First of three steps, each to be taken for
    /// some packets at a time, so that they wait for memory together; returns what the next is called with.
    #[inline]
    pub fn await_key(&self, key: &FlowKey) -> Awaited {
        let hash = self.hash(key);
        if let Some(store) = &self.store {
            store.index.prefetch(hash);
        }
        Awaited(hash)
    }

    /// The second step: asks for the flow, or the first of those among which it is.
    #[inline]
    pub fn await_flow(&self, awaited: Awaited) -> Awaited {
        if let Some(store) = &self.store
            && let Some(slot) = store.index.head(awaited.0).and_then(|slot| store.slots.get(slot))
        {
            prefetch(slot);
        }
        awaited
    }

    /// The third step: the flow, of which to ask for more; it may turn out to be another.
    #[inline]
    pub fn awaited(&self, Awaited(hash): Awaited) -> Option<&Flow<S>> {
        let store = self.store.as_ref()?;
        // Another flow may have the same hash; then the wrong one is asked for.
        let slot = store.index.find(&store.slots, hash, |_| true)?;
        store.flow(slot)
    }

    /// Ends the flow of a packet and makes another: its ports are used for a new connection.
    pub fn restart(&mut self, seen: &Seen, sink: &mut impl FnMut(Flow<S>)) -> Found {
        let hash = self.hash(&seen.tuple.key);
        if let Some((slot, _)) = self.find(hash, &seen.tuple.key) {
            self.store().end(slot, EndReason::TcpReuse, sink);
        }
        self.make(hash, seen, sink)
    }

    /// Counts a packet of a flow.
    ///
    /// A flow other than TCP is established by this when both directions spoke.
    #[inline]
    pub fn record(&mut self, found: &Found, seen: &Seen) {
        let Some(store) = self.store.as_deref_mut() else {
            return;
        };
        let Some(flow) = store.flow_mut(found.flow) else {
            return;
        };
        let second = flow.last().secs();
        let changed = flow.record(found.direction, seen);
        // PERF: timeouts are whole seconds, so the lists need no more than one change a second.
        if changed || flow.last().secs() != second {
            let class = Class::of(flow.key(), flow.state());
            store.enlist(class, found.flow.slot);
        }
    }

    /// A flow; `None` when it has ended.
    #[inline]
    pub fn get(&self, flow: FlowRef) -> Option<&Flow<S>> {
        let slot = self.store.as_ref()?.slots.get(flow.slot)?;
        slot.flow.as_ref().filter(|_| slot.generation == flow.generation)
    }

    /// A flow; `None` when it has ended.
    #[inline]
    pub fn get_mut(&mut self, flow: FlowRef) -> Option<&mut Flow<S>> {
        self.store.as_mut()?.flow_mut(flow)
    }

    /// Sets the state of a flow, and with it the timeout.
    pub fn set_state(&mut self, flow: FlowRef, state: FlowState) {
        let Some(store) = self.store.as_deref_mut() else {
            return;
        };
        if let Some(entry) = store.flow_mut(flow)
            && entry.state() != state
        {
            entry.set_state(state);
            let class = Class::of(entry.key(), state);
            store.enlist(class, flow.slot);
        }
    }

    /// Reverses the direction of a flow: its first packet came from the server.
    pub fn swap(&mut self, flow: FlowRef) {
        if let Some(entry) = self.get_mut(flow) {
            entry.swap();
        }
    }

    /// Ends a flow now.
    pub fn end(&mut self, flow: FlowRef, reason: EndReason, sink: &mut impl FnMut(Flow<S>)) {
        if self.get(flow).is_some() {
            self.store().end(flow.slot, reason, sink);
        }
    }

    /// Ends the flows whose timeout has passed, in the order of their states, protocols and last packets.
    ///
    /// To be called before every packet: the work is proportional to the flows that end, and there is
    /// none at all within the same second.
    #[inline]
    pub fn expire(&mut self, now: Timestamp, sink: &mut impl FnMut(Flow<S>)) {
        if let Some(store) = self.store.as_deref_mut()
            && store.expired_at != Some(now.secs())
        {
            store.expired_at = Some(now.secs());
            store.expire(&self.config, now, usize::MAX, sink);
        }
    }

    /// Ends all flows, in the order of their first packets: the capture is over.
    pub fn drain(&mut self, sink: &mut impl FnMut(Flow<S>)) {
        let Some(store) = self.store.as_deref_mut() else {
            return;
        };
        let mut order: Vec<_> = store.in_table().collect();
        order.sort_unstable();
        for (_, flow) in order {
            store.end(flow.slot, EndReason::Shutdown, sink);
        }
    }

    /// The flows of the table, in no particular order, each with what orders them by their first packets.
    pub(crate) fn in_table(&self) -> impl Iterator<Item = ((u64, u16), FlowRef)> + '_ {
        self.store.iter().flat_map(|store| store.in_table())
    }

    /// Calls `change` with each flow of the table, in no particular order: for what is rare, such as a reload of rules.
    pub fn for_each(&mut self, mut change: impl FnMut(&mut Flow<S>)) {
        if let Some(store) = self.store.as_deref_mut() {
            store
                .slots
                .iter_mut()
                .filter_map(|slot| slot.flow.as_mut())
                .for_each(&mut change);
        }
    }

    /// The number of flows in the table.
    pub fn len(&self) -> usize {
        self.store
            .as_ref()
            .map_or(0, |store| store.slots.len() - store.free.len())
    }

    /// Whether there is no flow in the table.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the table was full and has not recovered: the shorter timeouts apply.
    pub fn is_emergency(&self) -> bool {
        self.store.as_ref().is_some_and(|store| store.emergency)
    }

    /// What the table did so far.
    pub fn counters(&self) -> FlowCounters {
        let Some(store) = &self.store else {
            return FlowCounters::default();
        };
        FlowCounters {
            memuse: store.memory() as u64,
            ..store.counters
        }
    }

    #[inline]
    fn hash(&self, key: &FlowKey) -> u32 {
        hash_words(self.config.hash_seed, key.words())
    }

    #[inline]
    fn find(&self, hash: u32, key: &FlowKey) -> Option<(u32, &Flow<S>)> {
        let store = self.store.as_ref()?;
        let mut found = None;
        let slot = store.index.find(&store.slots, hash, |slot| {
            found = store.flow(slot).filter(|flow| flow.key() == key);
            found.is_some()
        })?;
        found.map(|flow| (slot, flow))
    }

    #[inline]
    fn is_over(&self, flow: &Flow<S>, now: Timestamp) -> bool {
        is_over(&self.config, flow, self.is_emergency(), now)
    }

    fn reference(&self, slot: u32) -> FlowRef {
        let slots = self.store.as_ref().map(|store| &store.slots);
        let generation = slots
            .and_then(|slots| slots.get(slot))
            .map_or(0, |slot| slot.generation);
        FlowRef { slot, generation }
    }

    #[inline]
    fn store(&mut self) -> &mut Store<S> {
        self.store.get_or_insert_with(Box::default)
    }

    fn make(&mut self, hash: u32, seen: &Seen, sink: &mut impl FnMut(Flow<S>)) -> Found {
        let capacity = self.capacity();
        let store = self.store.get_or_insert_with(Box::default);
        if store.index.chain(&store.slots, hash).count() >= MAX_CHAIN {
            store.relieve_chain(hash, sink);
        }
        if store.len() >= capacity {
            store.make_room(&self.config, seen.time, sink);
        } else if store.emergency {
            store.recover(&self.config, capacity);
        }
        let slot = store.insert(hash, seen, capacity);
        Found {
            flow: self.reference(slot),
            direction: Direction::ToServer,
            new: true,
        }
    }
}

#[cfg(test)]
mod tests;
