//! What a flow table holds once it has flows.

use packet::Timestamp;

use super::config::{Class, FlowConfig};
use super::counters::FlowCounters;
use super::entry::{EndReason, Flow, FlowState};
use super::index::{self, Index};
use super::links::{Linked, Links};
use super::lists::Lists;
use super::slots::{self, Slots};
use super::table::{FlowRef, Seen};

/// The flows of a table, and how they are found, aged and given up.
#[derive(Debug)]
pub(super) struct Store<S> {
    pub(super) slots: Slots<Slot<S>>,
    pub(super) free: Vec<u32>,
    pub(super) index: Index,
    /// The flows of each [`Class`], the least recently used first.
    pub(super) lists: Lists<{ Class::COUNT }>,
    pub(super) counters: FlowCounters,
    /// The packet that began the last flow, and how many it began.
    begun: (u64, u16),
    /// The second for which `expire` was done.
    pub(super) expired_at: Option<i64>,
    pub(super) emergency: bool,
}

#[derive(Debug)]
pub(super) struct Slot<S> {
    links: Links,
    pub(super) generation: u32,
    pub(super) flow: Option<Flow<S>>,
}

impl<S> Store<S> {
    pub(super) fn len(&self) -> usize {
        self.slots.len().saturating_sub(self.free.len())
    }

    #[inline]
    pub(super) fn flow(&self, slot: u32) -> Option<&Flow<S>> {
        self.slots.get(slot)?.flow.as_ref()
    }

    #[inline]
    pub(super) fn flow_mut(&mut self, flow: FlowRef) -> Option<&mut Flow<S>> {
        let slot = self.slots.get_mut(flow.slot)?;
        slot.flow.as_mut().filter(|_| slot.generation == flow.generation)
    }

    pub(super) fn insert(&mut self, hash: u32, seen: &Seen, capacity: usize) -> u32
    where
        S: Default,
    {
        let (number, flows) = self.begun;
        let rank = if number == seen.number { flows } else { 0 };
        // LIMIT: packets are within few others; beyond this, flows of one packet are in no order.
        self.begun = (seen.number, rank.saturating_add(1));
        let flow = Flow::new(seen, rank);
        self.counters.made(flow.key());
        let class = Class::of(flow.key(), flow.state());
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => self.add_slot(capacity),
        };
        if let Some(entry) = self.slots.get_mut(slot) {
            entry.flow = Some(flow);
        }
        self.index.insert(&mut self.slots, hash, slot);
        self.enlist(class, slot);
        slot
    }

    /// Makes the flow the one of its class that was used last.
    #[inline]
    pub(super) fn enlist(&mut self, class: Class, slot: u32) {
        self.lists.push(&mut self.slots, class.index(), slot);
    }

    fn add_slot(&mut self, capacity: usize) -> u32 {
        let slot = self.slots.len() as u32;
        let empty = Slot {
            links: Links::FREE,
            generation: 0,
            flow: None,
        };
        self.slots.push(capacity, empty);
        slot
    }

    pub(super) fn end(&mut self, slot: u32, reason: EndReason, sink: &mut impl FnMut(Flow<S>)) {
        let Some(entry) = self.slots.get_mut(slot) else {
            return;
        };
        let Some(mut flow) = entry.flow.take() else {
            return;
        };
        entry.generation = entry.generation.wrapping_add(1);
        self.free.push(slot);
        self.index.remove(&mut self.slots, slot);
        self.lists.remove(&mut self.slots, slot);
        self.counters.ended(flow.state(), reason);
        flow.set_reason(reason);
        sink(flow);
    }

    /// All flows, each with what orders them by their first packets.
    pub(super) fn in_table(&self) -> impl Iterator<Item = ((u64, u16), FlowRef)> + '_ {
        (0..).zip(self.slots.iter()).filter_map(|(slot, entry)| {
            let generation = entry.generation;
            Some((entry.flow.as_ref()?.order(), FlowRef { slot, generation }))
        })
    }

    /// Ends flows whose timeout has passed, `most` of them. Returns how many.
    pub(super) fn expire(
        &mut self,
        config: &FlowConfig,
        now: Timestamp,
        most: usize,
        sink: &mut impl FnMut(Flow<S>),
    ) -> usize {
        let mut ended = 0;
        for class in Class::all() {
            while ended < most
                && let Some(slot) = self.lists.first(class.index())
                && let Some(flow) = self.flow(slot)
                && is_over(config, flow, self.emergency, now)
            {
                self.end(slot, EndReason::Timeout, sink);
                self.counters.mgr_flows_timeout += 1;
                ended += 1;
            }
        }
        ended
    }

    /// Makes room for one flow in a full table.
    ///
    /// Emergency timeouts first; if they free nothing, the flow that was idle the longest of
    /// those that are the least loss. A flood of new flows so drives out its own.
    #[cold]
    pub(super) fn make_room(&mut self, config: &FlowConfig, now: Timestamp, sink: &mut impl FnMut(Flow<S>)) {
        self.counters.memcap += 1;
        if !self.emergency {
            self.emergency = true;
            self.counters.emerg_mode_entered += 1;
        }
        if self.expire(config, now, MOST_EXPIRED, sink) > 0 {
            return;
        }
        let victim = EVICTION_ORDER.into_iter().find_map(|state| {
            Class::all()
                .filter(|class| class.state == state)
                .filter_map(|class| self.lists.first(class.index()))
                .filter_map(|slot| Some((self.flow(slot).map(age_order)?, slot)))
                .min()
        });
        if let Some((_, slot)) = victim {
            self.end(slot, EndReason::Forced, sink);
        }
    }

    /// Ends emergency mode when enough of the table is free.
    pub(super) fn recover(&mut self, config: &FlowConfig, capacity: usize) {
        let percent = usize::from(config.emergency_recovery.min(100));
        let free = capacity.saturating_sub(self.len());
        if free.saturating_mul(100) >= capacity.saturating_mul(percent) {
            self.emergency = false;
            self.counters.emerg_mode_over += 1;
        }
    }

    /// Makes room in a chain that is full of colliding keys.
    #[cold]
    pub(super) fn relieve_chain(&mut self, hash: u32, sink: &mut impl FnMut(Flow<S>)) {
        let chain = self.index.chain(&self.slots, hash);
        let victim = chain
            .filter_map(|slot| {
                let flow = self.flow(slot)?;
                let rank = EVICTION_ORDER.iter().position(|state| *state == flow.state());
                Some((rank, age_order(flow), slot))
            })
            .min();
        if let Some((_, _, slot)) = victim {
            self.counters.mgr_flows_evicted += 1;
            self.end(slot, EndReason::Forced, sink);
        }
    }

    pub(super) fn memory(&self) -> usize {
        size_of::<Self>() + self.slots.memory() + self.free.capacity() * size_of::<u32>() + self.index.memory()
    }
}

