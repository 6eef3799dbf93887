//! `tos`: the type of service.

use crate::keyword::{Arg, Keyword, Kind, Parsed};
use crate::keywords::integer::{self, IntCheck, Snort2Range, no_hint};
use crate::rule::PacketCheck;

/// `tos`: the type of service.
pub static TOS: Keyword = Keyword {
    name: "tos",
    aliases: &[],
    summary: "IPv4 type of service",
    docs: "The type of service octet of an IPv4 packet, DSCP and ECN together, from 0 to 255: `tos:8`, `tos:!8`, and \
           hexadecimal as `tos:x10`. IPv6 packets do not match.",
    example: "alert ip any any -> any any (msg:\"expedited forwarding\"; tos:xb8; sid:1;)",
    deviation: None,
    kind: Kind::Packet(parse),
};

fn parse(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let text = arg.unquoted()?;
    // `x10` is how this keyword alone writes hexadecimal.
    let text = match text.strip_prefix('!') {
        Some(rest) => format!("!{}", with_prefix(rest.trim_start())),
        None => with_prefix(text),
    };
    let predicate = integer::read(&Arg::new(&text, arg.dialect), 255, Snort2Range::Inclusive)
        .map_err(|p| crate::keyword::Problem { at: None, ..p })?;
    Ok(Box::new(IntCheck {
        name: "tos",
        predicate,
        get: |c| c.packet.ipv4().map(|ip| ip.tos().into()),
        hint: no_hint,
    }))
}

fn with_prefix(text: &str) -> String {
    if text.starts_with(['x', 'X']) {
        format!("0{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::PacketBuilder;
    use testkit::layer::{Ipv4, Udp};

    use super::*;
    use crate::keywords::sample::{check, meets};

    #[test]
    fn decimal_and_hexadecimal() {
        let frame = PacketBuilder::ethernet()
            .layer(Ipv4::new("10.0.0.1", "10.0.0.2").tos(16))
            .layer(Udp::new(1, 2))
            .build();
        for (text, expected) in [
            ("16", true),
            ("x10", true),
            ("!x10", false),
            ("!8", true),
            ("\"16\"", true),
        ] {
            assert_eq!(
                meets(&*check(&TOS, text, Dialect::Suricata).expect(text), &frame),
                expected,
                "{text}"
            );
        }
        for text in ["256", "x100", "y10", ""] {
            assert!(check(&TOS, text, Dialect::Suricata).is_err(), "{text}");
        }
    }
}
