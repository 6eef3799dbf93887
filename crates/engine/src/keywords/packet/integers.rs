//! The keywords that compare one integer of a header.

use packet::Transport;

use crate::keywords::integer::integer_keyword;
use crate::rule::{Hint, IntPredicate, PacketContext};

integer_keyword! {
    /// The time to live of an IPv4 packet, or the hop limit of an IPv6 packet.
    ///
    /// From 0 to 255. `ttl:<5`, `ttl:1-10` (in Suricata 2 to 9, in Snort 2 with both ends), `ttl:!64`.
    TTL = "ttl", max 255, |c| match (c.packet.ipv4(), c.packet.ipv6()) {
        (Some(ip), _) => Some(ip.ttl().into()),
        (_, Some(ip)) => Some(ip.hop_limit().into()),
        _ => None,
    };
    "IP time to live or hop limit"; "alert ip any any -> any any (msg:\"about to expire\"; ttl:<3; sid:1;)"
}

integer_keyword! {
    /// The identification of an IPv4 packet, from 0 to 65535. Some tools always send the same.
    ID = "id", max 0xffff, |c| c.packet.ipv4().map(|ip| ip.id().into());
    "IPv4 identification"; "alert ip any any -> any any (msg:\"id of a tool\"; id:31337; sid:1;)"
}

integer_keyword! {
    /// The sequence number of a TCP segment, as it is on the wire and not relative to the first.
    TCP_SEQ = "tcp.seq" | "seq", max 0xffff_ffff, |c| c.packet.tcp().map(|tcp| tcp.seq().into());
    "TCP sequence number"; "alert tcp any any -> any any (msg:\"no sequence number\"; flags:S; tcp.seq:0; sid:1;)"
}

integer_keyword! {
    /// The acknowledgement number of a TCP segment, as it is on the wire and not relative to the first.
    TCP_ACK = "tcp.ack" | "ack", max 0xffff_ffff, |c| c.packet.tcp().map(|tcp| tcp.ack().into());
    "TCP acknowledgement number"; "alert tcp any any -> any any (msg:\"scan\"; flags:A; tcp.ack:0; sid:1;)"
}

integer_keyword! {
    /// The window of a TCP segment in bytes, as it is on the wire: the window scale is not applied.
    TCP_WINDOW = "tcp.window" | "window", max 0xffff, |c| c.packet.tcp().map(|tcp| tcp.window().into());
    "TCP window, not scaled"; "alert tcp any any -> any any (msg:\"window of a scanner\"; flags:S; tcp.window:1024; sid:1;)"
}

integer_keyword! {
    /// The maximum segment size of the TCP options in bytes. A segment without the option does not match.
    TCP_MSS = "tcp.mss", max 0xffff, |c| c.packet.tcp().and_then(|tcp| tcp.mss()).map(u64::from);
    "TCP maximum segment size"; "alert tcp any any -> any any (msg:\"tiny segments\"; flags:S; tcp.mss:<536; sid:1;)"
}

integer_keyword! {
    /// The window scale of the TCP options, a power of two from 0 to 14; broken stacks send more. A segment without the
    /// option does not match.
    TCP_WSCALE = "tcp.wscale", max 255, |c| c.packet.tcp().and_then(|tcp| tcp.wscale()).map(u64::from);
    "TCP window scale"; "alert tcp any any -> any any (msg:\"window scale out of bounds\"; tcp.wscale:>14; sid:1;)"
}

integer_keyword! {
    /// The type of an ICMP or ICMPv6 message, from 0 to 255.
    ///
    /// ICMP and ICMPv6 number their types differently (an echo request is 8 or 128): say which with the header or `ip_proto`.
    ITYPE = "itype", max 255, icmp_type, snort2 Exclusive, hint icmp_type_hint;
    "ICMP type"; "alert icmp any any -> any any (msg:\"echo request\"; itype:8; sid:1;)"
}

integer_keyword! {
    /// The code of an ICMP or ICMPv6 message, from 0 to 255; what it says depends on the type.
    ICODE = "icode", max 255, |c| match c.packet.transport {
        Transport::Icmpv4(icmp) => Some(icmp.code().into()),
        Transport::Icmpv6(icmp) => Some(icmp.code().into()),
        _ => None,
    }, snort2 Exclusive;
    "ICMP code"; "alert icmp any any -> any any (msg:\"port unreachable\"; itype:3; icode:3; sid:1;)"
}

