//! The buffers that are cut from headers.

use packet::{Network, Packet, Transport, icmpv4, ipv6_ext};

use crate::keywords::sticky::sticky_buffer;

sticky_buffer! {
    /// The source address: 4 bytes of IPv4 or 16 of IPv6, in network order.
    ///
    /// Made for `dataset` with `type ipv4`, `ipv6` or `ip`.
    IP_SRC, IP_SRC_BYTES = "ip.src", |packet| address(packet, 12, 8);
    "source address as a buffer"; "alert ip any any -> any any (msg:\"listed source\"; ip.src; content:\"|c0 00 02|\"; startswith; sid:1;)"
}

sticky_buffer! {
    /// The destination address: 4 bytes of IPv4 or 16 of IPv6, in network order.
    ///
    /// Made for `dataset` with `type ipv4`, `ipv6` or `ip`.
    IP_DST, IP_DST_BYTES = "ip.dst", |packet| address(packet, 16, 24);
    "destination address as a buffer"; "alert ip any any -> any any (msg:\"listed host\"; ip.dst; content:\"|c0 00 02|\"; startswith; sid:1;)"
}

sticky_buffer! {
    /// The Ethernet header: destination, source and EtherType, 14 bytes.
    ETHER_HDR, ETHER_HDR_BYTES = "ether.hdr", |packet| packet.ethernet.map(|e| e.header());
    "Ethernet header"; "alert ether any any -> any any (msg:\"to a group\"; ether.hdr; content:\"|01 00 5e|\"; startswith; sid:1;)"
}

sticky_buffer! {
    /// The IPv4 header with its options, 20 to 60 bytes.
    IPV4_HDR, IPV4_HDR_BYTES = "ipv4.hdr", |packet| packet.ipv4().map(|ip| ip.header());
    "IPv4 header"; "alert ip any any -> any any (msg:\"protocol 6\"; ipv4.hdr; content:\"|06|\"; offset:9; depth:1; sid:1;)"
}

sticky_buffer! {
    /// The IPv6 header with the extension headers that were decoded, 40 bytes or more.
    IPV6_HDR, IPV6_HDR_BYTES = "ipv6.hdr", ipv6_header;
    "IPv6 header with its extension headers"; "alert ip any any -> any any (msg:\"fragment header\"; ipv6.hdr; content:\"|2c|\"; offset:6; depth:1; sid:1;)"
}

sticky_buffer! {
    /// The TCP header with its options, 20 to 60 bytes.
    TCP_HDR, TCP_HDR_BYTES = "tcp.hdr", |packet| packet.tcp().map(|tcp| tcp.header());
    "TCP header"; "alert tcp any any -> any any (msg:\"no operation first\"; tcp.hdr; content:\"|01|\"; offset:20; depth:1; sid:1;)"
}

sticky_buffer! {
    /// The UDP header, 8 bytes: ports, length and checksum.
    UDP_HDR, UDP_HDR_BYTES = "udp.hdr", |packet| packet.udp().map(|udp| udp.header());
    "UDP header"; "alert udp any any -> any any (msg:\"length 8\"; udp.hdr; content:\"|00 08|\"; offset:4; depth:2; sid:1;)"
}

sticky_buffer! {
    /// The header of an ICMP message: 8 bytes, or 20 of a timestamp message.
    ICMPV4_HDR, ICMPV4_HDR_BYTES = "icmpv4.hdr", icmpv4_header;
    "ICMP header"; "alert icmp any any -> any any (msg:\"echo request\"; icmpv4.hdr; content:\"|08 00|\"; startswith; sid:1;)"
}

sticky_buffer! {
    /// The header of an ICMPv6 message, 8 bytes: type, code, checksum and what the type puts behind them.
    ICMPV6_HDR, ICMPV6_HDR_BYTES = "icmpv6.hdr", |packet| packet.icmpv6().map(|icmp| icmp.header());
    "ICMPv6 header"; "alert icmp any any -> any any (msg:\"echo request\"; icmpv6.hdr; content:\"|80 00|\"; startswith; sid:1;)"
}

