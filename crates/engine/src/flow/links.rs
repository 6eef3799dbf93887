//! What ties numbered slots together: by the hashes of their keys, and by their age.

use super::index::NONE;

/// Where one slot is in an [`Index`](super::index::Index), and in [`Lists`](super::lists::Lists).
///
/// Its owner keeps it beside what is in the slot.
// PERF: who finds a slot needs what is in it next: both are in the same line of memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Links {
    /// The hash of the slot's key.
    pub(super) hash: u32,
    /// The next slot of the chain.
    pub(super) next: u32,
    /// The neighbours in the list.
    pub(super) before: u32,
    pub(super) after: u32,
    /// The list.
    pub(super) list: u8,
}

impl Links {
    /// Of a slot that is nowhere.
    pub(crate) const FREE: Self = Self {
        hash: 0,
        next: NONE,
        before: NONE,
        after: NONE,
        list: NO_LIST,
    };
}

/// Slots that have links.
pub(crate) trait Linked {
    /// Those of a slot; `None` when there is no such slot.
    fn links(&self, slot: u32) -> Option<&Links>;

    /// Those of a slot; `None` when there is no such slot.
    fn links_mut(&mut self, slot: u32) -> Option<&mut Links>;
}

impl Linked for Vec<Links> {
    fn links(&self, slot: u32) -> Option<&Links> {
        self.get(slot as usize)
    }

    fn links_mut(&mut self, slot: u32) -> Option<&mut Links> {
        self.get_mut(slot as usize)
    }
}

/// No list; there are fewer.
const NO_LIST: u8 = u8::MAX;
