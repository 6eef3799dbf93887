//! ICMPv6 (RFC 4443) with neighbour discovery (RFC 4861) and multicast listener discovery (RFC 3810).

use crate::bytes::{from, u8_at, u16_at, u32_at, upto};
use crate::event::DecoderEvent;
use crate::ipv6;
use crate::layers::Layer;
use crate::packet::{Packet, Transport};

mod field {
    pub const TYPE: usize = 0;
    pub const CODE: usize = 1;
    pub const CHECKSUM: usize = 2;
    pub const REST: usize = 4;
    pub const ID: usize = 4;
    pub const SEQ: usize = 6;
    pub const PAYLOAD: usize = 8;
}

/// The length of the header that all messages have.
pub const HEADER_LEN: usize = field::PAYLOAD;

/// An ICMPv6 message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icmpv6<'a> {
    message: &'a [u8],
}

impl<'a> Icmpv6<'a> {
    /// The first 8 bytes.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        upto(self.message, HEADER_LEN)
    }

    /// What follows the first 8 bytes; for an error, the datagram it quotes.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        from(self.message, field::PAYLOAD)
    }

    /// The whole message.
    #[inline]
    pub fn message(&self) -> &'a [u8] {
        self.message
    }

    /// The type.
    #[inline]
    pub fn kind(&self) -> u8 {
        u8_at(self.message, field::TYPE)
    }

    /// The code.
    #[inline]
    pub fn code(&self) -> u8 {
        u8_at(self.message, field::CODE)
    }

    /// The checksum.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16_at(self.message, field::CHECKSUM)
    }

    /// Bytes 4 to 7 as one number.
    #[inline]
    pub fn rest(&self) -> u32 {
        u32_at(self.message, field::REST)
    }

    /// The identifier of echo request and reply; `None` for the other types.
    #[inline]
    pub fn id(&self) -> Option<u16> {
        self.is_query().then(|| u16_at(self.message, field::ID))
    }

    /// The sequence number of echo request and reply; `None` for the other types.
    #[inline]
    pub fn seq(&self) -> Option<u16> {
        self.is_query().then(|| u16_at(self.message, field::SEQ))
    }

    /// The MTU of the next hop of "packet too big"; `None` for the other types.
    #[inline]
    pub fn mtu(&self) -> Option<u32> {
        (self.kind() == kind::PACKET_TOO_BIG).then(|| self.rest())
    }

    /// Whether the message is an echo request or reply, which have an identifier and a sequence number.
    #[inline]
    pub fn is_query(&self) -> bool {
        matches!(self.kind(), kind::ECHO | kind::ECHO_REPLY)
    }

    /// Whether the message is an error, which quotes the datagram that caused it.
    #[inline]
    pub fn is_error(&self) -> bool {
        matches!(self.kind(), kind::UNREACHABLE..=kind::PARAMETER_PROBLEM)
    }
}

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) {
    packet.layers.push(Layer::Icmpv6);
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::Icmpv6PktTooSmall);
        return;
    }
    let icmp = Icmpv6 { message: bytes };
    packet.transport = Transport::Icmpv6(icmp);
    // Suricata: counts 4 more bytes to the header of all but errors and echoes with a known code.
    let full = (icmp.is_error() || icmp.is_query()) && has_known_code(&icmp);
    packet.payload = from(icmp.payload(), if full { 0 } else { 4 });
    if let Err(event) = check(packet, &icmp) {
        packet.note(event);
    }
}

fn check(packet: &mut Packet<'_>, icmp: &Icmpv6<'_>) -> Result<(), DecoderEvent> {
    last_code(icmp.kind())?;
    // RFC 3810 section 5: listener messages do not leave the link.
    // Suricata: does not ask it of version 2 reports.
    if matches!(icmp.kind(), kind::MLD_QUERY..=kind::MLD_DONE) && packet.ipv6().is_some_and(|ip| ip.hop_limit() != 1) {
        packet.note(DecoderEvent::Icmpv6MldMessageWithInvalidHl);
    }
    if !has_known_code(icmp) {
        return Err(DecoderEvent::Icmpv6UnknownCode);
    }
    if icmp.is_error()
        && let Err(event) = check_embedded(icmp.payload())
    {
        packet.blame(event);
    }
    Ok(())
}

