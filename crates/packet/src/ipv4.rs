//! IPv4 (RFC 791).

use core::net::Ipv4Addr;

use crate::bytes::{array_at, from, u8_at, u16_at, upto};
use crate::checksum;
use crate::config::DecodeConfig;
use crate::decode::{Step, carry};
use crate::event::DecoderEvent;
use crate::ipv4_options::{self, Ipv4Options};
use crate::layers::Layer;
use crate::packet::{Network, Packet, Transport};
use crate::tunnel::{First, Tunnel};

mod field {
    pub const VERSION_IHL: usize = 0;
    pub const TOS: usize = 1;
    pub const TOTAL_LEN: usize = 2;
    pub const ID: usize = 4;
    pub const FLAGS_OFFSET: usize = 6;
    pub const TTL: usize = 8;
    pub const PROTOCOL: usize = 9;
    pub const CHECKSUM: usize = 10;
    pub const SRC: usize = 12;
    pub const DST: usize = 16;
    pub const OPTIONS: usize = 20;
}

/// The length of the header without options.
pub const HEADER_LEN: usize = field::OPTIONS;

/// Where in the header the protocol stands.
pub(crate) const PROTOCOL_AT: usize = field::PROTOCOL;

/// An IPv4 header and what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4<'a> {
    /// Header and payload, cut at the total length.
    bytes: &'a [u8],
    header_len: u8,
}

impl<'a> Ipv4<'a> {
    /// The header with its options, 20 to 60 bytes.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        upto(self.bytes, self.header_len())
    }

    /// What follows the header, up to the total length.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        from(self.bytes, self.header_len())
    }

    /// The length of the header in bytes.
    #[inline]
    pub fn header_len(&self) -> usize {
        usize::from(self.header_len)
    }

    /// The type of service: DSCP and ECN.
    #[inline]
    pub fn tos(&self) -> u8 {
        u8_at(self.bytes, field::TOS)
    }

    /// The total length in bytes, header included, as the header has it.
    #[inline]
    pub fn total_len(&self) -> u16 {
        u16_at(self.bytes, field::TOTAL_LEN)
    }

    /// The identification.
    #[inline]
    pub fn id(&self) -> u16 {
        u16_at(self.bytes, field::ID)
    }

    /// The three flags: reserved 4, don't fragment 2, more fragments 1.
    #[inline]
    pub fn flags(&self) -> u8 {
        u8_at(self.bytes, field::FLAGS_OFFSET) >> 5
    }

    /// Whether the reserved flag is set.
    #[inline]
    pub fn reserved_flag(&self) -> bool {
        self.flags() & 4 != 0
    }

    /// Whether the datagram must not be fragmented.
    #[inline]
    pub fn dont_fragment(&self) -> bool {
        self.flags() & 2 != 0
    }

    /// Whether more fragments follow.
    #[inline]
    pub fn more_fragments(&self) -> bool {
        self.flags() & 1 != 0
    }

    /// The fragment offset in bytes.
    #[inline]
    pub fn fragment_offset(&self) -> u16 {
        // The field counts in units of 8 bytes in its low 13 bits.
        u16_at(self.bytes, field::FLAGS_OFFSET) << 3
    }

    /// Whether the packet is a piece of a datagram.
    #[inline]
    pub fn is_fragment(&self) -> bool {
        u16_at(self.bytes, field::FLAGS_OFFSET) & 0x3fff != 0
    }

    /// The time to live.
    #[inline]
    pub fn ttl(&self) -> u8 {
        u8_at(self.bytes, field::TTL)
    }

    /// The protocol of the payload.
    #[inline]
    pub fn protocol(&self) -> u8 {
        u8_at(self.bytes, field::PROTOCOL)
    }

    /// The header checksum.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16_at(self.bytes, field::CHECKSUM)
    }

    /// Whether the header checksum is right.
    pub fn checksum_ok(&self) -> bool {
        checksum::verify(self.header())
    }

    /// The source address.
    #[inline]
    pub fn src(&self) -> Ipv4Addr {
        Ipv4Addr::from(array_at::<4>(self.bytes, field::SRC))
    }

    /// The destination address.
    #[inline]
    pub fn dst(&self) -> Ipv4Addr {
        Ipv4Addr::from(array_at::<4>(self.bytes, field::DST))
    }

    /// The bytes of the options, 0 to 40.
    #[inline]
    pub fn option_bytes(&self) -> &'a [u8] {
        from(self.header(), field::OPTIONS)
    }

    /// The options in order, up to the end-of-list option or the first without room for its length.
    #[inline]
    pub fn options(&self) -> Ipv4Options<'a> {
        Ipv4Options::new(self.option_bytes())
    }
}

