//! GRE (RFC 2784, RFC 2890, RFC 1701) and its version 1 for PPTP (RFC 2637).

use crate::bytes::{from, split, u8_at, u16_at, u32_at};
use crate::config::DecodeConfig;
use crate::decode::{carry, ethertype};
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::{Packet, Transport};
use crate::tunnel::{First, Tunnel};

mod field {
    pub const FLAGS: usize = 0;
    pub const VERSION: usize = 1;
    pub const PROTOCOL: usize = 2;
    pub const OPTIONS: usize = 4;

    pub const ROUTE_FAMILY: usize = 0;
    pub const ROUTE_LEN: usize = 3;
    pub const ROUTE_VALUE: usize = 4;
}

/// The length of the header without its optional fields.
pub const HEADER_LEN: usize = field::OPTIONS;

/// A GRE header and what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gre<'a> {
    header: &'a [u8],
    payload: &'a [u8],
}

impl<'a> Gre<'a> {
    /// The header with its optional fields.
    pub fn header(&self) -> &'a [u8] {
        self.header
    }

    /// What follows the header.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The first byte; the masks are in [`flag`].
    pub fn flags(&self) -> u8 {
        u8_at(self.header, field::FLAGS)
    }

    /// The version.
    pub fn version(&self) -> u8 {
        u8_at(self.header, field::VERSION) & VERSION_MASK
    }

    /// The EtherType of the payload.
    pub fn protocol(&self) -> u16 {
        u16_at(self.header, field::PROTOCOL)
    }

    /// The key; in version 1 the payload length and the call identifier.
    pub fn key(&self) -> Option<u32> {
        let checksum_len = if self.flags() & (flag::CHECKSUM | flag::ROUTING) != 0 {
            4
        } else {
            0
        };
        (self.flags() & flag::KEY != 0).then(|| u32_at(self.header, HEADER_LEN.saturating_add(checksum_len)))
    }
}

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8], config: &DecodeConfig) {
    packet.layers.push(Layer::Gre);
    match check(bytes) {
        Ok(gre) => {
            packet.transport = Transport::Gre(gre);
            decode_payload(packet, &gre, config);
        }
        Err(event) => packet.reject(event),
    }
}

fn decode_payload<'a>(packet: &mut Packet<'a>, gre: &Gre<'a>, config: &DecodeConfig) {
    if gre.version() == 1 && gre.key().is_some_and(|key| key >> 16 == 0) {
        // RFC 2637 section 4.1: a payload length of 0 is an acknowledgement without payload.
        return;
    }
    let (kind, first) = match gre.protocol() {
        ethertype::IPV4 => (Tunnel::Gre, First::Ipv4),
        ethertype::IPV6 => (Tunnel::Gre, First::Ipv6),
        ethertype::PPP => (Tunnel::Gre, First::Ppp),
        ethertype::TRANSPARENT_ETHERNET => (Tunnel::Gre, First::Ethernet),
        // Type I has no header of its own, and no sequence number to tell it from type II.
        ethertype::ERSPAN if gre.flags() & flag::SEQUENCE != 0 => (Tunnel::Erspan, First::Erspan),
        ethertype::ERSPAN if config.erspan_type_i => (Tunnel::Erspan, First::Ethernet),
        protocol @ (ethertype::VLAN | ethertype::ARP) => (Tunnel::Gre, First::Ethertype(protocol)),
        _ => return,
    };
    carry(packet, kind, first, gre.payload(), config);
}

fn check(bytes: &[u8]) -> Result<Gre<'_>, DecoderEvent> {
    if bytes.len() < HEADER_LEN {
        return Err(DecoderEvent::GrePktTooSmall);
    }
    let flags = u8_at(bytes, field::FLAGS);
    let version = u8_at(bytes, field::VERSION);
    let header_len = match version & VERSION_MASK {
        0 => check_version_0(bytes, flags, version)?,
        1 => check_version_1(bytes, flags, version)?,
        _ => return Err(DecoderEvent::GreWrongVersion),
    };
    let (header, payload) = split(bytes, header_len);
    Ok(Gre { header, payload })
}

