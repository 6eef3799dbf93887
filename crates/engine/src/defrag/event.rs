//! What is wrong with a fragment.

use packet::DecoderEvent;

/// What is wrong with a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DefragEvent {
    /// It covers data that was there already, be it the same data.
    Overlap,
    /// It reaches beyond the largest datagram (the "ping of death"), or the datagram it completes would.
    TooLarge,
    /// There was no room for it.
    Ignored,
}

/// What is wrong with one fragment: a set of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DefragEvents(u8);

impl DefragEvent {
    /// Every event.
    pub const ALL: [Self; 3] = [Self::Overlap, Self::TooLarge, Self::Ignored];

    /// The decoder event that rules know it by.
    pub const fn decoder_event(self, ipv6: bool) -> DecoderEvent {
        match (self, ipv6) {
            (Self::Overlap, false) => DecoderEvent::Ipv4FragOverlap,
            (Self::Overlap, true) => DecoderEvent::Ipv6FragOverlap,
            (Self::TooLarge, false) => DecoderEvent::Ipv4FragPktTooLarge,
            (Self::TooLarge, true) => DecoderEvent::Ipv6FragPktTooLarge,
            (Self::Ignored, false) => DecoderEvent::Ipv4FragIgnored,
            (Self::Ignored, true) => DecoderEvent::Ipv6FragIgnored,
        }
    }
}

impl DefragEvents {
    pub(crate) fn insert(&mut self, event: DefragEvent) {
        self.0 |= 1 << event as u8;
    }

    /// Whether `event` is in the set.
    pub const fn contains(self, event: DefragEvent) -> bool {
        self.0 >> event as u8 & 1 != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The events of the set.
    pub fn iter(self) -> impl Iterator<Item = DefragEvent> {
        DefragEvent::ALL.into_iter().filter(move |event| self.contains(*event))
    }
}
