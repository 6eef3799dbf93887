//! `tcp.session`: the phase of a TCP session.

use packet::Transport;
use rule_parser::value;

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use crate::rule::{PacketCheck, PacketContext};

/// `tcp.session`: the phase of a TCP session.
pub static TCP_SESSION: Keyword = Keyword {
    name: "tcp.session",
    aliases: &[],
    summary: "phase of a TCP session",
    docs: "The phases in which the packet's TCP session may be, separated by commas: `setup` until the handshake is complete, `established` \
           from then on, `closing` once a FIN or a reset was seen.",
    example: "alert tcp any any -> any any (msg:\"before the handshake\"; tcp.session:setup; sid:1;)",
    deviation: None,
    kind: Kind::Packet(parse),
};

#[derive(Debug, Default)]
struct Phases {
    setup: bool,
    established: bool,
    closing: bool,
}

fn parse(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let mut phases = Phases::default();
    for word in value::split_commas(arg.spanned()?) {
        match word.value {
            "setup" => phases.setup = true,
            "established" => phases.established = true,
            "closing" => phases.closing = true,
            other => {
                return Err(Problem::new(format!("`{other}` is no phase"))
                    .help("use setup, established or closing")
                    .at(word.span.range()));
            }
        }
    }
    Ok(Box::new(phases))
}

impl PacketCheck for Phases {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        let Some(flow) = context
            .flow
            .filter(|_| matches!(context.packet.transport, Transport::Tcp(_)))
        else {
            return false;
        };
        match (flow.closing, flow.established) {
            (true, _) => self.closing,
            (false, true) => self.established,
            (false, false) => self.setup,
        }
    }
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::layer::Tcp;

    use super::*;
    use crate::keywords::sample::{between, check, meets_in};
    use crate::rule::FlowFacts;

    #[test]
    fn each_phase() {
        let frame = between("10.0.0.1", "10.0.0.2").layer(Tcp::new(1, 2)).build();
        let facts = |established, closing| FlowFacts {
            established,
            closing,
            ..FlowFacts::default()
        };
        let holds = |text| {
            let check = check(&TCP_SESSION, text, Dialect::Suricata).expect(text);
            [(false, false), (true, false), (true, true)]
                .map(|(established, closing)| meets_in(&*check, &frame, facts(established, closing)))
        };
        assert_eq!(holds("setup"), [true, false, false]);
        assert_eq!(holds("established,closing"), [false, true, true]);
        assert!(check(&TCP_SESSION, "new", Dialect::Suricata).is_err());
    }
}
