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
    packet.layers.insert(Layer::Pppoe);
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
    packet.layers.insert(Layer::Pppoe);
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
