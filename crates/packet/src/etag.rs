//! E-Tag (IEEE 802.1BR, bridge port extension).

use crate::bytes::{from, u16_at};
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;

mod field {
    pub const ETHERTYPE: usize = 6;
    pub const PAYLOAD: usize = 8;
}

/// The length of a tag, counted from behind its own EtherType.
pub const HEADER_LEN: usize = field::PAYLOAD;

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Etag);
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::EtagHeaderTooSmall);
        return Step::Done;
    }
    Step::Ethertype(
        u16_at(bytes, field::ETHERTYPE),
        from(bytes, field::PAYLOAD),
        Layer::Etag,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{check_truncation, decoded, ethernet, events, ipv4, udp};

    fn tag(ethertype: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = [0; 6].to_vec();
        bytes.extend(ethertype.to_be_bytes());
        bytes.extend(payload);
        ethernet(0x893f, &bytes)
    }

    #[test]
    fn ip_behind_the_tag() {
        let frame = tag(0x0800, &ipv4(17, &udp(1, 2, b"x")));
        assert_eq!(decoded(&frame).payload, b"x");
    }

    #[test]
    fn cut_short() {
        check_truncation(&tag(0x9999, b"")[14..], HEADER_LEN, "etag.header_too_small", |bytes| {
            ethernet(0x893f, bytes)
        });
    }

    #[test]
    fn an_unknown_type_is_invalid() {
        assert_eq!(events(&decoded(&tag(0x9999, b"abc"))), ["etag.unknown_type"]);
    }
}
