//! `tcp.flags`: the flags of a TCP segment.

use super::bits::{Bits, Match};
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use crate::rule::{Hint, PacketCheck, PacketContext};

/// `tcp.flags`: the flags of a TCP segment.
pub static TCP_FLAGS: Keyword = Keyword {
    name: "tcp.flags",
    aliases: &["flags"],
    summary: "TCP flags, some of them ignored",
    docs: "The flags of a TCP segment: `F` FIN, `S` SYN, `R` RST, `P` PSH, `A` ACK, `U` URG, `E` (or `2`) ECE, `C` (or `1`) CWR, and \
           `0` for none. Without a sign exactly those must be set. `+` asks for those and allows others, `*` for any of them, `!` \
           that not all of them are set (in Snort's dialects: none of them).\n\n\
           Flags after a comma are ignored: `flags:S,12` also matches a SYN that negotiates ECN.",
    example: "alert tcp any any -> any any (msg:\"SYN and FIN\"; tcp.flags:SF,12; sid:1;)",
    deviation: Some(
        "Suricata looks at fewer packets than the flags say when `*` or `!` stands with S, F, R, U, E or C: `flags:*SF` does \
         not match a FIN alone, nor `flags:!S` an ACK. Here the flags alone decide.",
    ),
    kind: Kind::Packet(parse),
};

/// What flags are asked for, once the ignored ones are taken away.
#[derive(Debug)]
struct TcpFlags {
    bits: Bits,
    ignored: u8,
}

fn parse(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let text = arg.required()?;
    let (asked, ignored) = match text.split_once(',') {
        Some((asked, ignored)) => (asked, letters(ignored, asked.len() + 1)?),
        None => (text, 0),
    };
    let mut sign = None;
    let mut rest = String::new();
    for (at, c) in asked.char_indices() {
        match c {
            '+' | '*' | '!' if sign.is_none() => sign = Some(c),
            '-' if sign.is_none() && !arg.is_suricata() => sign = Some('!'),
            '+' | '*' | '!' => {
                return Err(Problem::new("there are two signs")
                    .help("use one of +, * and !")
                    .at(at..at + 1));
            }
            c => rest.push(c),
        }
    }
    let value = letters(&rest, 0).map_err(|p| Problem { at: None, ..p })?;
    let matching = match (sign, value) {
        (None, _) | (Some('+'), 0) => Match::Exact,
        (Some('+'), _) => Match::All,
        (Some('*'), _) => Match::Any,
        // Not "no flags": some flag.
        (Some(_), 0) => {
            return Ok(Box::new(TcpFlags {
                bits: Bits {
                    matching: Match::Any,
                    value: 0xff,
                },
                ignored,
            }));
        }
        (Some(_), _) if arg.is_suricata() => Match::NotAll,
        (Some(_), _) => Match::None,
    };
    Ok(Box::new(TcpFlags {
        bits: Bits { matching, value },
        ignored,
    }))
}

/// The flags that letters name; `offset` is where they stand in the value.
fn letters(text: &str, offset: usize) -> Parsed<u8> {
    let (mut value, mut some) = (0, false);
    for (at, c) in text.char_indices() {
        value |= match c {
            'F' => 0x01,
            'S' => 0x02,
            'R' => 0x04,
            'P' => 0x08,
            'A' => 0x10,
            'U' => 0x20,
            'E' | '2' => 0x40,
            'C' | '1' => 0x80,
            '0' => 0,
            c if c.is_ascii_whitespace() => continue,
            c => {
                let problem = Problem::new(format!("`{c}` is no TCP flag"))
                    .help("use F, S, R, P, A, U, E, C, or 0 for none, in upper case");
                return Err(problem.at(offset + at..offset + at + c.len_utf8()));
            }
        };
        some = true;
    }
    if some {
        Ok(value)
    } else {
        Err(Problem::new("no TCP flag is given").help("use F, S, R, P, A, U, E, C, or 0 for none"))
    }
}

impl PacketCheck for TcpFlags {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        context
            .packet
            .tcp()
            .is_some_and(|tcp| self.bits.hold(tcp.flags() & !self.ignored))
    }

    fn hint(&self) -> Option<Hint> {
        match self.bits.matching {
            Match::Exact => Some(Hint::TcpFlags(!self.ignored, self.bits.value)),
            Match::All => Some(Hint::TcpFlags(self.bits.value, self.bits.value)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::layer::Tcp;

    use super::*;
    use crate::keywords::sample::{between, check, meets};

    const PACKETS: [(&str, u8); 11] = [
        ("", 0),
        ("S", 2),
        ("SA", 0x12),
        ("SC", 0x82),
        ("SCE", 0xc2),
        ("F", 1),
        ("A", 0x10),
        ("FSR", 7),
        ("R", 4),
        ("all", 0xff),
        ("PA", 0x18),
    ];

    /// Which of the packets match.
    fn matching(text: &str, dialect: Dialect) -> Vec<&'static str> {
        let check = check(&TCP_FLAGS, text, dialect).expect(text);
        let frame = |flags| {
            between("10.0.0.1", "10.0.0.2")
                .layer(Tcp::new(1, 2).flags(flags))
                .build()
        };
        PACKETS
            .iter()
            .filter(|(_, flags)| meets(&*check, &frame(*flags)))
            .map(|(name, _)| *name)
            .collect()
    }

    #[test]
    fn as_suricata_answers() {
        let cases: [(&str, &[&str]); 12] = [
            ("S", &["S"]),
            ("S,12", &["S", "SC", "SCE"]),
            ("S, CE", &["S", "SC", "SCE"]),
            ("S+", &["S", "SA", "SC", "SCE", "FSR", "all"]),
            ("SA+", &["SA", "all"]),
            ("*SA", &["S", "SA", "SC", "SCE", "A", "FSR", "all", "PA"]),
            ("0", &[""]),
            ("0+", &[""]),
            ("*0", &[]),
            ("!0", &["S", "SA", "SC", "SCE", "F", "A", "FSR", "R", "all", "PA"]),
            ("SC,12", &[]),
            ("R,A", &["R"]),
        ];
        for (text, expected) in cases {
            assert_eq!(matching(text, Dialect::Suricata), expected, "{text}");
        }
    }

    #[test]
    fn negation_depends_on_the_dialect() {
        assert_eq!(
            matching("!SA", Dialect::Suricata),
            ["", "S", "SC", "SCE", "F", "A", "FSR", "R", "PA"]
        );
        assert_eq!(matching("!SA", Dialect::Snort2), ["", "F", "R"]);
    }

    #[test]
    fn only_flags_are_read() {
        for text in ["s", "X", "S,", "S,X", "", "+", "+S*", "-S"] {
            assert!(check(&TCP_FLAGS, text, Dialect::Suricata).is_err(), "{text}");
        }
        let at = |text| check(&TCP_FLAGS, text, Dialect::Suricata).map(|_| ()).map_err(|p| p.at);
        assert_eq!(at("S,X"), Err(Some(2..3)));
    }

    #[test]
    fn packets_can_be_looked_up() {
        let hint = |text| check(&TCP_FLAGS, text, Dialect::Suricata).expect(text).hint();
        assert_eq!(hint("S,12"), Some(Hint::TcpFlags(0x3f, 2)));
        assert_eq!(hint("SA+"), Some(Hint::TcpFlags(0x12, 0x12)));
        assert_eq!(hint("!S"), None);
    }
}
