//! IGMP (RFC 1112, RFC 2236, RFC 9776).

use core::net::Ipv4Addr;

use crate::bytes::{array_at, from, u8_at, u16_at, upto};
use crate::checksum;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::{Packet, Transport};

mod field {
    pub const TYPE: usize = 0;
    pub const MAX_RESPONSE: usize = 1;
    pub const CHECKSUM: usize = 2;
    pub const GROUP: usize = 4;
    pub const END: usize = 8;

    // Of a version 3 query.
    pub const SOURCE_COUNT: usize = 10;
    // Of a version 3 report and its group records.
    pub const RECORD_COUNT: usize = 6;
    pub const RECORD_AUXILIARY_LEN: usize = 1;
    pub const RECORD_SOURCE_COUNT: usize = 2;
}

/// The length of the header that all messages have.
pub const HEADER_LEN: usize = field::END;

/// An IGMP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Igmp<'a> {
    message: &'a [u8],
}

impl<'a> Igmp<'a> {
    /// The first 8 bytes.
    pub fn header(&self) -> &'a [u8] {
        upto(self.message, HEADER_LEN)
    }

    /// The whole message.
    pub fn message(&self) -> &'a [u8] {
        self.message
    }

    /// The type.
    pub fn kind(&self) -> u8 {
        u8_at(self.message, field::TYPE)
    }

    /// The code: the maximum response time of a query.
    pub fn code(&self) -> u8 {
        u8_at(self.message, field::MAX_RESPONSE)
    }

    /// The checksum.
    pub fn checksum(&self) -> u16 {
        u16_at(self.message, field::CHECKSUM)
    }

    /// Whether the checksum is right.
    pub fn checksum_ok(&self) -> bool {
        checksum::verify(self.message)
    }

    /// The group address; for a version 3 report, the bytes in its place.
    pub fn group(&self) -> Ipv4Addr {
        Ipv4Addr::from(array_at::<4>(self.message, field::GROUP))
    }
}

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) {
    packet.layers.push(Layer::Igmp);
    match check(bytes) {
        Ok(igmp) => packet.transport = Transport::Igmp(igmp),
        Err(event) => packet.reject(event),
    }
}

fn check(bytes: &[u8]) -> Result<Igmp<'_>, DecoderEvent> {
    if bytes.len() < HEADER_LEN {
        return Err(DecoderEvent::IgmpPktTooSmall);
    }
    let igmp = Igmp { message: bytes };
    match igmp.kind() {
        // RFC 9776 section 7.1: a query of 8 bytes is of version 1 or 2, and a longer one of version 3.
        kind::QUERY if bytes.len() > HEADER_LEN => {
            if bytes.len() < V3_QUERY_LEN {
                return Err(DecoderEvent::IgmpV3PktTooSmall);
            }
            let sources = usize::from(u16_at(bytes, field::SOURCE_COUNT));
            if from(bytes, V3_QUERY_LEN).len() < sources.saturating_mul(4) {
                return Err(DecoderEvent::IgmpMalformed);
            }
        }
        kind::REPORT_V3 if !records_fit(&igmp) => return Err(DecoderEvent::IgmpMalformed),
        _ => {}
    }
    Ok(igmp)
}

/// Whether the group records of a version 3 report are all there (RFC 9776 section 4.2).
fn records_fit(igmp: &Igmp<'_>) -> bool {
    let mut rest = from(igmp.message, HEADER_LEN);
    // Each record takes 8 bytes at least, so this ends with the message.
    for _ in 0..u16_at(igmp.message, field::RECORD_COUNT) {
        let sources = usize::from(u16_at(rest, field::RECORD_SOURCE_COUNT)).saturating_mul(4);
        let auxiliary = usize::from(u8_at(rest, field::RECORD_AUXILIARY_LEN)).saturating_mul(4);
        match rest.get(RECORD_LEN.saturating_add(sources).saturating_add(auxiliary)..) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    true
}

/// The length of a version 3 query without sources.
const V3_QUERY_LEN: usize = 12;

/// The length of a group record without sources.
const RECORD_LEN: usize = 8;

/// The types of the IGMP messages.
pub mod kind {
    /// Membership query.
    pub const QUERY: u8 = 0x11;
    /// Membership report, version 1.
    pub const REPORT_V1: u8 = 0x12;
    /// Membership report, version 2.
    pub const REPORT_V2: u8 = 0x16;
    /// Leave group.
    pub const LEAVE: u8 = 0x17;
    /// Membership report, version 3.
    pub const REPORT_V3: u8 = 0x22;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{
        check_truncation, checksum as sum, decoded, ethernet, events_over_ipv4, events_over_ipv6, ipv4,
    };

    #[test]
    fn reads_every_field() {
        let mut bytes = vec![kind::REPORT_V2, 10, 0, 0, 224, 0, 0, 251];
        let right = sum(&bytes);
        bytes[2..4].copy_from_slice(&right);
        let frame = ethernet(0x0800, &ipv4(2, &bytes));
        let packet = decoded(&frame);
        let Transport::Igmp(igmp) = packet.transport else {
            panic!("not IGMP")
        };
        assert_eq!((igmp.header(), igmp.message()), (&bytes[..], &bytes[..]));
        assert_eq!(
            (igmp.kind(), igmp.code(), igmp.group()),
            (0x16, 10, Ipv4Addr::new(224, 0, 0, 251))
        );
        assert_eq!(igmp.checksum().to_be_bytes(), right);
        assert_eq!(packet.l4_checksum_ok(), Some(true));
        assert!(packet.payload.is_empty() && packet.events.is_empty());
    }

    #[test]
    fn cut_short() {
        check_truncation(
            &[0x16, 0, 0, 0, 224, 0, 0, 1],
            HEADER_LEN,
            "igmp.pkt_too_small",
            |bytes| ethernet(0x0800, &ipv4(2, bytes)),
        );
    }

    #[test]
    fn version_3() {
        let query = [0x11, 0, 0, 0, 224, 0, 0, 1, 0, 0, 0, 1, 10, 0, 0, 1];
        assert!(events_over_ipv4(2, &query).is_empty() && events_over_ipv4(2, &query[..8]).is_empty());
        for len in 9..12 {
            assert_eq!(events_over_ipv4(2, &query[..len]), ["igmp.v3_pkt_too_small"]);
        }
        for len in 12..16 {
            assert_eq!(events_over_ipv4(2, &query[..len]), ["igmp.malformed"]);
        }
        let report = [
            0x22, 0, 0, 0, 0, 0, 0, 1, 4, 1, 0, 1, 224, 0, 0, 1, 10, 0, 0, 1, 7, 7, 7, 7,
        ];
        assert!(events_over_ipv4(2, &report).is_empty());
        for len in 8..24 {
            assert_eq!(events_over_ipv4(2, &report[..len]), ["igmp.malformed"]);
        }
    }

    #[test]
    fn not_over_ipv6() {
        assert_eq!(events_over_ipv6(2, &[0x16; 8]), ["ipv6.unknown_next_header"]);
    }
}
