//! Data-centre Ethernet (Cisco FabricPath): a tag, then the whole Ethernet frame of the host.

use crate::bytes::from;
use crate::decode::Step;
use crate::ethernet;
use crate::event::DecoderEvent;
use crate::packet::Packet;

mod field {
    pub const FRAME: usize = 2;
}

/// The length of the tag, counted from behind its own EtherType, with the Ethernet header behind it.
pub const HEADER_LEN: usize = field::FRAME + ethernet::HEADER_LEN;

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::DcePktTooSmall);
        return Step::Done;
    }
    Step::Ethernet(from(bytes, field::FRAME))
}
