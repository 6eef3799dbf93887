//! The room for flows, in pieces: it grows without moving what is there.

/// What is in numbered slots; slots are never taken away.
#[derive(Debug)]
pub(super) struct Slots<T> {
    /// All but the last have [`PIECE`] slots.
    pieces: Vec<Vec<T>>,
    len: usize,
}

impl<T> Slots<T> {
    /// How many there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn get(&self, slot: u32) -> Option<&T> {
        self.pieces.get(slot as usize / PIECE)?.get(slot as usize % PIECE)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        self.pieces
            .get_mut(slot as usize / PIECE)?
            .get_mut(slot as usize % PIECE)
    }

    /// Adds a slot; there is room for `most` in all.
    pub(super) fn push(&mut self, most: usize, value: T) {
        if self.len.is_multiple_of(PIECE) {
            let room = most.saturating_sub(self.len).clamp(1, PIECE);
            self.pieces.push(Vec::with_capacity(room));
        }
        if let Some(piece) = self.pieces.last_mut() {
            piece.push(value);
            self.len += 1;
        }
    }

    /// All, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().flatten()
    }

    /// All, in order.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.pieces.iter_mut().flatten()
    }

    /// Bytes on the heap.
    pub(super) fn memory(&self) -> usize {
        let slots: usize = self.pieces.iter().map(Vec::capacity).sum();
        slots * size_of::<T>() + self.pieces.capacity() * size_of::<Vec<T>>()
    }
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self {
            pieces: Vec::new(),
            len: 0,
        }
    }
}

/// Slots that are made at once.
const PIECE: usize = 32;

/// The bytes that a slot takes beside what is in it, at most: pieces have room for as many again.
pub(super) const SLOT_COST: usize = (2 * size_of::<Vec<u8>>()).div_ceil(PIECE);
/// The bytes that a few slots take beside that: room for the first pieces.
pub(super) const FIRST_COST: usize = 4 * size_of::<Vec<u8>>();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_stay_where_they_are() {
        let mut slots = Slots::default();
        for value in 0..100_u32 {
            slots.push(100, value);
        }
        let first = slots.get(0).map(std::ptr::from_ref);
        slots.push(200, 100);
        assert_eq!(slots.get(0).map(std::ptr::from_ref), first);
        assert_eq!((slots.get(100), slots.get(101), slots.len()), (Some(&100), None, 101));
        *slots.get_mut(40).unwrap() = 7;
        assert_eq!(slots.iter().filter(|value| **value == 7).count(), 2);
        assert!(slots.memory() >= 101 * 4);
    }
}
