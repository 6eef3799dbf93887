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
pub(crate) fn decode<'a>(packet: &mut Packet<'a>, payload: &'a [u8], config: &DecodeConfig) -> bool {
    let bytes = match *payload {
        [0, 0, ..] => from(payload, field::ORIGIN_LEN),
        _ => payload,
    };
    let whole = ipv6::HEADER_LEN.saturating_add(usize::from(u16_at(bytes, ipv6::PAYLOAD_LEN_AT)));
    if bytes.len() != whole || u8_at(bytes, 0) >> 4 != 6 {
        return false;
    }
    packet.layers.push(Layer::Teredo);
    carry(packet, Tunnel::Teredo, First::Ipv6, bytes, config);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{decoded, ethernet, inner, ipv4, ipv6 as ip6, udp};

    fn datagram(src: u16, dst: u16, payload: &[u8]) -> Vec<u8> {
        ethernet(0x0800, &ipv4(17, &udp(src, dst, payload)))
    }

    #[test]
    fn ipv6_with_and_without_an_origin() {
        let six = ip6(17, &udp(1, 2, b"x"));
        let with_origin = [&[0, 0, 1, 2, 3, 4, 5, 6][..], &six].concat();
        for (src, dst, payload) in [(3544, 999, &six), (999, 3544, &with_origin)] {
            let frame = datagram(src, dst, payload);
            let within = inner(&decoded(&frame));
            assert_eq!((within.tunnel, within.payload), (Tunnel::Teredo, &b"x"[..]));
        }
    }

    #[test]
    fn what_does_not_look_like_it_is_not() {
        let six = ip6(17, &udp(1, 2, b"x"));
        let authenticated = [&[0, 1, 0, 0, 0, 0, 0, 0][..], &six].concat();
        let longer = [&six[..], b"y"].concat();
        for payload in [&authenticated, &longer, &six[..39].to_vec(), &vec![0, 0]] {
            assert!(decoded(&datagram(999, 3544, payload)).inner.is_none());
        }
        assert!(decoded(&datagram(999, 998, &six)).inner.is_none());
    }

    #[test]
    fn what_only_looks_like_it_is_not_either() {
        let frame = datagram(999, 3544, &ip6(6, b"short"));
        let packet = decoded(&frame);
        assert!(packet.inner.is_some() && packet.decode_inner(&DecodeConfig::default()).is_none());
    }
}
