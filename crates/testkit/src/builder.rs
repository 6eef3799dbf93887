//! One packet, layer by layer.

use std::net::IpAddr;

use crate::address::ToIp;
use crate::capture::Frame;
use crate::layer::{Context, Ethernet, Ipv4, Ipv6, Layer};
use crate::time::Time;

/// Stacks layers from the outermost to the innermost and gives the bytes.
///
/// Lengths, checksums and the numbers that announce the next protocol are filled in, tunnels included.
///
/// ```
/// use testkit::{Checksum, PacketBuilder};
/// use testkit::layer::{Gre, Ipv4, Tcp, Vlan};
///
/// let syn = PacketBuilder::between("192.0.2.1", "10.0.0.1")
///     .layer(Tcp::new(40000, 80).syn().mss(1460))
///     .build();
/// assert_eq!(syn.len(), 14 + 20 + 24);
///
/// let tunnelled = PacketBuilder::ethernet()
///     .layer(Vlan::new(100))
///     .layer(Ipv4::new("192.0.2.1", "192.0.2.2"))
///     .layer(Gre::new())
///     .layer(Ipv4::new("10.0.0.1", "10.0.0.2").ttl(3))
///     .layer(Tcp::new(1025, 80).syn().checksum(Checksum::Wrong))
///     .payload(b"data")
///     .build();
/// assert_eq!(tunnelled.len(), 14 + 4 + 20 + 4 + 20 + 20 + 4);
/// ```
#[derive(Clone, Debug)]
pub struct PacketBuilder {
    layers: Vec<Layer>,
}

impl PacketBuilder {
    /// A frame with an Ethernet header that fills itself in.
    pub fn ethernet() -> Self {
        Self::raw().layer(Ethernet::new())
    }

    /// A packet without a link layer, for captures of link type 101 (raw IP), or to begin with a layer of one's own.
    pub const fn raw() -> Self {
        Self { layers: Vec::new() }
    }

    /// An Ethernet frame with an IPv4 or IPv6 header between two hosts.
    ///
    /// # Panics
    /// When the two addresses are not of one family.
    pub fn between(src: impl ToIp, dst: impl ToIp) -> Self {
        Self::ethernet().layer(ip_layer(src.to_ip(), dst.to_ip()))
    }

    /// Adds a layer inside the others.
    pub fn layer(mut self, layer: impl Into<Layer>) -> Self {
        self.layers.push(layer.into());
        self
    }

    /// Adds bytes inside the others.
    pub fn payload(self, bytes: &[u8]) -> Self {
        self.layer(bytes)
    }

    /// The bytes of the packet.
    ///
    /// # Panics
    /// When a part is longer than its length field can say.
    pub fn build(&self) -> Vec<u8> {
        encode(&self.layers, 0)
    }

    /// The packet as it was captured at `time`.
    pub fn at(&self, time: Time) -> Frame {
        Frame::new(time, self.build())
    }

    /// The packet in IP fragments with `size` bytes of payload each, the last with what is left.
    ///
    /// The outermost IP layer is the one that is cut; `id` names the datagram.
    ///
    /// ```
    /// use testkit::PacketBuilder;
    /// use testkit::layer::Udp;
    ///
    /// let fragments = PacketBuilder::between("192.0.2.1", "10.0.0.1")
    ///     .layer(Udp::new(53, 40000))
    ///     .payload(&[0x61; 100])
    ///     .fragments(7, 48);
    /// assert_eq!(fragments.len(), 3, "48 + 48 + 12 bytes");
    /// ```
    ///
    /// # Panics
    /// When there is no IP layer, or `size` is no multiple of 8.
    pub fn fragments(&self, id: u32, size: usize) -> Vec<Vec<u8>> {
        assert!(
            size > 0 && size.is_multiple_of(8),
            "a fragment's size is a multiple of 8"
        );
        let at = self
            .layers
            .iter()
            .position(|l| l.ends().is_some())
            .expect("a packet without an IP layer has no fragments");
        let whole = encode(&self.layers, at + 1);
        let count = whole.len().div_ceil(size);
        let protocol = self.layers.get(at + 1).map_or(253, Layer::ip_protocol);
        whole
            .chunks(size)
            .enumerate()
            .map(|(i, piece)| {
                let mut layers = self.layers[..at].to_vec();
                let more = i + 1 < count;
                layers.push(match self.layers[at].clone() {
                    Layer::Ipv4(ip) => ip.fragment(id as u16, i * size, more).protocol(protocol).into(),
                    Layer::Ipv6(ip) => ip.fragment(id, i * size, more).next_header(protocol).into(),
                    other => other,
                });
                layers.push(piece.into());
                encode(&layers, 0)
            })
            .collect()
    }
}

/// An IP header between two hosts.
pub(crate) fn ip_layer(src: IpAddr, dst: IpAddr) -> Layer {
    match (src, dst) {
        (IpAddr::V4(_), IpAddr::V4(_)) => Ipv4::new(src, dst).into(),
        (IpAddr::V6(_), IpAddr::V6(_)) => Ipv6::new(src, dst).into(),
        _ => panic!("{src} and {dst} are not of one family"),
    }
}

