//! VXLAN (RFC 7348).

use crate::bytes::{from, u8_at, u16_at, u24_at, u32_at};
use crate::config::DecodeConfig;
use crate::decode::{carry, ethertype};
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;
use crate::tunnel::{First, Tunnel};

mod field {
    pub const FLAGS_RESERVED: usize = 0;
    pub const VNI: usize = 4;
    pub const RESERVED: usize = 7;
    pub const FRAME: usize = 8;
    /// The EtherType of the frame within.
    pub const INNER_ETHERTYPE: usize = 20;
    pub const INNER_PAYLOAD: usize = 22;
}

/// The length of the header.
pub const HEADER_LEN: usize = field::FRAME;

/// A VXLAN header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vxlan<'a> {
    header: &'a [u8; HEADER_LEN],
}

impl<'a> Vxlan<'a> {
    /// The view of the header at the start of a UDP payload; `None` when it is shorter.
    pub fn new(payload: &'a [u8]) -> Option<Self> {
        payload.first_chunk().map(|header| Self { header })
    }

    /// Whether the network identifier is valid, without which it is not VXLAN.
    pub fn has_vni(&self) -> bool {
        u8_at(self.header, field::FLAGS_RESERVED) & 0x08 != 0
    }

    /// The network identifier, 24 bits.
    pub fn vni(&self) -> u32 {
        u24_at(self.header, field::VNI)
    }

    /// Whether all the reserved bits are zero.
    pub fn is_standard(&self) -> bool {
        u32_at(self.header, field::FLAGS_RESERVED) & !0x0800_0000 == 0 && u8_at(self.header, field::RESERVED) == 0
    }
}

/// Notes the frame that a UDP payload carries, if it is VXLAN.
pub(crate) fn decode<'a>(packet: &mut Packet<'a>, payload: &'a [u8], config: &DecodeConfig) {
    let Some(vxlan) = Vxlan::new(payload) else {
        return;
    };
    if payload.len() < field::INNER_PAYLOAD || !vxlan.has_vni() || (config.vxlan_strict && !vxlan.is_standard()) {
        return;
    }
    packet.layers.push(Layer::Vxlan);
    match u16_at(payload, field::INNER_ETHERTYPE) {
        ethertype::IPV4
        | ethertype::IPV6
        | ethertype::ARP
        | ethertype::VLAN
        | ethertype::QINQ
        | ethertype::QINQ_OLD => {
            carry(
                packet,
                Tunnel::Vxlan,
                First::Ethernet,
                from(payload, field::FRAME),
                config,
            );
        }
        _ => packet.blame(DecoderEvent::VxlanUnknownPayloadType),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{decoded, ethernet, events, inner, ipv4, udp};
    use crate::{LinkType, Timestamp};

    fn datagram(header: [u8; 8], ethertype: u16) -> Vec<u8> {
        let frame = ethernet(ethertype, &ipv4(17, &udp(1, 2, b"x")));
        ethernet(0x0800, &ipv4(17, &udp(999, 4789, &[&header[..], &frame].concat())))
    }

    #[test]
    fn reads_every_field() {
        let vxlan = Vxlan::new(&[8, 0, 0, 0, 1, 2, 3, 0, 9]).unwrap();
        assert_eq!(
            (vxlan.vni(), vxlan.has_vni(), vxlan.is_standard()),
            (0x010203, true, true)
        );
        assert!(!Vxlan::new(&[8, 0, 0, 0, 1, 2, 3, 1]).unwrap().is_standard());
        assert_eq!(Vxlan::new(&[8; 7]), None);
    }

    #[test]
    fn the_frame_within_is_decoded() {
        let frame = datagram([8, 0, 0, 0, 0, 0, 1, 0], 0x0800);
        let packet = decoded(&frame);
        assert!(packet.layers.contains(Layer::Vxlan) && packet.payload.len() > 40);
        let within = inner(&packet);
        assert_eq!((within.tunnel, within.payload), (Tunnel::Vxlan, &b"x"[..]));
        assert!(within.ethernet.is_some());
    }

    #[test]
    fn reserved_bits() {
        assert!(decoded(&datagram([0, 0, 0, 0, 0, 0, 1, 0], 0x0800)).inner.is_none());
        let extended = datagram([0xff, 1, 2, 3, 0, 0, 1, 9], 0x0800);
        assert!(decoded(&extended).inner.is_none());
        let config = DecodeConfig {
            vxlan_strict: false,
            ..DecodeConfig::default()
        };
        let packet = Packet::decode(&extended, LinkType::Ethernet, Timestamp::default(), 1, &config);
        assert!(packet.inner.is_some());
    }

    #[test]
    fn an_unknown_payload() {
        let frame = datagram([8, 0, 0, 0, 0, 0, 1, 0], 0x9999);
        let packet = decoded(&frame);
        assert_eq!(events(&packet), ["vxlan.unknown_payload_type"]);
        assert!(packet.inner.is_none() && packet.malformed && !packet.invalid);
    }

    #[test]
    fn too_short_is_not_vxlan() {
        for len in 0..field::INNER_PAYLOAD {
            let mut payload = vec![8, 0, 0, 0, 0, 0, 1, 0];
            payload.resize(len, 0);
            let frame = ethernet(0x0800, &ipv4(17, &udp(999, 4789, &payload)));
            assert!(decoded(&frame).events.is_empty());
        }
    }
}
