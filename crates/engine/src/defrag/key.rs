//! What makes two fragments part of the same datagram.

use std::net::IpAddr;

use packet::{Fragment, Packet};

/// The identity of a datagram: addresses, identification, and for IPv4 the protocol; VLANs and tunnel depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatagramKey {
    words: [u64; 6],
}

impl DatagramKey {
    /// The key of a datagram that `src` sends to `dst`.
    ///
    /// `proto` counts for IPv4 only (RFC 791 section 3.2, RFC 8200 section 4.5).
    pub fn new(src: IpAddr, dst: IpAddr, id: u32, proto: u8) -> Self {
        let (src_bits, dst_bits) = (bits(src), bits(dst));
        // RFC: 8200 section 4.5: only the next header of the first fragment counts, so it cannot be in the key.
        let tail = match (src, dst) {
            (IpAddr::V4(_), IpAddr::V4(_)) => u64::from(proto) << PROTO,
            _ => IPV6,
        };
        Self {
            words: [
                (src_bits >> 64) as u64,
                src_bits as u64,
                (dst_bits >> 64) as u64,
                dst_bits as u64,
                u64::from(id) << 32 | tail,
                0,
            ],
        }
    }

    /// The key of the datagram that `packet` is a fragment of.
    pub fn of(packet: &Packet<'_>, fragment: &Fragment<'_>, vlans: bool) -> Option<Self> {
        let key = Self::new(packet.src()?, packet.dst()?, fragment.id, fragment.proto);
        let key = key.depth(packet.depth);
        Some(if vlans { key.vlan(packet.vlan) } else { key })
    }

    /// The same, with these VLAN tags.
    #[must_use]
    pub fn vlan(mut self, ids: [u16; 3]) -> Self {
        let [outer, middle, inner] = ids.map(u64::from);
        let [.., vlan] = &mut self.words;
        *vlan = outer << 32 | middle << 16 | inner;
        self
    }

    /// The same, within so many packets.
    #[must_use]
    pub fn depth(mut self, depth: u8) -> Self {
        let [_, _, _, _, tail, _] = &mut self.words;
        *tail = *tail & !(0xff << DEPTH) | u64::from(depth) << DEPTH;
        self
    }

    /// Whether it is an IPv6 datagram.
    pub fn is_ipv6(&self) -> bool {
        let [_, _, _, _, tail, _] = self.words;
        tail & IPV6 != 0
    }

    pub(crate) fn words(&self) -> &[u64; 6] {
        &self.words
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

const PROTO: u32 = 24;
const DEPTH: u32 = 16;
const IPV6: u64 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn key(src: &str, dst: &str, id: u32, proto: u8) -> DatagramKey {
        DatagramKey::new(src.parse().unwrap(), dst.parse().unwrap(), id, proto)
    }

    #[test]
    fn ipv4_datagrams_differ_in_what_rfc_791_says() {
        let base = key("10.0.0.1", "10.0.0.2", 7, 17);
        let others = [
            key("10.0.0.2", "10.0.0.1", 7, 17),
            key("10.0.0.1", "10.0.0.2", 8, 17),
            key("10.0.0.1", "10.0.0.2", 7, 6),
            key("::10.0.0.1", "::10.0.0.2", 7, 17),
            base.vlan([0, 0, 1]),
            base.depth(1),
        ];
        for other in others {
            assert_ne!(base, other);
        }
        assert!(!base.is_ipv6());
    }

    #[test]
    fn ipv6_datagrams_do_not_differ_in_the_next_header() {
        let base = key("fe80::1", "fe80::2", 7, 17);
        assert_eq!(base, key("fe80::1", "fe80::2", 7, 6));
        assert!(base.is_ipv6());
    }
}
