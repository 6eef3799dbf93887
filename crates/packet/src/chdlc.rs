//! Cisco HDLC.

use crate::bytes::{from, u16_at};
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;

mod field {
    // Address and control, a byte each, come first.
    pub const ETHERTYPE: usize = 2;
    pub const PAYLOAD: usize = 4;
}

/// The length of the header.
pub const HEADER_LEN: usize = field::PAYLOAD;

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Chdlc);
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::ChdlcPktTooSmall);
        return Step::Done;
    }
    Step::Ethertype(
        u16_at(bytes, field::ETHERTYPE),
        from(bytes, field::PAYLOAD),
        Layer::Chdlc,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LinkType;
    use crate::fixture::{decoded_as, events, ipv4, udp};

    #[test]
    fn ip_behind_the_header() {
        let bytes = [&[0x0f, 0, 8, 0][..], &ipv4(17, &udp(1, 2, b"x"))].concat();
        assert_eq!(decoded_as(&bytes, LinkType::CiscoHdlc).payload, b"x");
    }

    #[test]
    fn cut_short() {
        for len in 0..HEADER_LEN {
            assert_eq!(
                events(&decoded_as(&[0; 4][..len], LinkType::CiscoHdlc)),
                ["chdlc.pkt_too_small"]
            );
        }
    }
}
