//! A hash index over numbered slots, with chains of bounded length.
//!
//! The index knows the first slot of each chain only; keys and links stay with their owner. The owner asks
//! how long a chain is before it adds to it, so that colliding keys, however many an attacker
//! finds, cost a bounded number of steps.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

use super::links::{Linked, Links};
use super::prefetch::prefetch;

/// Slots by the hash of what is in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    /// The first slot of each chain; a power of two of them, or none before the first slot.
    buckets: Vec<u32>,
    len: usize,
}

impl Index {
    /// The slot that holds the key with this hash; `same` is asked about slots whose hashes are equal.
    #[inline]
    pub(crate) fn find(&self, linked: &impl Linked, hash: u32, mut same: impl FnMut(u32) -> bool) -> Option<u32> {
        self.links_of(linked, hash)
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

    /// The first slot of the chain that this hash belongs to.
    #[inline]
    pub(crate) fn head(&self, hash: u32) -> Option<u32> {
        self.buckets
            .get(self.bucket(hash))
            .copied()
            .filter(|slot| *slot != NONE)
    }

    /// The slots of the chain that this hash belongs to.
    pub(crate) fn chain(&self, linked: &impl Linked, hash: u32) -> impl Iterator<Item = u32> {
        self.links_of(linked, hash).map(|(slot, _)| slot)
    }

    /// Adds `slot`, which must not be in the index.
    pub(crate) fn insert(&mut self, linked: &mut impl Linked, hash: u32, slot: u32) {
        if self.len >= self.buckets.len() {
            self.grow(linked);
        }
        let bucket = self.bucket(hash);
        if let (Some(head), Some(links)) = (self.buckets.get_mut(bucket), linked.links_mut(slot)) {
            (links.hash, links.next) = (hash, *head);
            *head = slot;
            self.len = self.len.saturating_add(1);
        }
    }

    /// Removes `slot`; nothing happens when it is not in the index.
    pub(crate) fn remove(&mut self, linked: &mut impl Linked, slot: u32) {
        let Some(link) = linked.links(slot).copied() else {
            return;
        };
        let previous = self
            .links_of(linked, link.hash)
            .map(|(at, _)| at)
            .take_while(|at| *at != slot)
            .last();
        let bucket = self.bucket(link.hash);
        let reference = match previous {
            Some(previous) => linked.links_mut(previous).map(|links| &mut links.next),
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
        self.buckets.capacity() * size_of::<u32>()
    }

    #[inline]
    fn links_of(&self, linked: &impl Linked, hash: u32) -> impl Iterator<Item = (u32, Links)> {
        let mut slot = self.head(hash).unwrap_or(NONE);
        std::iter::from_fn(move || {
            let link = *linked.links(slot)?;
            Some((std::mem::replace(&mut slot, link.next), link))
        })
    }

    #[inline]
    fn bucket(&self, hash: u32) -> usize {
        hash as usize & self.buckets.len().wrapping_sub(1)
    }

    fn grow(&mut self, linked: &mut impl Linked) {
        let slots: Vec<u32> = (0..self.buckets.len())
            .filter_map(|bucket| u32::try_from(bucket).ok())
            .flat_map(|bucket| self.chain(&*linked, bucket))
            .collect();
        let count = self.buckets.len().saturating_mul(2).max(FIRST_BUCKETS);
        self.buckets = vec![NONE; count];
        for slot in slots {
            let Some(hash) = linked.links(slot).map(|links| links.hash) else {
                continue;
            };
            let bucket = self.bucket(hash);
            if let (Some(head), Some(links)) = (self.buckets.get_mut(bucket), linked.links_mut(slot)) {
                links.next = std::mem::replace(head, slot);
            }
        }
    }
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

/// The bytes that a slot takes in an [`Index`], at most: there are less than two buckets for each.
pub(crate) const SLOT_COST: usize = 2 * size_of::<u32>();
/// The bytes that an [`Index`] of few slots takes beside that.
pub(crate) const FIRST_COST: usize = FIRST_BUCKETS * size_of::<u32>();

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
        let mut links = vec![Links::FREE; 5];
        assert_eq!((index.memory(), index.head(7)), (0, None));
        assert_eq!(index.find(&links, 7, |_| true), None);
        index.remove(&mut links, 3);
        index.remove(&mut links, 5);
    }

    #[test]
    fn colliding_slots_share_a_chain() {
        let mut index = Index::default();
        let mut links = vec![Links::FREE; 10];
        for slot in 0..10 {
            index.insert(&mut links, 5, slot);
        }
        assert_eq!(index.chain(&links, 5).count(), 10);
        assert_eq!(index.find(&links, 5, |slot| slot == 4), Some(4));
        index.remove(&mut links, 4);
        assert_eq!(index.find(&links, 5, |slot| slot == 4), None);
        assert_eq!(index.chain(&links, 5).count(), 9);
    }

    proptest! {
        #[test]
        fn behaves_like_a_map(ops in prop::collection::vec((any::<bool>(), 0u32..200, 0u32..40), 0..400)) {
            let mut index = Index::default();
            let mut links = vec![Links::FREE; 200];
            let mut model: BTreeMap<u32, u32> = BTreeMap::new();
            for (add, slot, hash) in ops {
                if add && !model.contains_key(&slot) {
                    index.insert(&mut links, hash, slot);
                    model.insert(slot, hash);
                } else if !add {
                    index.remove(&mut links, slot);
                    model.remove(&slot);
                }
                prop_assert_eq!(index.len, model.len());
            }
            for (slot, hash) in &model {
                prop_assert_eq!(index.find(&links, *hash, |at| at == *slot), Some(*slot));
            }
            for slot in 0..200 {
                if !model.contains_key(&slot) {
                    for hash in 0..40 {
                        prop_assert!(index.find(&links, hash, |at| at == slot).is_none());
                    }
                }
            }
        }
    }
}
