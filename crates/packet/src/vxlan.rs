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
        u32_at(self.header, field::FLAGS_RESERVED) & !0x0800_0000 == 0
            && u8_at(self.header, field::RESERVED) == 0
    }
}

/// Notes the frame that a UDP payload carries, if it is VXLAN.
pub(crate) fn decode<'a>(packet: &mut Packet<'a>, payload: &'a [u8], config: &DecodeConfig) {
    let Some(vxlan) = Vxlan::new(payload) else {
        return;
    };
    if payload.len() < field::INNER_PAYLOAD
        || !vxlan.has_vni()
        || (config.vxlan_strict && !vxlan.is_standard())
    {
        return;
    }
    packet.layers.insert(Layer::Vxlan);
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
