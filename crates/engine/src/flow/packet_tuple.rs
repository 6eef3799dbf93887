//! Which flow a decoded packet belongs to.

use packet::{Embedded, Packet, Transport, icmpv4};

use super::key::{ICMP, ICMPV6, TCP, Tuple, UDP};
use std::net::{IpAddr, SocketAddr};

impl Tuple {
    /// The tuple of `packet`, or `None` when it belongs to no flow.
    ///
    /// Flows are made of TCP, UDP, SCTP, ESP, IP in IP, ICMP and ICMPv6. Invalid packets and fragments
    /// belong to none. With `vlans`, the same addresses and ports in another VLAN are another flow.
    // Suricata: other IP protocols have no flows. Of the ICMP errors only "destination
    // unreachable" about TCP or UDP joins the flow that it quotes; the others, and all errors
    // about other protocols, are in no flow. ICMPv6 errors are flows of their own.
    #[inline]
    pub fn of(packet: &Packet<'_>, vlans: bool) -> Option<Self> {
        if packet.invalid {
            return None;
        }
        let (src, dst) = (packet.src()?, packet.dst()?);
        let tuple = match packet.transport {
            Transport::Tcp(tcp) => Self::with_ports(
                SocketAddr::new(src, tcp.src_port()),
                SocketAddr::new(dst, tcp.dst_port()),
                TCP,
            ),
            Transport::Udp(udp) => Self::with_ports(
                SocketAddr::new(src, udp.src_port()),
                SocketAddr::new(dst, udp.dst_port()),
                UDP,
            ),
            Transport::Icmpv4(icmp) if icmp.is_error() => of_error(packet, icmp.kind())?,
            _ => of_others(packet, src, dst)?,
        };
        let tuple = tuple.depth(packet.depth);
        Some(if vlans { tuple.vlan(packet.vlan) } else { tuple })
    }
}

fn of_others(packet: &Packet<'_>, src: IpAddr, dst: IpAddr) -> Option<Tuple> {
    Some(match packet.transport {
        Transport::Icmpv4(icmp) => Tuple::icmp(src, dst, ICMP, icmp.kind(), icmp.code()),
        Transport::Icmpv6(icmp) => Tuple::icmp(src, dst, ICMPV6, icmp.kind(), icmp.code()),
        Transport::Sctp(sctp) => Tuple::with_ports(
            SocketAddr::new(src, sctp.src_port()),
            SocketAddr::new(dst, sctp.dst_port()),
            super::key::SCTP,
        ),
        Transport::Esp(esp) => Tuple::esp(src, dst, esp.spi()),
        _ => match packet.ip_proto() {
            Some(proto @ (IP_IN_IP | IPV6_IN_IP)) => {
                Tuple::with_ports(SocketAddr::new(src, 0), SocketAddr::new(dst, 0), proto)
            }
            _ => return None,
        },
    })
}

fn of_error(packet: &Packet<'_>, kind: u8) -> Option<Tuple> {
    if kind != icmpv4::kind::UNREACHABLE {
        return None;
    }
    packet.icmp_embedded().and_then(|quote| of_quote(&quote))
}

fn of_quote(quote: &Embedded) -> Option<Tuple> {
    if !matches!(quote.proto, TCP | UDP) {
        return None;
    }
    let tuple = Tuple::with_ports(
        SocketAddr::new(quote.src, quote.src_port),
        SocketAddr::new(quote.dst, quote.dst_port),
        quote.proto,
    );
    Some(tuple.quoted())
}

/// IPv4 in IP (RFC 2003).
const IP_IN_IP: u8 = 4;

/// IPv6 in IP (RFC 2473).
const IPV6_IN_IP: u8 = 41;

#[cfg(test)]
mod tests {
    use super::*;
    use packet::{DecodeConfig, LinkType, Timestamp};
    use testkit::PacketBuilder;
    use testkit::layer::{Gre, Icmpv4, Icmpv6, Ipv4, Sctp, Tcp, Udp, Vlan};

    /// The tuple of a frame, or of the packet that it carries.
    fn tuple_of(frame: &PacketBuilder, vlans: bool, inner: bool) -> Option<Tuple> {
        let (bytes, config) = (frame.build(), DecodeConfig::default());
        let packet = Packet::decode(&bytes, LinkType::Ethernet, Timestamp(0), 1, &config);
        if inner {
            Tuple::of(&packet.decode_inner(&config)?, vlans)
        } else {
            Tuple::of(&packet, vlans)
        }
    }

    fn tuple(frame: &PacketBuilder) -> Option<Tuple> {
        tuple_of(frame, true, false)
    }

