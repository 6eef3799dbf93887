//! `ip_proto`: the IP protocol.

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use crate::keywords::integer::{self, IntCheck, Snort2Range};
use crate::rule::{Hint, IntPredicate, PacketCheck, PacketContext};

/// `ip_proto`: the IP protocol.
pub static IP_PROTO: Keyword = Keyword {
    name: "ip_proto",
    aliases: &[],
    summary: "IP protocol, by number or name",
    docs: "The protocol that the IP packet carries, behind any IPv6 extension headers: a number from 0 to 255, or the name \
           in lower or upper case that IANA gives it (`tcp`, `GRE`, `ipv6-icmp`). `!` negates, `<` and `>` compare.\n\n\
           It belongs in rules whose header says `ip`; two of them narrow a range: `ip_proto:>6; ip_proto:<17;`.",
    example: "alert ip any any -> any any (msg:\"routing protocol\"; ip_proto:ospf; sid:1;)",
    deviation: None,
    kind: Kind::Packet(parse),
};

fn parse(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let text = arg.required()?;
    let (negated, name) = match text.strip_prefix('!') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    let predicate = match number_of(name) {
        Some(n) if negated => IntPredicate::Ne(n.into()),
        Some(n) => IntPredicate::Eq(n.into()),
        None if name.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            return Err(Problem::new(format!("`{name}` is no IP protocol"))
                .help("use its number, or its name in lower case as IANA lists it"));
        }
        None => integer::read(arg, 255, Snort2Range::Inclusive)?,
    };
    Ok(Box::new(IpProto(IntCheck {
        name: "ip_proto",
        predicate,
        get: |c| c.packet.ip_proto().map(u64::from),
        hint,
    })))
}

/// A condition on the IP protocol.
#[derive(Debug)]
struct IpProto(IntCheck);

impl PacketCheck for IpProto {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        self.0.matches(context)
    }

    fn hint(&self) -> Option<Hint> {
        self.0.hint()
    }

    // Suricata: the keyword narrows the protocol of the header, so a rule with it is still one of addresses alone.
    fn ip_only_compatible(&self) -> bool {
        true
    }

    fn requires_packet(&self) -> bool {
        false
    }
}

fn hint(predicate: &IntPredicate) -> Option<Hint> {
    match *predicate {
        IntPredicate::Eq(n) => u8::try_from(n).ok().map(Hint::IpProto),
        _ => None,
    }
}

/// The number of a protocol named in lower or in upper case, and not in both.
fn number_of(name: &str) -> Option<u8> {
    let lower = name.to_ascii_lowercase();
    if name != lower && name != name.to_ascii_uppercase() {
        return None;
    }
    PROTOCOLS
        .iter()
        .find(|(known, _)| *known == lower)
        .map(|(_, number)| *number)
}

/// Names of <https://www.iana.org/assignments/protocol-numbers>, as systems list them, with the aliases in use.
static PROTOCOLS: &[(&str, u8)] = &[
    ("ip", 0),
    ("hopopt", 0),
    ("icmp", 1),
    ("igmp", 2),
    ("ggp", 3),
    ("ipencap", 4),
    ("ip-encap", 4),
    ("st", 5),
    ("tcp", 6),
    ("egp", 8),
    ("igp", 9),
    ("pup", 12),
    ("udp", 17),
    ("hmp", 20),
    ("xns-idp", 22),
    ("rdp", 27),
    ("iso-tp4", 29),
    ("dccp", 33),
    ("xtp", 36),
    ("ddp", 37),
    ("idpr-cmtp", 38),
    ("ipv6", 41),
    ("ipv6-route", 43),
    ("ipv6-frag", 44),
    ("idrp", 45),
    ("rsvp", 46),
    ("gre", 47),
    ("esp", 50),
    ("ipsec-esp", 50),
    ("ah", 51),
    ("ipsec-ah", 51),
    ("skip", 57),
    ("ipv6-icmp", 58),
    ("ipv6-nonxt", 59),
    ("ipv6-opts", 60),
    ("rspf", 73),
    ("vmtp", 81),
    ("eigrp", 88),
    ("ospf", 89),
    ("ospfigp", 89),
    ("ax.25", 93),
    ("ipip", 94),
    ("etherip", 97),
    ("encap", 98),
    ("pim", 103),
    ("ipcomp", 108),
    ("vrrp", 112),
    ("l2tp", 115),
    ("isis", 124),
    ("sctp", 132),
    ("fc", 133),
    ("mobility-header", 135),
    ("udplite", 136),
    ("mpls-in-ip", 137),
    ("manet", 138),
    ("hip", 139),
    ("shim6", 140),
    ("wesp", 141),
    ("rohc", 142),
    ("ethernet", 143),
];

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::layer::Udp;

    use super::*;
    use crate::keywords::sample::{between, check, meets};

    #[test]
    fn names_numbers_and_comparisons() {
        let udp = between("10.0.0.1", "10.0.0.2").layer(Udp::new(1, 2)).build();
        for (text, expected) in [
            ("17", true),
            ("udp", true),
            ("UDP", true),
            ("!udp", false),
            ("!6", true),
            (">16", true),
            ("<17", false),
            ("tcp", false),
        ] {
            let check = check(&IP_PROTO, text, Dialect::Suricata).expect(text);
            assert_eq!(meets(&*check, &udp), expected, "{text}");
        }
        assert_eq!(
            check(&IP_PROTO, "udp", Dialect::Suricata).expect("udp").hint(),
            Some(Hint::IpProto(17))
        );
    }

    #[test]
    fn what_is_no_protocol_is_refused() {
        for text in ["TcP", "295", "\"not-a-protocol\"", "70000", "-1", "icmpv6", ""] {
            assert!(check(&IP_PROTO, text, Dialect::Suricata).is_err(), "{text}");
        }
    }
}
