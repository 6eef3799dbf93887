//! ARP (RFC 826) for IPv4 over Ethernet.

use core::net::Ipv4Addr;

use crate::bytes::{array_at, u8_at, u16_at};
use crate::decode::Step;
use crate::decode::ethertype;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::{Network, Packet};

mod field {
    pub const HARDWARE_TYPE: usize = 0;
    pub const PROTOCOL_TYPE: usize = 2;
    pub const HARDWARE_LEN: usize = 4;
    pub const PROTOCOL_LEN: usize = 5;
    pub const OPERATION: usize = 6;
    pub const SRC_MAC: usize = 8;
    pub const SRC_IP: usize = 14;
    pub const DST_MAC: usize = 18;
    pub const DST_IP: usize = 24;
    pub const END: usize = 28;
}

/// The length of ARP for IPv4 over Ethernet.
pub const HEADER_LEN: usize = field::END;

/// An ARP packet for IPv4 over Ethernet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arp<'a> {
    bytes: &'a [u8; HEADER_LEN],
}

impl<'a> Arp<'a> {
    /// The view of the ARP packet at the start of `bytes`; `None` when they are fewer.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        bytes.first_chunk().map(|bytes| Self { bytes })
    }

    /// The 28 bytes of the packet.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The hardware type; 1 is Ethernet.
    pub fn hardware_type(&self) -> u16 {
        u16_at(self.bytes, field::HARDWARE_TYPE)
    }

    /// The protocol type; 0x0800 is IPv4.
    pub fn protocol_type(&self) -> u16 {
        u16_at(self.bytes, field::PROTOCOL_TYPE)
    }

    /// The length of a hardware address.
    pub fn hardware_len(&self) -> u8 {
        u8_at(self.bytes, field::HARDWARE_LEN)
    }

    /// The length of a protocol address.
    pub fn protocol_len(&self) -> u8 {
        u8_at(self.bytes, field::PROTOCOL_LEN)
    }

    /// The operation; 1 is a request, 2 a reply.
    pub fn operation(&self) -> u16 {
        u16_at(self.bytes, field::OPERATION)
    }

    /// The sender's hardware address.
    pub fn src_mac(&self) -> [u8; 6] {
        array_at(self.bytes, field::SRC_MAC)
    }

    /// The sender's IPv4 address.
    pub fn src_ip(&self) -> Ipv4Addr {
        Ipv4Addr::from(array_at::<4>(self.bytes, field::SRC_IP))
    }

    /// The target's hardware address.
    pub fn dst_mac(&self) -> [u8; 6] {
        array_at(self.bytes, field::DST_MAC)
    }

    /// The target's IPv4 address.
    pub fn dst_ip(&self) -> Ipv4Addr {
        Ipv4Addr::from(array_at::<4>(self.bytes, field::DST_IP))
    }
}

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Arp);
    match check(bytes) {
        Ok(arp) => packet.network = Network::Arp(arp),
        Err(event) => packet.reject(event),
    }
    Step::Done
}

fn check(bytes: &[u8]) -> Result<Arp<'_>, DecoderEvent> {
    if bytes.len() < FIXED_LEN {
        return Err(DecoderEvent::ArpPktTooSmall);
    }
    if u16_at(bytes, field::HARDWARE_TYPE) != HARDWARE_ETHERNET {
        return Err(DecoderEvent::ArpUnsupportedHardware);
    }
    if u16_at(bytes, field::PROTOCOL_TYPE) != ethertype::IPV4 {
        return Err(DecoderEvent::ArpUnsupportedProtocol);
    }
    let arp = Arp::new(bytes).ok_or(DecoderEvent::ArpInvalidPkt)?;
    if arp.hardware_len() != 6 {
        return Err(DecoderEvent::ArpInvalidHardwareSize);
    }
    if arp.protocol_len() != 4 {
        return Err(DecoderEvent::ArpInvalidProtocolSize);
    }
    // RFC 826 (request, reply), RFC 903 (reverse request, reply), RFC 2390 (inverse request, reply).
    match arp.operation() {
        1..=4 | 8 | 9 => Ok(arp),
        _ => Err(DecoderEvent::ArpUnsupportedOpcode),
    }
}

/// The length of the fields before the addresses.
const FIXED_LEN: usize = field::SRC_MAC;

/// The hardware type of Ethernet.
const HARDWARE_ETHERNET: u16 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{decoded, ethernet, events};

    const REQUEST: [u8; 28] = [
        0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2,
    ];

    fn events_with(at: usize, value: u8) -> Vec<&'static str> {
        let mut bytes = REQUEST;
        bytes[at] = value;
        let frame = ethernet(0x0806, &bytes);
        let packet = decoded(&frame);
        assert!(packet.invalid);
        events(&packet)
    }

    #[test]
    fn reads_every_field() {
        let mut frame = ethernet(0x0806, &REQUEST);
        frame.extend([0; 18]);
        let packet = decoded(&frame);
        let Network::Arp(arp) = packet.network else {
            panic!("not ARP")
        };
        assert_eq!(arp.bytes(), REQUEST);
        assert_eq!((arp.hardware_type(), arp.protocol_type()), (1, 0x0800));
        assert_eq!((arp.hardware_len(), arp.protocol_len(), arp.operation()), (6, 4, 1));
        assert_eq!((arp.src_mac(), arp.dst_mac()), ([2, 0, 0, 0, 0, 1], [0; 6]));
        assert_eq!(
            (arp.src_ip(), arp.dst_ip()),
            (Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2))
        );
        assert_eq!((packet.src(), packet.ip_proto()), (None, None));
        assert!(packet.events.is_empty() && packet.payload.is_empty());
    }

    #[test]
    fn cut_short() {
        for len in 0..HEADER_LEN {
            let frame = ethernet(0x0806, &REQUEST[..len]);
            let event = if len < FIXED_LEN {
                "arp.pkt_too_small"
            } else {
                "arp.invalid_pkt"
            };
            assert_eq!(events(&decoded(&frame)), [event], "{len} bytes");
        }
    }

    #[test]
    fn each_field_is_checked() {
        assert_eq!(events_with(1, 6), ["arp.unsupported_hardware"]);
        assert_eq!(events_with(3, 6), ["arp.unsupported_protocol"]);
        assert_eq!(events_with(4, 8), ["arp.invalid_hardware_size"]);
        assert_eq!(events_with(5, 16), ["arp.invalid_protocol_size"]);
        assert_eq!(events_with(7, 77), ["arp.unsupported_opcode"]);
    }
}
