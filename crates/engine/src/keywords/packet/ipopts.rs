//! `ipopts`: an option of the IPv4 header.

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use crate::rule::{PacketCheck, PacketContext};

/// `ipopts`: an option of the IPv4 header.
pub static IPOPTS: Keyword = Keyword {
    name: "ipopts",
    aliases: &[],
    summary: "an IPv4 option is there",
    docs: "Whether the IPv4 header has the option: `rr` (record route), `eol`, `nop`, `ts` (timestamp), `sec`, `esec` (security), \
           `lsrr`, `lsrre`, `ssrr` (source routes), `satid`, `cipso`, `rtralt` (router alert), `qs` (quick start), or `any`.",
    example: "alert ip any any -> any any (msg:\"source routed\"; ipopts:lsrr; sid:1;)",
    deviation: None,
    kind: Kind::Packet(parse),
};

/// What option is asked for.
#[derive(Debug)]
enum IpOption {
    Any,
    Kind(u8),
}

fn parse(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let name = arg.required()?.to_ascii_lowercase();
    if name == "any" {
        return Ok(Box::new(IpOption::Any));
    }
    match KINDS.iter().find(|(known, _)| *known == name) {
        Some((_, kind)) => Ok(Box::new(IpOption::Kind(*kind))),
        None => {
            let names: Vec<_> = KINDS.iter().map(|(name, _)| *name).collect();
            Err(Problem::new(format!("`{name}` is no IP option")).help(format!("use any, {}", names.join(", "))))
        }
    }
}

impl PacketCheck for IpOption {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        let Some(ip) = context.packet.ipv4() else { return false };
        match self {
            Self::Any => !ip.option_bytes().is_empty(),
            Self::Kind(kind) => ip.options().any(|option| option.kind == *kind),
        }
    }
}

/// Names and option types, the copied flag and class included.
static KINDS: &[(&str, u8)] = &[
    ("eol", 0),
    ("nop", 1),
    ("rr", 7),
    ("qs", 25),
    ("ts", 68),
    ("sec", 130),
    ("lsrr", 131),
    ("lsrre", 131),
    ("esec", 133),
    ("cipso", 134),
    ("satid", 136),
    ("ssrr", 137),
    ("rtralt", 148),
];

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::PacketBuilder;
    use testkit::layer::{Ipv4, Udp};

    use super::*;
    use crate::keywords::sample::{between, check, meets};

    #[test]
    fn the_option_must_be_there() {
        let ip = Ipv4::new("10.0.0.1", "10.0.0.2").options(&[148, 4, 0, 0]);
        let alert = PacketBuilder::ethernet().layer(ip).layer(Udp::new(1, 2)).build();
        let plain = between("10.0.0.1", "10.0.0.2").layer(Udp::new(1, 2)).build();
        for (text, expected) in [("rtralt", true), ("any", true), ("RTRALT", true), ("rr", false)] {
            let check = check(&IPOPTS, text, Dialect::Suricata).expect(text);
            assert_eq!(
                (meets(&*check, &alert), meets(&*check, &plain)),
                (expected, false),
                "{text}"
            );
        }
    }

    #[test]
    fn unknown_names_are_refused() {
        for text in ["foo", "!rr", ""] {
            assert!(check(&IPOPTS, text, Dialect::Suricata).is_err(), "{text}");
        }
    }
}
