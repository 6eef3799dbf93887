//! Doubly linked lists over numbered slots: who was used least recently.

use super::index::NONE;
use super::links::{Linked, Links};

/// `N` lists; a slot is in at most one of them. What ties them together stays with the owner of the slots.
#[derive(Clone, Debug)]
pub(crate) struct Lists<const N: usize> {
    ends: [Ends; N],
}

#[derive(Clone, Copy, Debug)]
struct Ends {
    first: u32,
    last: u32,
}

impl<const N: usize> Default for Lists<N> {
    fn default() -> Self {
        Self {
            ends: [Ends {
                first: NONE,
                last: NONE,
            }; N],
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
    pub(crate) fn after(linked: &impl Linked, slot: u32) -> Option<u32> {
        let after = linked.links(slot)?.after;
        (after != NONE).then_some(after)
    }

    /// Puts `slot` at the end of `list`, out of whichever list it was in.
    #[inline]
    pub(crate) fn push(&mut self, linked: &mut impl Linked, list: usize, slot: u32) {
        self.remove(linked, slot);
        let Some(ends) = self.ends.get_mut(list) else {
            return;
        };
        let before = std::mem::replace(&mut ends.last, slot);
        if before == NONE {
            ends.first = slot;
        }
        if let Some(links) = linked.links_mut(before) {
            links.after = slot;
        }
        if let Some(links) = linked.links_mut(slot) {
            (links.before, links.after) = (before, NONE);
            links.list = list as u8;
        }
    }

    /// Takes `slot` out of its list; nothing happens when it is in none.
    #[inline]
    pub(crate) fn remove(&mut self, linked: &mut impl Linked, slot: u32) {
        let Some(links) = linked.links_mut(slot) else {
            return;
        };
        let list = std::mem::replace(&mut links.list, Links::FREE.list);
        let (before, after) = (links.before, links.after);
        let Some(ends) = self.ends.get_mut(usize::from(list)) else {
            return;
        };
        if before == NONE {
            ends.first = after;
        }
        if after == NONE {
            ends.last = before;
        }
        if let Some(links) = linked.links_mut(before) {
            links.after = after;
        }
        if let Some(links) = linked.links_mut(after) {
            links.before = before;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slots(lists: &Lists<3>, links: &Vec<Links>, list: usize) -> Vec<u32> {
        std::iter::successors(lists.first(list), |slot| Lists::<3>::after(links, *slot)).collect()
    }

    #[test]
    fn pushing_moves_to_the_end() {
        let mut lists = Lists::<3>::default();
        let mut links = vec![Links::FREE; 8];
        for slot in [4, 2, 7] {
            lists.push(&mut links, 1, slot);
        }
        lists.push(&mut links, 1, 4);
        assert_eq!(slots(&lists, &links, 1), [2, 7, 4]);
        lists.push(&mut links, 0, 7);
        assert_eq!(slots(&lists, &links, 1), [2, 4]);
        assert_eq!(slots(&lists, &links, 0), [7]);
    }

    proptest! {
        #[test]
        fn behaves_like_vectors(ops in prop::collection::vec((0usize..4, 0u32..30), 0..300)) {
            let mut lists = Lists::<3>::default();
            let mut links = vec![Links::FREE; 30];
            let mut model = vec![Vec::new(); 3];
            for (list, slot) in ops {
                model.iter_mut().for_each(|list: &mut Vec<u32>| list.retain(|at| *at != slot));
                if list == 3 {
                    lists.remove(&mut links, slot);
                } else {
                    lists.push(&mut links, list, slot);
                    model[list].push(slot);
                }
                for (list, expected) in model.iter().enumerate() {
                    prop_assert_eq!(&slots(&lists, &links, list), expected);
                }
            }
        }
    }
}
