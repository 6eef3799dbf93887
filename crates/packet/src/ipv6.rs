//! IPv6 (RFC 8200): the fixed header. The extension headers are in [`ipv6_ext`].

use core::net::Ipv6Addr;

use crate::bytes::{array_at, from, u8_at, u16_at, u32_at, upto};
use crate::config::DecodeConfig;
use crate::decode::{Step, carry};
use crate::event::DecoderEvent;
use crate::ipv6_ext::{self, Chain, Extension, Extensions};
use crate::layers::Layer;
use crate::packet::{Network, Packet, Transport};
use crate::tunnel::{First, Tunnel};

mod field {
    pub const VERSION_CLASS_LABEL: usize = 0;
    pub const PAYLOAD_LEN: usize = 4;
    pub const NEXT_HEADER: usize = 6;
    pub const HOP_LIMIT: usize = 7;
    pub const SRC: usize = 8;
    pub const DST: usize = 24;
    pub const PAYLOAD: usize = 40;
}

/// The length of the fixed header.
pub const HEADER_LEN: usize = field::PAYLOAD;

/// Where in the header the payload length stands.
pub(crate) const PAYLOAD_LEN_AT: usize = field::PAYLOAD_LEN;

/// An IPv6 header with its extension headers and what they carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6<'a> {
    /// Header, extension headers and payload, cut at the payload length.
    bytes: &'a [u8],
    extensions_len: u16,
    protocol: u8,
    fragment: bool,
}

impl<'a> Ipv6<'a> {
    /// The 40 bytes of the fixed header.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        upto(self.bytes, HEADER_LEN)
    }

    /// The traffic class: DSCP and ECN.
    #[inline]
    pub fn traffic_class(&self) -> u8 {
        (u16_at(self.bytes, field::VERSION_CLASS_LABEL) >> 4) as u8
    }

    /// The flow label, 20 bits.
    #[inline]
    pub fn flow_label(&self) -> u32 {
        u32_at(self.bytes, field::VERSION_CLASS_LABEL) & 0x000f_ffff
    }

    /// The payload length in bytes, extension headers included, as the header has it.
    #[inline]
    pub fn payload_len(&self) -> u16 {
        u16_at(self.bytes, field::PAYLOAD_LEN)
    }

    /// The next header of the fixed header: the first extension header, or the protocol.
    #[inline]
    pub fn next_header(&self) -> u8 {
        u8_at(self.bytes, field::NEXT_HEADER)
    }

    /// The hop limit.
    #[inline]
    pub fn hop_limit(&self) -> u8 {
        u8_at(self.bytes, field::HOP_LIMIT)
    }

    /// The source address.
    #[inline]
    pub fn src(&self) -> Ipv6Addr {
        Ipv6Addr::from(array_at::<16>(self.bytes, field::SRC))
    }

    /// The destination address.
    #[inline]
    pub fn dst(&self) -> Ipv6Addr {
        Ipv6Addr::from(array_at::<16>(self.bytes, field::DST))
    }

    /// The extension headers that were decoded, in order.
    #[inline]
    pub fn extensions(&self) -> Extensions<'a> {
        Extensions::new(self.next_header(), self.extension_bytes())
    }

    /// The first extension header of this kind, such as [`kind::FRAGMENT`](crate::ipv6_ext::kind::FRAGMENT).
    pub fn extension(&self, kind: u8) -> Option<Extension<'a>> {
        self.extensions().find(|extension| extension.kind == kind)
    }

    /// The bytes of the extension headers.
    #[inline]
    pub fn extension_bytes(&self) -> &'a [u8] {
        upto(from(self.bytes, HEADER_LEN), usize::from(self.extensions_len))
    }

    /// The protocol behind the extension headers.
    #[inline]
    pub fn protocol(&self) -> u8 {
        self.protocol
    }

    /// What follows the extension headers, up to the payload length.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        from(self.bytes, HEADER_LEN.saturating_add(usize::from(self.extensions_len)))
    }

    /// Whether the packet is a piece of a datagram.
    #[inline]
    pub fn is_fragment(&self) -> bool {
        self.fragment
    }

    /// Of a fragment, what comes before the fragment header, and where in it the next header stands
    /// that names the fragment header.
    pub(crate) fn unfragmentable(&self) -> (&'a [u8], usize) {
        let mut end = HEADER_LEN;
        let mut next_header_at = field::NEXT_HEADER;
        for extension in self
            .extensions()
            .take_while(|extension| extension.kind != ipv6_ext::kind::FRAGMENT)
        {
            next_header_at = end;
            end = end.saturating_add(extension.bytes.len());
        }
        (upto(self.bytes, end), next_header_at)
    }
}

#[inline]
pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Ipv6);
    let bytes = match check(bytes) {
        Ok(bytes) => bytes,
        Err(event) => {
            packet.reject(event);
            return Step::Done;
        }
    };
    let next_header = u8_at(bytes, field::NEXT_HEADER);
    let payload = from(bytes, field::PAYLOAD);
    let chain = if ipv6_ext::is_upper(next_header) {
        Chain::upper(next_header)
    } else {
        ipv6_ext::decode(packet, next_header, payload)
    };
    packet.network = Network::Ipv6(Ipv6 {
        bytes,
        extensions_len: chain.len,
        protocol: chain.protocol,
        fragment: chain.fragment,
    });
    if !chain.broken {
        // Suricata: a piece of a datagram is of the protocol of its fragment header.
        packet.protocol = Some(if chain.fragment {
            ipv6_ext::kind::FRAGMENT
        } else {
            chain.protocol
        });
    }
    if chain.broken || chain.fragment || chain.protocol == ipv6_ext::kind::NONE {
        return Step::Done;
    }
    Step::Transport(chain.protocol, from(payload, usize::from(chain.len)))
}