fn has_known_code(icmp: &Icmpv6<'_>) -> bool {
    match (icmp.kind(), icmp.code()) {
        // RFC 2894 section 3.1: resets the sequence number. RFC 6550 section 6: the secure variants.
        (kind::ROUTER_RENUMBERING, 255) | (kind::RPL, 0x80..=0x83 | 0x8a) => true,
        (kind, code) => last_code(kind).is_ok_and(|last| code <= last),
    }
}

/// The highest code of a type.
fn last_code(kind: u8) -> Result<u8, DecoderEvent> {
    match kind {
        kind::UNREACHABLE => Ok(6),
        kind::TIME_EXCEEDED => Ok(1),
        kind::PARAMETER_PROBLEM | kind::ROUTER_RENUMBERING..=kind::NODE_REPLY => Ok(2),
        kind::RPL => Ok(3),
        kind::MOBILITY_EXPERIMENT..=kind::MULTICAST_TERMINATION => Ok(255),
        kind::PACKET_TOO_BIG | kind::ECHO..=159 => Ok(0),
        100 | 101 | 200 | 201 => Err(DecoderEvent::Icmpv6ExperimentationType),
        5..=126 | 160.. => Err(DecoderEvent::Icmpv6UnassignedType),
        _ => Err(DecoderEvent::Icmpv6UnknownType),
    }
}

/// Looks at the IPv6 header that an error quotes.
fn check_embedded(bytes: &[u8]) -> Result<(), DecoderEvent> {
    if bytes.len() < ipv6::HEADER_LEN {
        return Err(DecoderEvent::Icmpv6Ipv6TruncPkt);
    }
    if u8_at(bytes, 0) >> 4 != 6 {
        return Err(DecoderEvent::Icmpv6Ipv6UnknownVersion);
    }
    Ok(())
}

/// The types of the ICMPv6 messages.
pub mod kind {
    /// Destination unreachable.
    pub const UNREACHABLE: u8 = 1;
    /// Packet too big.
    pub const PACKET_TOO_BIG: u8 = 2;
    /// Time exceeded.
    pub const TIME_EXCEEDED: u8 = 3;
    /// Parameter problem.
    pub const PARAMETER_PROBLEM: u8 = 4;
    /// Echo request.
    pub const ECHO: u8 = 128;
    /// Echo reply.
    pub const ECHO_REPLY: u8 = 129;
    /// Multicast listener query.
    pub const MLD_QUERY: u8 = 130;
    /// Multicast listener report.
    pub const MLD_REPORT: u8 = 131;
    /// Multicast listener done.
    pub const MLD_DONE: u8 = 132;
    /// Router solicitation.
    pub const ROUTER_SOLICITATION: u8 = 133;
    /// Router advertisement.
    pub const ROUTER_ADVERTISEMENT: u8 = 134;
    /// Neighbour solicitation.
    pub const NEIGHBOR_SOLICITATION: u8 = 135;
    /// Neighbour advertisement.
    pub const NEIGHBOR_ADVERTISEMENT: u8 = 136;
    /// Redirect.
    pub const REDIRECT: u8 = 137;
    /// Router renumbering (RFC 2894).
    pub const ROUTER_RENUMBERING: u8 = 138;
    /// Node information reply (RFC 4620).
    pub const NODE_REPLY: u8 = 140;
    /// Multicast listener report, version 2.
    pub const MLDV2_REPORT: u8 = 143;
    /// Experimental mobility (RFC 4065).
    pub const MOBILITY_EXPERIMENT: u8 = 150;
    /// Multicast router termination (RFC 4286).
    pub const MULTICAST_TERMINATION: u8 = 153;
    /// Routing in lossy networks (RFC 6550).
    pub const RPL: u8 = 155;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    #[test]
    fn reads_every_field() {
        let bytes = [128, 0, 1, 2, 3, 4, 5, 6, b'x'];
        let frame = ethernet(0x86dd, &ipv6(58, &bytes));
        let packet = decoded(&frame);
        let icmp = packet.icmpv6().unwrap();
        assert_eq!(
            (icmp.header(), icmp.payload(), icmp.message()),
            (&bytes[..8], &b"x"[..], &bytes[..])
        );
        assert_eq!((icmp.kind(), icmp.code(), icmp.checksum()), (128, 0, 0x0102));
        assert_eq!(
            (icmp.rest(), icmp.id(), icmp.seq()),
            (0x0304_0506, Some(0x0304), Some(0x0506))
        );
        assert!(icmp.is_query() && !icmp.is_error() && icmp.mtu().is_none());
        assert_eq!(packet.payload, b"x");
    }