/// The bytes of `layers` from number `first` on, made from the inside out.
fn encode(layers: &[Layer], first: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (i, layer) in layers.iter().enumerate().skip(first).rev() {
        let next = layers.get(i + 1);
        // Ethernet takes its addresses from the IP layer inside, transports theirs from the one outside.
        let ends = if matches!(layer, Layer::Ethernet(_)) {
            layers[i + 1..].iter().find_map(Layer::ends)
        } else {
            layers[..i].iter().rev().find_map(Layer::ends)
        };
        bytes = layer.encode(&Context { ends, next }, bytes);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::{internet, with_pseudo_header};
    use crate::layer::{Arp, Icmpv4, Icmpv6, Sctp, Tcp, Udp, Vxlan};
    use crate::{Checksum, checksum};

    #[test]
    fn checksums_of_transports_are_right_in_both_families() {
        for (src, dst) in [("192.0.2.1", "10.0.0.1"), ("2001:db8::1", "2001:db8::2")] {
            let (a, b) = (src.to_ip(), dst.to_ip());
            let start = if a.is_ipv4() { 34 } else { 54 };
            let tcp = PacketBuilder::between(src, dst)
                .layer(Tcp::new(1, 2).syn())
                .payload(b"odd")
                .build();
            let udp = PacketBuilder::between(src, dst)
                .layer(Udp::new(1, 2))
                .payload(b"odd")
                .build();
            assert_eq!(with_pseudo_header(Some((a, b)), 6, &tcp[start..]), 0);
            assert_eq!(with_pseudo_header(Some((a, b)), 17, &udp[start..]), 0);
        }
    }

    #[test]
    fn checksums_of_icmp_and_sctp_are_right() {
        let v4 = PacketBuilder::between("192.0.2.1", "10.0.0.1")
            .layer(Icmpv4::echo_request(1, 2))
            .build();
        assert_eq!(internet(&[&v4[34..]]), 0);
        let ends = ("2001:db8::1".to_ip(), "2001:db8::2".to_ip());
        let v6 = PacketBuilder::between(ends.0, ends.1)
            .layer(Icmpv6::echo_request(1, 2))
            .build();
        assert_eq!(with_pseudo_header(Some(ends), 58, &v6[54..]), 0);
        let mut sctp = PacketBuilder::raw().layer(Sctp::new(1, 2).init(9)).build();
        let sum = [sctp[8], sctp[9], sctp[10], sctp[11]];
        sctp[8..12].fill(0);
        assert_eq!(checksum::crc32c(&sctp), u32::from_le_bytes(sum));
    }

    #[test]
    fn a_wrong_checksum_is_wrong() {
        let wrong = PacketBuilder::between("192.0.2.1", "10.0.0.1")
            .layer(Udp::new(1, 2).checksum(Checksum::Wrong))
            .build();
        let ends = ("192.0.2.1".to_ip(), "10.0.0.1".to_ip());
        assert_ne!(with_pseudo_header(Some(ends), 17, &wrong[34..]), 0);
    }

    #[test]
    fn a_tunnel_uses_the_inner_addresses_inside() {
        let bytes = PacketBuilder::between("192.0.2.1", "192.0.2.2")
            .layer(Udp::new(9, 4789))
            .layer(Vxlan::new(5))
            .layer(Ethernet::new())
            .layer(Ipv4::new("10.0.0.1", "10.0.0.2"))
            .layer(Udp::new(1, 2))
            .build();
        let inner = &bytes[14 + 20 + 8 + 8..];
        assert_eq!(inner[..6], [2, 0, 10, 0, 0, 2]);
        let ends = ("10.0.0.1".to_ip(), "10.0.0.2".to_ip());
        assert_eq!(with_pseudo_header(Some(ends), 17, &inner[34..]), 0);
    }

    #[test]
    fn fragments_hold_the_whole_payload() {
        for (src, dst) in [("192.0.2.1", "10.0.0.1"), ("2001:db8::1", "2001:db8::2")] {
            let packet = PacketBuilder::between(src, dst).layer(Udp::new(1, 2)).payload(&[7; 50]);
            let header = if src.contains(':') { 54 } else { 34 };
            let joined: Vec<u8> = packet
                .fragments(3, 24)
                .iter()
                .flat_map(|f| f[header + if header == 54 { 8 } else { 0 }..].to_vec())
                .collect();
            assert_eq!(joined, packet.build()[header..]);
        }
    }

    #[test]
    fn arp_requests_go_to_all() {
        let bytes = PacketBuilder::ethernet()
            .layer(Arp::request([10, 0, 0, 1], [10, 0, 0, 2]))
            .build();
        assert_eq!(bytes[..6], [0xff; 6]);
        assert_eq!(bytes[12..22], [8, 6, 0, 1, 8, 0, 6, 4, 0, 1]);
    }
}
