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
    packet.layers.insert(Layer::Sll);
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::SllPktTooSmall);
        return Step::Done;
    }
    Step::Ethertype(
        u16_at(bytes, field::PROTOCOL),
        from(bytes, field::PAYLOAD),
        Layer::Sll,
    )
}

pub(crate) fn decode_v2<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.insert(Layer::Sll2);
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