sticky_buffer! {
    /// The header that all IGMP messages have, 8 bytes.
    IGMP_HDR, IGMP_HDR_BYTES = "igmp.hdr", |packet| match packet.transport {
        Transport::Igmp(igmp) => Some(igmp.header()),
        _ => None,
    };
    "IGMP header"; "alert igmp any any -> any any (msg:\"leaves a group\"; igmp.hdr; content:\"|17|\"; startswith; sid:1;)"
}

/// The address at `v4` or `v6` bytes from the start of the IP header.
fn address<'a>(packet: &Packet<'a>, v4: usize, v6: usize) -> Option<&'a [u8]> {
    match packet.network {
        Network::Ipv4(ip) => ip.header().get(v4..v4 + 4),
        Network::Ipv6(ip) => ip.header().get(v6..v6 + 16),
        _ => None,
    }
}

fn icmpv4_header<'a>(packet: &Packet<'a>) -> Option<&'a [u8]> {
    let icmp = packet.icmpv4()?;
    match icmp.kind() {
        // Suricata: the three times count as header.
        icmpv4::kind::TIMESTAMP | icmpv4::kind::TIMESTAMP_REPLY => icmp.message().get(..20).or(Some(icmp.message())),
        _ => Some(icmp.header()),
    }
}

fn ipv6_header<'a>(packet: &Packet<'a>) -> Option<&'a [u8]> {
    let ip = packet.ipv6()?;
    let header = ip.header();
    // Suricata: a fragment header and what follows it do not count.
    let extensions: usize = ip
        .extensions()
        .take_while(|e| e.kind != ipv6_ext::kind::FRAGMENT)
        .map(|e| e.bytes.len())
        .sum();
    if extensions == 0 {
        return Some(header);
    }
    // The extension headers follow the fixed one in the same packet: one slice holds both.
    let start = (header.as_ptr() as usize).checked_sub(packet.data.as_ptr() as usize)?;
    packet.data.get(start..start.checked_add(header.len() + extensions)?)
}

#[cfg(test)]
mod tests {
    use testkit::PacketBuilder;
    use testkit::layer::{Icmpv4, Tcp};

    use super::*;
    use crate::keywords::sample::{between, decode};

    #[test]
    fn addresses_are_cut_by_version() {
        let v4 = between("192.0.2.1", "10.0.0.2").layer(Tcp::new(1, 2)).build();
        assert_eq!(address(&decode(&v4), 12, 8), Some(&[192, 0, 2, 1][..]));
        assert_eq!(address(&decode(&v4), 16, 24), Some(&[10, 0, 0, 2][..]));
        let v6 = between("2001:db8::1", "2001:db8::2").layer(Tcp::new(1, 2)).build();
        assert_eq!(address(&decode(&v6), 12, 8).map(|a| (a.len(), a[15])), Some((16, 1)));
        assert_eq!(address(&decode(&v6), 16, 24).map(|a| (a.len(), a[15])), Some((16, 2)));
    }

    #[test]
    fn a_header_ends_where_its_payload_starts() {
        let frame = between("2001:db8::1", "2001:db8::2").layer(Tcp::new(1, 2)).build();
        assert_eq!(ipv6_header(&decode(&frame)).map(<[u8]>::len), Some(40));
        let timestamp = between("10.0.0.1", "10.0.0.2")
            .layer(Icmpv4::new(13, 0))
            .payload(&[0; 30])
            .build();
        assert_eq!(icmpv4_header(&decode(&timestamp)).map(<[u8]>::len), Some(20));
        let echo = between("10.0.0.1", "10.0.0.2")
            .layer(Icmpv4::echo_request(1, 1))
            .payload(&[0; 30])
            .build();
        assert_eq!(icmpv4_header(&decode(&echo)).map(<[u8]>::len), Some(8));
        assert_eq!(icmpv4_header(&decode(&PacketBuilder::ethernet().build())), None);
    }
}
