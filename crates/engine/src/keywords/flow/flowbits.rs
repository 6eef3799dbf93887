//! `flowbits`: marks on a flow.

use rule_parser::Dialect;

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{Effect, NameId, StateCheck};

/// `flowbits`: marks on a flow.
pub static FLOWBITS: Keyword = Keyword {
    name: "flowbits",
    aliases: &[],
    summary: "marks on a flow, set by one rule and asked by another",
    docs: "`set,<bit>`, `unset,<bit>` and `toggle,<bit>` change a mark on the flow when the rule matches; `isset,<bit>` and \
           `isnotset,<bit>` ask for it. `isset,a|b` asks whether one of the bits is set, `isnotset,a|b` whether one of them is not. \
           `noalert` keeps the rule from alerting.\n\n\
           In Snort's dialects `a&b` names several bits at once, and a group may follow; groups are not kept, so `reset`, `setx`, \
           `all` and `any` are refused.",
    example: "alert tcp any any -> any 21 (msg:\"user\"; flow:to_server; content:\"USER\"; flowbits:set,ftp.user; flowbits:noalert; sid:1;)",
    deviation: Some("Snort 2's groups of bits are read and not kept."),
    kind: Kind::Flow(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let text = arg.required()?;
    let (command, rest) = match text.split_once(',') {
        Some((command, rest)) => (command.trim(), Some(rest)),
        None => (text, None),
    };
    let Some(rest) = rest else {
        return match command {
            "noalert" => {
                draft.silent = true;
                Ok(())
            }
            "reset" => Err(group_problem(command)),
            _ => Err(Problem::new("a bit is missing").help("write `flowbits:set,name;`, or `flowbits:noalert;`")),
        };
    };
    let names = names(draft, command, rest)?;
    for bit in &names.0 {
        combination(draft, command, *bit)?;
    }
    let list = |names: &Names| -> Box<[NameId]> { names.0.clone().into() };
    match command {
        "set" => draft.effects.extend(names.each(command)?.map(Effect::FlowbitSet)),
        "unset" => draft.effects.extend(names.each(command)?.map(Effect::FlowbitClear)),
        "toggle" => draft.effects.extend(names.each(command)?.map(Effect::FlowbitToggle)),
        "isset" if names.1 == Joined::Or => draft.state.push(StateCheck::FlowbitSet(list(&names))),
        "isset" => draft
            .state
            .extend(names.0.iter().map(|bit| StateCheck::FlowbitSet([*bit].into()))),
        "isnotset" if names.1 == Joined::Or => draft.state.push(StateCheck::FlowbitClear(list(&names))),
        "isnotset" => draft
            .state
            .extend(names.0.iter().map(|bit| StateCheck::FlowbitClear([*bit].into()))),
        "noalert" => return Err(Problem::new("`noalert` takes no bit").help("write `flowbits:noalert;`")),
        "reset" | "setx" => return Err(group_problem(command)),
        _ => {
            let problem = Problem::new(format!("`{command}` does nothing to a bit"));
            return Err(problem
                .help("use set, unset, toggle, isset, isnotset or noalert")
                .at(0..command.len()));
        }
    }
    Ok(())
}

/// What comes of two commands on the same bit in one rule, `command` being the later.
fn combination(draft: &mut RuleDraft<'_>, command: &str, bit: NameId) -> Parsed<()> {
    let changes = draft.effects.iter().filter_map(|effect| match effect {
        Effect::FlowbitSet(b) if *b == bit => Some("set"),
        Effect::FlowbitClear(b) if *b == bit => Some("unset"),
        Effect::FlowbitToggle(b) if *b == bit => Some("toggle"),
        _ => None,
    });
    let questions = draft.state.iter().filter_map(|check| match check {
        StateCheck::FlowbitSet(bits) if **bits == [bit] => Some("isset"),
        StateCheck::FlowbitClear(bits) if **bits == [bit] => Some("isnotset"),
        _ => None,
    });
    let pairs: Vec<(&str, Fate)> = changes
        .chain(questions)
        .filter_map(|earlier| Some((earlier, fate(earlier, command)?)))
        .collect();
    for (earlier, fate) in pairs {
        match fate {
            Fate::Never => {
                return Err(
                    Problem::new(format!("`{earlier}` and `{command}` of one bit cannot both hold"))
                        .help("leave out one of them"),
                );
            }
            Fate::Pointless => draft.warnings.push(
                Problem::new(format!(
                    "`{earlier}` and `{command}` of one bit: one of them has no effect"
                ))
                .help("leave it out"),
            ),
        }
    }
    Ok(())
}

/// What becomes of a rule with two commands on one bit.
enum Fate {
    /// It never matches.
    Never,
    /// One of the two changes nothing.
    Pointless,
}

fn fate(earlier: &str, later: &str) -> Option<Fate> {
    let pair = |a, b| (earlier, later) == (a, b) || (earlier, later) == (b, a);
    let changes = |command| matches!(command, "set" | "unset" | "toggle");
    if pair("isset", "isnotset") {
        Some(Fate::Never)
    } else if pair("set", "isset") || pair("unset", "isnotset") || (changes(earlier) && changes(later)) {
        Some(Fate::Pointless)
    } else {
        None
    }
}

/// Bits, and how they were joined.
struct Names(Vec<NameId>, Joined);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joined {
    One,
    Or,
    And,
}

impl Names {
    /// The bits one by one, for a command that changes them.
    fn each(&self, command: &str) -> Parsed<impl Iterator<Item = NameId> + '_> {
        match self.1 {
            Joined::Or => Err(Problem::new(format!("`{command}` cannot choose between bits"))
                .help("give each bit a `flowbits` of its own")),
            _ => Ok(self.0.iter().copied()),
        }
    }
}

