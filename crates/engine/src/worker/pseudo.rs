//! Pseudo-packets: what is left in a stream when its flow ends is inspected with a packet made up for it.

use std::net::{IpAddr, SocketAddr};

use packet::{Direction, LinkType, Packet, Timestamp};

use crate::flow::Flow;

use super::shard::Session;

/// The bytes of a pseudo-packet: an IP and a TCP header without payload.
pub(super) struct PseudoPacket {
    bytes: [u8; 60],
    length: usize,
}

impl PseudoPacket {
    /// One that goes in `direction` of the flow. `None` when its addresses are not of one family, which cannot be.
    pub fn new(flow: &Flow<Session>, direction: Direction) -> Option<Self> {
        let (client, server) = (flow.client(), flow.server());
        let (src, dst) = match direction {
            Direction::ToServer => (client, server),
            Direction::ToClient => (server, client),
        };
        Self::between(SocketAddr::new(src.0, src.1), SocketAddr::new(dst.0, dst.1))
    }

    fn between(src: SocketAddr, dst: SocketAddr) -> Option<Self> {
        let mut packet = Vec::with_capacity(60);
        match (src.ip(), dst.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                packet.extend_from_slice(&[0x45, 0, 0, 40, 0, 0, 0, 0, 64, TCP, 0, 0]);
                packet.extend_from_slice(&from.octets());
                packet.extend_from_slice(&to.octets());
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                packet.extend_from_slice(&[0x60, 0, 0, 0, 0, 20, TCP, 64]);
                packet.extend_from_slice(&from.octets());
                packet.extend_from_slice(&to.octets());
            }
            _ => return None,
        }
        packet.extend_from_slice(&src.port().to_be_bytes());
        packet.extend_from_slice(&dst.port().to_be_bytes());
        packet.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0, 0x50, ACK, 0xff, 0xff, 0, 0, 0, 0]);
        let mut bytes = [0; 60];
        bytes.get_mut(..packet.len())?.copy_from_slice(&packet);
        Some(Self {
            bytes,
            length: packet.len(),
        })
    }

    /// The packet, decoded.
    pub fn decode(&self, time: Timestamp, number: u64, config: &packet::DecodeConfig) -> Packet<'_> {
        Packet::decode(
            self.bytes.get(..self.length).unwrap_or_default(),
            LinkType::RawIp,
            time,
            number,
            config,
        )
    }
}

const TCP: u8 = 6;
const ACK: u8 = 0x10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_decodes_to_what_it_was_made_from() {
        for (src, dst) in [
            ("10.0.0.1:1000", "10.0.0.2:80"),
            ("[2001:db8::1]:1000", "[2001:db8::2]:80"),
        ] {
            let (src, dst): (SocketAddr, SocketAddr) =
                (src.parse().expect("an address"), dst.parse().expect("an address"));
            let pseudo = PseudoPacket::between(src, dst).expect("one family");
            let packet = pseudo.decode(Timestamp(0), 1, &packet::DecodeConfig::default());
            assert!(!packet.invalid && packet.events.is_empty() && packet.payload.is_empty());
            assert_eq!((packet.src(), packet.src_port()), (Some(src.ip()), src.port()));
            assert_eq!((packet.dst(), packet.dst_port()), (Some(dst.ip()), dst.port()));
        }
    }
}
