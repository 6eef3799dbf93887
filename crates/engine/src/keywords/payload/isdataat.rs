//! `isdataat`: there is a byte at a place.

use rule_parser::{Dialect, value};

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{BufferCheck, BufferView, IsDataAt, Num, Op, VarId};

/// `isdataat`: there is a byte at a place.
pub static ISDATAAT: Keyword = Keyword {
    name: "isdataat",
    aliases: &[],
    summary: "there is a byte at a place, or none",
    docs: "`isdataat:<n>` asks for a byte at `n` from the start of the buffer, counted from 0. `isdataat:<n>,relative` asks for `n` more bytes behind the \
           previous match, so `isdataat:!1,relative` is the end of the buffer. `!` negates, `n` may be a variable; `rawbytes` has no effect.\n\n\
           In Snort's dialects a relative place counts from 0 too: there the end of the buffer is `isdataat:!0,relative`.",
    example: "alert tcp any any -> any any (msg:\"long\"; content:\"USER \"; isdataat:100,relative; sid:1;)",
    deviation: None,
    kind: Kind::Payload(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let mut parts = value::split_commas(arg.spanned()?);
    let place = parts.next().ok_or_else(|| Problem::new("a value is missing"))?;
    let (negated, number) = match place.strip_prefix("!") {
        Some(rest) => (true, rest.trim()),
        None => (false, place),
    };
    let mut offset = draft
        .num(number.value, 0, 65535)
        .map_err(|p| p.at(number.span.range()))?;
    let (mut relative, mut rawbytes) = (false, false);
    for option in parts {
        match option.value {
            "relative" if !relative => relative = true,
            "rawbytes" if !rawbytes && (relative || !arg.is_suricata()) => rawbytes = true,
            _ => {
                return Err(Problem::new(format!("`{}` is not understood here", option.value))
                    .help("only `relative` may follow, and `rawbytes` behind it")
                    .at(option.span.range()));
            }
        }
    }
    // Snort: a place relative to the cursor counts from 0, as an absolute one does everywhere.
    if relative && arg.dialect != Dialect::Suricata {
        match &mut offset {
            Num::Const(n) => *n += 1,
            Num::Var(var) => return Ok(Op::Check(Box::new(SnortDataAt { var: *var, negated }))),
        }
    }
    Ok(Op::IsDataAt(IsDataAt {
        offset,
        relative,
        negated,
    }))
}

/// Snort's relative place, taken from a variable.
#[derive(Debug)]
struct SnortDataAt {
    var: VarId,
    negated: bool,
}

impl BufferCheck for SnortDataAt {
    fn keyword(&self) -> &'static str {
        "isdataat"
    }

    fn matches(&self, view: &BufferView<'_>) -> bool {
        let offset = view.vars.get(usize::from(self.var.0)).copied().unwrap_or(0);
        let there = offset < view.data.len().saturating_sub(view.cursor) as u64;
        there != self.negated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::sample::op;

    fn read(text: &str, dialect: Dialect) -> Parsed<IsDataAt> {
        op(&ISDATAAT, text, dialect).map(|op| match op {
            Op::IsDataAt(at) => at,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn relative_places_depend_on_the_dialect() {
        let at = read("!1,relative", Dialect::Suricata).expect("a place");
        assert_eq!((at.negated, at.relative, at.offset), (true, true, Num::Const(1)));
        assert_eq!(
            read("!0,relative", Dialect::Snort3).map(|at| at.offset),
            Ok(Num::Const(1))
        );
        assert_eq!(read("10", Dialect::Snort2).map(|at| at.offset), Ok(Num::Const(10)));
        assert!(read("5 , relative,rawbytes", Dialect::Suricata).is_ok());
    }

    #[test]
    fn bad_values() {
        for text in [
            "5,rawbytes",
            "65536",
            "-1,relative",
            "nope",
            "5,foo",
            "5,relative,relative",
            "",
        ] {
            assert!(read(text, Dialect::Suricata).is_err(), "{text}");
        }
    }

    #[test]
    fn a_variable_of_snort() {
        let check = SnortDataAt {
            var: VarId(0),
            negated: true,
        };
        assert!(
            !crate::keywords::sample::satisfies(&check, b"abc", 2)
                && crate::keywords::sample::satisfies(&check, b"abc", 3)
        );
    }
}