impl<S> Linked for Slots<Slot<S>> {
    #[inline]
    fn links(&self, slot: u32) -> Option<&Links> {
        self.get(slot).map(|slot| &slot.links)
    }

    #[inline]
    fn links_mut(&mut self, slot: u32) -> Option<&mut Links> {
        self.get_mut(slot).map(|slot| &mut slot.links)
    }
}

impl<S> Default for Store<S> {
    fn default() -> Self {
        Self {
            slots: Slots::default(),
            free: Vec::new(),
            index: Index::default(),
            lists: Lists::default(),
            counters: FlowCounters::default(),
            begun: (0, 0),
            expired_at: None,
            emergency: false,
        }
    }
}

// Suricata: seconds are compared, not the time between them.
#[inline]
pub(super) fn is_over<S>(config: &FlowConfig, flow: &Flow<S>, emergency: bool, now: Timestamp) -> bool {
    let class = Class::of(flow.key(), flow.state());
    let timeout = i64::from(config.timeouts.of(class, emergency));
    // PERF: nearly every flow is far from its end, which takes no division to see.
    if now.since(flow.last()) <= timeout.saturating_mul(1_000_000_000) {
        return false;
    }
    now.secs().saturating_sub(flow.last().secs()) > timeout
}

/// The flow that was idle the longest first; of several, the one that was made first.
fn age_order<S>(flow: &Flow<S>) -> (Timestamp, (u64, u16)) {
    (flow.last(), flow.order())
}

/// Which flows are the least loss when the table is full.
const EVICTION_ORDER: [FlowState; 4] = [
    FlowState::New,
    FlowState::Closed,
    FlowState::Bypassed,
    FlowState::Established,
];

// LIMIT: the flows that end at once for a packet that finds the table full.
const MOST_EXPIRED: usize = 32;

/// The bytes that a flow takes, at most, without what its session holds on the heap.
///
/// Vectors have room for twice as many as there are in them.
pub(super) const fn flow_cost<S>() -> usize {
    size_of::<Slot<S>>() + slots::SLOT_COST + 2 * size_of::<u32>() + index::SLOT_COST
}

/// The bytes that a table takes beside its flows, once there are some.
pub(super) const fn table_cost<S>() -> usize {
    size_of::<Store<S>>() + slots::FIRST_COST + index::FIRST_COST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_three_lines_of_memory() {
        // PERF: with what every worker keeps for a flow.
        assert_eq!(size_of::<Slot<crate::worker::Session>>(), 192);
    }
}
