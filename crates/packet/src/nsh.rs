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
    packet.layers.insert(Layer::Nsh);
    match check(bytes) {
        Ok(step) => step,
        Err(event) => {
            packet.reject(event);
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
        5 => Ok(Step::Ethertype(
            ethertype::MPLS_UNICAST,
            payload,
            Layer::Nsh,
        )),
        _ => Err(DecoderEvent::NshUnknownPayload),
    }
}

/// The length of a header with metadata of type 1, which is fixed.
const TYPE_1_LEN: usize = 24;
