//! The IPv6 extension headers (RFC 8200 section 4).

use crate::bytes::{from, split, u8_at, u16_at, u32_at};

mod field {
    pub const NEXT_HEADER: usize = 0;
    pub const LEN: usize = 1;
    pub const OPTIONS: usize = 2;
    pub const ROUTING_TYPE: usize = 2;
    pub const SEGMENTS_LEFT: usize = 3;
    pub const FRAGMENT_OFFSET: usize = 2;
    pub const FRAGMENT_ID: usize = 4;
}

/// The length of a fragment header.
pub const FRAGMENT_LEN: usize = 8;

/// One IPv6 extension header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Its kind: the next-header value that names it, one of [`kind`].
    pub kind: u8,
    /// The whole header.
    pub bytes: &'a [u8],
}

impl<'a> Extension<'a> {
    /// The kind of the header that follows.
    #[inline]
    pub fn next_header(&self) -> u8 {
        u8_at(self.bytes, field::NEXT_HEADER)
    }

    /// The options of a hop-by-hop or destination options header; none for the other kinds.
    pub fn options(&self) -> Ipv6Options<'a> {
        match self.kind {
            kind::HOP_BY_HOP | kind::DESTINATION => Ipv6Options {
                rest: from(self.bytes, field::OPTIONS),
            },
            _ => Ipv6Options { rest: &[] },
        }
    }

    /// The type of a routing header; `None` for the other kinds.
    pub fn routing_type(&self) -> Option<u8> {
        (self.kind == kind::ROUTING).then(|| u8_at(self.bytes, field::ROUTING_TYPE))
    }

    /// The segments left of a routing header; `None` for the other kinds.
    pub fn segments_left(&self) -> Option<u8> {
        (self.kind == kind::ROUTING).then(|| u8_at(self.bytes, field::SEGMENTS_LEFT))
    }

    /// The offset in bytes of a fragment header; `None` for the other kinds.
    pub fn fragment_offset(&self) -> Option<u16> {
        // The low three bits are two reserved ones and the M flag, so masking leaves bytes.
        (self.kind == kind::FRAGMENT).then(|| u16_at(self.bytes, field::FRAGMENT_OFFSET) & 0xfff8)
    }

    /// Whether more fragments follow; `None` for the other kinds.
    pub fn more_fragments(&self) -> Option<bool> {
        (self.kind == kind::FRAGMENT).then(|| u16_at(self.bytes, field::FRAGMENT_OFFSET) & 1 != 0)
    }

    /// The identification of a fragment header; `None` for the other kinds.
    pub fn fragment_id(&self) -> Option<u32> {
        (self.kind == kind::FRAGMENT).then(|| u32_at(self.bytes, field::FRAGMENT_ID))
    }
}

/// IPv6 extension headers in order.
#[derive(Clone, Copy, Debug)]
pub struct Extensions<'a> {
    next: u8,
    rest: &'a [u8],
}

impl<'a> Extensions<'a> {
    #[inline]
    pub(crate) fn new(next: u8, bytes: &'a [u8]) -> Self {
        Self { next, rest: bytes }
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = Extension<'a>;

    #[inline]
    fn next(&mut self) -> Option<Extension<'a>> {
        let len = header_len(self.next, self.rest)?;
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        let extension = Extension {
            kind: self.next,
            bytes,
        };
        self.next = extension.next_header();
        self.rest = rest;
        Some(extension)
    }
}

/// One option of a hop-by-hop or destination options header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6Option<'a> {
    /// The option type.
    pub kind: u8,
    /// What follows type and length.
    pub data: &'a [u8],
}

/// The options of a hop-by-hop or destination options header in order.
#[derive(Clone, Copy, Debug)]
pub struct Ipv6Options<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Ipv6Options<'a> {
    type Item = Ipv6Option<'a>;

    fn next(&mut self) -> Option<Ipv6Option<'a>> {
        let (kind, rest) = self.rest.split_first()?;
        if *kind == option::PAD1 {
            self.rest = rest;
            return Some(Ipv6Option {
                kind: *kind,
                data: &[],
            });
        }
        let (len, rest) = rest.split_first()?;
        let (data, rest) = rest.split_at_checked(usize::from(*len))?;
        self.rest = rest;
        Some(Ipv6Option { kind: *kind, data })
    }
}

/// The length in bytes that the extension header of this kind at the start of `bytes` says it has.
///
/// `None` when `kind` is no extension header or the length field is missing.
#[inline]
pub(crate) fn header_len(kind: u8, bytes: &[u8]) -> Option<usize> {
    match kind {
        kind::FRAGMENT => Some(FRAGMENT_LEN),
        // RFC 4302 section 2.2: units of 4 bytes, minus 2.
        kind::AUTHENTICATION => {
            let units = usize::from(*bytes.get(field::LEN)?);
            Some(units.saturating_add(2).saturating_mul(4))
        }
        // RFC 8200 section 4.3: units of 8 bytes, not counting the first 8.
        kind::HOP_BY_HOP
        | kind::ROUTING
        | kind::DESTINATION
        | kind::MOBILITY
        | kind::HIP
        | kind::SHIM6 => {
            let units = usize::from(*bytes.get(field::LEN)?);
            Some(units.saturating_add(1).saturating_mul(8))
        }
        _ => None,
    }
}

/// The next-header values of the extension headers.
pub mod kind {
    /// Hop-by-hop options.
    pub const HOP_BY_HOP: u8 = 0;
    /// Routing.
    pub const ROUTING: u8 = 43;
    /// Fragment.
    pub const FRAGMENT: u8 = 44;
    /// Authentication (RFC 4302).
    pub const AUTHENTICATION: u8 = 51;
    /// No next header.
    pub const NONE: u8 = 59;
    /// Destination options.
    pub const DESTINATION: u8 = 60;
    /// Mobility (RFC 6275).
    pub const MOBILITY: u8 = 135;
    /// Host identity protocol (RFC 7401).
    pub const HIP: u8 = 139;
    /// Shim6 (RFC 5533).
    pub const SHIM6: u8 = 140;
}

/// The types of the options of hop-by-hop and destination options headers.
pub mod option {
    /// One byte of padding.
    pub const PAD1: u8 = 0x00;
    /// Padding of two bytes or more.
    pub const PADN: u8 = 0x01;
    /// Router alert (RFC 2711).
    pub const ROUTER_ALERT: u8 = 0x05;
    /// Jumbo payload (RFC 2675).
    pub const JUMBO: u8 = 0xc2;
    /// Home address (RFC 6275).
    pub const HOME_ADDRESS: u8 = 0xc9;
}
