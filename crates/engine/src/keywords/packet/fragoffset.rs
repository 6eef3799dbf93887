//! `fragoffset`: where a fragment belongs.

use packet::ipv6_ext;

use crate::keyword::{Arg, Keyword, Kind, Parsed};
use crate::keywords::integer::{self, IntCheck, Snort2Range, no_hint};
use crate::rule::{PacketCheck, PacketContext};

/// `fragoffset`: where a fragment belongs.
pub static FRAGOFFSET: Keyword = Keyword {
    name: "fragoffset",
    aliases: &[],
    summary: "fragment offset",
    docs: "Where a fragment belongs in its datagram: for IPv4 the field as it is, in units of 8 bytes and 0 for a whole datagram; \
           for IPv6 in bytes, and only packets with a fragment header match. `fragoffset:0`, `fragoffset:>0`.",
    example: "alert ip any any -> any any (msg:\"first fragment\"; fragbits:M; fragoffset:0; sid:1;)",
    deviation: None,
    kind: Kind::Packet(parse),
};

fn parse(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let predicate = integer::read(arg, 0xffff, Snort2Range::Inclusive)?;
    Ok(Box::new(IntCheck {
        name: "fragoffset",
        predicate,
        get: offset,
        hint: no_hint,
    }))
}

fn offset(context: &PacketContext<'_>) -> Option<u64> {
    if let Some(ip) = context.packet.ipv4() {
        return Some((ip.fragment_offset() / 8).into());
    }
    let header = context.packet.ipv6()?.extension(ipv6_ext::kind::FRAGMENT)?;
    header.fragment_offset().map(u64::from)
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::layer::Udp;

    use super::*;
    use crate::keywords::sample::{between, check, meets};

    #[test]
    fn units_depend_on_the_version() {
        let fragments = |src, dst| {
            between(src, dst)
                .layer(Udp::new(1, 2))
                .payload(&[7; 40])
                .fragments(9, 24)
        };
        let holds = |text, frame: &[u8]| meets(&*check(&FRAGOFFSET, text, Dialect::Suricata).expect(text), frame);
        let v4 = fragments("10.0.0.1", "10.0.0.2");
        assert!(holds("0", &v4[0]) && holds("3", &v4[1]) && holds(">0", &v4[1]) && !holds("24", &v4[1]));
        let v6 = fragments("2001:db8::1", "2001:db8::2");
        assert!(holds("0", &v6[0]) && holds("24", &v6[1]) && !holds("3", &v6[1]));
        let whole = between("2001:db8::1", "2001:db8::2").layer(Udp::new(1, 2)).build();
        assert!(!holds("0", &whole));
    }
}
