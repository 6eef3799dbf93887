//! Teredo (RFC 4380): IPv6 within UDP, told by its looks.

use crate::bytes::{from, u8_at, u16_at};
use crate::config::DecodeConfig;
use crate::decode::carry;
use crate::ipv6;
use crate::layers::Layer;
use crate::packet::Packet;
use crate::tunnel::{First, Tunnel};

mod field {
    /// The length of an origin indication (RFC 4380 section 5.1.1).
    pub const ORIGIN_LEN: usize = 8;
}

/// Notes the IPv6 packet that a UDP payload carries, if it looks like one; whether it does.
///
/// Whether it is one shows when it is decoded: [`Packet::decode_inner`] gives nothing for bytes that
/// only looked like it.
pub(crate) fn decode<'a>(
    packet: &mut Packet<'a>,
    payload: &'a [u8],
    config: &DecodeConfig,
) -> bool {
    let bytes = match *payload {
        [0, 0, ..] => from(payload, field::ORIGIN_LEN),
        _ => payload,
    };
    let whole = ipv6::HEADER_LEN.saturating_add(usize::from(u16_at(bytes, ipv6::PAYLOAD_LEN_AT)));
    if bytes.len() != whole || u8_at(bytes, 0) >> 4 != 6 {
        return false;
    }
    packet.layers.insert(Layer::Teredo);
    carry(packet, Tunnel::Teredo, First::Ipv6, bytes, config);
    true
}
