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
    packet.layers.insert(match packet.vlan_count {
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
