//! Doubly linked lists over numbered slots: who was used least recently.

use super::index::NONE;

/// `N` lists; a slot is in at most one of them.
#[derive(Clone, Debug)]
pub(crate) struct Lists<const N: usize> {
    ends: [Ends; N],
    links: Vec<Link>,
}

#[derive(Clone, Copy, Debug)]
struct Ends {
    first: u32,
    last: u32,
}

#[derive(Clone, Copy, Debug)]
struct Link {
    before: u32,
    after: u32,
    list: u32,
}

impl<const N: usize> Default for Lists<N> {
    fn default() -> Self {
        Self {
            ends: [Ends {
                first: NONE,
                last: NONE,
            }; N],
            links: Vec::new(),
        }
    }
}

impl<const N: usize> Lists<N> {
    /// The slot that was put at the end of `list` the longest ago.
    #[inline]
    pub(crate) fn first(&self, list: usize) -> Option<u32> {
        let first = self.ends.get(list)?.first;
        (first != NONE).then_some(first)
    }

    /// The slot after `slot` in its list.
    pub(crate) fn after(&self, slot: u32) -> Option<u32> {
        let after = self.links.get(slot as usize)?.after;
        (after != NONE).then_some(after)
    }

    /// Puts `slot` at the end of `list`, out of whichever list it was in.
    #[inline]
    pub(crate) fn push(&mut self, list: usize, slot: u32) {
        self.remove(slot);
        let at = slot as usize;
        if at >= self.links.len() {
            self.links.resize(at.saturating_add(1), Link::FREE);
        }
        let Some(ends) = self.ends.get_mut(list) else {
            return;
        };
        let before = std::mem::replace(&mut ends.last, slot);
        if before == NONE {
            ends.first = slot;
        }
        if let Some(link) = self.links.get_mut(before as usize) {
            link.after = slot;
        }
        if let Some(link) = self.links.get_mut(at) {
            *link = Link {
                before,
                after: NONE,
                list: list as u32,
            };
        }
    }

    /// Takes `slot` out of its list; nothing happens when it is in none.
    #[inline]
    pub(crate) fn remove(&mut self, slot: u32) {
        let Some(link) = self.links.get_mut(slot as usize) else {
            return;
        };
        let Link { before, after, list } = std::mem::replace(link, Link::FREE);
        let Some(ends) = self.ends.get_mut(list as usize) else {
            return;
        };
        if before == NONE {
            ends.first = after;
        }
        if after == NONE {
            ends.last = before;
        }
        if let Some(link) = self.links.get_mut(before as usize) {
            link.after = after;
        }
        if let Some(link) = self.links.get_mut(after as usize) {
            link.before = before;
        }
    }

    /// Bytes on the heap.
    pub(crate) fn memory(&self) -> usize {
        self.links.capacity() * size_of::<Link>()
    }
}

impl Link {
    const FREE: Self = Self {
        before: NONE,
        after: NONE,
        list: NONE,
    };
}

/// The bytes that a slot takes in [`Lists`].
pub(crate) const SLOT_COST: usize = size_of::<Link>();

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slots(lists: &Lists<3>, list: usize) -> Vec<u32> {
        std::iter::successors(lists.first(list), |slot| lists.after(*slot)).collect()
    }

    #[test]
    fn pushing_moves_to_the_end() {
        let mut lists = Lists::<3>::default();
        for slot in [4, 2, 7] {
            lists.push(1, slot);
        }
        lists.push(1, 4);
        assert_eq!(slots(&lists, 1), [2, 7, 4]);
        lists.push(0, 7);
        assert_eq!(slots(&lists, 1), [2, 4]);
        assert_eq!(slots(&lists, 0), [7]);
    }

    proptest! {
        #[test]
        fn behaves_like_vectors(ops in prop::collection::vec((0usize..4, 0u32..30), 0..300)) {
            let mut lists = Lists::<3>::default();
            let mut model = vec![Vec::new(); 3];
            for (list, slot) in ops {
                model.iter_mut().for_each(|list: &mut Vec<u32>| list.retain(|at| *at != slot));
                if list == 3 {
                    lists.remove(slot);
                } else {
                    lists.push(list, slot);
                    model[list].push(slot);
                }
                for (list, expected) in model.iter().enumerate() {
                    prop_assert_eq!(&slots(&lists, list), expected);
                }
            }
        }
    }
}
