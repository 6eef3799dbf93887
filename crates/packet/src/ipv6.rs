//! IPv6 (RFC 8200): the fixed header. The extension headers are in [`ipv6_ext`](crate::ipv6_ext).

use core::net::Ipv6Addr;

use crate::bytes::{array_at, u8_at, u16_at, u32_at};
use crate::ipv6_ext::{Extension, Extensions};

mod field {
    pub const VERSION_CLASS_LABEL: usize = 0;
    pub const PAYLOAD_LEN: usize = 4;
    pub const NEXT_HEADER: usize = 6;
    pub const HOP_LIMIT: usize = 7;
    pub const SRC: usize = 8;
    pub const DST: usize = 24;
    pub const PAYLOAD: usize = 40;
}

/// The length of the fixed header.
pub const HEADER_LEN: usize = field::PAYLOAD;

/// An IPv6 header with its extension headers and what they carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6<'a> {
    header: &'a [u8; HEADER_LEN],
    extensions: &'a [u8],
    protocol: u8,
    payload: &'a [u8],
}

impl<'a> Ipv6<'a> {
    /// The 40 bytes of the fixed header.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        self.header
    }

    /// The traffic class: DSCP and ECN.
    #[inline]
    pub fn traffic_class(&self) -> u8 {
        (u16_at(self.header, field::VERSION_CLASS_LABEL) >> 4) as u8
    }

    /// The flow label, 20 bits.
    #[inline]
    pub fn flow_label(&self) -> u32 {
        u32_at(self.header, field::VERSION_CLASS_LABEL) & 0x000f_ffff
    }

    /// The payload length in bytes, extension headers included, as the header has it.
    #[inline]
    pub fn payload_len(&self) -> u16 {
        u16_at(self.header, field::PAYLOAD_LEN)
    }

    /// The next header of the fixed header: the first extension header, or the protocol.
    #[inline]
    pub fn next_header(&self) -> u8 {
        u8_at(self.header, field::NEXT_HEADER)
    }

    /// The hop limit.
    #[inline]
    pub fn hop_limit(&self) -> u8 {
        u8_at(self.header, field::HOP_LIMIT)
    }

    /// The source address.
    #[inline]
    pub fn src(&self) -> Ipv6Addr {
        Ipv6Addr::from(array_at::<16>(self.header, field::SRC))
    }

    /// The destination address.
    #[inline]
    pub fn dst(&self) -> Ipv6Addr {
        Ipv6Addr::from(array_at::<16>(self.header, field::DST))
    }

    /// The extension headers that were decoded, in order.
    #[inline]
    pub fn extensions(&self) -> Extensions<'a> {
        Extensions::new(self.next_header(), self.extensions)
    }

    /// The first extension header of this kind, such as [`kind::FRAGMENT`](crate::ipv6_ext::kind::FRAGMENT).
    pub fn extension(&self, kind: u8) -> Option<Extension<'a>> {
        self.extensions().find(|extension| extension.kind == kind)
    }

    /// The bytes of the extension headers.
    #[inline]
    pub fn extension_bytes(&self) -> &'a [u8] {
        self.extensions
    }

    /// The protocol behind the extension headers.
    #[inline]
    pub fn protocol(&self) -> u8 {
        self.protocol
    }

    /// What follows the extension headers, up to the payload length.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }
}