integer_keyword! {
    /// The identifier of an ICMP query or an ICMPv6 echo. Messages of other types do not match.
    ICMP_ID = "icmp_id", max 0xffff, |c| match c.packet.transport {
        Transport::Icmpv4(icmp) => icmp.id().map(u64::from),
        Transport::Icmpv6(icmp) => icmp.id().map(u64::from),
        _ => None,
    };
    "ICMP identifier"; "alert icmp any any -> any any (msg:\"id of a flooder\"; itype:0; icmp_id:456; sid:1;)"
}

integer_keyword! {
    /// The sequence number of an ICMP query or an ICMPv6 echo. Messages of other types do not match.
    ICMP_SEQ = "icmp_seq", max 0xffff, |c| match c.packet.transport {
        Transport::Icmpv4(icmp) => icmp.seq().map(u64::from),
        Transport::Icmpv6(icmp) => icmp.seq().map(u64::from),
        _ => None,
    };
    "ICMP sequence number"; "alert icmp any any -> any any (msg:\"first of a series\"; itype:8; icmp_seq:0; sid:1;)"
}

integer_keyword! {
    /// The MTU that an ICMPv6 \"packet too big\" message tells, in bytes. RFC 8200 section 5 asks for links of at least 1280.
    ICMPV6_MTU = "icmpv6.mtu", max 0xffff_ffff, |c| c.packet.icmpv6().and_then(|icmp| icmp.mtu()).map(u64::from);
    "MTU in ICMPv6 packet too big"; "alert icmp any any -> any any (msg:\"atomic fragments\"; icmpv6.mtu:<1280; sid:1;)"
}

integer_keyword! {
    /// The type of an IGMP message: 0x11 is a query, 0x12, 0x16 and 0x22 are reports, 0x17 leaves a group.
    IGMP_TYPE = "igmp.type", max 255, |c| match c.packet.transport {
        Transport::Igmp(igmp) => Some(igmp.kind().into()),
        _ => None,
    };
    "IGMP type"; "alert igmp any any -> any any (msg:\"version 1 report\"; igmp.type:0x12; sid:1;)"
}

integer_keyword! {
    /// How many VLAN tags the frame has, from 0 to 3.
    VLAN_LAYERS = "vlan.layers", max 3, |c| Some(c.packet.vlan_count.into());
    "number of VLAN tags"; "alert ip any any -> any any (msg:\"VLAN in a VLAN\"; vlan.layers:>1; sid:1;)"
}

integer_keyword! {
    /// The size of the packet's own payload in bytes.
    ///
    /// TCP rules with `dsize` look at packets one by one and not at the stream. In Suricata and Snort 3 a range `10<>20` is
    /// 11 to 19, in Snort 2 it is 10 to 20; Snort 3's `10<=>20` includes both.
    DSIZE = "dsize", max 0xffff, payload_size, hint payload_size_hint;
    "size of the packet's payload"; "alert udp any any -> any 53 (msg:\"large query\"; dsize:>512; sid:1;)"
}

/// Suricata: a payload that is not inspected, as one that is encrypted, has no size.
fn payload_size(context: &PacketContext<'_>) -> Option<u64> {
    let hidden = context.flow.is_some_and(|flow| flow.no_payload);
    (!hidden).then_some(context.packet.payload.len() as u64)
}

fn icmp_type(context: &PacketContext<'_>) -> Option<u64> {
    match context.packet.transport {
        Transport::Icmpv4(icmp) => Some(icmp.kind().into()),
        Transport::Icmpv6(icmp) => Some(icmp.kind().into()),
        _ => None,
    }
}

fn icmp_type_hint(predicate: &IntPredicate) -> Option<Hint> {
    let (low, high) = predicate.bounds();
    let narrow = (low, high) != (0, u64::MAX);
    narrow.then(|| Hint::IcmpType(low.min(255) as u8, high.min(255) as u8))
}

fn payload_size_hint(predicate: &IntPredicate) -> Option<Hint> {
    let (low, high) = predicate.bounds();
    let narrow = (low, high) != (0, u64::MAX);
    narrow.then(|| Hint::PayloadSize(low.min(0xffff) as u16, high.min(0xffff) as u16))
}
