//! SCTP (RFC 9260).

use crate::Checksum;
use crate::checksum::crc32c;

/// An SCTP common header with chunks.
#[derive(Clone, Debug)]
pub struct Sctp {
    src_port: u16,
    dst_port: u16,
    verification_tag: u32,
    chunks: Vec<u8>,
    checksum: Checksum,
}

impl Sctp {
    /// A header without chunks, with verification tag 0.
    pub const fn new(src_port: u16, dst_port: u16) -> Self {
        Self {
            src_port,
            dst_port,
            verification_tag: 0,
            chunks: Vec::new(),
            checksum: Checksum::Right,
        }
    }

    /// Sets the verification tag.
    pub const fn verification_tag(mut self, tag: u32) -> Self {
        self.verification_tag = tag;
        self
    }

    /// Adds a chunk; `value` is all behind its four-byte header and is padded to a multiple of four.
    pub fn chunk(mut self, kind: u8, flags: u8, value: &[u8]) -> Self {
        self.chunks.extend([kind, flags]);
        self.chunks.extend((4 + value.len() as u16).to_be_bytes());
        self.chunks.extend(value);
        self.chunks.resize(self.chunks.len().next_multiple_of(4), 0);
        self
    }

    /// Adds an INIT chunk with one stream each way.
    pub fn init(self, initiate_tag: u32) -> Self {
        let mut value = initiate_tag.to_be_bytes().to_vec();
        value.extend([0, 1, 0, 0, 0, 1, 0, 1]);
        value.extend(initiate_tag.to_be_bytes());
        self.chunk(1, 0, &value)
    }

    /// Adds a DATA chunk that is a whole message on stream 0.
    pub fn data(self, tsn: u32, protocol: u32, data: &[u8]) -> Self {
        let mut value = tsn.to_be_bytes().to_vec();
        value.extend([0, 0, 0, 0]);
        value.extend(protocol.to_be_bytes());
        value.extend(data);
        self.chunk(0, 3, &value)
    }

    /// Sets whether the checksum is right; a given value goes into its low half.
    pub const fn checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = checksum;
        self
    }

    pub(super) fn encode(&self, payload: Vec<u8>) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(12 + self.chunks.len() + payload.len());
        bytes.extend(self.src_port.to_be_bytes());
        bytes.extend(self.dst_port.to_be_bytes());
        bytes.extend(self.verification_tag.to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(&self.chunks);
        bytes.extend(payload);
        let right = crc32c(&bytes);
        let sum = match self.checksum {
            Checksum::Right => right,
            Checksum::Wrong => right ^ 1,
            Checksum::Value(value) => u32::from(value),
        };
        // RFC 9260 appendix A: the CRC goes out with its low byte first.
        bytes[8..12].copy_from_slice(&sum.to_le_bytes());
        bytes
    }
}
