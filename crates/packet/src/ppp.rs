//! PPP (RFC 1661), with or without the address and control bytes of HDLC framing (RFC 1662).

use crate::bytes::{from, u8_at, u16_at};
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;
use crate::{ipv4, ipv6};

mod field {
    pub const ADDRESS: usize = 0;
    /// Address and control, which hosts may agree to leave out.
    pub const FRAMING_LEN: usize = 2;
}

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Ppp);
    let framed = u8_at(bytes, field::ADDRESS) == ALL_STATIONS;
    protocol(packet, from(bytes, if framed { field::FRAMING_LEN } else { 0 }))
}

/// The protocol field, one or two bytes, and what follows it.
pub(crate) fn protocol<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    let len = protocol_len(bytes);
    if bytes.len() < len {
        packet.reject(DecoderEvent::PppPktTooSmall);
        return Step::Done;
    }
    let number = if len == 1 {
        u16::from(u8_at(bytes, 0))
    } else {
        u16_at(bytes, 0)
    };
    by_number(packet, number, from(bytes, len))
}

/// The length of the protocol field at the start of `bytes`.
///
/// RFC 1661 section 2: the last byte of a protocol number is odd, and the one before it even.
pub(crate) fn protocol_len(bytes: &[u8]) -> usize {
    if u8_at(bytes, 0) & 1 == 1 { 1 } else { 2 }
}

fn by_number<'a>(packet: &mut Packet<'a>, number: u16, bytes: &'a [u8]) -> Step<'a> {
    let (step, least, event) = match number {
        number::IPV4 => (Step::Ipv4(bytes), ipv4::HEADER_LEN, DecoderEvent::PppIp4PktTooSmall),
        number::VJ_UNCOMPRESSED => (Step::Ipv4(bytes), ipv4::HEADER_LEN, DecoderEvent::PppVjuPktTooSmall),
        number::IPV6 => (Step::Ipv6(bytes), ipv6::HEADER_LEN, DecoderEvent::PppIp6PktTooSmall),
        _ if is_known(number) => {
            packet.note(DecoderEvent::PppUnsupProto);
            return Step::Done;
        }
        _ => {
            packet.blame(DecoderEvent::PppWrongType);
            return Step::Done;
        }
    };
    if bytes.len() < least {
        packet.reject(event);
        return Step::Done;
    }
    step
}

/// Whether the protocol is a known one without a decoder: network protocols, their control protocols, those of the link.
fn is_known(number: u16) -> bool {
    let network = matches!(
        number,
        0x23 | 0x25 | 0x27 | 0x29 | 0x2b | 0x2d | 0x31 | 0x33 | 0x35 | 0xfd
    );
    let low_volume = matches!(number, 0x0201 | 0x0231 | 0x0233 | 0x0281 | 0x0283);
    let control = matches!(
        number,
        0x8021 | 0x8023 | 0x8025 | 0x8027 | 0x8029 | 0x802b | 0x8033 | 0x8035 | 0x8057
    );
    let link = matches!(number, 0x80fd | 0x8281 | 0xc021 | 0xc023 | 0xc025 | 0xc029 | 0xc223);
    network || low_volume || control || link
}

/// The address field of HDLC framing.
const ALL_STATIONS: u8 = 0xff;

/// The protocol numbers that are decoded.
mod number {
    pub const IPV4: u16 = 0x0021;
    /// RFC 1144 section 3.2.3: IPv4 with the connection number in the place of the protocol.
    pub const VJ_UNCOMPRESSED: u16 = 0x002f;
    pub const IPV6: u16 = 0x0057;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LinkType;
    use crate::fixture::{decoded_as, events, ipv4 as ip4, ipv6 as ip6, udp};

    fn events_of(bytes: &[u8]) -> Vec<&'static str> {
        events(&decoded_as(bytes, LinkType::Ppp))
    }

    #[test]
    fn framing_and_protocol_may_be_shortened() {
        let ip = ip4(17, &udp(1, 2, b"x"));
        for head in [
            &[0xff, 0x03, 0x00, 0x21][..],
            &[0xff, 0x03, 0x21],
            &[0x00, 0x21],
            &[0x21],
        ] {
            let bytes = [head, &ip].concat();
            for link in [LinkType::Ppp, LinkType::PppHdlc] {
                let packet = decoded_as(&bytes, link);
                assert_eq!(packet.payload, b"x", "{head:?}");
                assert!(packet.events.is_empty() && packet.layers.contains(Layer::Ppp));
            }
        }
        let six = [&[0x00, 0x57][..], &ip6(17, &udp(1, 2, b"6"))].concat();
        assert_eq!(decoded_as(&six, LinkType::Ppp).payload, b"6");
    }

    #[test]
    fn each_event() {
        for bytes in [&[][..], &[0xff, 0x03], &[0xff, 0x03, 0x00]] {
            assert_eq!(events_of(bytes), ["ppp.pkt_too_small"]);
        }
        assert_eq!(events_of(&[0xff, 3, 0xc0, 0x21, 1]), ["ppp.unsup_proto"]);
        assert_eq!(events_of(&[0xff, 3, 0x98, 0x99, 1]), ["ppp.wrong_type"]);
    }

    #[test]
    fn cut_short() {
        for (number, least, event) in [
            (0x21, 20, "ppp.ip4_pkt_too_small"),
            (0x2f, 20, "ppp.vju_pkt_too_small"),
            (0x57, 40, "ppp.ip6_pkt_too_small"),
        ] {
            for len in 0..least {
                let mut bytes = vec![0xff, 3, 0, number];
                bytes.resize(4 + len, 0x45);
                assert_eq!(events_of(&bytes), [event], "{len} bytes");
            }
        }
    }
}
