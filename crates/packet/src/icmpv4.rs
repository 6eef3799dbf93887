//! ICMP (RFC 792).

use crate::bytes::{from, u8_at, u16_at, u32_at, upto};
use crate::event::DecoderEvent;
use crate::ipv4;
use crate::layers::Layer;
use crate::packet::{Packet, Transport};

mod field {
    pub const TYPE: usize = 0;
    pub const CODE: usize = 1;
    pub const CHECKSUM: usize = 2;
    pub const REST: usize = 4;
    pub const ID: usize = 4;
    pub const SEQ: usize = 6;
    pub const MTU: usize = 6;
    pub const PAYLOAD: usize = 8;
}

/// The length of the header that all messages have.
pub const HEADER_LEN: usize = field::PAYLOAD;

/// An ICMP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icmpv4<'a> {
    message: &'a [u8],
}

impl<'a> Icmpv4<'a> {
    /// The first 8 bytes; of a timestamp or its reply 20.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        upto(self.message, self.header_len())
    }

    /// What follows the header; for an error, the datagram it quotes.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        from(self.message, self.header_len())
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

    /// The identifier of the queries (echo, timestamp, information, address mask); `None` for the other types.
    #[inline]
    pub fn id(&self) -> Option<u16> {
        self.is_query().then(|| u16_at(self.message, field::ID))
    }

    /// The sequence number of the queries; `None` for the other types.
    #[inline]
    pub fn seq(&self) -> Option<u16> {
        self.is_query().then(|| u16_at(self.message, field::SEQ))
    }

    /// The MTU of the next hop (RFC 1191) of "fragmentation needed"; `None` for the other types and codes.
    #[inline]
    pub fn mtu(&self) -> Option<u16> {
        (self.kind() == kind::UNREACHABLE && self.code() == 4).then(|| u16_at(self.message, field::MTU))
    }

    /// Whether the message is a timestamp or its reply, which have three times in the header.
    #[inline]
    fn is_timestamp(&self) -> bool {
        matches!(self.kind(), kind::TIMESTAMP | kind::TIMESTAMP_REPLY)
    }

    #[inline]
    fn header_len(&self) -> usize {
        if self.is_timestamp() && self.message.len() >= TIMESTAMP_LEN {
            TIMESTAMP_LEN
        } else {
            HEADER_LEN
        }
    }

    /// Whether the message has an identifier and a sequence number.
    #[inline]
    pub fn is_query(&self) -> bool {
        matches!(
            self.kind(),
            kind::ECHO_REPLY | kind::ECHO | kind::TIMESTAMP..=kind::ADDRESS_MASK_REPLY
        )
    }

    /// Whether the message is an error, which quotes the datagram that caused it.
    #[inline]
    pub fn is_error(&self) -> bool {
        matches!(
            self.kind(),
            kind::UNREACHABLE | kind::SOURCE_QUENCH | kind::REDIRECT | kind::TIME_EXCEEDED | kind::PARAMETER_PROBLEM
        )
    }
}

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) {
    packet.layers.push(Layer::Icmpv4);
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::Icmpv4PktTooSmall);
        return;
    }
    let icmp = Icmpv4 { message: bytes };
    packet.transport = Transport::Icmpv4(icmp);
    packet.payload = icmp.payload();
    let Some(last_code) = last_code(icmp.kind()) else {
        packet.note(DecoderEvent::Icmpv4UnknownType);
        return;
    };
    if icmp.code() > last_code {
        packet.note(DecoderEvent::Icmpv4UnknownCode);
    } else if icmp.is_error()
        && let Err(event) = check_embedded(icmp.kind(), icmp.payload())
    {
        packet.blame(event);
    }
    if icmp.is_timestamp() && icmp.message().len() < TIMESTAMP_LEN {
        packet.note(DecoderEvent::Icmpv4Ipv4TruncPkt);
    }
}

/// The highest code of a type; `None` for an unknown type.
///
/// Suricata: does not know router solicitations, nor the codes of a parameter problem but 0.
fn last_code(kind: u8) -> Option<u8> {
    match kind {
        kind::UNREACHABLE => Some(15),
        kind::REDIRECT => Some(3),
        kind::TIME_EXCEEDED => Some(1),
        kind::ROUTER_ADVERTISEMENT => Some(255),
        kind::ECHO_REPLY | kind::SOURCE_QUENCH | kind::ECHO => Some(0),
        kind::PARAMETER_PROBLEM..=kind::ADDRESS_MASK_REPLY => Some(0),
        _ => None,
    }
}

/// Looks at the IPv4 header that an error quotes.
fn check_embedded(kind: u8, bytes: &[u8]) -> Result<(), DecoderEvent> {
    // Suricata: nothing at all is no quote, and only of a source quench a broken one.
    if bytes.is_empty() && kind != kind::SOURCE_QUENCH {
        return Ok(());
    }
    if bytes.len() < ipv4::HEADER_LEN {
        return Err(DecoderEvent::Icmpv4Ipv4TruncPkt);
    }
    if u8_at(bytes, 0) >> 4 != 4 {
        return Err(DecoderEvent::Icmpv4Ipv4UnknownVer);
    }
    Ok(())
}