/// The length of a header of version 0.
fn check_version_0(bytes: &[u8], flags: u8, version: u8) -> Result<usize, DecoderEvent> {
    if flags & RECURSION_MASK != 0 {
        return Err(DecoderEvent::GreVersion0Recur);
    }
    if version & RESERVED_MASK & !ACKNOWLEDGEMENT != 0 {
        return Err(DecoderEvent::GreVersion0Flags);
    }
    let checksum = u8::from(flags & (flag::CHECKSUM | flag::ROUTING) != 0);
    let words = checksum
        .saturating_add(u8::from(flags & flag::KEY != 0))
        .saturating_add(u8::from(flags & flag::SEQUENCE != 0));
    let mut len = HEADER_LEN.saturating_add(usize::from(words) << 2);
    if len > bytes.len() {
        return Err(DecoderEvent::GreVersion0HdrTooBig);
    }
    if flags & flag::ROUTING == 0 {
        return Ok(len);
    }
    // RFC 1701: source route entries up to one of family and length 0; each takes 4 bytes at least.
    loop {
        let entry = from(bytes, len);
        if entry.len() < field::ROUTE_VALUE {
            return Err(DecoderEvent::GreVersion0MalformedSreHdr);
        }
        let family = u16_at(entry, field::ROUTE_FAMILY);
        let value_len = usize::from(u8_at(entry, field::ROUTE_LEN));
        len = len.saturating_add(field::ROUTE_VALUE).saturating_add(value_len);
        if family == 0 && value_len == 0 {
            return Ok(len);
        }
        if len > bytes.len() {
            return Err(DecoderEvent::GreVersion0MalformedSreHdr);
        }
    }
}

/// The length of a header of version 1.
fn check_version_1(bytes: &[u8], flags: u8, version: u8) -> Result<usize, DecoderEvent> {
    let forbidden = [
        (flag::CHECKSUM, DecoderEvent::GreVersion1Chksum),
        (flag::ROUTING, DecoderEvent::GreVersion1Route),
        (flag::STRICT_ROUTE, DecoderEvent::GreVersion1Ssr),
        (RECURSION_MASK, DecoderEvent::GreVersion1Recur),
    ];
    for (mask, event) in forbidden {
        if flags & mask != 0 {
            return Err(event);
        }
    }
    if version & RESERVED_MASK & !ACKNOWLEDGEMENT != 0 {
        return Err(DecoderEvent::GreVersion1Flags);
    }
    if u16_at(bytes, field::PROTOCOL) != ethertype::PPP {
        return Err(DecoderEvent::GreVersion1WrongProtocol);
    }
    if flags & flag::KEY == 0 {
        return Err(DecoderEvent::GreVersion1NoKey);
    }
    let words = 1u8
        .saturating_add(u8::from(flags & flag::SEQUENCE != 0))
        .saturating_add(u8::from(version & ACKNOWLEDGEMENT != 0));
    let len = HEADER_LEN.saturating_add(usize::from(words) << 2);
    if len > bytes.len() {
        return Err(DecoderEvent::GreVersion1HdrTooBig);
    }
    Ok(len)
}

const RECURSION_MASK: u8 = 0x07;
const VERSION_MASK: u8 = 0x07;
/// The five bits above the version, of which version 1 uses one.
const RESERVED_MASK: u8 = 0xf8;
/// RFC 2637 section 4.1: an acknowledgement number follows.
const ACKNOWLEDGEMENT: u8 = 0x80;

/// The flags of the first byte.
pub mod flag {
    /// A checksum follows.
    pub const CHECKSUM: u8 = 0x80;
    /// Source route entries follow.
    pub const ROUTING: u8 = 0x40;
    /// A key follows.
    pub const KEY: u8 = 0x20;
    /// A sequence number follows.
    pub const SEQUENCE: u8 = 0x10;
    /// The source route is strict.
    pub const STRICT_ROUTE: u8 = 0x08;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{check_truncation, decoded, ethernet, events, events_over_ipv4, inner, ipv4, ipv6, udp};

    fn gre(flags: u8, version: u8, protocol: u16, rest: &[u8]) -> Vec<u8> {
        let mut bytes = vec![flags, version];
        bytes.extend(protocol.to_be_bytes());
        bytes.extend(rest);
        bytes
    }

    #[test]
    fn reads_every_field() {
        let bytes = gre(0xb0, 0, 0x9999, &[0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 9, b'x']);
        let frame = ethernet(0x0800, &ipv4(47, &bytes));
        let packet = decoded(&frame);
        let Transport::Gre(gre) = packet.transport else {
            panic!("not GRE")
        };
        assert_eq!((gre.header(), gre.payload()), (&bytes[..16], &b"x"[..]));
        assert_eq!(
            (gre.flags(), gre.version(), gre.protocol(), gre.key()),
            (0xb0, 0, 0x9999, Some(7))
        );
        assert!(packet.inner.is_none() && packet.events.is_empty() && packet.payload.is_empty());
    }

