//! Linux cooked capture, versions 1 and 2.

use crate::bytes::{from, u16_at};
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;

mod field {
    pub const PROTOCOL: usize = 14;
    pub const PAYLOAD: usize = 16;

    pub const V2_PROTOCOL: usize = 0;
    pub const V2_PAYLOAD: usize = 20;
}

/// The length of the header of version 1.
pub const HEADER_LEN: usize = field::PAYLOAD;

/// The length of the header of version 2.
pub const V2_HEADER_LEN: usize = field::V2_PAYLOAD;

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Sll);
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::SllPktTooSmall);
        return Step::Done;
    }
    Step::Ethertype(u16_at(bytes, field::PROTOCOL), from(bytes, field::PAYLOAD), Layer::Sll)
}

pub(crate) fn decode_v2<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Sll2);
    if bytes.len() < V2_HEADER_LEN {
        packet.reject(DecoderEvent::Sll2PktTooSmall);
        return Step::Done;
    }
    Step::Ethertype(
        u16_at(bytes, field::V2_PROTOCOL),
        from(bytes, field::V2_PAYLOAD),
        Layer::Sll2,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LinkType;
    use crate::fixture::{decoded_as, events, ipv4, udp};

    #[test]
    fn ip_behind_both_versions() {
        let ip = ipv4(17, &udp(1, 2, b"x"));
        let first = [&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0][..], &ip].concat();
        let second = [&[8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0][..], &ip].concat();
        assert_eq!(decoded_as(&first, LinkType::LinuxSll).payload, b"x");
        assert_eq!(decoded_as(&second, LinkType::LinuxSll2).payload, b"x");
    }

    #[test]
    fn cut_short() {
        let bytes = [0; 20];
        for len in 0..HEADER_LEN {
            assert_eq!(
                events(&decoded_as(&bytes[..len], LinkType::LinuxSll)),
                ["sll.pkt_too_small"]
            );
        }
        for len in 0..V2_HEADER_LEN {
            assert_eq!(
                events(&decoded_as(&bytes[..len], LinkType::LinuxSll2)),
                ["sll2.pkt_too_small"]
            );
        }
    }
}
