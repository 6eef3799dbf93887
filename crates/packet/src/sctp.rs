//! SCTP (RFC 9260): the common header and the chunks.

use crate::bytes::{from, u8_at, u16_at, u32_at};
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::{Packet, Transport};

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
        from(self.bytes, field::CHUNK_VALUE)
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
        self.rest = from(self.rest, len.next_multiple_of(4));
        Some(Chunk { bytes })
    }
}

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) {
    packet.layers.push(Layer::Sctp);
    let Some((header, chunks)) = bytes.split_first_chunk() else {
        packet.reject(DecoderEvent::SctpPktTooSmall);
        return;
    };
    let sctp = Sctp { header, chunks };
    packet.transport = Transport::Sctp(sctp);
    packet.payload = chunks;
    check_chunks(packet, &sctp);
}

fn check_chunks(packet: &mut Packet<'_>, sctp: &Sctp<'_>) {
    let mut chunks = sctp.chunks();
    let (mut count, mut data, mut init) = (0usize, 0usize, false);
    // LIMIT: a look at this many chunks; the rest are for whoever iterates over them.
    for chunk in chunks.by_ref().take(MAX_CHUNKS) {
        count = count.saturating_add(1);
        match chunk.kind() {
            kind::DATA => data = data.saturating_add(1),
            kind::INIT => init = true,
            _ => {}
        }
    }
    if chunks.next().is_some() {
        packet.note(DecoderEvent::SctpTooManyChunks);
    } else if let 1..CHUNK_HEADER_LEN = chunks.rest.len() {
        packet.note(DecoderEvent::SctpChunkTooSmall);
    } else if !chunks.rest.is_empty() {
        packet.note(DecoderEvent::SctpChunkLenInvalid);
    }
    if data > MAX_DATA_CHUNKS {
        packet.note(DecoderEvent::SctpTooManyDataChunks);
    }
    if data > 0 && sctp.vtag() == 0 {
        packet.note(DecoderEvent::SctpDataWithZeroVtag);
    }
    // RFC 9260 section 3.3.2 and 8.5.1: INIT comes alone, and with the tag 0.
    if init && count > 1 {
        packet.note(DecoderEvent::SctpInitChunkBundled);
    }
    if init && sctp.vtag() != 0 {
        packet.note(DecoderEvent::SctpInitWithNonZeroVtag);
    }
}

/// The most chunks of a packet that are no anomaly.
const MAX_CHUNKS: usize = 255;

/// The most DATA chunks of a packet that are no anomaly: 73 of the smallest fill an Ethernet frame.
const MAX_DATA_CHUNKS: usize = 128;

/// The types of the chunks.
pub mod kind {
    /// Payload data.
    pub const DATA: u8 = 0;
    /// Initiation.
    pub const INIT: u8 = 1;
    /// Initiation acknowledgement.
    pub const INIT_ACK: u8 = 2;
    /// Selective acknowledgement.
    pub const SACK: u8 = 3;
    /// Heartbeat request.
    pub const HEARTBEAT: u8 = 4;
    /// Heartbeat acknowledgement.
    pub const HEARTBEAT_ACK: u8 = 5;
    /// Abort.
    pub const ABORT: u8 = 6;
    /// Shutdown.
    pub const SHUTDOWN: u8 = 7;
    /// Shutdown acknowledgement.
    pub const SHUTDOWN_ACK: u8 = 8;
    /// Operation error.
    pub const ERROR: u8 = 9;
    /// State cookie.
    pub const COOKIE_ECHO: u8 = 10;
    /// Cookie acknowledgement.
    pub const COOKIE_ACK: u8 = 11;
    /// Shutdown complete.
    pub const SHUTDOWN_COMPLETE: u8 = 14;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{check_truncation, decoded, ethernet, events, ipv4};

    fn sctp(vtag: u32, chunks: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x04, 0xd2, 0, 80];
        bytes.extend(vtag.to_be_bytes());
        bytes.extend([0, 0, 1, 2]);
        bytes.extend(chunks);
        bytes
    }

    fn events_of(vtag: u32, chunks: &[u8]) -> Vec<&'static str> {
        let frame = ethernet(0x0800, &ipv4(132, &sctp(vtag, chunks)));
        let packet = decoded(&frame);
        assert!(!packet.invalid && packet.sctp().is_some());
        events(&packet)
    }

    const DATA: [u8; 20] = [0, 3, 0, 17, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0];
    const INIT: [u8; 20] = [1, 0, 0, 20, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1];

    #[test]
    fn reads_every_field() {
        let bytes = sctp(
            7,
            &[DATA, [6, 1, 0, 4, 3, 0, 0, 8, 1, 1, 1, 1, 9, 0, 0, 4, 9, 0, 0, 4]].concat(),
        );
        let frame = ethernet(0x0800, &ipv4(132, &bytes));
        let packet = decoded(&frame);
        let sctp = packet.sctp().unwrap();
        assert_eq!((sctp.header(), sctp.payload()), (&bytes[..12], &bytes[12..]));
        assert_eq!(
            (sctp.src_port(), sctp.dst_port(), sctp.vtag(), sctp.checksum()),
            (1234, 80, 7, 0x0102)
        );
        let chunks: Vec<_> = sctp.chunks().collect();
        assert_eq!(chunks.iter().map(Chunk::kind).collect::<Vec<_>>(), [0, 6, 3, 9, 9]);
        assert_eq!((chunks[0].flags(), chunks[0].value().len()), (3, 13));
        assert_eq!((packet.src_port(), packet.payload), (1234, sctp.payload()));
    }

    #[test]
    fn cut_short() {
        check_truncation(&sctp(1, b""), HEADER_LEN, "sctp.pkt_too_small", |bytes| {
            ethernet(0x0800, &ipv4(132, bytes))
        });
    }

    #[test]
    fn each_event() {
        assert!(events_of(7, &DATA).is_empty() && events_of(0, &INIT).is_empty());
        // The last chunk may come without its padding.
        assert!(events_of(7, &DATA[..17]).is_empty());
        assert_eq!(events_of(7, &[6, 0, 0]), ["sctp.chunk_too_small"]);
        assert_eq!(events_of(7, &[6, 0, 0, 3]), ["sctp.chunk_len_invalid"]);
        assert_eq!(events_of(7, &[6, 0, 0, 5]), ["sctp.chunk_len_invalid"]);
        assert_eq!(events_of(0, &DATA), ["sctp.data_with_zero_vtag"]);
        assert_eq!(events_of(7, &INIT), ["sctp.init_with_non_zero_vtag"]);
        assert_eq!(
            events_of(0, &[&INIT[..], &[6, 0, 0, 4]].concat()),
            ["sctp.init_chunk_bundled"]
        );
        assert_eq!(events_of(7, &DATA.repeat(129)), ["sctp.too_many_data_chunks"]);
        assert_eq!(events_of(7, &[6, 0, 0, 4].repeat(256)), ["sctp.too_many_chunks"]);
        assert!(events_of(7, &[6, 0, 0, 4].repeat(255)).is_empty());
    }
}
