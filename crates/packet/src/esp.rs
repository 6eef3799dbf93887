//! ESP (RFC 4303): the part that is not encrypted.

use crate::bytes::u32_at;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::{Packet, Transport};

mod field {
    pub const SPI: usize = 0;
    pub const SEQ: usize = 4;
    pub const PAYLOAD: usize = 8;
}

/// The length of the part that is not encrypted.
pub const HEADER_LEN: usize = field::PAYLOAD;

/// An ESP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Esp<'a> {
    header: &'a [u8; HEADER_LEN],
    payload: &'a [u8],
}

impl<'a> Esp<'a> {
    /// The 8 bytes of the header.
    pub fn header(&self) -> &'a [u8] {
        self.header
    }

    /// The encrypted bytes with trailer and authentication value.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The security parameters index.
    pub fn spi(&self) -> u32 {
        u32_at(self.header, field::SPI)
    }

    /// The sequence number.
    pub fn seq(&self) -> u32 {
        u32_at(self.header, field::SEQ)
    }
}

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) {
    packet.layers.insert(Layer::Esp);
    let Some((header, payload)) = bytes.split_first_chunk() else {
        packet.reject(DecoderEvent::EspPktTooSmall);
        return;
    };
    packet.transport = Transport::Esp(Esp { header, payload });
    packet.payload = payload;
}
