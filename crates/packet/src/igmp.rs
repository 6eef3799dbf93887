//! IGMP (RFC 1112, RFC 2236, RFC 9776).

use core::net::Ipv4Addr;

use crate::bytes::{array_at, u8_at, u16_at, upto};

mod field {
    pub const TYPE: usize = 0;
    pub const MAX_RESPONSE: usize = 1;
    pub const CHECKSUM: usize = 2;
    pub const GROUP: usize = 4;
    pub const END: usize = 8;
}

/// The length of the header that all messages have.
pub const HEADER_LEN: usize = field::END;

/// An IGMP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Igmp<'a> {
    message: &'a [u8],
}

impl<'a> Igmp<'a> {
    /// The first 8 bytes.
    pub fn header(&self) -> &'a [u8] {
        upto(self.message, HEADER_LEN)
    }

    /// The whole message.
    pub fn message(&self) -> &'a [u8] {
        self.message
    }

    /// The type.
    pub fn kind(&self) -> u8 {
        u8_at(self.message, field::TYPE)
    }

    /// The code: the maximum response time of a query.
    pub fn code(&self) -> u8 {
        u8_at(self.message, field::MAX_RESPONSE)
    }

    /// The checksum.
    pub fn checksum(&self) -> u16 {
        u16_at(self.message, field::CHECKSUM)
    }

    /// The group address; for a version 3 report, the bytes in its place.
    pub fn group(&self) -> Ipv4Addr {
        Ipv4Addr::from(array_at::<4>(self.message, field::GROUP))
    }
}

/// The types of the IGMP messages.
pub mod kind {
    /// Membership query.
    pub const QUERY: u8 = 0x11;
    /// Membership report, version 1.
    pub const REPORT_V1: u8 = 0x12;
    /// Membership report, version 2.
    pub const REPORT_V2: u8 = 0x16;
    /// Leave group.
    pub const LEAVE: u8 = 0x17;
    /// Membership report, version 3.
    pub const REPORT_V3: u8 = 0x22;
}