#[inline]
pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Ipv4);
    let ip = match check(bytes) {
        Ok(ip) => ip,
        Err(event) => {
            packet.reject(event);
            return Step::Done;
        }
    };
    let options = ip.option_bytes();
    if !options.is_empty() && !ipv4_options::check(packet, options) {
        return Step::Done;
    }
    packet.network = Network::Ipv4(ip);
    packet.protocol = Some(ip.protocol());
    if ip.is_fragment() {
        return Step::Done;
    }
    Step::Transport(ip.protocol(), ip.payload())
}

#[inline]
fn check(bytes: &[u8]) -> Result<Ipv4<'_>, DecoderEvent> {
    if bytes.len() < HEADER_LEN {
        return Err(DecoderEvent::Ipv4PktTooSmall);
    }
    let version_ihl = u8_at(bytes, field::VERSION_IHL);
    if version_ihl >> 4 != 4 {
        return Err(DecoderEvent::Ipv4WrongIpVersion);
    }
    // RFC 791 section 3.1: the header length counts words of 4 bytes.
    let header_len = (version_ihl & 0x0f) << 2;
    if usize::from(header_len) < HEADER_LEN {
        return Err(DecoderEvent::Ipv4HlenTooSmall);
    }
    let total_len = usize::from(u16_at(bytes, field::TOTAL_LEN));
    if total_len < usize::from(header_len) {
        return Err(DecoderEvent::Ipv4IplenSmallerThanHlen);
    }
    let bytes = bytes.get(..total_len).ok_or(DecoderEvent::Ipv4TruncPkt)?;
    Ok(Ipv4 { bytes, header_len })
}

