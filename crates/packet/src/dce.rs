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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{check_truncation, decoded, ethernet as frame, ipv4, udp};

    fn tagged(ethertype: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 5];
        bytes.extend(frame(ethertype, payload));
        bytes
    }

    #[test]
    fn the_frame_of_the_host_is_decoded() {
        let frame = frame(0x8903, &tagged(0x0800, &ipv4(17, &udp(1, 2, b"x"))));
        assert_eq!(decoded(&frame).payload, b"x");
    }

    #[test]
    fn cut_short() {
        check_truncation(&tagged(0x9999, b""), HEADER_LEN, "dce.pkt_too_small", |bytes| {
            frame(0x8903, bytes)
        });
    }
}
