//! Packets for the tests of the decoders.

use crate::{DecodeConfig, DecoderEvent, LinkType, Packet, Timestamp};

/// Decodes an Ethernet frame with the default settings.
pub(crate) fn decoded(frame: &[u8]) -> Packet<'_> {
    decoded_as(frame, LinkType::Ethernet)
}

/// Decodes a packet of this link type with the default settings.
pub(crate) fn decoded_as(data: &[u8], link: LinkType) -> Packet<'_> {
    Packet::decode(data, link, Timestamp(7), 3, &DecodeConfig::default())
}

/// Decodes the packet within, which must be there.
pub(crate) fn inner<'a>(packet: &Packet<'a>) -> Packet<'a> {
    packet.decode_inner(&DecodeConfig::default()).expect("a packet within")
}

/// The names of the events in order.
pub(crate) fn events(packet: &Packet<'_>) -> Vec<&'static str> {
    packet.events.iter().map(DecoderEvent::name).collect()
}

/// The names of the events of an Ethernet frame with IPv4 and this payload.
pub(crate) fn events_over_ipv4(protocol: u8, payload: &[u8]) -> Vec<&'static str> {
    events(&decoded(&ethernet(0x0800, &ipv4(protocol, payload))))
}

/// The names of the events of an Ethernet frame with IPv6 and this payload.
pub(crate) fn events_over_ipv6(next_header: u8, payload: &[u8]) -> Vec<&'static str> {
    events(&decoded(&ethernet(0x86dd, &ipv6(next_header, payload))))
}

/// Checks that every piece of `header` shorter than `len`, put where `wrap` puts it, is invalid with this event.
pub(crate) fn check_truncation(header: &[u8], len: usize, event: &str, wrap: impl Fn(&[u8]) -> Vec<u8>) {
    for cut in 0..len {
        let frame = wrap(&header[..cut]);
        let packet = decoded(&frame);
        assert_eq!(events(&packet), [event], "{cut} bytes");
        assert!(packet.invalid && packet.malformed, "{cut} bytes");
    }
    assert!(!events(&decoded(&wrap(&header[..len]))).contains(&event), "{len} bytes");
}

/// An Ethernet frame.
pub(crate) fn ethernet(ethertype: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    bytes.extend(ethertype.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// IPv4 from 10.0.0.1 to 10.0.0.2.
pub(crate) fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    ipv4_with(protocol, &[], payload)
}

/// IPv4 from 10.0.0.1 to 10.0.0.2 with options, a multiple of 4 bytes.
pub(crate) fn ipv4_with(protocol: u8, options: &[u8], payload: &[u8]) -> Vec<u8> {
    let header_len = 20 + options.len();
    let mut bytes = vec![0x40 | (header_len / 4) as u8, 0];
    bytes.extend(((header_len + payload.len()) as u16).to_be_bytes());
    bytes.extend([0x12, 0x34, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    bytes.extend(options);
    let sum = checksum(&bytes);
    bytes[10..12].copy_from_slice(&sum);
    bytes.extend(payload);
    bytes
}

/// A piece of an IPv4 datagram; the offset in bytes.
pub(crate) fn ipv4_fragment(protocol: u8, offset: u16, more: bool, payload: &[u8]) -> Vec<u8> {
    let mut bytes = ipv4(protocol, payload);
    let field = (offset / 8) | (u16::from(more) << 13);
    bytes[6..8].copy_from_slice(&field.to_be_bytes());
    bytes
}

/// IPv6 from 2001:db8::1 to 2001:db8::2.
pub(crate) fn ipv6(next_header: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x60, 0, 0, 0];
    bytes.extend((payload.len() as u16).to_be_bytes());
    bytes.extend([next_header, 64]);
    for host in [1, 2] {
        bytes.extend([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, host]);
    }
    bytes.extend(payload);
    bytes
}

/// TCP from port 1234 to 80 with the flags PSH and ACK; options a multiple of 4 bytes.
pub(crate) fn tcp(options: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x04, 0xd2, 0, 80, 0, 0, 0, 5, 0, 0, 0, 9];
    bytes.extend([((20 + options.len()) / 4) as u8 * 16, 0x18, 0x20, 0, 0, 0, 0, 0]);
    bytes.extend(options);
    bytes.extend(payload);
    bytes
}

/// UDP without a checksum.
pub(crate) fn udp(src: u16, dst: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(src.to_be_bytes());
    bytes.extend(dst.to_be_bytes());
    bytes.extend((8 + payload.len() as u16).to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(payload);
    bytes
}

/// An ICMP message, version 4 or 6, with zeros for checksum and the rest of the header.
pub(crate) fn icmp(kind: u8, code: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind, code, 0, 0, 0, 0, 0, 0];
    bytes.extend(payload);
    bytes
}

/// The Internet checksum, word by word.
pub(crate) fn checksum(bytes: &[u8]) -> [u8; 2] {
    let mut sum = 0u32;
    for pair in bytes.chunks(2) {
        sum += u32::from(u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)]));
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!(sum as u16)).to_be_bytes()
}
