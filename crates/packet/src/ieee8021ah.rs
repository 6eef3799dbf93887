//! Provider backbone bridging (IEEE 802.1ah): the I-tag and the customer's Ethernet header behind it.

use crate::bytes::{from, u16_at};
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;

mod field {
    // Flags and service identifier, 4 bytes, then the customer's two addresses.
    pub const ETHERTYPE: usize = 16;
    pub const PAYLOAD: usize = 18;
}

/// The length of the tag with the customer's Ethernet header, counted from behind the tag's own EtherType.
pub const HEADER_LEN: usize = field::PAYLOAD;

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.insert(Layer::Ieee8021ah);
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::Ieee8021ahHeaderTooSmall);
        return Step::Done;
    }
    Step::Ethertype(
        u16_at(bytes, field::ETHERTYPE),
        from(bytes, field::PAYLOAD),
        Layer::Ieee8021ah,
    )
}
