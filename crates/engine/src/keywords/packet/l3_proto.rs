//! `l3_proto`: the IP version.

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use crate::rule::{PacketCheck, PacketContext};

/// `l3_proto`: the IP version.
pub static L3_PROTO: Keyword = Keyword {
    name: "l3_proto",
    aliases: &[],
    summary: "IP version",
    docs: "The version of IP: `ipv4` (or `ip4`), `ipv6` (or `ip6`), in any case. A header protocol `ipv4` or `ipv6` says the same.",
    example: "alert tcp any any -> any any (msg:\"TCP over IPv6\"; l3_proto:ipv6; sid:1;)",
    deviation: None,
    kind: Kind::Packet(parse),
};

#[derive(Debug)]
enum Version {
    V4,
    V6,
}

fn parse(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let version = match arg.required()?.to_ascii_lowercase().as_str() {
        "ipv4" | "ip4" => Version::V4,
        "ipv6" | "ip6" => Version::V6,
        other => return Err(Problem::new(format!("`{other}` is no version of IP")).help("use ipv4 or ipv6")),
    };
    Ok(Box::new(version))
}

impl PacketCheck for Version {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        match self {
            Self::V4 => context.packet.is_ipv4(),
            Self::V6 => context.packet.is_ipv6(),
        }
    }

    fn requires_packet(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::layer::Udp;

    use super::*;
    use crate::keywords::sample::{between, check, meets};

    #[test]
    fn one_version_and_not_the_other() {
        let v6 = between("2001:db8::1", "2001:db8::2").layer(Udp::new(1, 2)).build();
        let holds = |text| meets(&*check(&L3_PROTO, text, Dialect::Suricata).expect(text), &v6);
        assert!(holds("ip6") && holds("IPv6") && !holds("ipv4"));
        assert!(check(&L3_PROTO, "arp", Dialect::Suricata).is_err());
    }
}
