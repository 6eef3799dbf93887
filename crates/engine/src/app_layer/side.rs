//! What a flow's application layer knows of itself and of its directions, in few bytes.

use super::application::ProtocolId;
use super::layer::Other;

/// One direction.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Side {
    /// What its own bytes look like.
    pub(super) looks: Known,
    pub(super) marks: Marks,
}

impl Side {
    /// Whether one of the bits of `mark` is set.
    pub(super) fn has(&self, mark: u8) -> bool {
        self.marks.has(mark)
    }

    /// What the recognition of the other direction may know of this one.
    pub(super) fn known(&self) -> Other {
        match self.looks.get() {
            Some(id) => Other::Looks(id),
            None if self.has(Marks::LOOKED | Marks::SPOKE) => Other::Nothing,
            None => Other::Unknown,
        }
    }
}

/// A protocol or none, in a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known(u8);

/// What holds for a flow or for one of its directions: one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks(u8);

impl Known {
    /// None.
    pub(super) const NOTHING: Self = Self(u8::MAX);

    /// The protocol, if there is one.
    pub(super) fn get(self) -> Option<ProtocolId> {
        (self != Self::NOTHING).then_some(ProtocolId(self.0))
    }
}

impl Default for Known {
    fn default() -> Self {
        Self::NOTHING
    }
}

impl From<Option<ProtocolId>> for Known {
    fn from(id: Option<ProtocolId>) -> Self {
        // LIMIT: there are fewer protocols than an `AppSet` has room for, so that the last number is free.
        id.map_or(Self::NOTHING, |id| Self(id.0))
    }
}

impl Marks {
    /// Of a flow: what was just looked at shows that client and server were taken for each other.
    pub(super) const TURNED: u8 = 1;
    /// Of a flow: somebody had transactions in hand since [`AppFlow::settled`](super::AppFlow::settled).
    pub(super) const TOUCHED: u8 = 1 << 1;
    /// Of a flow: transactions may have changed since rules looked, by [`Direction::index`](packet::Direction::index).
    pub(super) const UPDATED: [u8; 2] = [1 << 2, 1 << 3];
    /// Of a flow: transactions of both directions may have changed.
    pub(super) const ALL_TOUCHED: u8 = Self::TOUCHED | Self::UPDATED[0] | Self::UPDATED[1];

    /// Of a direction: its bytes were looked at to the end.
    pub(super) const LOOKED: u8 = 1;
    /// Of a direction: the parser was told that nothing comes any more.
    pub(super) const ENDED: u8 = 1 << 1;
    /// Of a direction: bytes came.
    pub(super) const SPOKE: u8 = 1 << 2;
    /// Of a direction: bytes were given to the parser.
    pub(super) const FED: u8 = 1 << 3;
    /// Of a direction: a packet found its protocol settled.
    pub(super) const ANNOUNCED: u8 = 1 << 4;

    /// Whether one of `bits` is set.
    pub(super) const fn has(self, bits: u8) -> bool {
        self.0 & bits != 0
    }

    /// Sets `bits`.
    pub(super) const fn set(&mut self, bits: u8) {
        self.0 |= bits;
    }

    /// Sets `bits` if `condition` holds; otherwise they stay as they are.
    pub(super) const fn set_if(&mut self, bits: u8, condition: bool) {
        if condition {
            self.set(bits);
        }
    }

    /// Clears `bits`.
    pub(super) const fn clear(&mut self, bits: u8) {
        self.0 &= !bits;
    }

    /// Whether one of `bits` was set; none is any more.
    pub(super) const fn take(&mut self, bits: u8) -> bool {
        let had = self.has(bits);
        self.clear(bits);
        had
    }
}
