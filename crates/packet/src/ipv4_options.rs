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
        Some(Ipv4Option {
            kind: *kind,
            len,
            data,
        })
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
        if !matches!(kind, 1 | 2 | 5 | 6 | 7)
            || len < 4
            || usize::from(len) != tag.len()
            || !aligned
        {
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
