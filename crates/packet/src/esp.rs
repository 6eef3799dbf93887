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
    packet.layers.push(Layer::Esp);
    let Some((header, payload)) = bytes.split_first_chunk() else {
        packet.reject(DecoderEvent::EspPktTooSmall);
        return;
    };
    packet.transport = Transport::Esp(Esp { header, payload });
    packet.payload = payload;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{check_truncation, decoded, ethernet, ipv4, ipv6};

    #[test]
    fn reads_every_field() {
        let bytes = [0, 0, 1, 2, 0, 0, 3, 4, 9, 9, 9];
        for frame in [ethernet(0x0800, &ipv4(50, &bytes)), ethernet(0x86dd, &ipv6(50, &bytes))] {
            let packet = decoded(&frame);
            let Transport::Esp(esp) = packet.transport else {
                panic!("not ESP")
            };
            assert_eq!((esp.header(), esp.payload()), (&bytes[..8], &bytes[8..]));
            assert_eq!((esp.spi(), esp.seq(), packet.payload), (0x0102, 0x0304, &[9, 9, 9][..]));
        }
    }

    #[test]
    fn cut_short() {
        check_truncation(&[0; 8], HEADER_LEN, "esp.pkt_too_small", |bytes| {
            ethernet(0x0800, &ipv4(50, bytes))
        });
    }
}
