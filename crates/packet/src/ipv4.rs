//! IPv4 (RFC 791).

use core::net::Ipv4Addr;

use crate::bytes::{array_at, from, split, u8_at, u16_at};
use crate::checksum;

mod field {
    pub const VERSION_IHL: usize = 0;
    pub const TOS: usize = 1;
    pub const TOTAL_LEN: usize = 2;
    pub const ID: usize = 4;
    pub const FLAGS_OFFSET: usize = 6;
    pub const TTL: usize = 8;
    pub const PROTOCOL: usize = 9;
    pub const CHECKSUM: usize = 10;
    pub const SRC: usize = 12;
    pub const DST: usize = 16;
    pub const OPTIONS: usize = 20;
}

/// The length of the header without options.
pub const HEADER_LEN: usize = field::OPTIONS;

/// An IPv4 header and what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4<'a> {
    header: &'a [u8],
    payload: &'a [u8],
}

impl<'a> Ipv4<'a> {
    /// The header with its options, 20 to 60 bytes.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        self.header
    }

    /// What follows the header, up to the total length.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The length of the header in bytes.
    #[inline]
    pub fn header_len(&self) -> usize {
        self.header.len()
    }

    /// The type of service: DSCP and ECN.
    #[inline]
    pub fn tos(&self) -> u8 {
        u8_at(self.header, field::TOS)
    }

    /// The total length in bytes, header included, as the header has it.
    #[inline]
    pub fn total_len(&self) -> u16 {
        u16_at(self.header, field::TOTAL_LEN)
    }

    /// The identification.
    #[inline]
    pub fn id(&self) -> u16 {
        u16_at(self.header, field::ID)
    }

    /// The three flags: reserved 4, don't fragment 2, more fragments 1.
    #[inline]
    pub fn flags(&self) -> u8 {
        u8_at(self.header, field::FLAGS_OFFSET) >> 5
    }

    /// Whether the reserved flag is set.
    #[inline]
    pub fn reserved_flag(&self) -> bool {
        self.flags() & 4 != 0
    }

    /// Whether the datagram must not be fragmented.
    #[inline]
    pub fn dont_fragment(&self) -> bool {
        self.flags() & 2 != 0
    }

    /// Whether more fragments follow.
    #[inline]
    pub fn more_fragments(&self) -> bool {
        self.flags() & 1 != 0
    }

    /// The fragment offset in bytes.
    #[inline]
    pub fn fragment_offset(&self) -> u16 {
        // The field counts in units of 8 bytes in its low 13 bits.
        u16_at(self.header, field::FLAGS_OFFSET) << 3
    }

    /// Whether the packet is a piece of a datagram.
    #[inline]
    pub fn is_fragment(&self) -> bool {
        u16_at(self.header, field::FLAGS_OFFSET) & 0x3fff != 0
    }

    /// The time to live.
    #[inline]
    pub fn ttl(&self) -> u8 {
        u8_at(self.header, field::TTL)
    }

    /// The protocol of the payload.
    #[inline]
    pub fn protocol(&self) -> u8 {
        u8_at(self.header, field::PROTOCOL)
    }

    /// The header checksum.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16_at(self.header, field::CHECKSUM)
    }

    /// Whether the header checksum is right.
    pub fn checksum_ok(&self) -> bool {
        checksum::verify(&[self.header])
    }

    /// The source address.
    #[inline]
    pub fn src(&self) -> Ipv4Addr {
        Ipv4Addr::from(array_at::<4>(self.header, field::SRC))
    }

    /// The destination address.
    #[inline]
    pub fn dst(&self) -> Ipv4Addr {
        Ipv4Addr::from(array_at::<4>(self.header, field::DST))
    }

    /// The bytes of the options, 0 to 40.
    #[inline]
    pub fn option_bytes(&self) -> &'a [u8] {
        from(self.header, field::OPTIONS)
    }

    /// The options in order, up to the end-of-list option or the first without room for its length.
    #[inline]
    pub fn options(&self) -> Ipv4Options<'a> {
        Ipv4Options {
            rest: self.option_bytes(),
        }
    }
}

/// One IPv4 option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4Option<'a> {
    /// The option type with its copied flag and class.
    pub kind: u8,
    /// The length as the option has it; 1 for the options of one byte.
    pub len: u8,
    /// What follows type and length.
    pub data: &'a [u8],
}

/// The options of an IPv4 header in order.
#[derive(Clone, Copy, Debug)]
pub struct Ipv4Options<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Ipv4Options<'a> {
    type Item = Ipv4Option<'a>;

    #[inline]
    fn next(&mut self) -> Option<Ipv4Option<'a>> {
        let (kind, rest) = self.rest.split_first()?;
        match *kind {
            kind::EOL => {
                self.rest = &[];
                Some(Ipv4Option {
                    kind: kind::EOL,
                    len: 1,
                    data: &[],
                })
            }
            kind::NOP => {
                self.rest = rest;
                Some(Ipv4Option {
                    kind: kind::NOP,
                    len: 1,
                    data: &[],
                })
            }
            kind => {
                let len = *rest.first()?;
                let whole = self.rest.get(..usize::from(len))?;
                let data = whole.get(2..)?;
                self.rest = split(self.rest, whole.len()).1;
                Some(Ipv4Option { kind, len, data })
            }
        }
    }
}

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
    /// Commercial security (CIPSO).
    pub const CIPSO: u8 = 134;
    /// Stream identifier (RFC 791).
    pub const SID: u8 = 136;
    /// Strict source route (RFC 791).
    pub const SSRR: u8 = 137;
    /// Router alert (RFC 2113).
    pub const RTRALT: u8 = 148;
}
