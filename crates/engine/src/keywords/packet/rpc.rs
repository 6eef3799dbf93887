//! `rpc`: a Sun RPC call.

use packet::Transport;
use rule_parser::{Spanned, value};

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use crate::rule::{PacketCheck, PacketContext};

/// `rpc`: a Sun RPC call.
pub static RPC: Keyword = Keyword {
    name: "rpc",
    aliases: &[],
    summary: "Sun RPC program, version and procedure",
    docs: "`rpc:<program>[,<version>|*[,<procedure>|*]]`: the packet is a call (RFC 5531) of that program, version and procedure. The \
           packet's own payload is looked at; over TCP the record mark of four bytes comes before the call.",
    example: "alert udp any any -> any 111 (msg:\"portmapper, get a port\"; rpc:100000,*,3; sid:1;)",
    deviation: None,
    kind: Kind::Packet(parse),
};

#[derive(Debug, PartialEq, Eq)]
struct Rpc {
    program: u32,
    version: Option<u32>,
    procedure: Option<u32>,
}

fn parse(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let optional = |part: Option<&Spanned<&str>>| match part {
        Some(part) if part.value != "*" => Ok::<_, Problem>(Some(value::unsigned::<u32>(*part)?)),
        _ => Ok(None),
    };
    match parts.as_slice() {
        [program, rest @ ..] if rest.len() <= 2 => Ok(Box::new(Rpc {
            program: value::unsigned(*program)?,
            version: optional(rest.first())?,
            procedure: optional(rest.get(1))?,
        })),
        _ => Err(Problem::new("expected program, version and procedure")
            .help("write it as `rpc:100000,2,3;`, with * for any")),
    }
}

impl PacketCheck for Rpc {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        let payload = context.packet.payload;
        let call = match context.packet.transport {
            Transport::Udp(_) => Some(payload),
            Transport::Tcp(_) => payload.get(4..),
            _ => None,
        };
        // RFC 5531 section 9: xid, message type (0 is a call), version of RPC, program, its version, procedure.
        let Some(call) = call.filter(|call| call.len() >= 24) else {
            return false;
        };
        let word = |at: usize| {
            call.get(at..at + 4)
                .and_then(|b| b.try_into().ok())
                .map(u32::from_be_bytes)
        };
        word(4) == Some(0)
            && word(12) == Some(self.program)
            && self.version.is_none_or(|version| word(16) == Some(version))
            && self.procedure.is_none_or(|procedure| word(20) == Some(procedure))
    }
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::layer::{Tcp, Udp};

    use super::*;
    use crate::keywords::sample::{between, check, meets};

    #[test]
    fn a_call_over_udp_and_tcp() {
        let call: Vec<u8> = [7u32, 0, 2, 100_000, 2, 3]
            .iter()
            .flat_map(|w| w.to_be_bytes())
            .collect();
        let udp = between("10.0.0.1", "10.0.0.2")
            .layer(Udp::new(1, 111))
            .payload(&call)
            .build();
        let record = [&0x8000_0018u32.to_be_bytes()[..], &call].concat();
        let tcp = between("10.0.0.1", "10.0.0.2")
            .layer(Tcp::new(1, 111))
            .payload(&record)
            .build();
        for (text, expected) in [
            ("100000", true),
            ("100000,2,3", true),
            ("100000, *, 3", true),
            ("100000,3,*", false),
            ("100001", false),
        ] {
            let check = check(&RPC, text, Dialect::Suricata).expect(text);
            assert_eq!(
                (meets(&*check, &udp), meets(&*check, &tcp)),
                (expected, expected),
                "{text}"
            );
        }
        let short = between("10.0.0.1", "10.0.0.2")
            .layer(Udp::new(1, 111))
            .payload(&call[..20])
            .build();
        assert!(!meets(
            &*check(&RPC, "100000", Dialect::Suricata).expect("a program"),
            &short
        ));
    }

    #[test]
    fn the_program_is_a_number() {
        for text in ["*,2,3", "x,2,3", "4294967296,2,3", "1,2,3,4", ""] {
            assert!(check(&RPC, text, Dialect::Suricata).is_err(), "{text}");
        }
    }
}
