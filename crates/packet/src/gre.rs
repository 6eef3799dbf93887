//! GRE (RFC 2784, RFC 2890, RFC 1701) and its version 1 for PPTP (RFC 2637).

use crate::bytes::{from, u8_at, u16_at, u32_at};

mod field {
    pub const FLAGS: usize = 0;
    pub const VERSION: usize = 1;
    pub const PROTOCOL: usize = 2;
    pub const OPTIONS: usize = 4;
}

/// The length of the header without its optional fields.
pub const HEADER_LEN: usize = field::OPTIONS;

/// A GRE header and what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gre<'a> {
    header: &'a [u8],
    payload: &'a [u8],
}

impl<'a> Gre<'a> {
    /// The header with its optional fields.
    pub fn header(&self) -> &'a [u8] {
        self.header
    }

    /// What follows the header.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The first byte: checksum 0x80, routing 0x40, key 0x20, sequence number 0x10, strict source route 0x08, recursion 0x07.
    pub fn flags(&self) -> u8 {
        u8_at(self.header, field::FLAGS)
    }

    /// The version.
    pub fn version(&self) -> u8 {
        u8_at(self.header, field::VERSION) & 0x07
    }

    /// The EtherType of the payload.
    pub fn protocol(&self) -> u16 {
        u16_at(self.header, field::PROTOCOL)
    }
}
