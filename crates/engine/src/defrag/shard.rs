//! Defragmentation of one shard.

use std::sync::Arc;

use packet::{Fragment, Packet, Timestamp};

use super::config::DefragConfig;
use super::counters::DefragCounters;
use super::event::{DefragEvent, DefragEvents};
use super::key::DatagramKey;
use super::overlap::Overlaps;
use super::policy::OverlapPolicy;
use super::tracker::{Buffers, Tracker};
use crate::flow::index::{self, Index, MAX_CHAIN, hash_words};
use crate::flow::links::Links;
use crate::flow::lists::Lists;

/// Puts the fragments of one shard together.
///
/// What traffic can make it hold is bounded by the configuration: when there is no room, the
/// datagram that waited the longest is given up. Time is packet time; a clock that goes back ends
/// nothing early.
#[derive(Debug)]
pub struct Defrag {
    config: Arc<DefragConfig>,
    // A shard without fragments has nothing on the heap.
    store: Option<Box<Store>>,
}

/// What became of a fragment.
#[derive(Clone, Copy, Debug)]
pub struct Added<'a> {
    /// What is wrong with it.
    pub events: DefragEvents,
    /// The whole datagram, from its IP header on, if the fragment completed one.
    pub datagram: Option<&'a [u8]>,
}

#[derive(Debug, Default)]
struct Store {
    trackers: Vec<Option<Tracker>>,
    free: Vec<u32>,
    links: Vec<Links>,
    index: Index,
    /// The trackers in the order in which they were made.
    age: Lists<1>,
    /// Buffers of finished datagrams.
    spare: Vec<Buffers>,
    /// The bytes of all buffers, spare ones included, and trackers.
    memory: usize,
    fragments: usize,
    counters: DefragCounters,
    overlaps: Overlaps,
    datagram: Vec<u8>,
}

impl Defrag {
    /// Without fragments; it takes no memory before the first one.
    pub fn new(config: Arc<DefragConfig>) -> Self {
        Self { config, store: None }
    }

    /// Adds a packet that is a fragment; `None` when it is none, or is invalid.
    ///
    /// `policy` is that of its destination. A datagram that this completes is to be decoded with
    /// [`Packet::decode_datagram`].
    pub fn add_packet(&mut self, packet: &Packet<'_>, policy: OverlapPolicy) -> Option<Added<'_>> {
        if packet.invalid {
            return None;
        }
        let fragment = packet.fragment()?;
        let key = DatagramKey::of(packet, &fragment, self.config.vlans)?;
        Some(self.add(key, &fragment, packet.time, policy))
    }

    /// Adds a fragment of the datagram `key`.
    pub fn add(
        &mut self,
        key: DatagramKey,
        fragment: &Fragment<'_>,
        time: Timestamp,
        policy: OverlapPolicy,
    ) -> Added<'_> {
        let mut added = Added {
            events: DefragEvents::default(),
            datagram: None,
        };
        let store = self.store.get_or_insert_with(Box::default);
        store.counters.fragment(key.is_ipv6());
        if is_too_large(&key, fragment) {
            added.events.insert(DefragEvent::TooLarge);
            return added;
        }
        // Suricata: a fragment without data changes nothing, be it the last one.
        if fragment.payload.is_empty() {
            return added;
        }
        let Some(slot) = store.insert(&self.config, key, fragment, time, &mut added.events) else {
            added.events.insert(DefragEvent::Ignored);
            return added;
        };
        added.datagram = store.finish(slot, policy, &mut added.events);
        added
    }

    /// Gives up the datagrams that took too long; [`add`](Self::add) does the same.
    pub fn expire(&mut self, now: Timestamp) {
        if let Some(store) = &mut self.store {
            store.expire(&self.config, now);
        }
    }

    /// The number of datagrams that are not whole.
    pub fn len(&self) -> usize {
        self.store.as_ref().map_or(0, |store| store.len())
    }

    /// Whether no datagram waits for fragments.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was done so far.
    pub fn counters(&self) -> DefragCounters {
        let Some(store) = &self.store else {
            return DefragCounters::default();
        };
        DefragCounters {
            memuse: store.memory as u64,
            ..store.counters
        }
    }
}

impl Store {
    fn len(&self) -> usize {
        self.trackers.len().saturating_sub(self.free.len())
    }

    /// Adds a fragment to its tracker, which is made if need be; `None` when there is no room.
    fn insert(
        &mut self,
        config: &DefragConfig,
        key: DatagramKey,
        fragment: &Fragment<'_>,
        time: Timestamp,
        events: &mut DefragEvents,
    ) -> Option<u32> {
        self.expire(config, time);
        let hash = hash_words(config.hash_seed, key.words());
        let slot = match self.find(hash, &key) {
            Some(slot) if !self.is_over(config, slot, time) => slot,
            Some(slot) => {
                self.counters.timeout += 1;
                self.remove(slot);
                self.make(config, hash, key, time)
            }
            None => self.make(config, hash, key, time),
        };
        if !self.make_room(config, slot, fragment) {
            if self.tracker(slot).is_some_and(|tracker| tracker.len() == 0) {
                self.remove(slot);
            }
            return None;
        }
        if self.tracker_mut(slot)?.add(fragment) {
            events.insert(DefragEvent::Overlap);
        }
        self.fragments = self.fragments.saturating_add(1);
        Some(slot)
    }

    /// The datagram of `slot`, if it is complete; it is no longer tracked then.
    fn finish(&mut self, slot: u32, policy: OverlapPolicy, events: &mut DefragEvents) -> Option<&[u8]> {
        let tracker = self.trackers.get(slot as usize)?.as_ref()?;
        if !tracker.is_complete() {
            return None;
        }
        let ipv6 = tracker.key.is_ipv6();
        let whole = tracker.assemble(policy, &mut self.overlaps, &mut self.datagram);
        self.overlaps.shrink();
        self.remove(slot);
        if whole.is_none() {
            events.insert(DefragEvent::TooLarge);
            return None;
        }
        self.counters.reassembled(ipv6);
        Some(&self.datagram)
    }