/// Notes the IPv4 packet that another IP packet carries.
pub(crate) fn decode_carried<'a>(packet: &mut Packet<'a>, bytes: &'a [u8], config: &DecodeConfig) {
    packet.transport = Transport::Other;
    if packet.is_ipv4() {
        packet.layers.push(Layer::Ipv4InIpv4);
        carry(packet, Tunnel::Ipip, First::Ipv4, bytes, config);
        return;
    }
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::Ipv6Ipv4InIpv6TooSmall);
    } else if u8_at(bytes, field::VERSION_IHL) >> 4 != 4 {
        packet.reject(DecoderEvent::Ipv6Ipv4InIpv6WrongVersion);
    } else {
        packet.layers.push(Layer::Ipv4InIpv6);
        carry(packet, Tunnel::FourInSix, First::Ipv4, bytes, config);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    fn events_with(at: usize, value: u8) -> Vec<&'static str> {
        let mut bytes = ipv4(17, &udp(1, 2, b"x"));
        bytes[at] = value;
        events(&decoded(&ethernet(0x0800, &bytes)))
    }

    #[test]
    fn reads_every_field() {
        let mut bytes = ipv4_with(17, &[1, 1, 1, 1, 1, 1, 1, 0], &udp(1, 2, b"x"));
        bytes[1] = 0xb8;
        bytes[6] = 0xc0;
        let frame = ethernet(0x0800, &bytes);
        let packet = decoded(&frame);
        let ip = packet.ipv4().unwrap();
        assert_eq!((ip.header(), ip.payload()), (&bytes[..28], &bytes[28..]));
        assert_eq!(
            (ip.header_len(), ip.tos(), ip.total_len(), ip.id()),
            (28, 0xb8, 37, 0x1234)
        );
        assert_eq!((ip.flags(), ip.reserved_flag(), ip.dont_fragment()), (6, true, true));
        assert_eq!(
            (ip.more_fragments(), ip.fragment_offset(), ip.is_fragment()),
            (false, 0, false)
        );
        assert_eq!((ip.ttl(), ip.protocol()), (64, 17));
        assert_eq!(
            (ip.src(), ip.dst()),
            (Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2))
        );
        assert_eq!(ip.option_bytes(), &bytes[20..28]);
        assert_eq!(ip.options().count(), 8);
        assert!(packet.is_ipv4() && !packet.is_ipv6() && packet.ip_proto() == Some(17));
        assert_eq!(packet.network_offset(), Some(14));
    }

    #[test]
    fn the_header_checksum() {
        let mut bytes = ipv4(17, &udp(1, 2, b"x"));
        assert!(decoded(&ethernet(0x0800, &bytes)).ipv4_checksum_ok().unwrap());
        bytes[8] ^= 1;
        assert!(!decoded(&ethernet(0x0800, &bytes)).ipv4_checksum_ok().unwrap());
        assert_eq!(decoded(&ethernet(0x86dd, &ipv6(59, b""))).ipv4_checksum_ok(), None);
    }

    #[test]
    fn cut_short() {
        let whole = ipv4(200, b"abc");
        check_truncation(&whole, HEADER_LEN, "ipv4.pkt_too_small", |bytes| {
            ethernet(0x0800, bytes)
        });
        for len in HEADER_LEN..whole.len() {
            let frame = ethernet(0x0800, &whole[..len]);
            assert_eq!(events(&decoded(&frame)), ["ipv4.trunc_pkt"]);
        }
    }

    #[test]
    fn each_event() {
        assert_eq!(events_with(0, 0x55), ["ipv4.wrong_ip_version"]);
        assert_eq!(events_with(0, 0x44), ["ipv4.hlen_too_small"]);
        assert_eq!(events_with(0, 0x4f), ["ipv4.iplen_smaller_than_hlen"]);
        assert_eq!(events_with(3, 19), ["ipv4.iplen_smaller_than_hlen"]);
        assert_eq!(events_with(9, 58), ["ipv4.icmpv6"]);
        assert_eq!(events_with(9, 200), ["ipv4.unknown_protocol"]);
    }

    #[test]
    fn padding_of_the_frame_is_no_payload() {
        let mut frame = ethernet(0x0800, &ipv4(17, &udp(1, 2, b"x")));
        frame.extend([0; 20]);
        let packet = decoded(&frame);
        assert_eq!(packet.payload, b"x");
        assert!(packet.events.is_empty());
    }

    #[test]
    fn a_fragment_has_no_transport() {
        for (offset, more) in [(0, true), (8, true), (1480, false)] {
            let bytes = ipv4_fragment(17, offset, more, &udp(1, 2, &[7; 8]));
            let frame = ethernet(0x0800, &bytes);
            let packet = decoded(&frame);
            let fragment = packet.fragment().unwrap();
            assert!(packet.is_fragment() && packet.transport == Transport::None && !packet.invalid);
            assert_eq!(
                (fragment.id, fragment.offset, fragment.more),
                (0x1234, u32::from(offset), more)
            );
            assert_eq!((fragment.proto, fragment.payload), (17, &bytes[20..]));
            assert_eq!((fragment.unfragmentable, fragment.next_header_at), (&bytes[..20], 9));
            assert_eq!((packet.ip_proto(), packet.src_port()), (Some(17), 0));
        }
    }

    #[test]
    fn ip_in_ip() {
        let innermost = ipv4(17, &udp(1, 2, b"x"));
        let frame = ethernet(0x0800, &ipv4(4, &innermost));
        let outer = decoded(&frame);
        assert!(outer.layers.contains(Layer::Ipv4InIpv4) && outer.payload.is_empty());
        let within = inner(&outer);
        assert_eq!(
            (within.tunnel, within.depth, within.payload),
            (Tunnel::Ipip, 1, &b"x"[..])
        );
        assert_eq!(
            (within.time, within.number, within.data),
            (outer.time, outer.number, &innermost[..])
        );

        let six = ethernet(0x0800, &ipv4(41, &ipv6(17, &udp(1, 2, b"6"))));
        assert_eq!(inner(&decoded(&six)).tunnel, Tunnel::SixInFour);
        let garbage = ethernet(0x0800, &ipv4(4, b"garbage"));
        assert!(decoded(&garbage).decode_inner(&DecodeConfig::default()).is_none());
    }
}
