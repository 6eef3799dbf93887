//! PPPoE (RFC 2516), discovery and session.

use crate::bytes::{from, u8_at, u16_at};
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;
use crate::ppp;

mod field {
    pub const CODE: usize = 1;
    pub const LEN: usize = 4;
    pub const PAYLOAD: usize = 6;
}

/// The length of the header.
pub const HEADER_LEN: usize = field::PAYLOAD;

pub(crate) fn decode_session<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Pppoe);
    let payload = from(bytes, field::PAYLOAD);
    if payload.len() < ppp::protocol_len(payload) {
        packet.reject(DecoderEvent::PppoePktTooSmall);
        return Step::Done;
    }
    if u16_at(bytes, field::LEN) == 0 {
        return Step::Done;
    }
    ppp::protocol(packet, payload)
}

pub(crate) fn decode_discovery<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Pppoe);
    if let Err(event) = check_discovery(bytes) {
        packet.reject(event);
    }
    Step::Done
}

fn check_discovery(bytes: &[u8]) -> Result<(), DecoderEvent> {
    if bytes.len() < HEADER_LEN {
        return Err(DecoderEvent::PppoePktTooSmall);
    }
    match u8_at(bytes, field::CODE) {
        code::PADO | code::PADI | code::PADR | code::PADS | code::PADT => {}
        _ => return Err(DecoderEvent::PppoeWrongCode),
    }
    // Suricata: looks at the length of the payload only, not at that of each tag.
    if from(bytes, field::PAYLOAD).len() < usize::from(u16_at(bytes, field::LEN)) {
        return Err(DecoderEvent::PppoeMalformedTags);
    }
    Ok(())
}

/// The codes of discovery.
mod code {
    pub const PADO: u8 = 0x07;
    pub const PADI: u8 = 0x09;
    pub const PADR: u8 = 0x19;
    pub const PADS: u8 = 0x65;
    pub const PADT: u8 = 0xa7;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LinkType;
    use crate::fixture::{check_truncation, decoded, decoded_as, ethernet, events, ipv4, udp};

    fn header(code: u8, len: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x11, code, 0, 7];
        bytes.extend(len.to_be_bytes());
        bytes.extend(payload);
        bytes
    }

    #[test]
    fn ip_in_a_session() {
        let ppp = [&[0, 0x21][..], &ipv4(17, &udp(1, 2, b"x"))].concat();
        let session = header(0, ppp.len() as u16, &ppp);
        let frame = ethernet(0x8864, &session);
        assert_eq!(decoded(&frame).payload, b"x");
        assert_eq!(decoded_as(&session, LinkType::PppEther).payload, b"x");
    }

    #[test]
    fn cut_short() {
        let session = header(0, 9, &[0xc0, 0x21]);
        check_truncation(&session, 8, "pppoe.pkt_too_small", |bytes| ethernet(0x8864, bytes));
        let discovery = header(0x09, 0, b"");
        check_truncation(&discovery, HEADER_LEN, "pppoe.pkt_too_small", |bytes| {
            ethernet(0x8863, bytes)
        });
    }

    #[test]
    fn an_empty_session_packet_is_nothing() {
        let frame = ethernet(0x8864, &header(0, 0, &[0x98, 0x99, 0, 0]));
        assert!(decoded(&frame).events.is_empty());
    }

    #[test]
    fn discovery_is_checked() {
        let tags = [1, 1, 0, 0, 1, 3, 0, 2, 7, 7];
        for code in [0x07, 0x09, 0x19, 0x65, 0xa7] {
            let frame = ethernet(0x8863, &header(code, 10, &tags));
            assert!(decoded(&frame).events.is_empty());
        }
        let wrong = ethernet(0x8863, &header(0x11, 10, &tags));
        assert_eq!(events(&decoded(&wrong)), ["pppoe.wrong_code"]);
        let malformed = ethernet(0x8863, &header(0x09, 11, &tags));
        assert_eq!(events(&decoded(&malformed)), ["pppoe.malformed_tags"]);
    }
}
