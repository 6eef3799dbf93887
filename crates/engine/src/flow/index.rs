//! A hash index over numbered slots, with chains of bounded length.
//!
//! The index knows hashes and slot numbers only; the keys stay with their owner. The owner asks
//! how long a chain is before it adds to it, so that colliding keys, however many an attacker
//! finds, cost a bounded number of steps.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

use super::prefetch::prefetch;

/// Slots by the hash of what is in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    /// The first slot of each chain; a power of two of them, or none before the first slot.
    buckets: Vec<u32>,
    links: Vec<Link>,
    len: usize,
}

/// Of one slot: the hash of its key, and the next slot of the chain.
#[derive(Clone, Copy, Debug)]
struct Link {
    hash: u32,
    next: u32,
}

impl Index {
    /// The slot that holds the key with this hash; `same` is asked about slots whose hashes are equal.
    #[inline]
    pub(crate) fn find(&self, hash: u32, mut same: impl FnMut(u32) -> bool) -> Option<u32> {
        self.links_of(hash)
            .find(|(slot, link)| link.hash == hash && same(*slot))
            .map(|(slot, _)| slot)
    }

    /// The slot of this hash will be looked for soon.
    #[inline]
    pub(crate) fn prefetch(&self, hash: u32) {
        if let Some(head) = self.buckets.get(self.bucket(hash)) {
            prefetch(head);
        }
    }

    /// The slots of the chain that this hash belongs to.
    pub(crate) fn chain(&self, hash: u32) -> impl Iterator<Item = u32> + '_ {
        self.links_of(hash).map(|(slot, _)| slot)
    }

    /// Adds `slot`, which must not be in the index.
    pub(crate) fn insert(&mut self, hash: u32, slot: u32) {
        if self.len >= self.buckets.len() {
            self.grow();
        }
        let at = slot as usize;
        if at >= self.links.len() {
            self.links.resize(at.saturating_add(1), Link::FREE);
        }
        let bucket = self.bucket(hash);
        if let (Some(head), Some(link)) = (self.buckets.get_mut(bucket), self.links.get_mut(at)) {
            *link = Link { hash, next: *head };
            *head = slot;
            self.len = self.len.saturating_add(1);
        }
    }

    /// Removes `slot`; nothing happens when it is not in the index.
    pub(crate) fn remove(&mut self, slot: u32) {
        let Some(link) = self.links.get(slot as usize).copied() else {
            return;
        };
        let previous = self
            .links_of(link.hash)
            .map(|(at, _)| at)
            .take_while(|at| *at != slot)
            .last();
        let bucket = self.bucket(link.hash);
        let reference = match previous {
            Some(previous) => self.links.get_mut(previous as usize).map(|link| &mut link.next),
            None => self.buckets.get_mut(bucket),
        };
        if let Some(reference) = reference
            && *reference == slot
        {
            *reference = link.next;
            self.len = self.len.saturating_sub(1);
        }
    }

    /// Bytes on the heap.
    pub(crate) fn memory(&self) -> usize {
        self.buckets.capacity() * size_of::<u32>() + self.links.capacity() * size_of::<Link>()
    }

    #[inline]
    fn links_of(&self, hash: u32) -> impl Iterator<Item = (u32, Link)> + '_ {
        let mut slot = self.buckets.get(self.bucket(hash)).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let link = *self.links.get(slot as usize)?;
            Some((std::mem::replace(&mut slot, link.next), link))
        })
    }

    #[inline]
    fn bucket(&self, hash: u32) -> usize {
        hash as usize & self.buckets.len().wrapping_sub(1)
    }

    fn grow(&mut self) {
        let slots: Vec<u32> = (0..self.buckets.len())
            .filter_map(|bucket| u32::try_from(bucket).ok())
            .flat_map(|bucket| self.chain(bucket))
            .collect();
        let count = self.buckets.len().saturating_mul(2).max(FIRST_BUCKETS);
        self.buckets = vec![NONE; count];
        for slot in slots {
            let Some(hash) = self.links.get(slot as usize).map(|link| link.hash) else {
                continue;
            };
            let bucket = self.bucket(hash);
            if let (Some(head), Some(link)) = (self.buckets.get_mut(bucket), self.links.get_mut(slot as usize)) {
                link.next = std::mem::replace(head, slot);
            }
        }
    }
}

impl Link {
    const FREE: Self = Self { hash: 0, next: NONE };
}

/// A keyed hash of words.
#[inline]
pub(crate) fn hash_words(seed: u64, words: &[u64]) -> u32 {
    let mut hasher = FixedState::with_seed(seed).build_hasher();
    for word in words {
        hasher.write_u64(*word);
    }
    let hash = hasher.finish();
    (hash >> 32) as u32 ^ hash as u32
}

/// The bytes that a slot takes in an [`Index`], its bucket included.
pub(crate) const SLOT_COST: usize = size_of::<Link>() + 2 * size_of::<u32>();

/// No slot; the last slot number there can be is one less.
pub(crate) const NONE: u32 = u32::MAX;

/// The longest chain that owners allow.
///
/// With a good hash one in 32! buckets would have it: only crafted keys get there.
// LIMIT: the steps of a lookup, whatever keys an attacker finds.
pub(crate) const MAX_CHAIN: usize = 32;

const FIRST_BUCKETS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn an_unused_index_has_nothing() {
        let mut index = Index::default();
        assert_eq!(index.memory(), 0);
        assert_eq!(index.find(7, |_| true), None);
        index.remove(3);
    }

    #[test]
    fn colliding_slots_share_a_chain() {
        let mut index = Index::default();
        for slot in 0..10 {
            index.insert(5, slot);
        }
        assert_eq!(index.chain(5).count(), 10);
        assert_eq!(index.find(5, |slot| slot == 4), Some(4));
        index.remove(4);
        assert_eq!(index.find(5, |slot| slot == 4), None);
        assert_eq!(index.chain(5).count(), 9);
    }

    proptest! {
        #[test]
        fn behaves_like_a_map(ops in prop::collection::vec((any::<bool>(), 0u32..200, 0u32..40), 0..400)) {
            let mut index = Index::default();
            let mut model: BTreeMap<u32, u32> = BTreeMap::new();
            for (add, slot, hash) in ops {
                if add && !model.contains_key(&slot) {
                    index.insert(hash, slot);
                    model.insert(slot, hash);
                } else if !add {
                    index.remove(slot);
                    model.remove(&slot);
                }
                prop_assert_eq!(index.len, model.len());
            }
            for (slot, hash) in &model {
                prop_assert_eq!(index.find(*hash, |at| at == *slot), Some(*slot));
            }
            for slot in 0..200 {
                if !model.contains_key(&slot) {
                    for hash in 0..40 {
                        prop_assert!(index.find(hash, |at| at == slot).is_none());
                    }
                }
            }
        }
    }
}
