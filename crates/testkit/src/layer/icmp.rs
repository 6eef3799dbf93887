//! ICMP (RFC 792) and ICMPv6 (RFC 4443).

use super::Context;
use crate::Checksum;
use crate::checksum::{internet, with_pseudo_header};

/// An ICMP header of eight bytes.
#[derive(Clone, Debug)]
pub struct Icmpv4(Header);

/// An ICMPv6 header of eight bytes.
#[derive(Clone, Debug)]
pub struct Icmpv6(Header);

#[derive(Clone, Debug)]
struct Header {
    kind: u8,
    code: u8,
    rest: [u8; 4],
    checksum: Checksum,
}

macro_rules! icmp_methods {
    ($echo_request:literal, $echo_reply:literal) => {
        /// A message of this type and code; its second word is 0.
        pub const fn new(kind: u8, code: u8) -> Self {
            Self(Header {
                kind,
                code,
                rest: [0; 4],
                checksum: Checksum::Right,
            })
        }

        /// An echo request.
        pub const fn echo_request(id: u16, seq: u16) -> Self {
            Self::new($echo_request, 0).id_and_seq(id, seq)
        }

        /// An echo reply.
        pub const fn echo_reply(id: u16, seq: u16) -> Self {
            Self::new($echo_reply, 0).id_and_seq(id, seq)
        }

        /// Sets the second word as identifier and sequence number.
        pub const fn id_and_seq(mut self, id: u16, seq: u16) -> Self {
            let ([a, b], [c, d]) = (id.to_be_bytes(), seq.to_be_bytes());
            self.0.rest = [a, b, c, d];
            self
        }

        /// Sets the second word: unused, a pointer, an address or an MTU, by type.
        pub const fn rest(mut self, word: u32) -> Self {
            self.0.rest = word.to_be_bytes();
            self
        }

        /// Sets what the checksum is.
        pub const fn checksum(mut self, checksum: Checksum) -> Self {
            self.0.checksum = checksum;
            self
        }
    };
}

impl Icmpv4 {
    icmp_methods!(8, 0);

    /// "Destination unreachable: port"; the payload is the packet that it is about.
    pub const fn port_unreachable() -> Self {
        Self::new(3, 3)
    }

    pub(super) fn encode(&self, payload: Vec<u8>) -> Vec<u8> {
        self.0.encode(&payload, |bytes| internet(&[bytes]))
    }
}

impl Icmpv6 {
    icmp_methods!(128, 129);

    pub(super) fn encode(&self, context: &Context<'_>, payload: Vec<u8>) -> Vec<u8> {
        self.0
            .encode(&payload, |bytes| with_pseudo_header(context.ends, 58, bytes))
    }
}

impl Header {
    fn encode(&self, payload: &[u8], sum: impl Fn(&[u8]) -> u16) -> Vec<u8> {
        let mut bytes = vec![self.kind, self.code, 0, 0];
        bytes.extend(self.rest);
        bytes.extend(payload);
        let sum = self.checksum.of(sum(&bytes));
        bytes[2..4].copy_from_slice(&sum.to_be_bytes());
        bytes
    }
}