    #[test]
    fn the_payload_of_other_messages_starts_later() {
        let frame = ethernet(0x86dd, &ipv6(58, &icmp(134, 0, b"123456")));
        let packet = decoded(&frame);
        assert_eq!(
            (packet.payload, packet.icmpv6().unwrap().payload()),
            (&b"56"[..], &b"123456"[..])
        );
    }

    #[test]
    fn cut_short() {
        check_truncation(&icmp(128, 0, b""), HEADER_LEN, "icmpv6.pkt_too_small", |bytes| {
            ethernet(0x86dd, &ipv6(58, bytes))
        });
    }

    #[test]
    fn types() {
        for (kind, event) in [
            (0, "icmpv6.unknown_type"),
            (127, "icmpv6.unknown_type"),
            (5, "icmpv6.unassigned_type"),
            (102, "icmpv6.unassigned_type"),
            (160, "icmpv6.unassigned_type"),
            (255, "icmpv6.unassigned_type"),
            (100, "icmpv6.experimentation_type"),
            (201, "icmpv6.experimentation_type"),
        ] {
            assert_eq!(events_over_ipv6(58, &icmp(kind, 0, b"")), [event], "type {kind}");
        }
    }

    #[test]
    fn codes() {
        let quote = ipv6(17, &udp(1, 2, b""));
        for (kind, last) in [
            (1, 6),
            (2, 0),
            (3, 1),
            (4, 2),
            (128, 0),
            (133, 0),
            (139, 2),
            (148, 0),
            (155, 3),
        ] {
            assert!(
                events_over_ipv6(58, &icmp(kind, last, &quote)).is_empty(),
                "type {kind}"
            );
            assert_eq!(
                events_over_ipv6(58, &icmp(kind, last + 1, &quote)),
                ["icmpv6.unknown_code"],
                "type {kind}"
            );
        }
        for (kind, code) in [(138, 255), (155, 0x81), (155, 0x8a), (150, 77)] {
            assert!(events_over_ipv6(58, &icmp(kind, code, b"")).is_empty());
        }
    }

    #[test]
    fn listener_messages_stay_on_the_link() {
        for kind in 130..=132 {
            let mut bytes = ipv6(58, &icmp(kind, 0, &[0; 16]));
            assert_eq!(
                events(&decoded(&ethernet(0x86dd, &bytes))),
                ["icmpv6.mld_message_with_invalid_hl"]
            );
            bytes[7] = 1;
            assert!(decoded(&ethernet(0x86dd, &bytes)).events.is_empty());
        }
    }

    #[test]
    fn the_quote_is_checked() {
        let quote = ipv6(17, &udp(1, 2, b""));
        for kind in 1..=4 {
            for len in 0..40 {
                assert_eq!(
                    events_over_ipv6(58, &icmp(kind, 0, &quote[..len])),
                    ["icmpv6.ipv6_trunc_pkt"]
                );
            }
            assert_eq!(
                events_over_ipv6(58, &icmp(kind, 0, &[0x45; 40])),
                ["icmpv6.ipv6_unknown_version"]
            );
        }
    }

    #[test]
    fn the_mtu_of_the_next_hop() {
        let mut bytes = icmp(2, 0, &ipv6(17, &udp(1, 2, b"")));
        bytes[4..8].copy_from_slice(&1280u32.to_be_bytes());
        let frame = ethernet(0x86dd, &ipv6(58, &bytes));
        assert_eq!(decoded(&frame).icmpv6().unwrap().mtu(), Some(1280));
    }
}
