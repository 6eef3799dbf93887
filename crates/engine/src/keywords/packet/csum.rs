//! The checksum keywords: `ipv4-csum`, `tcpv4-csum` and their kin.

use std::fmt;

use packet::{Packet, Transport};

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use crate::rule::{PacketCheck, PacketContext};

macro_rules! checksum_keyword {
    ($(#[doc = $doc:literal])+ $static:ident = $name:literal, $of:literal, $header:literal, $ok:expr) => {
        $(#[doc = $doc])+
        pub static $static: Keyword = Keyword {
            name: $name,
            aliases: &[],
            summary: concat!($of, " checksum valid or not"),
            docs: concat!($($doc, "\n"),+),
            example: concat!("alert ", $header, " any any -> any any (msg:\"wrong checksum\"; ", $name, ":invalid; sid:1;)"),
            deviation: None,
            kind: Kind::Packet(|arg| parse($name, $ok, arg)),
        };
    };
}

checksum_keyword! {
    /// The checksum of the IPv4 header: `valid` or `invalid`. Other packets match neither.
    IPV4_CSUM = "ipv4-csum", "IPv4", "ip", |packet| packet.ipv4_checksum_ok()
}

checksum_keyword! {
    /// The checksum of TCP over IPv4: `valid` or `invalid`. Fragments and other packets match neither.
    TCPV4_CSUM = "tcpv4-csum", "TCP over IPv4", "tcp", |packet| packet.is_ipv4().then(|| packet.tcp())?.and_then(|_| packet.l4_checksum_ok())
}

checksum_keyword! {
    /// The checksum of TCP over IPv6: `valid` or `invalid`. Fragments and other packets match neither.
    TCPV6_CSUM = "tcpv6-csum", "TCP over IPv6", "tcp", |packet| packet.is_ipv6().then(|| packet.tcp())?.and_then(|_| packet.l4_checksum_ok())
}

checksum_keyword! {
    /// The checksum of UDP over IPv4: `valid` or `invalid`. A datagram without one (0) and other packets match neither.
    UDPV4_CSUM = "udpv4-csum", "UDP over IPv4", "udp", |packet| packet.is_ipv4().then(|| packet.udp())?.and_then(|_| packet.l4_checksum_ok())
}

checksum_keyword! {
    /// The checksum of UDP over IPv6: `valid` or `invalid`. Fragments and other packets match neither.
    UDPV6_CSUM = "udpv6-csum", "UDP over IPv6", "udp", |packet| packet.is_ipv6().then(|| packet.udp())?.and_then(|_| packet.l4_checksum_ok())
}

checksum_keyword! {
    /// The checksum of ICMP: `valid` or `invalid`. Fragments and other packets match neither.
    ICMPV4_CSUM = "icmpv4-csum", "ICMP", "icmp", |packet| packet.icmpv4().and_then(|_| packet.l4_checksum_ok())
}

checksum_keyword! {
    /// The checksum of ICMPv6: `valid` or `invalid`. Fragments and other packets match neither.
    ICMPV6_CSUM = "icmpv6-csum", "ICMPv6", "icmp", |packet| packet.icmpv6().and_then(|_| packet.l4_checksum_ok())
}

checksum_keyword! {
    /// The checksum of an IGMP message: `valid` or `invalid`. Other packets match neither.
    IGMP_CSUM = "igmp-csum", "IGMP", "igmp", |packet| match packet.transport {
        Transport::Igmp(igmp) => Some(internet_checksum_ok(igmp.message())),
        _ => None,
    }
}

type ChecksumOk = fn(&Packet<'_>) -> Option<bool>;

struct Checksum {
    name: &'static str,
    ok: ChecksumOk,
    valid: bool,
}

fn parse(name: &'static str, ok: ChecksumOk, arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let valid = match arg.required()?.to_ascii_lowercase().as_str() {
        "valid" => true,
        "invalid" => false,
        other => {
            return Err(Problem::new(format!("`{other}` is neither valid nor invalid"))
                .help(format!("write `{name}:invalid;` or `{name}:valid;`")));
        }
    };
    Ok(Box::new(Checksum { name, ok, valid }))
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, if self.valid { "valid" } else { "invalid" })
    }
}

impl PacketCheck for Checksum {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        (self.ok)(context.packet) == Some(self.valid)
    }

    fn requires_packet(&self) -> bool {
        false
    }

    fn cost(&self) -> u8 {
        2
    }
}

/// Whether the ones' complement sum over the message is right (RFC 1071).
fn internet_checksum_ok(message: &[u8]) -> bool {
    let sum: u64 = message
        .chunks(2)
        .map(|pair| u64::from(pair[0]) << 8 | pair.get(1).copied().map_or(0, u64::from))
        .sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    (folded & 0xffff) + (folded >> 16) == 0xffff
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::Checksum as Sum;
    use testkit::layer::{Tcp, Udp};

    use super::*;
    use crate::keywords::sample::{between, check, meets};

    #[test]
    fn valid_invalid_and_absent() {
        let holds = |keyword, text, frame: &[u8]| meets(&*check(keyword, text, Dialect::Suricata).expect(text), frame);
        let right = between("10.0.0.1", "10.0.0.2").layer(Tcp::new(1, 2)).build();
        let wrong = between("10.0.0.1", "10.0.0.2")
            .layer(Tcp::new(1, 2).checksum(Sum::Wrong))
            .build();
        assert!(holds(&TCPV4_CSUM, "valid", &right) && !holds(&TCPV4_CSUM, "invalid", &right));
        assert!(
            holds(&TCPV4_CSUM, "INVALID", &wrong)
                && !holds(&TCPV6_CSUM, "invalid", &wrong)
                && holds(&IPV4_CSUM, "valid", &wrong)
        );
        let udp = between("10.0.0.1", "10.0.0.2").layer(Udp::new(1, 2)).build();
        assert!(!holds(&TCPV4_CSUM, "valid", &udp) && holds(&UDPV4_CSUM, "valid", &udp));
    }

    #[test]
    fn only_two_values() {
        for text in ["foo", "\"valid\"", ""] {
            assert!(check(&IPV4_CSUM, text, Dialect::Suricata).is_err(), "{text}");
        }
    }

    #[test]
    fn odd_messages_are_padded() {
        assert!(internet_checksum_ok(&[0x12, 0x00, 0xed, 0xff]));
        assert!(
            internet_checksum_ok(&[0xff, 0xff, 0])
                && !internet_checksum_ok(&[0xff, 0xfe, 0])
                && !internet_checksum_ok(&[])
        );
    }
}
