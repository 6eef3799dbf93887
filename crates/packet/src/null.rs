//! BSD loopback: the address family in four bytes, then IP.

use crate::bytes::{array_at, from};
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;

mod field {
    pub const FAMILY: usize = 0;
    pub const PAYLOAD: usize = 4;
}

/// The length of the header.
pub const HEADER_LEN: usize = field::PAYLOAD;

/// Decodes the header in whichever byte order the capturing host wrote it.
pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Null);
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::LtnullPktTooSmall);
        return Step::Done;
    }
    // Families are small numbers: in the wrong byte order they are huge ones, so there is no doubt.
    let family = array_at(bytes, field::FAMILY);
    let family = u32::from_le_bytes(family).min(u32::from_be_bytes(family));
    let rest = from(bytes, field::PAYLOAD);
    match family {
        family::INET => Step::Ipv4(rest),
        family::INET6_LINUX
        | family::INET6_WINDOWS
        | family::INET6_BSD
        | family::INET6_SOLARIS
        | family::INET6_FREEBSD
        | family::INET6_DARWIN => Step::Ipv6(rest),
        _ => {
            packet.note(DecoderEvent::LtnullUnsupportedType);
            Step::Done
        }
    }
}

/// The address families of IP: that of IPv6 differs between systems.
mod family {
    pub const INET: u32 = 2;
    pub const INET6_LINUX: u32 = 10;
    pub const INET6_WINDOWS: u32 = 23;
    pub const INET6_BSD: u32 = 24;
    pub const INET6_SOLARIS: u32 = 26;
    pub const INET6_FREEBSD: u32 = 28;
    pub const INET6_DARWIN: u32 = 30;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LinkType;
    use crate::fixture::{decoded_as, events, ipv4, ipv6, udp};

    #[test]
    fn both_byte_orders_and_every_family() {
        let (four, six) = (ipv4(17, &udp(1, 2, b"4")), ipv6(17, &udp(1, 2, b"6")));
        for family in [2u32, 10, 23, 24, 26, 28, 30] {
            let (ip, payload) = if family == 2 { (&four, b"4") } else { (&six, b"6") };
            for head in [family.to_le_bytes(), family.to_be_bytes()] {
                let bytes = [&head[..], ip].concat();
                assert_eq!(decoded_as(&bytes, LinkType::Null).payload, payload);
                assert_eq!(decoded_as(&bytes, LinkType::Loop).payload, payload);
            }
        }
    }

    #[test]
    fn each_event() {
        for len in 0..HEADER_LEN {
            assert_eq!(
                events(&decoded_as(&[0; 4][..len], LinkType::Null)),
                ["ltnull.pkt_too_small"]
            );
        }
        assert_eq!(
            events(&decoded_as(&[7, 0, 0, 0, 0x45], LinkType::Null)),
            ["ltnull.unsupported_type"]
        );
    }
}
