//! IP without a link header: the version field decides.

use crate::bytes::u8_at;
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::ipv4;
use crate::layers::Layer;
use crate::packet::Packet;

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.insert(Layer::Raw);
    if bytes.len() < ipv4::HEADER_LEN {
        packet.reject(DecoderEvent::Ipv4PktTooSmall);
        return Step::Done;
    }
    match u8_at(bytes, 0) >> 4 {
        4 => Step::Ipv4(bytes),
        6 => Step::Ipv6(bytes),
        _ => {
            packet.reject(DecoderEvent::IprawInvalidIpVersion);
            Step::Done
        }
    }
}
