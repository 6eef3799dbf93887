//! `flowint`: numbers on a flow.

use rule_parser::{Spanned, value};

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{Effect, FlowintValue, IntAssign, IntCompare, StateCheck};

/// `flowint`: numbers on a flow.
pub static FLOWINT: Keyword = Keyword {
    name: "flowint",
    aliases: &[],
    summary: "numbers on a flow, counted and compared",
    docs: "A number that the flow remembers, from 0 to 4294967295: `flowint:name,+,1` adds when the rule matches, `-` subtracts, `=` \
           sets; `<`, `<=`, `==`, `!=`, `>=` and `>` compare; `isset` and `isnotset` (or `notset`) ask whether it has a value at all. \
           The right-hand side is a number or the name of another. A number without a value meets no comparison.",
    example: "alert tcp any any -> any 22 (msg:\"third attempt\"; content:\"fail\"; flowint:fails,+,1; flowint:fails,>,1; sid:1;)",
    deviation: None,
    kind: Kind::Flow(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let (name, operator, value) = match parts.as_slice() {
        [name, operator] => (name, operator, None),
        [name, operator, value] => (name, operator, Some(*value)),
        _ => {
            return Err(
                Problem::new("expected a name, an operator and a value").help("write it as `flowint:name,+,1;`")
            );
        }
    };
    if !is_name(name.value) {
        return Err(Problem::new(format!("`{}` is no name of a number", name.value))
            .help("start with a letter; use letters, digits, _ and .")
            .at(name.span.range()));
    }
    let id = draft.env.name("flowint", name.value);
    let value = value.map(|text| right_side(draft, text)).transpose()?;
    match (operator.value, value) {
        // Suricata: a value behind these two is read and has no effect.
        ("isset", _) => draft.state.push(StateCheck::FlowintPresent(id, true)),
        ("isnotset" | "notset", _) => draft.state.push(StateCheck::FlowintPresent(id, false)),
        ("=", Some(value)) => draft.effects.push(Effect::Flowint(id, IntAssign::Set, value)),
        ("+", Some(value)) => draft.effects.push(Effect::Flowint(id, IntAssign::Add, value)),
        ("-", Some(value)) => draft.effects.push(Effect::Flowint(id, IntAssign::Sub, value)),
        (operator_text, Some(value)) => match comparison(operator_text) {
            Some(compare) => draft.state.push(StateCheck::Flowint(id, compare, value)),
            None => return Err(unknown(*operator)),
        },
        (_, None) => return Err(unknown(*operator)),
    }
    Ok(())
}

fn comparison(text: &str) -> Option<IntCompare> {
    Some(match text {
        "<" => IntCompare::Lt,
        "<=" => IntCompare::Le,
        "==" => IntCompare::Eq,
        "!=" => IntCompare::Ne,
        ">=" => IntCompare::Ge,
        ">" => IntCompare::Gt,
        _ => return None,
    })
}

fn right_side(draft: &RuleDraft<'_>, text: Spanned<&str>) -> Parsed<FlowintValue> {
    if is_name(text.value) {
        return Ok(FlowintValue::Name(draft.env.name("flowint", text.value)));
    }
    Ok(FlowintValue::Const(value::unsigned(text)?))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
}

fn unknown(operator: Spanned<&str>) -> Problem {
    Problem::new(format!("`{}` is no operator, or its value is missing", operator.value))
        .help("use =, +, -, <, <=, ==, !=, >=, > with a value, or isset, isnotset without")
        .at(operator.span.range())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn counting_and_comparing() {
        let env = Env::default();
        let mut draft = draft(&env);
        let options = ["xy,+,1", "xy, >= , 5", "xy,=,zz", "xy,isset,1", "xy,notset"].map(|text| (&FLOWINT, text));
        apply(&mut draft, &options).expect("five options");
        let (x, z) = (env.name("flowint", "xy"), env.name("flowint", "zz"));
        assert_eq!(
            draft.effects,
            [
                Effect::Flowint(x, IntAssign::Add, FlowintValue::Const(1)),
                Effect::Flowint(x, IntAssign::Set, FlowintValue::Name(z))
            ]
        );
        assert_eq!(
            draft.state,
            [
                StateCheck::Flowint(x, IntCompare::Ge, FlowintValue::Const(5)),
                StateCheck::FlowintPresent(x, true),
                StateCheck::FlowintPresent(x, false)
            ]
        );
    }

    #[test]
    fn bad_values() {
        let env = Env::default();
        for text in [
            "xy,+",
            "xy,*,1",
            "xy,=,4294967296",
            "xy,=,-1",
            "xy",
            "1x,=,1",
            "x-y,=,1",
            "x y,=,1",
            "",
        ] {
            assert!(apply(&mut draft(&env), &[(&FLOWINT, text)]).is_err(), "{text}");
        }
    }
}
