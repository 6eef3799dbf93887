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

    pub const TAG_LEN: usize = 2;
    pub const TAG_VALUE: usize = 4;
}

/// The length of the header.
pub const HEADER_LEN: usize = field::PAYLOAD;

pub(crate) fn decode_session<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.insert(Layer::Pppoe);
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::PppoePktTooSmall);
        return Step::Done;
    }
    ppp::protocol(packet, from(bytes, field::PAYLOAD))
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
    let tags = from(bytes, field::PAYLOAD);
    let mut tags = tags
        .get(..usize::from(u16_at(bytes, field::LEN)))
        .ok_or(DecoderEvent::PppoePktTooSmall)?;
    // Each tag takes 4 bytes at least, so this ends with the payload.
    while tags.len() >= field::TAG_VALUE {
        let value = from(tags, field::TAG_VALUE);
        tags = value
            .get(usize::from(u16_at(tags, field::TAG_LEN))..)
            .ok_or(DecoderEvent::PppoeMalformedTags)?;
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
