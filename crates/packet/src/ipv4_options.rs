//! The options of IPv4 (RFC 791 section 3.1 and those since).

use crate::bytes::{from, split, u8_at};
use crate::event::DecoderEvent;
use crate::packet::Packet;

/// One IPv4 option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4Option<'a> {
    /// The option type with its copied flag and class, one of [`kind`] when known.
    pub kind: u8,
    /// The length as the option has it; 1 for the options of one byte.
    pub len: u8,
    /// What follows type and length.
    pub data: &'a [u8],
}

/// The options of an IPv4 header in order, up to the end-of-list option or the first of an impossible length.
#[derive(Clone, Copy, Debug)]
pub struct Ipv4Options<'a> {
    rest: &'a [u8],
}

impl<'a> Ipv4Options<'a> {
    #[inline]
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for Ipv4Options<'a> {
    type Item = Ipv4Option<'a>;

    #[inline]
    fn next(&mut self) -> Option<Ipv4Option<'a>> {
        let (kind, rest) = self.rest.split_first()?;
        if *kind == kind::EOL || *kind == kind::NOP {
            self.rest = if *kind == kind::EOL { &[] } else { rest };
            return Some(Ipv4Option {
                kind: *kind,
                len: 1,
                data: &[],
            });
        }
        let len = *rest.first()?;
        let whole = self.rest.get(..usize::from(len))?;
        let data = whole.get(2..)?;
        self.rest = from(self.rest, whole.len());
        Some(Ipv4Option { kind: *kind, len, data })
    }
}

/// Looks through the options; `false` when they end within one, so that the header cannot be trusted.
#[cold]
pub(crate) fn check(packet: &mut Packet<'_>, bytes: &[u8]) -> bool {
    // Suricata: counts on options in words of 8 bytes, though RFC 791 pads to 4.
    if !bytes.len().is_multiple_of(8) {
        packet.note(DecoderEvent::Ipv4OptPadRequired);
    }
    let mut options = Ipv4Options::new(bytes);
    let mut seen = [false; KINDS.len()];
    for option in options.by_ref() {
        match option.kind {
            kind::EOL => return true,
            kind::NOP => continue,
            _ => {}
        }
        let place = KINDS.iter().position(|kind| *kind == option.kind);
        match place.and_then(|place| seen.get_mut(place)) {
            None => packet.note(DecoderEvent::Ipv4OptInvalid),
            Some(true) => packet.note(DecoderEvent::Ipv4OptDuplicate),
            Some(seen) => match check_option(&option) {
                Ok(()) => *seen = true,
                Err(event) => packet.blame(event),
            },
        }
    }
    match options.rest.len() {
        0 => true,
        1 => {
            packet.note(DecoderEvent::Ipv4OptEolRequired);
            true
        }
        _ => {
            packet.reject(DecoderEvent::Ipv4OptInvalidLen);
            false
        }
    }
}

fn check_option(option: &Ipv4Option<'_>) -> Result<(), DecoderEvent> {
    let len_ok = match option.kind {
        kind::RR | kind::LSRR | kind::SSRR | kind::SEC | kind::ESEC => option.len >= 3,
        kind::TS => option.len >= 5,
        kind::QS => option.len >= 8,
        kind::CIPSO => option.len >= 10,
        kind::SID | kind::RTRALT => option.len == 4,
        _ => true,
    };
    if !len_ok {
        return Err(DecoderEvent::Ipv4OptInvalidLen);
    }
    let well_formed = match option.kind {
        kind::RR | kind::LSRR | kind::SSRR => check_pointer(option, 4, 4),
        kind::TS => check_timestamp(option),
        kind::CIPSO => check_cipso(from(option.data, 4)),
        _ => true,
    };
    if well_formed {
        Ok(())
    } else {
        Err(DecoderEvent::Ipv4OptMalformed)
    }
}

