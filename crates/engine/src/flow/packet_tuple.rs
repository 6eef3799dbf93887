//! Which flow a decoded packet belongs to.

use packet::{Embedded, Packet, Transport, icmpv4};

use super::key::{ICMP, ICMPV6, TCP, Tuple, UDP};
use std::net::{IpAddr, SocketAddr};

impl Tuple {
    /// The tuple of `packet`, or `None` when it belongs to no flow.
    ///
    /// Flows are made of TCP, UDP, SCTP, ESP, ICMP and ICMPv6. Invalid packets and fragments
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
        _ => return None,
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