/// The packet, cut at its payload length.
#[inline]
fn check(bytes: &[u8]) -> Result<&[u8], DecoderEvent> {
    if bytes.len() < HEADER_LEN {
        return Err(DecoderEvent::Ipv6PktTooSmall);
    }
    if u8_at(bytes, field::VERSION_CLASS_LABEL) >> 4 != 6 {
        return Err(DecoderEvent::Ipv6WrongIpVersion);
    }
    let payload_len = usize::from(u16_at(bytes, field::PAYLOAD_LEN));
    bytes
        .get(..HEADER_LEN.saturating_add(payload_len))
        .ok_or(DecoderEvent::Ipv6TruncPkt)
}

/// Notes the IPv6 packet that another IP packet carries.
pub(crate) fn decode_carried<'a>(packet: &mut Packet<'a>, bytes: &'a [u8], config: &DecodeConfig) {
    packet.transport = Transport::Other;
    if packet.is_ipv4() {
        packet.layers.push(Layer::Ipv6InIpv4);
        carry(packet, Tunnel::SixInFour, First::Ipv6, bytes, config);
        return;
    }
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::Ipv6Ipv6InIpv6TooSmall);
    } else if u8_at(bytes, field::VERSION_CLASS_LABEL) >> 4 != 6 {
        packet.reject(DecoderEvent::Ipv6Ipv6InIpv6WrongVersion);
    } else {
        packet.layers.push(Layer::Ipv6InIpv6);
        carry(packet, Tunnel::SixInSix, First::Ipv6, bytes, config);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    #[test]
    fn reads_every_field() {
        let mut bytes = ipv6(60, &[17, 0, 5, 2, 0, 0, 0, 0]);
        bytes.extend(udp(1, 2, b"x"));
        bytes[5] = 17;
        bytes[..4].copy_from_slice(&[0x6a, 0xb1, 0x23, 0x45]);
        let frame = ethernet(0x86dd, &bytes);
        let packet = decoded(&frame);
        let ip = packet.ipv6().unwrap();
        assert_eq!((ip.header(), ip.payload()), (&bytes[..40], &bytes[48..]));
        assert_eq!((ip.traffic_class(), ip.flow_label()), (0xab, 0x12345));
        assert_eq!(
            (ip.payload_len(), ip.next_header(), ip.hop_limit(), ip.protocol()),
            (17, 60, 64, 17)
        );
        assert_eq!(ip.src(), "2001:db8::1".parse::<Ipv6Addr>().unwrap());
        assert_eq!(ip.dst(), "2001:db8::2".parse::<Ipv6Addr>().unwrap());
        assert_eq!(ip.extension_bytes(), &bytes[40..48]);
        assert_eq!(ip.extension(60).unwrap().bytes, &bytes[40..48]);
        assert_eq!((ip.extension(0), ip.is_fragment()), (None, false));
        assert_eq!((packet.ip_proto(), packet.payload), (Some(17), &b"x"[..]));
        assert!(packet.is_ipv6() && !packet.is_ipv4());
    }

    #[test]
    fn cut_short() {
        let whole = ipv6(59, b"");
        check_truncation(&whole, HEADER_LEN, "ipv6.pkt_too_small", |bytes| {
            ethernet(0x86dd, bytes)
        });
        let whole = ipv6(200, b"abc");
        for len in HEADER_LEN..whole.len() {
            let frame = ethernet(0x86dd, &whole[..len]);
            assert_eq!(events(&decoded(&frame)), ["ipv6.trunc_pkt"]);
        }
    }

    #[test]
    fn each_event() {
        let mut wrong = ipv6(59, b"");
        wrong[0] = 0x50;
        assert_eq!(events(&decoded(&ethernet(0x86dd, &wrong))), ["ipv6.wrong_ip_version"]);
        assert_eq!(events_over_ipv6(200, b"abc"), ["ipv6.unknown_next_header"]);
        assert_eq!(events_over_ipv6(1, &icmp(8, 0, b"")), ["ipv6.icmpv4"]);
        assert_eq!(events_over_ipv6(59, b"abc"), ["ipv6.data_after_none_header"]);
        assert_eq!(events_over_ipv6(4, &[0x45; 19]), ["ipv6.ipv4_in_ipv6_too_small"]);
        assert_eq!(events_over_ipv6(4, &[0x55; 20]), ["ipv6.ipv4_in_ipv6_wrong_version"]);
        assert_eq!(events_over_ipv6(41, &[0x60; 39]), ["ipv6.ipv6_in_ipv6_too_small"]);
        assert_eq!(events_over_ipv6(41, &[0x50; 40]), ["ipv6.ipv6_in_ipv6_wrong_version"]);
    }

    #[test]
    fn ip_in_ipv6() {
        let four = ethernet(0x86dd, &ipv6(4, &ipv4(17, &udp(1, 2, b"4"))));
        let within = decoded(&four);
        let within = inner(&within);
        assert_eq!((within.tunnel, within.payload), (Tunnel::FourInSix, &b"4"[..]));
        let six = ethernet(0x86dd, &ipv6(41, &ipv6(17, &udp(1, 2, b"6"))));
        let within = inner(&decoded(&six));
        assert_eq!((within.tunnel, within.payload), (Tunnel::SixInSix, &b"6"[..]));
    }

    #[test]
    fn padding_of_the_frame_is_no_payload() {
        let mut frame = ethernet(0x86dd, &ipv6(17, &udp(1, 2, b"x")));
        frame.extend([0; 20]);
        assert_eq!(decoded(&frame).payload, b"x");
    }
}
