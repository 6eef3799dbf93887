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
    packet.layers.insert(Layer::Erspan);
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