    fn there() -> PacketBuilder {
        PacketBuilder::between("10.0.0.9", "10.0.0.2")
    }

    fn ends(port: u16, to: u16) -> (SocketAddr, SocketAddr) {
        let address = |host, port| SocketAddr::new([10, 0, 0, host].into(), port);
        (address(9, port), address(2, to))
    }

    #[test]
    fn protocols_with_ports() {
        let (src, dst) = ends(1000, 80);
        let expected = |proto| Some(Tuple::with_ports(src, dst, proto));
        assert_eq!(tuple(&there().layer(Tcp::new(1000, 80))), expected(TCP));
        assert_eq!(tuple(&there().layer(Udp::new(1000, 80))), expected(UDP));
        let sctp = there().layer(Sctp::new(1000, 80).init(1));
        assert_eq!(tuple(&sctp), expected(super::super::key::SCTP));
    }

    #[test]
    fn messages_have_types_for_ports() {
        let (a, b) = ([10, 0, 0, 9].into(), [10, 0, 0, 2].into());
        let ping = tuple(&there().layer(Icmpv4::echo_request(1, 1)).payload(b"x"));
        assert_eq!(ping, Some(Tuple::icmp(a, b, ICMP, 8, 0)));
        let solicit = PacketBuilder::between("fe80::1", "fe80::2")
            .layer(Icmpv6::echo_request(1, 1))
            .payload(b"x");
        let (a, b) = ("fe80::1".parse().unwrap(), "fe80::2".parse().unwrap());
        assert_eq!(tuple(&solicit), Some(Tuple::icmp(a, b, ICMPV6, 128, 0)));
    }

    #[test]
    fn an_error_about_a_datagram_joins_its_flow() {
        let quote = |protocol: u8, payload: &[u8]| {
            PacketBuilder::raw()
                .layer(Ipv4::new("10.0.0.9", "10.0.0.2").protocol(protocol))
                .payload(payload)
                .build()
        };
        let error = |kind: u8, quote: &[u8]| {
            let icmp = Icmpv4::new(kind, 1);
            tuple(
                &PacketBuilder::between("10.9.9.9", "10.0.0.9")
                    .layer(icmp)
                    .payload(quote),
            )
        };
        let ports = [0x03, 0xe8, 0, 53, 0, 8, 0, 0];
        let (src, dst) = ends(1000, 53);
        for proto in [UDP, TCP] {
            let expected = Tuple::with_ports(src, dst, proto).quoted();
            assert_eq!(error(3, &quote(proto, &ports)), Some(expected));
        }
        // The other errors, and errors about other protocols, are in no flow.
        for kind in [4, 5, 11, 12] {
            assert_eq!(error(kind, &quote(UDP, &ports)), None);
        }
        assert_eq!(error(3, &quote(ICMP, &[8, 0, 0, 0, 0, 1, 0, 1])), None);
        assert_eq!(error(3, b"short"), None);
    }

    #[test]
    fn other_protocols_and_fragments_have_no_flow() {
        let ospf = PacketBuilder::ethernet()
            .layer(Ipv4::new("10.0.0.9", "10.0.0.2").protocol(89))
            .payload(&[2; 24]);
        assert_eq!(tuple(&ospf), None);
        let whole = there().layer(Udp::new(1000, 80)).payload(&[0; 64]);
        for fragment in whole.fragments(7, 32) {
            let config = DecodeConfig::default();
            let packet = Packet::decode(&fragment, LinkType::Ethernet, Timestamp(0), 1, &config);
            assert_eq!(Tuple::of(&packet, true), None);
        }
    }

    #[test]
    fn vlans_and_tunnels_separate_flows() {
        let (src, dst) = ends(1000, 80);
        let plain = Tuple::with_ports(src, dst, UDP);
        let tagged = PacketBuilder::ethernet()
            .layer(Vlan::new(7))
            .layer(Ipv4::new("10.0.0.9", "10.0.0.2"))
            .layer(Udp::new(1000, 80));
        assert_eq!(tuple_of(&tagged, true, false), Some(plain.vlan([7, 0, 0])));
        assert_eq!(tuple_of(&tagged, false, false), Some(plain));
        let tunnelled = PacketBuilder::between("192.0.2.1", "192.0.2.2")
            .layer(Gre::new())
            .layer(Ipv4::new("10.0.0.9", "10.0.0.2"))
            .layer(Udp::new(1000, 80));
        assert_eq!(tuple_of(&tunnelled, true, true), Some(plain.depth(1)));
    }
}
