//! UDP (RFC 768).

use super::{Context, len16};
use crate::Checksum;
use crate::checksum::with_pseudo_header;

/// A UDP header.
#[derive(Clone, Debug)]
pub struct Udp {
    src_port: u16,
    dst_port: u16,
    checksum: Checksum,
    length: Option<u16>,
}

impl Udp {
    /// A header with these ports.
    pub const fn new(src_port: u16, dst_port: u16) -> Self {
        Self {
            src_port,
            dst_port,
            checksum: Checksum::Right,
            length: None,
        }
    }

    /// Sets what the checksum is; `Checksum::Value(0)` leaves it out.
    pub const fn checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = checksum;
        self
    }

    /// Sets the length field, whatever the payload's is.
    pub const fn length(mut self, bytes: u16) -> Self {
        self.length = Some(bytes);
        self
    }

    pub(super) fn encode(&self, context: &Context<'_>, payload: Vec<u8>) -> Vec<u8> {
        let length = self
            .length
            .unwrap_or_else(|| len16(8 + payload.len(), "a UDP datagram"));
        let mut bytes = Vec::with_capacity(8 + payload.len());
        bytes.extend(self.src_port.to_be_bytes());
        bytes.extend(self.dst_port.to_be_bytes());
        bytes.extend(length.to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(payload);
        // RFC 768: a sum of 0 is sent as ffff, since 0 says that there is none.
        let right = match with_pseudo_header(context.ends, 17, &bytes) {
            0 => 0xffff,
            sum => sum,
        };
        bytes[6..8].copy_from_slice(&self.checksum.of(right).to_be_bytes());
        bytes
    }
}
