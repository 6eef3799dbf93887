//! Provider backbone bridging (IEEE 802.1ah): the I-tag and the customer's Ethernet header behind it.

use crate::bytes::{from, u16_at};
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;

mod field {
    // Flags and service identifier, 4 bytes, then the customer's two addresses.
    pub const ETHERTYPE: usize = 16;
    pub const PAYLOAD: usize = 18;
}

/// The length of the tag with the customer's Ethernet header, counted from behind the tag's own EtherType.
pub const HEADER_LEN: usize = field::PAYLOAD;

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Ieee8021ah);
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::Ieee8021ahHeaderTooSmall);
        return Step::Done;
    }
    Step::Ethertype(
        u16_at(bytes, field::ETHERTYPE),
        from(bytes, field::PAYLOAD),
        Layer::Ieee8021ah,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{check_truncation, decoded, ethernet, ipv4, udp};

    fn tag(ethertype: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = [0; 16].to_vec();
        bytes.extend(ethertype.to_be_bytes());
        bytes.extend(payload);
        bytes
    }

    #[test]
    fn ip_behind_the_customers_header() {
        let frame = ethernet(0x88e7, &tag(0x0800, &ipv4(17, &udp(1, 2, b"x"))));
        assert_eq!(decoded(&frame).payload, b"x");
    }

    #[test]
    fn cut_short() {
        check_truncation(&tag(0x9999, b""), HEADER_LEN, "ieee8021ah.header_too_small", |bytes| {
            ethernet(0x88e7, bytes)
        });
    }
}
