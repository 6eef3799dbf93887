//! SCTP (RFC 9260): the common header and the chunks.

use crate::bytes::{u8_at, u16_at, u32_at};

mod field {
    pub const SRC_PORT: usize = 0;
    pub const DST_PORT: usize = 2;
    pub const VTAG: usize = 4;
    pub const CHECKSUM: usize = 8;
    pub const CHUNKS: usize = 12;

    pub const CHUNK_TYPE: usize = 0;
    pub const CHUNK_FLAGS: usize = 1;
    pub const CHUNK_LEN: usize = 2;
    pub const CHUNK_VALUE: usize = 4;
}

/// The length of the common header.
pub const HEADER_LEN: usize = field::CHUNKS;

/// The length of a chunk header.
pub const CHUNK_HEADER_LEN: usize = field::CHUNK_VALUE;

/// An SCTP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sctp<'a> {
    header: &'a [u8; HEADER_LEN],
    chunks: &'a [u8],
}

impl<'a> Sctp<'a> {
    /// The 12 bytes of the common header.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        self.header
    }

    /// What follows the common header: the chunks.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        self.chunks
    }

    /// The source port.
    #[inline]
    pub fn src_port(&self) -> u16 {
        u16_at(self.header, field::SRC_PORT)
    }

    /// The destination port.
    #[inline]
    pub fn dst_port(&self) -> u16 {
        u16_at(self.header, field::DST_PORT)
    }

    /// The verification tag.
    #[inline]
    pub fn vtag(&self) -> u32 {
        u32_at(self.header, field::VTAG)
    }

    /// The checksum: CRC32c, in the byte order of the wire.
    #[inline]
    pub fn checksum(&self) -> u32 {
        u32_at(self.header, field::CHECKSUM)
    }

    /// The chunks in order, up to the first whose length does not fit.
    #[inline]
    pub fn chunks(&self) -> Chunks<'a> {
        Chunks { rest: self.chunks }
    }
}

/// One SCTP chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// The chunk with its header, without padding.
    pub bytes: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// The chunk type; 0 is DATA, 1 INIT, 2 INIT ACK.
    #[inline]
    pub fn kind(&self) -> u8 {
        u8_at(self.bytes, field::CHUNK_TYPE)
    }

    /// The chunk flags.
    #[inline]
    pub fn flags(&self) -> u8 {
        u8_at(self.bytes, field::CHUNK_FLAGS)
    }

    /// What follows the chunk header.
    #[inline]
    pub fn value(&self) -> &'a [u8] {
        crate::bytes::from(self.bytes, field::CHUNK_VALUE)
    }
}

/// The chunks of an SCTP packet in order.
#[derive(Clone, Copy, Debug)]
pub struct Chunks<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    #[inline]
    fn next(&mut self) -> Option<Chunk<'a>> {
        let len = usize::from(u16_at(self.rest, field::CHUNK_LEN));
        if len < CHUNK_HEADER_LEN {
            return None;
        }
        let bytes = self.rest.get(..len)?;
        // RFC 9260 section 3.2: a chunk is padded to a multiple of 4 bytes, which its length leaves out.
        self.rest = crate::bytes::from(self.rest, len.next_multiple_of(4));
        Some(Chunk { bytes })
    }
}
