//! ERSPAN type II: mirrored Ethernet frames within GRE.

use crate::bytes::{from, u16_at};
use crate::decode::Step;
use crate::ethernet;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;

mod field {
    pub const VERSION_VLAN: usize = 0;
    pub const FRAME: usize = 8;
}

/// The length of the header with that of the frame behind it.
pub const HEADER_LEN: usize = field::FRAME + ethernet::HEADER_LEN;

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Erspan);
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::ErspanHeaderTooSmall);
        return Step::Done;
    }
    let version_vlan = u16_at(bytes, field::VERSION_VLAN);
    if version_vlan >> 12 != VERSION_TYPE_II {
        packet.reject(DecoderEvent::ErspanUnsupportedVersion);
        return Step::Done;
    }
    let vlan = version_vlan & 0x0fff;
    if vlan != 0 && !packet.push_vlan(vlan) {
        packet.reject(DecoderEvent::ErspanTooManyVlanLayers);
        return Step::Done;
    }
    Step::Ethernet(from(bytes, field::FRAME))
}

/// The version field of type II.
const VERSION_TYPE_II: u16 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{decoded, ethernet, inner, ipv4, udp};
    use crate::{DecodeConfig, LinkType, Timestamp, Tunnel};

    fn gre(sequence: bool, payload: &[u8]) -> Vec<u8> {
        let head: &[u8] = if sequence {
            &[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1]
        } else {
            &[0, 0, 0x88, 0xbe]
        };
        ethernet(0x0800, &ipv4(47, &[head, payload].concat()))
    }

    fn mirrored() -> Vec<u8> {
        ethernet(0x0800, &ipv4(17, &udp(1, 2, b"x")))
    }

    #[test]
    fn the_mirrored_frame_is_on_its_vlan() {
        let bytes = [&[0x10, 23, 0, 0, 0, 0, 0, 0][..], &mirrored()].concat();
        let frame = gre(true, &bytes);
        let within = inner(&decoded(&frame));
        assert_eq!(
            (within.vlan, within.vlan_count, within.payload),
            ([23, 0, 0], 1, &b"x"[..])
        );
        assert_eq!(within.tunnel, Tunnel::Erspan);
        assert!(within.ethernet.is_some() && within.layers.contains(Layer::Erspan));
    }

    #[test]
    fn type_i_has_no_header() {
        let frame = gre(false, &mirrored());
        let config = DecodeConfig::default();
        let packet = Packet::decode(&frame, LinkType::Ethernet, Timestamp::default(), 1, &config);
        assert_eq!(packet.decode_inner(&config).unwrap().payload, b"x");
        let off = DecodeConfig {
            erspan_type_i: false,
            ..config
        };
        let packet = Packet::decode(&frame, LinkType::Ethernet, Timestamp::default(), 1, &off);
        assert!(packet.inner.is_none());
    }

    #[test]
    fn a_broken_header_carries_nothing() {
        let config = DecodeConfig::default();
        let wrong_version = gre(true, &[&[0x20, 23, 0, 0, 0, 0, 0, 0][..], &mirrored()].concat());
        assert!(decoded(&wrong_version).decode_inner(&config).is_none());
        let whole = [&[0x10, 23, 0, 0, 0, 0, 0, 0][..], &mirrored()].concat();
        for len in 0..HEADER_LEN {
            assert!(decoded(&gre(true, &whole[..len])).decode_inner(&config).is_none());
        }
    }

    #[test]
    fn each_event() {
        for (bytes, event) in [
            (&[0x10; HEADER_LEN - 1][..], DecoderEvent::ErspanHeaderTooSmall),
            (&[0x20; HEADER_LEN], DecoderEvent::ErspanUnsupportedVersion),
            (&[0x10; HEADER_LEN], DecoderEvent::ErspanTooManyVlanLayers),
        ] {
            let frame = [];
            let mut packet = crate::fixture::decoded_as(&frame, LinkType::Other(0));
            packet.vlan_count = 3;
            assert!(matches!(super::decode(&mut packet, bytes), Step::Done));
            assert!(packet.events.contains(event) && packet.invalid);
        }
    }
}
