//! `datarep`: the reputation of the buffer in a set.

use std::sync::Arc;

use rule_parser::value;

use super::definition::Definition;
use crate::buffer::PAYLOAD;
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{BufferCheck, BufferView, Dataset, IntPredicate, Op};

/// `datarep`: the reputation of the buffer in a set.
pub static DATAREP: Keyword = Keyword {
    name: "datarep",
    aliases: &[],
    summary: "reputation of the whole buffer in a set",
    docs: "`datarep:<name>,<operator>,<number>[,options]`, behind a sticky buffer: the whole buffer is a value of the set, and its reputation is above (`>`), below (`<`) \
           or equal to (`==`) the number, from 0 to 65535. Options are those of `dataset`; the file has a reputation after a comma in each line.",
    example: "alert ip any any -> any any (msg:\"bad host\"; ip.src; datarep:hosts,>,50,type ip; sid:1;)",
    deviation: None,
    kind: Kind::Payload(parse),
};

struct ReputationCheck {
    set: Arc<Dataset>,
    predicate: IntPredicate,
}

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let [name, operator, number, options @ ..] = parts.as_slice() else {
        return Err(Problem::new("expected the name of a set, an operator and a number")
            .help("write it as `datarep:name,>,100,type string,load file;`"));
    };
    let number_read = u64::from(value::unsigned::<u16>(*number)?);
    let predicate = match operator.value {
        ">" => IntPredicate::Gt(number_read),
        "<" => IntPredicate::Lt(number_read),
        "==" => IntPredicate::Eq(number_read),
        other => {
            return Err(Problem::new(format!("`{other}` is no operator"))
                .help("use >, < or ==")
                .at(operator.span.range()));
        }
    };
    if std::ptr::eq(draft.section().buffer, &PAYLOAD) {
        return Err(Problem::new("`datarep` needs a sticky buffer before it")
            .help("write it as `dns.query; datarep:name,>,100,...;`"));
    }
    let set = Definition::read(options)?.set(draft.env, *name)?;
    Ok(Op::Check(Box::new(ReputationCheck { set, predicate })))
}

impl BufferCheck for ReputationCheck {
    fn keyword(&self) -> &'static str {
        "datarep"
    }

    fn matches(&self, view: &BufferView<'_>) -> bool {
        let member = self.set.get(view.data, &view.sets.borrow());
        member.is_some_and(|member| self.predicate.holds(member.reputation.into()))
    }

    fn crosses_flows(&self) -> bool {
        self.set.is_changed_by_rules()
    }
}

impl std::fmt::Debug for ReputationCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "datarep:{},{}", self.set.name, self.predicate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::{Env, Files};
    use crate::keywords::packet::headers::TCP_HDR;
    use crate::keywords::sample::{apply, draft, env_with, satisfies};

    fn env() -> Env {
        env_with(|env| env.files = Files::new(|_| Ok(b"Z29vZ2xlLmNvbQ==,255\nYQ==,3".to_vec())))
    }

    fn holds(text: &str, data: &[u8]) -> Parsed<bool> {
        let env = env();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&TCP_HDR, ""), (&DATAREP, text)])?;
        let Some(Op::Check(check)) = draft.section().ops.pop() else {
            panic!("a check")
        };
        Ok(satisfies(&*check, data, 0))
    }

    #[test]
    fn above_below_and_equal() {
        assert_eq!(holds("s, >, 200, load f, type string", b"google.com"), Ok(true));
        assert_eq!(holds("s,<,200,load f,type string", b"google.com"), Ok(false));
        assert_eq!(holds("s,==,3,load f,type string", b"a"), Ok(true));
        assert_eq!(holds("s,<,200,load f,type string", b"unknown"), Ok(false));
    }

    #[test]
    fn bad_values() {
        for text in [
            "s,=,5,type string",
            "s,!=,5,type string",
            "s,>,65536,type string",
            "s,>,-1,type string",
            "s,>,5",
            "s,>",
        ] {
            assert!(holds(text, b"").is_err(), "{text}");
        }
    }
}
