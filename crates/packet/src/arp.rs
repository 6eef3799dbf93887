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
    packet.layers.insert(Layer::Arp);
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
