//! Network service header (RFC 8300).

use crate::bytes::{u8_at, u16_at};
use crate::decode::Step;
use crate::decode::ethertype;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;

mod field {
    pub const VERSION_FLAGS_LEN: usize = 0;
    pub const METADATA_TYPE: usize = 2;
    pub const NEXT_PROTOCOL: usize = 3;
    pub const METADATA: usize = 8;
}

/// The length of the base and service path headers.
pub const HEADER_LEN: usize = field::METADATA;

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Nsh);
    match check(bytes) {
        Ok(step) => step,
        Err(event @ (DecoderEvent::NshHeaderTooSmall | DecoderEvent::NshBadHeaderLength)) => {
            packet.reject(event);
            Step::Done
        }
        Err(event) => {
            packet.note(event);
            Step::Done
        }
    }
}

fn check(bytes: &[u8]) -> Result<Step<'_>, DecoderEvent> {
    if bytes.len() < HEADER_LEN {
        return Err(DecoderEvent::NshHeaderTooSmall);
    }
    let word = u16_at(bytes, field::VERSION_FLAGS_LEN);
    // RFC 8300 section 2.2: the length counts words of 4 bytes in the low 6 bits.
    let len = usize::from(word & 0x3f).saturating_mul(4);
    if word >> 14 != 0 {
        return Err(DecoderEvent::NshUnsupportedVersion);
    }
    let payload = bytes.get(len..).filter(|payload| !payload.is_empty());
    let payload = payload.ok_or(DecoderEvent::NshBadHeaderLength)?;
    match u8_at(bytes, field::METADATA_TYPE) {
        0 => return Err(DecoderEvent::NshReservedType),
        1 if len != TYPE_1_LEN => return Err(DecoderEvent::NshBadHeaderLength),
        2 if len < HEADER_LEN => return Err(DecoderEvent::NshBadHeaderLength),
        1 | 2 => {}
        _ => return Err(DecoderEvent::NshUnsupportedType),
    }
    match u8_at(bytes, field::NEXT_PROTOCOL) {
        1 => Ok(Step::Ipv4(payload)),
        2 => Ok(Step::Ipv6(payload)),
        3 => Ok(Step::Ethernet(payload)),
        5 => Ok(Step::Ethertype(ethertype::MPLS_UNICAST, payload, Layer::Nsh)),
        _ => Err(DecoderEvent::NshUnknownPayload),
    }
}

/// The length of a header with metadata of type 1, which is fixed.
const TYPE_1_LEN: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{check_truncation, decoded, ethernet, events, ipv4, ipv6, udp};

    fn header(words: u16, metadata: u8, next: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = words.to_be_bytes().to_vec();
        bytes.extend([metadata, next, 0, 0, 1, 2]);
        bytes.resize(usize::from(words & 0x3f) * 4, 0);
        bytes.extend(payload);
        ethernet(0x894f, &bytes)
    }

    fn events_of(words: u16, metadata: u8, next: u8) -> Vec<&'static str> {
        events(&decoded(&header(words, metadata, next, &[0; 40])))
    }

    #[test]
    fn what_it_carries_is_decoded() {
        let (four, six) = (ipv4(17, &udp(1, 2, b"4")), ipv6(17, &udp(1, 2, b"6")));
        let labelled = [&[0, 6, 0x41, 64][..], &four].concat();
        for (words, metadata, next, payload, found) in [
            (6, 1, 1, &four, b"4"),
            (2, 2, 2, &six, b"6"),
            (4, 2, 3, &ethernet(0x0800, &four), b"4"),
            (6, 1, 5, &labelled, b"4"),
        ] {
            let frame = header(words, metadata, next, payload);
            let packet = decoded(&frame);
            assert_eq!(packet.payload, found, "next protocol {next}");
            assert!(packet.events.is_empty());
        }
    }

    #[test]
    fn cut_short() {
        check_truncation(&[0, 2, 2, 9, 0, 0, 0, 0], HEADER_LEN, "nsh.header_too_small", |bytes| {
            ethernet(0x894f, bytes)
        });
    }

    #[test]
    fn each_event() {
        assert_eq!(events_of(0x4006, 1, 1), ["nsh.unsupported_version"]);
        assert_eq!(events_of(6, 0, 1), ["nsh.reserved_type"]);
        assert_eq!(events_of(6, 3, 1), ["nsh.unsupported_type"]);
        assert_eq!(events_of(5, 1, 1), ["nsh.bad_header_length"]);
        assert_eq!(events_of(1, 2, 1), ["nsh.bad_header_length"]);
        assert_eq!(events_of(6, 1, 4), ["nsh.unknown_payload"]);
        // The header takes the whole packet.
        assert_eq!(events(&decoded(&header(6, 1, 1, b""))), ["nsh.bad_header_length"]);
    }
}
