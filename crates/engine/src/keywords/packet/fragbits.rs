//! `fragbits`: the flags of the IPv4 header.

use rule_parser::Dialect;

use super::bits::{Bits, Match};
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use crate::rule::{PacketCheck, PacketContext};

/// `fragbits`: the flags of the IPv4 header.
pub static FRAGBITS: Keyword = Keyword {
    name: "fragbits",
    aliases: &[],
    summary: "IPv4 flags: more fragments, don't fragment, reserved",
    docs: "The three flags of an IPv4 packet: `M` more fragments, `D` don't fragment, `R` reserved. Without a sign exactly those \
           must be set. A sign before them changes that: `+` those and at least one other, `*` any of them, `!` not all of them.\n\n\
           In Snort's dialects the sign may stand behind the letters, `+` does not ask for another, and `!` asks that none is set. \
           Suricata ignores a sign behind the letters, and so does this in its dialect.",
    example: "alert ip any any -> any any (msg:\"reserved bit\"; fragbits:R; sid:1;)",
    deviation: None,
    kind: Kind::Packet(parse),
};

#[derive(Debug)]
struct FragBits(Bits);

fn parse(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let text = arg.required()?;
    let bad = |c: char| {
        Problem::new(format!("`{c}` is no IP flag"))
            .help("use M (more fragments), D (don't fragment), R (reserved), and +, * or ! before them")
    };
    let (mut value, mut sign, mut letters) = (0, None, false);
    for c in text.chars() {
        match c {
            'M' => value |= 1,
            'D' => value |= 2,
            'R' => value |= 4,
            // Suricata: a sign behind the letters has no effect.
            '+' | '*' | '!' if arg.is_suricata() && letters => {}
            '+' | '*' | '!' | '-' if sign.is_none() && (c != '-' || !arg.is_suricata()) => sign = Some(c),
            c if c.is_ascii_whitespace() => {}
            c => return Err(bad(c)),
        }
        letters |= c.is_ascii_uppercase();
    }
    if value == 0 {
        return Err(
            Problem::new("no IP flag is given").help("use M (more fragments), D (don't fragment), R (reserved)")
        );
    }
    let matching = match (sign, arg.dialect == Dialect::Suricata) {
        (None, _) => Match::Exact,
        (Some('+'), true) => Match::AllAndMore,
        (Some('+'), false) => Match::All,
        (Some('*'), _) => Match::Any,
        (Some(_), true) => Match::NotAll,
        (Some(_), false) => Match::None,
    };
    Ok(Box::new(FragBits(Bits { matching, value })))
}

impl PacketCheck for FragBits {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        context.packet.ipv4().is_some_and(|ip| self.0.hold(ip.flags()))
    }
}

#[cfg(test)]
mod tests {
    use testkit::PacketBuilder;
    use testkit::layer::{Ipv4, Udp};

    use super::*;
    use crate::keywords::sample::{check, meets};

    /// Which of the flag combinations none, D, R and DR match; as Suricata 7.0.10 answers.
    fn matching(text: &str, dialect: Dialect) -> Vec<u8> {
        let check = check(&FRAGBITS, text, dialect).expect(text);
        let frame = |flags: u8| {
            let ip = Ipv4::new("10.0.0.1", "10.0.0.2").dont_fragment(flags & 2 != 0);
            let ip = if flags & 4 != 0 { ip.reserved_bit() } else { ip };
            PacketBuilder::ethernet().layer(ip).layer(Udp::new(1, 2)).build()
        };
        [0, 2, 4, 6]
            .into_iter()
            .filter(|flags| meets(&*check, &frame(*flags)))
            .collect()
    }

    #[test]
    fn signs_as_suricata_means_them() {
        let cases: [(&str, &[u8]); 9] = [
            ("D", &[2]),
            ("R", &[4]),
            ("+D", &[6]),
            ("D+", &[2]),
            ("!D", &[0, 4]),
            ("!DM", &[0, 2, 4, 6]),
            ("*DM", &[2, 6]),
            ("*DR", &[2, 4, 6]),
            (" DR", &[6]),
        ];
        for (text, expected) in cases {
            assert_eq!(matching(text, Dialect::Suricata), expected, "{text}");
        }
    }

    #[test]
    fn signs_as_snort_means_them() {
        assert_eq!(matching("D+", Dialect::Snort2), [2, 6]);
        assert_eq!(matching("!DMR", Dialect::Snort3), [0]);
    }

    #[test]
    fn other_letters_are_refused() {
        for text in ["-M", "m", "X", "!", ""] {
            assert!(check(&FRAGBITS, text, Dialect::Suricata).is_err(), "{text}");
        }
    }
}