/// The length of a timestamp message.
const TIMESTAMP_LEN: usize = 20;

/// The types of the ICMP messages.
pub mod kind {
    /// Echo reply.
    pub const ECHO_REPLY: u8 = 0;
    /// Destination unreachable.
    pub const UNREACHABLE: u8 = 3;
    /// Source quench.
    pub const SOURCE_QUENCH: u8 = 4;
    /// Redirect.
    pub const REDIRECT: u8 = 5;
    /// Echo.
    pub const ECHO: u8 = 8;
    /// Router advertisement (RFC 1256).
    pub const ROUTER_ADVERTISEMENT: u8 = 9;
    /// Router solicitation (RFC 1256).
    pub const ROUTER_SOLICITATION: u8 = 10;
    /// Time exceeded.
    pub const TIME_EXCEEDED: u8 = 11;
    /// Parameter problem.
    pub const PARAMETER_PROBLEM: u8 = 12;
    /// Timestamp.
    pub const TIMESTAMP: u8 = 13;
    /// Timestamp reply.
    pub const TIMESTAMP_REPLY: u8 = 14;
    /// Information request.
    pub const INFO_REQUEST: u8 = 15;
    /// Information reply.
    pub const INFO_REPLY: u8 = 16;
    /// Address mask request (RFC 950).
    pub const ADDRESS_MASK: u8 = 17;
    /// Address mask reply (RFC 950).
    pub const ADDRESS_MASK_REPLY: u8 = 18;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    #[test]
    fn reads_every_field() {
        let bytes = [8, 0, 1, 2, 3, 4, 5, 6, b'x'];
        let frame = ethernet(0x0800, &ipv4(1, &bytes));
        let packet = decoded(&frame);
        let icmp = packet.icmpv4().unwrap();
        assert_eq!(
            (icmp.header(), icmp.payload(), icmp.message()),
            (&bytes[..8], &b"x"[..], &bytes[..])
        );
        assert_eq!((icmp.kind(), icmp.code(), icmp.checksum()), (8, 0, 0x0102));
        assert_eq!(
            (icmp.rest(), icmp.id(), icmp.seq()),
            (0x0304_0506, Some(0x0304), Some(0x0506))
        );
        assert!(icmp.is_query() && !icmp.is_error() && icmp.mtu().is_none());
        assert_eq!((packet.payload, packet.src_port()), (&b"x"[..], 0));
    }

    #[test]
    fn a_timestamp_has_a_longer_header() {
        let bytes = icmp(13, 0, b"123456789abcx");
        let frame = ethernet(0x0800, &ipv4(1, &bytes));
        let packet = decoded(&frame);
        assert_eq!(
            (packet.payload, packet.icmpv4().unwrap().header().len()),
            (&b"x"[..], 20)
        );
        assert_eq!(events_over_ipv4(1, &bytes[..19]), ["icmpv4.ipv4_trunc_pkt"]);
    }

    #[test]
    fn cut_short() {
        check_truncation(&icmp(8, 0, b""), HEADER_LEN, "icmpv4.pkt_too_small", |bytes| {
            ethernet(0x0800, &ipv4(1, bytes))
        });
    }

    #[test]
    fn types_and_codes() {
        for kind in 0..=255 {
            let last = last_code(kind);
            for code in 0..=255 {
                let wanted: &[&str] = match last {
                    None => &["icmpv4.unknown_type"],
                    Some(last) if code > last => &["icmpv4.unknown_code"],
                    Some(_) => &[],
                };
                let quote = ipv4(17, &udp(1, 2, b""));
                assert_eq!(
                    events_over_ipv4(1, &icmp(kind, code, &quote)),
                    wanted,
                    "type {kind}, code {code}"
                );
            }
        }
        assert_eq!(
            (last_code(3), last_code(11), last_code(12), last_code(10)),
            (Some(15), Some(1), Some(0), None)
        );
    }

    #[test]
    fn the_quote_is_checked() {
        let quote = ipv4(17, &udp(1, 2, b""));
        for kind in [3, 4, 5, 11, 12] {
            for len in 1..20 {
                assert_eq!(
                    events_over_ipv4(1, &icmp(kind, 0, &quote[..len])),
                    ["icmpv4.ipv4_trunc_pkt"]
                );
            }
            assert!(events_over_ipv4(1, &icmp(kind, 0, &quote[..20])).is_empty());
            assert_eq!(
                events_over_ipv4(1, &icmp(kind, 0, &[0x60; 40])),
                ["icmpv4.ipv4_unknown_ver"]
            );
        }
        assert!(events_over_ipv4(1, &icmp(3, 0, b"")).is_empty());
        assert_eq!(events_over_ipv4(1, &icmp(4, 0, b"")), ["icmpv4.ipv4_trunc_pkt"]);
    }

    #[test]
    fn the_mtu_of_the_next_hop() {
        let mut bytes = icmp(3, 4, &ipv4(17, &udp(1, 2, b"")));
        bytes[6..8].copy_from_slice(&1400u16.to_be_bytes());
        let frame = ethernet(0x0800, &ipv4(1, &bytes));
        assert_eq!(decoded(&frame).icmpv4().unwrap().mtu(), Some(1400));
    }
}
