//! `flow`: direction and state of the flow.

use packet::Direction;
use rule_parser::{Spanned, value};

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{FragmentCondition, StreamCondition};

/// `flow`: direction and state of the flow.
pub static FLOW: Keyword = Keyword {
    name: "flow",
    aliases: &[],
    summary: "direction and state of the flow",
    docs: "What the packet's flow must be, in any order and case:\n\n\
           - `to_server` (or `from_client`), `to_client` (or `from_server`): the direction;\n\
           - `established`, `not_established`, `stateless`: both sides were seen, or not, or either. For TCP the handshake must be complete;\n\
           - `only_stream`, `no_stream`: contents are looked for in the reassembled stream only, or in packets only;\n\
           - `only_frag`, `no_frag`: only datagrams that came in fragments, or only those that did not.",
    example: "alert tcp any any -> any 23 (msg:\"login\"; flow:established,to_server; content:\"login\"; sid:1;)",
    deviation: None,
    kind: Kind::Flow(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    for word in value::split_commas(arg.spanned()?) {
        one(draft, word)?;
    }
    Ok(())
}

fn one(draft: &mut RuleDraft<'_>, word: Spanned<&str>) -> Parsed<()> {
    let flow = &mut draft.flow;
    let at = |problem: Problem| problem.at(word.span.range());
    let name = word.value.to_ascii_lowercase();
    match name.as_str() {
        "to_server" | "from_client" => set(&mut flow.direction, Direction::ToServer),
        "to_client" | "from_server" => set(&mut flow.direction, Direction::ToClient),
        "established" if flow.stateless => Err(contradiction()),
        "established" => set(&mut flow.established, true),
        "not_established" => set(&mut flow.established, false),
        "stateless" if flow.established == Some(true) => Err(contradiction()),
        "stateless" if flow.stateless => Err(repeated()),
        "stateless" => {
            flow.stateless = true;
            Ok(())
        }
        "only_stream" => {
            draft.payload.stream = true;
            set(&mut flow.stream, StreamCondition::Only)
        }
        "no_stream" => {
            draft.payload.packet = true;
            set(&mut flow.stream, StreamCondition::Never)
        }
        "only_frag" => set(&mut flow.fragment, FragmentCondition::Only),
        "no_frag" => set(&mut flow.fragment, FragmentCondition::Never),
        _ => Err(unknown(&name)),
    }
    .map_err(at)
}

fn set<T: PartialEq>(field: &mut Option<T>, to: T) -> Parsed<()> {
    match field.replace(to) {
        None => Ok(()),
        old if old == *field => Err(repeated()),
        _ => Err(contradiction()),
    }
}

fn repeated() -> Problem {
    Problem::new("this is said already").help("a direction or a state can be given once")
}

fn contradiction() -> Problem {
    Problem::new("this contradicts what was said before").help("keep one of the two: no flow is both")
}

fn unknown(name: &str) -> Problem {
    let problem = Problem::new(format!("`{name}` says nothing of a flow"));
    match name {
        "toserver" | "fromclient" => problem.help("write to_server"),
        "toclient" | "fromserver" => problem.help("write to_client"),
        _ => problem.help(
            "use to_server, to_client, from_server, from_client, established, not_established, stateless, only_stream, no_stream, only_frag or no_frag",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::{apply, draft};

    fn read(text: &str) -> Parsed<crate::rule::FlowCondition> {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&FLOW, text)]).map(|()| draft.flow)
    }

    #[test]
    fn all_words() {
        let flow = read("to_server, Established,only_stream,no_frag").expect("a flow");
        assert_eq!(flow.direction, Some(Direction::ToServer));
        assert_eq!(flow.established, Some(true));
        assert_eq!(
            (flow.stream, flow.fragment),
            (Some(StreamCondition::Only), Some(FragmentCondition::Never))
        );
        assert_eq!(
            read("FROM_SERVER").expect("a flow").direction,
            Some(Direction::ToClient)
        );
        assert!(read("not_established,stateless").expect("a flow").stateless);
    }

    #[test]
    fn contradictions_and_repetitions_are_refused() {
        let bad = [
            "established,not_established",
            "established,stateless",
            "stateless,established",
            "to_server,to_client",
            "to_server,from_server",
            "to_server,from_client",
            "only_stream,no_stream",
            "only_frag,no_frag",
            "established,established",
            "stateless,stateless",
            "toserver",
            "to_server,,established",
            "",
        ];
        for text in bad {
            assert!(read(text).is_err(), "{text}");
        }
        assert_eq!(read("to_server,toclient").expect_err("a word").at, Some(10..18));
    }

    #[test]
    fn streams_and_packets_are_a_preference() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&FLOW, "no_stream")]).expect("a flow");
        assert!(draft.payload.packet && !draft.payload.stream);
    }
}
