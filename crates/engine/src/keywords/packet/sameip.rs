//! `sameip`: a packet to oneself.

use crate::keyword::{Keyword, Kind};
use crate::rule::{PacketCheck, PacketContext};

/// `sameip`: a packet to oneself.
pub static SAMEIP: Keyword = Keyword {
    name: "sameip",
    aliases: &[],
    summary: "source and destination address are the same",
    docs: "Source and destination address of the packet are the same, as in the \"land\" attack. Takes no value.",
    example: "alert ip any any -> any any (msg:\"land\"; sameip; sid:1;)",
    deviation: None,
    kind: Kind::Packet(|arg| {
        arg.none()?;
        Ok(Box::new(SameIp))
    }),
};

#[derive(Debug)]
struct SameIp;

impl PacketCheck for SameIp {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        context
            .packet
            .src()
            .is_some_and(|src| context.packet.dst() == Some(src))
    }
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::layer::Udp;

    use super::*;
    use crate::keywords::sample::{between, check, meets};

    #[test]
    fn only_equal_addresses() {
        let check = |text| check(&SAMEIP, text, Dialect::Suricata);
        let frame = |dst| between("10.0.0.1", dst).layer(Udp::new(1, 2)).build();
        let same = check("").expect("no value");
        assert!(meets(&*same, &frame("10.0.0.1")) && !meets(&*same, &frame("10.0.0.2")));
        assert!(check("1").is_err());
    }
}
