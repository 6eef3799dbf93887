//! Ethernet II (IEEE 802.3).

use crate::bytes::{array_at, from, u16_at};
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;

mod field {
    pub const DST: usize = 0;
    pub const SRC: usize = 6;
    pub const ETHERTYPE: usize = 12;
    pub const PAYLOAD: usize = 14;
}

/// The length of the header.
pub const HEADER_LEN: usize = field::PAYLOAD;

/// An Ethernet header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ethernet<'a> {
    header: &'a [u8; HEADER_LEN],
}

impl<'a> Ethernet<'a> {
    /// The view of the header at the start of `frame`; `None` when it is shorter.
    #[inline]
    pub fn new(frame: &'a [u8]) -> Option<Self> {
        frame.first_chunk().map(|header| Self { header })
    }

    /// The 14 bytes of the header.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        self.header
    }

    /// The destination address.
    #[inline]
    pub fn dst(&self) -> [u8; 6] {
        array_at(self.header, field::DST)
    }

    /// The source address.
    #[inline]
    pub fn src(&self) -> [u8; 6] {
        array_at(self.header, field::SRC)
    }

    /// The EtherType, or the length of an 802.3 frame when less than 1536.
    #[inline]
    pub fn ethertype(&self) -> u16 {
        u16_at(self.header, field::ETHERTYPE)
    }
}

#[inline]
pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Ethernet);
    let Some(ethernet) = Ethernet::new(bytes) else {
        packet.reject(DecoderEvent::EthernetPktTooSmall);
        return Step::Done;
    };
    // The outermost header is the packet's own: bridging puts further ones behind it.
    if packet.ethernet.is_none() {
        packet.ethernet = Some(ethernet);
    }
    Step::Ethertype(ethernet.ethertype(), from(bytes, field::PAYLOAD), Layer::Ethernet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{check_truncation, decoded, ethernet, events, ipv4, udp};
    use crate::{LinkType, Network};

    #[test]
    fn reads_every_field() {
        let frame = ethernet(0x0800, &ipv4(17, &udp(1, 2, b"x")));
        let header = decoded(&frame).ethernet.unwrap();
        assert_eq!(header.header(), &frame[..14]);
        assert_eq!(header.dst(), [2, 0, 0, 0, 0, 1]);
        assert_eq!(header.src(), [2, 0, 0, 0, 0, 2]);
        assert_eq!(header.ethertype(), 0x0800);
    }

    #[test]
    fn cut_short() {
        let frame = ethernet(0x9999, b"");
        check_truncation(&frame, HEADER_LEN, "ethernet.pkt_too_small", <[u8]>::to_vec);
    }

    #[test]
    fn an_unknown_ethertype_is_kept() {
        let frame = ethernet(0xfbb7, b"abc");
        let packet = decoded(&frame);
        assert_eq!(packet.network, Network::Other(0xfbb7));
        assert_eq!(events(&packet), ["ethernet.unknown_ethertype"]);
        assert!(packet.layers.contains(Layer::UnknownEthertype));
        assert!(packet.payload.is_empty() && !packet.invalid);
        assert_eq!(packet.link, LinkType::Ethernet);
    }
}
