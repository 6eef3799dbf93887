//! VLAN tags (IEEE 802.1Q, 802.1ad).

use crate::bytes::{from, u16_at};
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;

mod field {
    pub const TCI: usize = 0;
    pub const ETHERTYPE: usize = 2;
    pub const PAYLOAD: usize = 4;
}

/// The length of a tag, counted from behind its own EtherType.
pub const HEADER_LEN: usize = field::PAYLOAD;

/// A VLAN tag: control information and the EtherType that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vlan<'a> {
    tag: &'a [u8; HEADER_LEN],
}

impl<'a> Vlan<'a> {
    /// The view of the tag at the start of `bytes`; `None` when they are fewer.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        bytes.first_chunk().map(|tag| Self { tag })
    }

    /// The VLAN identifier, 12 bits.
    #[inline]
    pub fn id(&self) -> u16 {
        u16_at(self.tag, field::TCI) & 0x0fff
    }

    /// The priority, 3 bits.
    #[inline]
    pub fn priority(&self) -> u8 {
        (u16_at(self.tag, field::TCI) >> 13) as u8
    }

    /// Whether the frame may be dropped first.
    #[inline]
    pub fn drop_eligible(&self) -> bool {
        u16_at(self.tag, field::TCI) & 0x1000 != 0
    }

    /// The EtherType of what follows.
    #[inline]
    pub fn ethertype(&self) -> u16 {
        u16_at(self.tag, field::ETHERTYPE)
    }
}

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(match packet.vlan_count {
        0 => Layer::Vlan,
        1 => Layer::VlanQinq,
        _ => Layer::VlanQinqinq,
    });
    if usize::from(packet.vlan_count) == packet.vlan.len() {
        packet.note(DecoderEvent::VlanTooManyLayers);
        return Step::Done;
    }
    let Some(vlan) = Vlan::new(bytes) else {
        packet.reject(DecoderEvent::VlanHeaderTooSmall);
        return Step::Done;
    };
    packet.push_vlan(vlan.id());
    Step::Ethertype(vlan.ethertype(), from(bytes, field::PAYLOAD), Layer::Vlan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{check_truncation, decoded, ethernet, events, ipv4, udp};

    fn tag(id: u16, ethertype: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = id.to_be_bytes().to_vec();
        bytes.extend(ethertype.to_be_bytes());
        bytes.extend(payload);
        bytes
    }

    #[test]
    fn reads_every_field() {
        let bytes = tag(0xb123, 0x86dd, b"");
        let vlan = Vlan::new(&bytes).unwrap();
        assert_eq!((vlan.id(), vlan.priority(), vlan.drop_eligible()), (0x123, 5, true));
        assert_eq!(vlan.ethertype(), 0x86dd);
    }

    #[test]
    fn up_to_three_tags_outermost_first() {
        let ip = ipv4(17, &udp(1, 2, b"x"));
        let three = tag(5, 0x8100, &tag(6, 0x9100, &tag(0xe007, 0x0800, &ip)));
        let frame = ethernet(0x88a8, &three);
        let packet = decoded(&frame);
        assert_eq!((packet.vlan, packet.vlan_count), ([5, 6, 7], 3));
        assert_eq!(packet.payload, b"x");
        assert!(packet.layers.contains(Layer::VlanQinqinq) && packet.events.is_empty());
    }

    #[test]
    fn a_fourth_tag_ends_decoding() {
        let ip = ipv4(17, &udp(1, 2, b"x"));
        let four = tag(5, 0x8100, &tag(6, 0x8100, &tag(7, 0x8100, &tag(8, 0x0800, &ip))));
        let frame = ethernet(0x8100, &four);
        let packet = decoded(&frame);
        assert_eq!(events(&packet), ["vlan.too_many_layers"]);
        assert_eq!((packet.vlan, packet.src()), ([5, 6, 7], None));
    }

    #[test]
    fn cut_short() {
        check_truncation(&tag(5, 0x9999, b""), HEADER_LEN, "vlan.header_too_small", |tag| {
            ethernet(0x8100, tag)
        });
    }

    #[test]
    fn an_unknown_type_is_invalid() {
        let frame = ethernet(0x8100, &tag(5, 0x9999, b"abc"));
        let packet = decoded(&frame);
        assert_eq!(events(&packet), ["vlan.unknown_type"]);
        assert!(packet.invalid);
    }
}
