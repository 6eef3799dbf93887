//! Geneve (RFC 8926).

use crate::bytes::{from, split, u8_at, u16_at, u24_at};
use crate::config::DecodeConfig;
use crate::decode::{carry, ethertype};
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;
use crate::tunnel::{First, Tunnel};

mod field {
    pub const VERSION_LEN: usize = 0;
    pub const FLAGS: usize = 1;
    pub const PROTOCOL: usize = 2;
    pub const VNI: usize = 4;
    pub const RESERVED: usize = 7;
    pub const OPTIONS: usize = 8;

    pub const OPTION_LEN: usize = 3;
    pub const OPTION_DATA: usize = 4;
}

/// The length of the header without options.
pub const HEADER_LEN: usize = field::OPTIONS;

/// A Geneve header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geneve<'a> {
    header: &'a [u8],
    payload: &'a [u8],
}

impl<'a> Geneve<'a> {
    /// The view of the header at the start of a UDP payload; `None` when it is not Geneve version 0
    /// with well-formed options and zero reserved bits.
    pub fn new(payload: &'a [u8]) -> Option<Self> {
        let version_len = *payload.get(field::VERSION_LEN)?;
        // RFC 8926 section 3.4: options in words of 4 bytes.
        let options_len = usize::from(version_len & 0x3f) << 2;
        let (header, rest) = payload.split_at_checked(HEADER_LEN.saturating_add(options_len))?;
        let reserved = (u8_at(header, field::FLAGS) & 0x3f) | u8_at(header, field::RESERVED);
        if version_len >> 6 != 0 || reserved != 0 || !options_fit(from(header, field::OPTIONS)) {
            return None;
        }
        Some(Self { header, payload: rest })
    }

    /// The header with its options.
    pub fn header(&self) -> &'a [u8] {
        self.header
    }

    /// What follows the header.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The EtherType of the payload.
    pub fn protocol(&self) -> u16 {
        u16_at(self.header, field::PROTOCOL)
    }

    /// The virtual network identifier, 24 bits.
    pub fn vni(&self) -> u32 {
        u24_at(self.header, field::VNI)
    }
}

/// Notes what a UDP payload carries, if it is Geneve; whether it is.
pub(crate) fn decode<'a>(packet: &mut Packet<'a>, payload: &'a [u8], config: &DecodeConfig) -> bool {
    let Some(geneve) = Geneve::new(payload) else {
        return false;
    };
    packet.layers.push(Layer::Geneve);
    let first = match geneve.protocol() {
        ethertype::TRANSPARENT_ETHERNET => First::Ethernet,
        ethertype::IPV4 => First::Ipv4,
        ethertype::IPV6 => First::Ipv6,
        ethertype::ARP => First::Ethertype(ethertype::ARP),
        _ => {
            packet.blame(DecoderEvent::GeneveUnknownPayloadType);
            return true;
        }
    };
    carry(packet, Tunnel::Geneve, first, geneve.payload, config);
    true
}

/// Whether the options fill their room.
fn options_fit(mut options: &[u8]) -> bool {
    while options.len() >= field::OPTION_DATA {
        let data_len = usize::from(u8_at(options, field::OPTION_LEN) & 0x1f) << 2;
        let (option, rest) = split(options, field::OPTION_DATA.saturating_add(data_len));
        if option.len() < field::OPTION_DATA.saturating_add(data_len) {
            return false;
        }
        options = rest;
    }
    options.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{decoded, ethernet, events, inner, ipv4, ipv6, udp};

    fn datagram(options_len: u8, protocol: u16, rest: &[u8]) -> Vec<u8> {
        let mut payload = vec![options_len / 4, 0];
        payload.extend(protocol.to_be_bytes());
        payload.extend([0, 1, 2, 0]);
        payload.extend(rest);
        ethernet(0x0800, &ipv4(17, &udp(999, 6081, &payload)))
    }

    #[test]
    fn reads_every_field() {
        let bytes = [1, 0x40, 8, 0, 1, 2, 3, 0, 9, 9, 9, 0, b'x'];
        let geneve = Geneve::new(&bytes).unwrap();
        assert_eq!((geneve.header(), geneve.payload()), (&bytes[..12], &b"x"[..]));
        assert_eq!((geneve.protocol(), geneve.vni()), (0x0800, 0x010203));
    }

    #[test]
    fn what_it_carries_is_decoded() {
        let (four, six) = (ipv4(17, &udp(1, 2, b"4")), ipv6(17, &udp(1, 2, b"6")));
        let optioned = [&[0, 1, 2, 1, 9, 9, 9, 9][..], &four].concat();
        for (options_len, protocol, rest, found) in [
            (0, 0x0800, &four, b"4"),
            (0, 0x86dd, &six, b"6"),
            (0, 0x6558, &ethernet(0x0800, &four), b"4"),
            (8, 0x0800, &optioned, b"4"),
        ] {
            let frame = datagram(options_len, protocol, rest);
            let within = inner(&decoded(&frame));
            assert_eq!((within.payload, within.tunnel), (&found[..], Tunnel::Geneve));
        }
    }

    #[test]
    fn an_unknown_payload() {
        let frame = datagram(0, 0x9999, b"abc");
        let packet = decoded(&frame);
        assert_eq!(events(&packet), ["geneve.unknown_payload_type"]);
        assert!(packet.inner.is_none() && !packet.invalid);
    }

    #[test]
    fn malformed_is_not_geneve() {
        for bytes in [
            &[0x40, 0, 8, 0, 0, 0, 0, 0][..],
            &[0, 1, 8, 0, 0, 0, 0, 0],
            &[0, 0, 8, 0, 0, 0, 0, 1],
            &[1, 0, 8, 0, 0, 0, 0, 0, 0, 0],
            &[1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        ] {
            assert_eq!(Geneve::new(bytes), None, "{bytes:?}");
        }
        for len in 0..8 {
            assert_eq!(Geneve::new(&[0; 8][..len]), None);
        }
    }
}
