//! The decoder events of one packet.

use core::fmt;

use crate::event::DecoderEvent;

/// The decoder events of one packet, in the order in which the decoders raised them.
///
/// One event may occur more than once, as when two IPv4 options are broken in the same way: EVE
/// then has an anomaly record for each. Rules ask with [`contains`](Self::contains).
#[derive(Clone, Copy, Default)]
pub struct EventSet {
    codes: [u8; CAPACITY],
    len: u8,
}

impl EventSet {
    /// The set without events.
    pub const fn new() -> Self {
        Self {
            codes: [0; CAPACITY],
            len: 0,
        }
    }

    /// Adds an occurrence of `event`.
    ///
    /// A full set takes an event it has not seen in the place of a repeated one, so that no packet
    /// can hide an event behind many of another kind; what then finds no place is dropped.
    #[cold]
    #[inline(never)]
    pub fn insert(&mut self, event: DecoderEvent) {
        // LIMIT: CAPACITY occurrences for each packet.
        if let Some(slot) = self.codes.get_mut(usize::from(self.len)) {
            *slot = event as u8;
            self.len = self.len.saturating_add(1);
        } else if !self.contains(event)
            && let Some(slot) = self.repeated()
        {
            *slot = event as u8;
        }
    }

    /// Adds every occurrence of `other`.
    pub fn extend(&mut self, other: Self) {
        for event in other.iter() {
            self.insert(event);
        }
    }

    /// Whether `event` was raised.
    #[inline]
    pub fn contains(&self, event: DecoderEvent) -> bool {
        self.codes().contains(&(event as u8))
    }

    /// Whether nothing was raised.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of occurrences, repeats included.
    #[inline]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Every occurrence, repeats included, in the order in which they were raised.
    pub fn iter(&self) -> impl Iterator<Item = DecoderEvent> + '_ {
        self.codes()
            .iter()
            .filter_map(|code| DecoderEvent::from_code(u16::from(*code)))
    }

    /// Each event once, in the order in which it was first raised.
    pub fn distinct(&self) -> impl Iterator<Item = DecoderEvent> + '_ {
        let codes = self.codes();
        codes
            .iter()
            .enumerate()
            .filter(|(at, code)| codes.iter().position(|other| other == *code) == Some(*at))
            .filter_map(|(_, code)| DecoderEvent::from_code(u16::from(*code)))
    }

    #[inline]
    fn codes(&self) -> &[u8] {
        crate::bytes::upto(&self.codes, usize::from(self.len))
    }

    /// The last slot whose event occurs in an earlier slot too.
    fn repeated(&mut self) -> Option<&mut u8> {
        let codes = self.codes;
        let at = codes.iter().enumerate().rev().find_map(|(at, code)| {
            let first = codes.iter().position(|other| other == code)?;
            (first < at).then_some(at)
        })?;
        self.codes.get_mut(at)
    }
}

impl PartialEq for EventSet {
    fn eq(&self, other: &Self) -> bool {
        self.codes() == other.codes()
    }
}

impl Eq for EventSet {}

impl fmt::Debug for EventSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(DecoderEvent::name)).finish()
    }
}

impl FromIterator<DecoderEvent> for EventSet {
    fn from_iter<I: IntoIterator<Item = DecoderEvent>>(events: I) -> Self {
        let mut set = Self::new();
        for event in events {
            set.insert(event);
        }
        set
    }
}

/// Occurrences kept for one packet.
///
/// Suricata: keeps as many, so anomaly records agree on packets with a great many faults.
const CAPACITY: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_repeats() {
        let mut set = EventSet::new();
        assert!(set.is_empty());
        set.insert(DecoderEvent::Ipv4OptInvalidLen);
        set.insert(DecoderEvent::Ipv4OptPadRequired);
        set.insert(DecoderEvent::Ipv4OptInvalidLen);
        assert_eq!(set.len(), 3);
        assert_eq!(
            set.iter().map(DecoderEvent::name).collect::<Vec<_>>(),
            ["ipv4.opt_invalid_len", "ipv4.opt_pad_required", "ipv4.opt_invalid_len"]
        );
        assert_eq!(set.distinct().count(), 2);
        assert!(set.contains(DecoderEvent::Ipv4OptPadRequired));
        assert!(!set.contains(DecoderEvent::TooManyLayers));
        assert_eq!(format!("{set:?}").matches("ipv4").count(), 3);
    }

    #[test]
    fn repeats_do_not_hide_another_event() {
        let mut set: EventSet = core::iter::repeat_n(DecoderEvent::TcpOptInvalidLen, 40).collect();
        assert_eq!(set.len(), CAPACITY);
        set.insert(DecoderEvent::TcpHlenTooSmall);
        assert_eq!(set.len(), CAPACITY);
        assert!(set.contains(DecoderEvent::TcpHlenTooSmall));
        assert!(set.contains(DecoderEvent::TcpOptInvalidLen));
    }

    #[test]
    fn full_of_distinct_events_stays_as_it_is() {
        let set: EventSet = DecoderEvent::ALL.iter().copied().collect();
        let first: EventSet = DecoderEvent::ALL.iter().copied().take(CAPACITY).collect();
        assert_eq!(set, first);
    }

    #[test]
    fn an_empty_set_does_not_contain_the_first_event() {
        assert!(!EventSet::new().contains(DecoderEvent::ALL[0]));
    }
}
