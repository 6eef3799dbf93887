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
    packet.layers.insert(Layer::Etag);
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