fn names(draft: &RuleDraft<'_>, command: &str, text: &str) -> Parsed<Names> {
    let mut bits = text.trim();
    if draft.dialect != Dialect::Suricata
        && let Some((before, _group)) = bits.split_once(',')
    {
        bits = before.trim();
        if matches!(bits, "all" | "any") {
            return Err(group_problem(command));
        }
    }
    let joined = match (
        bits.contains('|'),
        draft.dialect != Dialect::Suricata && bits.contains('&'),
    ) {
        (true, false) => Joined::Or,
        (false, true) => Joined::And,
        (false, false) => Joined::One,
        (true, true) => return Err(Problem::new("bits are joined by `|` and by `&`").help("use one of the two")),
    };
    let separator = if joined == Joined::And { '&' } else { '|' };
    let mut ids = Vec::new();
    for name in bits.split(separator).map(str::trim) {
        if name.is_empty() {
            return Err(Problem::new("a bit has no name").help("write a name on both sides of the sign"));
        }
        if name.contains(|c: char| c.is_whitespace()) {
            return Err(
                Problem::new(format!("`{name}` has a space in it")).help("use `.`, `_` or `-` in the names of bits")
            );
        }
        ids.push(draft.env.name("flowbit", name));
    }
    Ok(Names(ids, joined))
}

fn group_problem(command: &str) -> Problem {
    Problem::new(format!("`{command}` needs groups of bits, which are not kept"))
        .help("set and unset each bit by its name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::apply;
    use crate::rule::ProtocolSet;

    fn read<'e>(env: &'e Env, dialect: Dialect, text: &str) -> Parsed<RuleDraft<'e>> {
        let mut draft = RuleDraft::new(env, dialect, ProtocolSet::IP);
        apply(&mut draft, &[(&FLOWBITS, text)]).map(|()| draft)
    }

    #[test]
    fn setting_and_asking() {
        let env = Env::default();
        let (a, b) = (env.name("flowbit", "a"), env.name("flowbit", "b"));
        let read = |text| read(&env, Dialect::Suricata, text).expect(text);
        assert_eq!(read("set,a").effects, [Effect::FlowbitSet(a)]);
        assert_eq!(read(" unset , a").effects, [Effect::FlowbitClear(a)]);
        assert_eq!(read("toggle,a").effects, [Effect::FlowbitToggle(a)]);
        assert_eq!(read("isset,a|b").state, [StateCheck::FlowbitSet([a, b].into())]);
        assert_eq!(read("isset, a | b").state, [StateCheck::FlowbitSet([a, b].into())]);
        assert_eq!(read("isnotset,a").state, [StateCheck::FlowbitClear([a].into())]);
        assert!(read("noalert").silent);
        assert_eq!(env.name_of(env.name("flowbit", "a-b.c_d:e/f")), "a-b.c_d:e/f");
    }

    #[test]
    fn an_ampersand_joins_bits_in_snort_and_is_part_of_a_name_in_suricata() {
        let env = Env::default();
        let (a, b) = (env.name("flowbit", "a"), env.name("flowbit", "b"));
        let snort = read(&env, Dialect::Snort2, "set,a&b,group").expect("two bits");
        assert_eq!(snort.effects, [Effect::FlowbitSet(a), Effect::FlowbitSet(b)]);
        let snort = read(&env, Dialect::Snort3, "isset,a&b").expect("two bits");
        assert_eq!(
            snort.state,
            [StateCheck::FlowbitSet([a].into()), StateCheck::FlowbitSet([b].into())]
        );
        let suricata = read(&env, Dialect::Suricata, "set,a&b").expect("one bit");
        assert_eq!(suricata.effects, [Effect::FlowbitSet(env.name("flowbit", "a&b"))]);
    }

    #[test]
    fn bad_values() {
        let env = Env::default();
        for text in [
            "noalert,x",
            "set",
            "foo,x",
            "set,a b",
            "SET,a",
            "reset",
            "setx,a",
            "set,a|b",
            "isset,|a",
            "",
        ] {
            assert!(read(&env, Dialect::Suricata, text).is_err(), "{text}");
        }
        for text in ["reset,group", "unset,all,group", "isset,a|b&c"] {
            assert!(read(&env, Dialect::Snort2, text).is_err(), "{text}");
        }
    }

    #[test]
    fn two_commands_on_one_bit_are_told() {
        let env = Env::default();
        let read = |texts: &[&str]| {
            let mut draft = RuleDraft::new(&env, Dialect::Suricata, ProtocolSet::IP);
            let options: Vec<_> = texts.iter().map(|text| (&FLOWBITS, *text)).collect();
            apply(&mut draft, &options).map(|()| draft.warnings.len())
        };
        assert!(read(&["isset,a", "isnotset,a"]).is_err());
        assert_eq!(read(&["isset,a", "unset,a", "isnotset,b", "set,b"]), Ok(0));
        assert_eq!(read(&["set,a", "isset,a"]), Ok(1));
        assert_eq!(read(&["unset,a", "set,a"]), Ok(1));
        assert_eq!(read(&["isset,a|b", "isnotset,a"]), Ok(0));
    }
}
