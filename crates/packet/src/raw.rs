//! IP without a link header: the version field decides.

use crate::bytes::u8_at;
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::ipv4;
use crate::layers::Layer;
use crate::packet::Packet;

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Raw);
    if bytes.len() < ipv4::HEADER_LEN {
        packet.reject(DecoderEvent::Ipv4PktTooSmall);
        return Step::Done;
    }
    match u8_at(bytes, 0) >> 4 {
        4 => Step::Ipv4(bytes),
        6 => Step::Ipv6(bytes),
        _ => {
            packet.note(DecoderEvent::IprawInvalidIpVersion);
            Step::Done
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::LinkType;
    use crate::fixture::{decoded_as, events, ipv4, ipv6, udp};

    #[test]
    fn the_version_decides() {
        let (four, six) = (ipv4(17, &udp(1, 2, b"4")), ipv6(17, &udp(1, 2, b"6")));
        for link in [LinkType::RawIp, LinkType::RawIpv4, LinkType::RawIpv6] {
            assert_eq!(decoded_as(&four, link).payload, b"4");
            assert_eq!(decoded_as(&six, link).payload, b"6");
        }
    }

    #[test]
    fn each_event() {
        let bytes = [0x55; 40];
        for len in 0..20 {
            assert_eq!(
                events(&decoded_as(&bytes[..len], LinkType::RawIp)),
                ["ipv4.pkt_too_small"]
            );
        }
        assert_eq!(
            events(&decoded_as(&bytes, LinkType::RawIp)),
            ["ipraw.invalid_ip_version"]
        );
    }
}
