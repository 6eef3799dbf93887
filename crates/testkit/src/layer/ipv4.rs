//! IPv4 (RFC 791).

use std::net::Ipv4Addr;

use super::{Context, len16};
use crate::Checksum;
use crate::address::ToIp;
use crate::checksum::internet;

/// An IPv4 header.
#[derive(Clone, Debug)]
pub struct Ipv4 {
    pub(crate) src: Ipv4Addr,
    pub(crate) dst: Ipv4Addr,
    tos: u8,
    ttl: u8,
    id: u16,
    dont_fragment: bool,
    reserved_bit: bool,
    more_fragments: bool,
    /// In units of eight bytes.
    fragment_offset: u16,
    protocol: Option<u8>,
    options: Vec<u8>,
    checksum: Checksum,
    total_length: Option<u16>,
    version: u8,
    header_words: Option<u8>,
}

impl Ipv4 {
    /// A header with TTL 64 and "don't fragment".
    ///
    /// # Panics
    /// When one of the two is no IPv4 address.
    pub fn new(src: impl ToIp, dst: impl ToIp) -> Self {
        Self {
            src: v4(src),
            dst: v4(dst),
            tos: 0,
            ttl: 64,
            id: 0,
            dont_fragment: true,
            reserved_bit: false,
            more_fragments: false,
            fragment_offset: 0,
            protocol: None,
            options: Vec::new(),
            checksum: Checksum::Right,
            total_length: None,
            version: 4,
            header_words: None,
        }
    }

    /// Sets the type of service octet (DSCP and ECN).
    pub const fn tos(mut self, tos: u8) -> Self {
        self.tos = tos;
        self
    }

    /// Sets the time to live.
    pub const fn ttl(mut self, ttl: u8) -> Self {
        self.ttl = ttl;
        self
    }

    /// Sets the identification.
    pub const fn id(mut self, id: u16) -> Self {
        self.id = id;
        self
    }

    /// Sets or clears "don't fragment".
    pub const fn dont_fragment(mut self, set: bool) -> Self {
        self.dont_fragment = set;
        self
    }

    /// Sets the reserved bit of the flags (RFC 3514's).
    pub const fn reserved_bit(mut self) -> Self {
        self.reserved_bit = true;
        self
    }

    /// Makes this the fragment of datagram `id` that begins `offset` bytes into its payload;
    /// `more` tells whether others follow. Set [`protocol`](Self::protocol) as well where the payload is raw.
    ///
    /// # Panics
    /// When `offset` is no multiple of 8 or over 65,528.
    pub const fn fragment(mut self, id: u16, offset: usize, more: bool) -> Self {
        assert!(
            offset.is_multiple_of(8) && offset <= 65_528,
            "a fragment begins at a multiple of 8 up to 65,528"
        );
        self.id = id;
        self.dont_fragment = false;
        self.more_fragments = more;
        self.fragment_offset = (offset / 8) as u16;
        self
    }

    /// Sets the protocol number, whatever follows.
    pub const fn protocol(mut self, number: u8) -> Self {
        self.protocol = Some(number);
        self
    }

    /// Sets the options; they are padded with "end of options" to a multiple of four bytes, 40 at most.
    pub fn options(mut self, options: &[u8]) -> Self {
        self.options = options.to_vec();
        self
    }

    /// Sets what the header checksum is.
    pub const fn checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = checksum;
        self
    }

    /// Sets the total length, whatever the payload's is.
    pub const fn total_length(mut self, bytes: u16) -> Self {
        self.total_length = Some(bytes);
        self
    }

    /// Sets the version field, 0 to 15.
    pub const fn version(mut self, version: u8) -> Self {
        self.version = version;
        self
    }

    /// Sets the header length field, in 32-bit words, 0 to 15.
    pub const fn header_words(mut self, words: u8) -> Self {
        self.header_words = Some(words);
        self
    }

    pub(super) fn encode(&self, context: &Context<'_>, payload: Vec<u8>) -> Vec<u8> {
        let mut options = self.options.clone();
        options.resize(options.len().next_multiple_of(4), 0);
        assert!(options.len() <= 40, "IPv4 options are at most 40 bytes");
        let header_len = 20 + options.len();
        let words = self.header_words.unwrap_or((header_len / 4) as u8);
        let total = self
            .total_length
            .unwrap_or_else(|| len16(header_len + payload.len(), "an IPv4 packet"));
        let fragmentation = u16::from(self.reserved_bit) << 15
            | u16::from(self.dont_fragment) << 14
            | u16::from(self.more_fragments) << 13
            | self.fragment_offset;

        let mut bytes = vec![self.version << 4 | words & 0x0f, self.tos];
        bytes.extend(total.to_be_bytes());
        bytes.extend(self.id.to_be_bytes());
        bytes.extend(fragmentation.to_be_bytes());
        bytes.extend([self.ttl, context.ip_protocol(self.protocol), 0, 0]);
        bytes.extend(self.src.octets());
        bytes.extend(self.dst.octets());
        bytes.extend(options);
        let sum = self.checksum.of(internet(&[&bytes]));
        bytes[10..12].copy_from_slice(&sum.to_be_bytes());
        bytes.extend(payload);
        bytes
    }
}

fn v4(ip: impl ToIp) -> Ipv4Addr {
    match ip.to_ip() {
        std::net::IpAddr::V4(ip) => ip,
        std::net::IpAddr::V6(ip) => panic!("{ip} is no IPv4 address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PacketBuilder;

    #[test]
    fn header_has_the_fields_in_their_places() {
        let bytes = PacketBuilder::raw()
            .layer(
                Ipv4::new("192.0.2.1", "10.0.0.1")
                    .options(&[7, 3, 4])
                    .fragment(9, 16, true)
                    .protocol(17),
            )
            .payload(b"abc")
            .build();
        assert_eq!(
            bytes[..10],
            [0x46, 0, 0, 27, 0, 9, 0x20, 2, 64, 17],
            "version, tos, length, id, flags and offset, ttl, protocol"
        );
        assert_eq!(bytes[12..24], [192, 0, 2, 1, 10, 0, 0, 1, 7, 3, 4, 0]);
        assert_eq!(internet(&[&bytes[..24]]), 0, "the sum over a right header is 0");
    }
}