/// Whether the pointer, which counts from 1 at the type, stands at an entry or right behind the last.
fn check_pointer(option: &Ipv4Option<'_>, first: u8, entry_len: u8) -> bool {
    let Some(offset) = u8_at(option.data, 0).checked_sub(first) else {
        return false;
    };
    offset.is_multiple_of(entry_len) && u8_at(option.data, 0) <= option.len.saturating_add(1)
}

/// RFC 791 section 3.1: entries are a timestamp, or address and timestamp, as the flag says.
fn check_timestamp(option: &Ipv4Option<'_>) -> bool {
    let with_address = matches!(u8_at(option.data, 1) & 0x0f, 1 | 3);
    check_pointer(option, 5, if with_address { 8 } else { 4 })
}

/// CIPSO (FIPS 188): tags that fill the option, each with a type, a length and data.
fn check_cipso(mut tags: &[u8]) -> bool {
    while let [kind, len, ..] = *tags {
        let (tag, rest) = split(tags, usize::from(len));
        let aligned = !matches!(kind, 1 | 2 | 5 | 6) || u8_at(tag, 2) == 0;
        if !matches!(kind, 1 | 2 | 5 | 6 | 7) || len < 4 || usize::from(len) != tag.len() || !aligned {
            return false;
        }
        tags = rest;
    }
    tags.is_empty()
}

/// The options that are known, each allowed once.
const KINDS: [u8; 10] = [
    kind::RR,
    kind::QS,
    kind::TS,
    kind::SEC,
    kind::LSRR,
    kind::ESEC,
    kind::CIPSO,
    kind::SID,
    kind::SSRR,
    kind::RTRALT,
];