    #[test]
    fn what_it_carries_is_decoded() {
        let (four, six) = (ipv4(17, &udp(1, 2, b"4")), ipv6(17, &udp(1, 2, b"6")));
        let ppp = [&[0xff, 3, 0, 0x21][..], &four].concat();
        let tagged = [&[0, 5, 8, 0][..], &four].concat();
        for (protocol, payload, found) in [
            (0x0800, &four, b"4"),
            (0x86dd, &six, b"6"),
            (0x880b, &ppp, b"4"),
            (0x6558, &ethernet(0x0800, &four), b"4"),
            (0x8100, &tagged, b"4"),
        ] {
            let frame = ethernet(0x0800, &ipv4(47, &gre(0, 0, protocol, payload)));
            let within = inner(&decoded(&frame));
            assert_eq!(
                (within.payload, within.tunnel),
                (&found[..], Tunnel::Gre),
                "protocol {protocol:x}"
            );
        }
    }

    #[test]
    fn source_routes_are_skipped() {
        let four = ipv4(17, &udp(1, 2, b"x"));
        let route = [0, 0, 0, 0, 8, 0, 0, 4, 1, 1, 1, 1, 0, 0, 0, 0];
        let frame = ethernet(0x0800, &ipv4(47, &gre(0x40, 0, 0x0800, &[&route[..], &four].concat())));
        assert_eq!(inner(&decoded(&frame)).payload, b"x");
    }

    #[test]
    fn version_1_carries_ppp_unless_it_only_acknowledges() {
        let four = [&[0x21][..], &ipv4(17, &udp(1, 2, b"x"))].concat();
        for (flags, version, optional) in [(0x20, 1, 0), (0x30, 1, 4), (0x20, 0x81, 4), (0x30, 0x81, 8)] {
            let rest = [&[0, 30, 0, 7][..], &[0; 8][..optional], &four].concat();
            let frame = ethernet(0x0800, &ipv4(47, &gre(flags, version, 0x880b, &rest)));
            assert_eq!(inner(&decoded(&frame)).payload, b"x");
        }
        let frame = ethernet(
            0x0800,
            &ipv4(47, &gre(0x20, 0x81, 0x880b, &[0, 0, 0, 7, 0, 0, 0, 1, 0x21, 0x45])),
        );
        let packet = decoded(&frame);
        assert!(packet.inner.is_none() && packet.events.is_empty());
    }

    #[test]
    fn cut_short() {
        check_truncation(&gre(0, 0, 0x9999, b""), HEADER_LEN, "gre.pkt_too_small", |bytes| {
            ethernet(0x0800, &ipv4(47, bytes))
        });
        let bytes = gre(0xb0, 0, 0x9999, &[0; 12]);
        for len in HEADER_LEN..16 {
            assert_eq!(events_over_ipv4(47, &bytes[..len]), ["gre.version0_hdr_too_big"]);
        }
        let bytes = gre(0x30, 0x81, 0x880b, &[0; 12]);
        for len in HEADER_LEN..16 {
            assert_eq!(events_over_ipv4(47, &bytes[..len]), ["gre.version1_hdr_too_big"]);
        }
        let bytes = gre(0x40, 0, 0x9999, &[0, 0, 0, 0, 8, 0, 0, 4, 1, 1, 1, 1, 0, 0, 0, 0]);
        for len in 8..20 {
            assert_eq!(events_over_ipv4(47, &bytes[..len]), ["gre.version0_malformed_sre_hdr"]);
        }
    }

    #[test]
    fn each_event() {
        for (flags, version, protocol, event) in [
            (0x01, 0, 0x0800, "gre.version0_recur"),
            (0x00, 0x08, 0x0800, "gre.version0_flags"),
            (0x00, 2, 0x0800, "gre.wrong_version"),
            (0xa0, 1, 0x880b, "gre.version1_chksum"),
            (0x60, 1, 0x880b, "gre.version1_route"),
            (0x28, 1, 0x880b, "gre.version1_ssr"),
            (0x21, 1, 0x880b, "gre.version1_recur"),
            (0x20, 0x09, 0x880b, "gre.version1_flags"),
            (0x20, 1, 0x0800, "gre.version1_wrong_protocol"),
            (0x00, 1, 0x880b, "gre.version1_no_key"),
        ] {
            let frame = ethernet(0x0800, &ipv4(47, &gre(flags, version, protocol, &[0; 12])));
            let packet = decoded(&frame);
            assert_eq!(events(&packet), [event]);
            assert!(packet.invalid && packet.ip_proto() == Some(47));
        }
    }
}
