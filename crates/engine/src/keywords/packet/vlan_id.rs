//! `vlan.id`: the identifiers of the VLAN tags.

use rule_parser::{Spanned, value};

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use crate::keywords::integer::{self, Snort2Range};
use crate::rule::{IntPredicate, PacketCheck, PacketContext};

/// `vlan.id`: the identifiers of the VLAN tags.
pub static VLAN_ID: Keyword = Keyword {
    name: "vlan.id",
    aliases: &[],
    summary: "identifiers of the VLAN tags",
    docs: "`vlan.id:<condition>[,<tag>]`: the identifier of a VLAN tag, from 0 to 4095. The tag is a number, 0 for the outermost or \
           -1 for the innermost; `any`, which is meant without; `all`, which a frame without tags meets too; or `all1`, which it does not.",
    example: "alert ip any any -> any any (msg:\"guest network in another\"; vlan.id:200,1; sid:1;)",
    deviation: None,
    kind: Kind::Packet(parse),
};

#[derive(Debug)]
struct VlanCheck {
    predicate: IntPredicate,
    which: Which,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Any,
    All,
    AllOfSome,
    FromOutside(usize),
    FromInside(usize),
}

fn parse(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let mut parts = value::split_commas(arg.spanned()?);
    let first = parts.next().ok_or_else(|| Problem::new("a value is missing"))?;
    let predicate = integer::read_text(first, arg.dialect, 4095, Snort2Range::Inclusive)?;
    let which = match parts.next() {
        None => Which::Any,
        Some(tag) => which(tag)?,
    };
    match parts.next() {
        None => Ok(Box::new(VlanCheck { predicate, which })),
        Some(more) => Err(Problem::new("there is something behind the tag").at(more.span.range())),
    }
}

fn which(tag: Spanned<&str>) -> Parsed<Which> {
    match (tag.value, tag.value.parse::<i8>()) {
        ("any", _) => Ok(Which::Any),
        ("all", _) => Ok(Which::All),
        ("all1", _) => Ok(Which::AllOfSome),
        (_, Ok(n @ 0..=2)) => Ok(Which::FromOutside(n.unsigned_abs().into())),
        (_, Ok(n @ -3..=-1)) => Ok(Which::FromInside(n.unsigned_abs().into())),
        _ => Err(Problem::new(format!("`{}` is no tag", tag.value))
            .help("use any, all, all1, 0 to 2 from the outside, or -1 to -3 from the inside")
            .at(tag.span.range())),
    }
}

impl PacketCheck for VlanCheck {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        let packet = context.packet;
        let tags = packet
            .vlan
            .get(..usize::from(packet.vlan_count))
            .unwrap_or(&packet.vlan);
        let holds = |tag: &u16| self.predicate.holds((*tag).into());
        match self.which {
            Which::Any => tags.iter().any(holds),
            Which::All => tags.iter().all(holds),
            Which::AllOfSome => !tags.is_empty() && tags.iter().all(holds),
            Which::FromOutside(at) => tags.get(at).is_some_and(holds),
            Which::FromInside(at) => tags
                .len()
                .checked_sub(at)
                .and_then(|at| tags.get(at))
                .is_some_and(holds),
        }
    }
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::PacketBuilder;
    use testkit::layer::{Ipv4, Udp, Vlan};

    use super::*;
    use crate::keywords::sample::{check, meets};

    #[test]
    fn which_tag_is_asked() {
        let inner = |frame: PacketBuilder| {
            frame
                .layer(Ipv4::new("10.0.0.1", "10.0.0.2"))
                .layer(Udp::new(1, 2))
                .build()
        };
        let two = inner(PacketBuilder::ethernet().layer(Vlan::new(100)).layer(Vlan::new(200)));
        let none = inner(PacketBuilder::ethernet());
        let cases = [
            ("100", true, false),
            ("200,any", true, false),
            ("300", false, false),
            ("100,0", true, false),
            ("100,1", false, false),
            ("200,-1", true, false),
            ("100,-2", true, false),
            ("100,-3", false, false),
            (">50,all", true, true),
            (">50,all1", true, false),
            (">150,all", false, true),
        ];
        for (text, with_two, with_none) in cases {
            let check = check(&VLAN_ID, text, Dialect::Suricata).expect(text);
            assert_eq!(
                (meets(&*check, &two), meets(&*check, &none)),
                (with_two, with_none),
                "{text}"
            );
        }
    }

    #[test]
    fn bounds() {
        for text in ["4096", "100,3", "100,-4", "100,some", "100,1,1", ""] {
            assert!(check(&VLAN_ID, text, Dialect::Suricata).is_err(), "{text}");
        }
    }
}