/// The types of the IPv4 options.
pub mod kind {
    /// End of list.
    pub const EOL: u8 = 0;
    /// No operation.
    pub const NOP: u8 = 1;
    /// Record route (RFC 791).
    pub const RR: u8 = 7;
    /// Quick start (RFC 4782).
    pub const QS: u8 = 25;
    /// Timestamp (RFC 791).
    pub const TS: u8 = 68;
    /// Basic security (RFC 1108).
    pub const SEC: u8 = 130;
    /// Loose source route (RFC 791).
    pub const LSRR: u8 = 131;
    /// Extended security (RFC 1108).
    pub const ESEC: u8 = 133;
    /// Commercial security (CIPSO, FIPS 188).
    pub const CIPSO: u8 = 134;
    /// Stream identifier (RFC 791).
    pub const SID: u8 = 136;
    /// Strict source route (RFC 791).
    pub const SSRR: u8 = 137;
    /// Router alert (RFC 2113).
    pub const RTRALT: u8 = 148;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    /// The events of these options, filled up to a multiple of 8 bytes so that none is about that.
    fn events_of(options: &[u8]) -> Vec<&'static str> {
        let mut filled = options.to_vec();
        filled.resize(options.len().next_multiple_of(8), kind::EOL);
        events(&decoded(&ethernet(0x0800, &ipv4_with(17, &filled, &udp(1, 2, b"x")))))
    }

    #[test]
    fn iterates_up_to_the_end_of_the_list() {
        let bytes = [kind::NOP, kind::RTRALT, 4, 0, 1, kind::EOL, 9, 9];
        let options: Vec<_> = Ipv4Options::new(&bytes).collect();
        assert_eq!(
            options.iter().map(|option| option.kind).collect::<Vec<_>>(),
            [1, 148, 0]
        );
        assert_eq!((options[1].len, options[1].data), (4, &[0, 1][..]));
    }

    #[test]
    fn iterates_up_to_a_broken_one() {
        for bytes in [&[kind::NOP, kind::RR][..], &[1, 7, 0], &[1, 7, 1], &[1, 7, 9, 4]] {
            assert_eq!(Ipv4Options::new(bytes).count(), 1);
        }
    }

    #[test]
    fn good_options_raise_nothing() {
        for options in [
            &[kind::RR, 7, 4, 0, 0, 0, 0][..],
            &[kind::RR, 3, 4],
            &[kind::LSRR, 7, 8, 1, 1, 1, 1],
            &[kind::SSRR, 11, 8, 1, 1, 1, 1, 2, 2, 2, 2],
            &[kind::TS, 8, 5, 0, 0, 0, 0, 0],
            &[kind::TS, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            &[kind::QS, 8, 0, 0, 0, 0, 0, 0],
            &[kind::SEC, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[kind::ESEC, 3, 0],
            &[kind::SID, 4, 0, 1],
            &[kind::RTRALT, 4, 0, 0],
            &[kind::CIPSO, 10, 0, 0, 0, 1, 1, 4, 0, 5],
            &[kind::CIPSO, 14, 0, 0, 0, 1, 2, 4, 0, 5, 7, 4, 1, 1],
        ] {
            assert!(events_of(options).is_empty(), "{options:?}");
        }
    }

    #[test]
    fn wrong_lengths() {
        for options in [
            &[kind::RR, 2][..],
            &[kind::SEC, 2],
            &[kind::TS, 4, 5, 0],
            &[kind::SID, 3, 0],
            &[kind::RTRALT, 5, 0, 0, 0],
            &[kind::QS, 7, 0, 0, 0, 0, 0],
            &[kind::CIPSO, 9, 0, 0, 0, 1, 1, 3, 0],
        ] {
            assert_eq!(events_of(options), ["ipv4.opt_invalid_len"], "{options:?}");
        }
    }

    #[test]
    fn malformed_ones() {
        for options in [
            &[kind::RR, 7, 3, 0, 0, 0, 0][..],
            &[kind::LSRR, 7, 5, 0, 0, 0, 0],
            &[kind::SSRR, 7, 12, 0, 0, 0, 0],
            &[kind::TS, 8, 4, 0, 0, 0, 0, 0],
            &[kind::TS, 12, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            &[kind::CIPSO, 10, 0, 0, 0, 1, 0, 4, 0, 0],
            &[kind::CIPSO, 10, 0, 0, 0, 1, 1, 3, 0, 0],
            &[kind::CIPSO, 10, 0, 0, 0, 1, 1, 5, 0, 0],
            &[kind::CIPSO, 10, 0, 0, 0, 1, 1, 4, 1, 0],
            &[kind::CIPSO, 11, 0, 0, 0, 1, 1, 4, 0, 0, 1],
        ] {
            assert_eq!(events_of(options), ["ipv4.opt_malformed"], "{options:?}");
        }
    }

    #[test]
    fn the_list_as_a_whole() {
        let pad = ethernet(0x0800, &ipv4_with(17, &[1, 1, 1, 0], &udp(1, 2, b"x")));
        assert_eq!(events(&decoded(&pad)), ["ipv4.opt_pad_required"]);
        assert_eq!(events_of(&[1, 1, 1, 1, 1, 1, 1, 7]), ["ipv4.opt_eol_required"]);
        assert_eq!(events_of(&[0x99, 4, 0, 0]), ["ipv4.opt_invalid"]);
        assert_eq!(
            events_of(&[kind::SID, 4, 0, 0, kind::SID, 4, 0, 0]),
            ["ipv4.opt_duplicate"]
        );
        // The broken one does not count as the first of two.
        assert_eq!(
            events_of(&[kind::SID, 3, 0, kind::SID, 4, 0, 0]),
            ["ipv4.opt_invalid_len"]
        );
    }

    #[test]
    fn a_bad_option_is_malformed_and_a_list_that_cannot_be_read_invalid() {
        let bad = ethernet(
            0x0800,
            &ipv4_with(17, &[kind::SID, 3, 0, 0, 0, 0, 0, 0], &udp(1, 2, b"x")),
        );
        let packet = decoded(&bad);
        assert!(packet.malformed && !packet.invalid && packet.payload == b"x");
        let unreadable = ethernet(
            0x0800,
            &ipv4_with(17, &[kind::SID, 200, 0, 0, 0, 0, 0, 0], &udp(1, 2, b"x")),
        );
        let packet = decoded(&unreadable);
        assert!(packet.invalid && packet.src().is_none());
        assert_eq!(events(&packet), ["ipv4.opt_invalid_len"]);
    }
}