    fn find(&self, hash: u32, key: &DatagramKey) -> Option<u32> {
        self.index.find(&self.links, hash, |slot| {
            self.tracker(slot).is_some_and(|tracker| tracker.key == *key)
        })
    }

    fn tracker(&self, slot: u32) -> Option<&Tracker> {
        self.trackers.get(slot as usize)?.as_ref()
    }

    fn tracker_mut(&mut self, slot: u32) -> Option<&mut Tracker> {
        self.trackers.get_mut(slot as usize)?.as_mut()
    }

    /// Makes a tracker, at the expense of the oldest one if there are too many.
    fn make(&mut self, config: &DefragConfig, hash: u32, key: DatagramKey, time: Timestamp) -> u32 {
        // LIMIT: the number of datagrams.
        if self.len() >= config.max_trackers.max(1) {
            self.counters.max_trackers_reached += 1;
            self.evict(NOT_A_SLOT);
        }
        // LIMIT: the datagrams whose keys collide.
        if self.index.chain(&self.links, hash).count() >= MAX_CHAIN
            && let Some(slot) = self.index.chain(&self.links, hash).last()
        {
            self.counters.hard_reuse += 1;
            self.remove(slot);
        }
        let buffers = self.spare.pop().unwrap_or_default();
        let tracker = Tracker::new(key, time, buffers);
        self.memory = self.memory.saturating_add(TRACKER_COST);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.trackers.push(None);
            self.links.push(Links::FREE);
            self.trackers.len().saturating_sub(1) as u32
        });
        if let Some(entry) = self.trackers.get_mut(slot as usize) {
            *entry = Some(tracker);
        }
        self.index.insert(&mut self.links, hash, slot);
        self.age.push(&mut self.links, 0, slot);
        slot
    }

    /// Makes room for a fragment of `slot`, at the expense of the oldest other datagrams.
    fn make_room(&mut self, config: &DefragConfig, slot: u32, fragment: &Fragment<'_>) -> bool {
        let Some(tracker) = self.tracker(slot) else {
            return false;
        };
        if tracker.is_excessive(fragment) {
            self.counters.max_frags_reached += 1;
            return false;
        }
        let (bytes, growth) = tracker.buffers.growth(fragment);
        // LIMIT: the number of fragments.
        if self.fragments >= config.max_fragments {
            self.counters.max_frags_reached += 1;
            if !self.evict(slot) {
                return false;
            }
        }
        // LIMIT: the memory of all fragments.
        while self.memory.saturating_add(bytes) > config.memcap {
            if let Some(buffers) = self.spare.pop() {
                self.memory = self.memory.saturating_sub(buffers.memory());
            } else if !self.evict(slot) {
                return false;
            }
        }
        let Some(tracker) = self.tracker_mut(slot) else {
            return false;
        };
        let grown = tracker.buffers.grow(growth);
        self.memory = self.memory.saturating_add(grown);
        true
    }

    /// Gives up the oldest datagram other than `keep`; `false` when there is none.
    fn evict(&mut self, keep: u32) -> bool {
        let oldest = match self.age.first(0) {
            Some(slot) if slot == keep => Lists::<1>::after(&self.links, slot),
            oldest => oldest,
        };
        let Some(slot) = oldest else {
            return false;
        };
        self.counters.hard_reuse += 1;
        self.remove(slot);
        true
    }

    fn expire(&mut self, config: &DefragConfig, now: Timestamp) {
        while let Some(slot) = self.age.first(0)
            && self.is_over(config, slot, now)
        {
            self.counters.timeout += 1;
            self.remove(slot);
        }
    }

    // RFC: 8200 section 4.5 counts from the fragment that came first, and so must we: otherwise a
    // sender could hold a datagram open for as long as it likes.
    fn is_over(&self, config: &DefragConfig, slot: u32, now: Timestamp) -> bool {
        self.tracker(slot).is_some_and(|tracker| {
            let age = now.secs().saturating_sub(tracker.first.secs());
            age > i64::from(config.timeout)
        })
    }

    fn remove(&mut self, slot: u32) {
        let Some(mut tracker) = self.trackers.get_mut(slot as usize).and_then(Option::take) else {
            return;
        };
        self.free.push(slot);
        self.index.remove(&mut self.links, slot);
        self.age.remove(&mut self.links, slot);
        self.fragments = self.fragments.saturating_sub(tracker.len());
        self.memory = self.memory.saturating_sub(TRACKER_COST);
        if tracker.buffers.recycle() && self.spare.len() < MAX_SPARE {
            self.spare.push(tracker.buffers);
        } else {
            self.memory = self.memory.saturating_sub(tracker.buffers.memory());
        }
    }
}

// RFC: 791 section 3.1 has 16 bits for the length with the header, 8200 section 3 without it.
fn is_too_large(key: &DatagramKey, fragment: &Fragment<'_>) -> bool {
    let header = if key.is_ipv6() {
        0
    } else {
        fragment.unfragmentable.len()
    };
    let end = (fragment.offset as usize)
        .saturating_add(fragment.payload.len())
        .saturating_add(header);
    end > usize::from(u16::MAX)
}

const NOT_A_SLOT: u32 = index::NONE;

const TRACKER_COST: usize = size_of::<Option<Tracker>>() + size_of::<u32>() + size_of::<Links>() + index::SLOT_COST;

// LIMIT: the buffers that are kept for the next datagrams.
const MAX_SPARE: usize = 8;

#[cfg(test)]
mod tests;
