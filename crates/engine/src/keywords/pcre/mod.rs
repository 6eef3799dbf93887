//! `pcre`: regular expressions.

pub mod captures;
mod expression;
mod flags;
mod literals;
mod meaning;

use std::sync::Arc;

pub use expression::Expression;
use flags::Flags;
use rule_parser::value::{self, Pcre as Parts};
use rule_parser::{Span, Spanned};

use crate::buffer::PAYLOAD;
use crate::keyword::{Arg, Env, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{Op, Pcre, Regex};

/// `pcre`: a regular expression.
pub static PCRE: Keyword = Keyword {
    name: "pcre",
    aliases: &[],
    summary: "a regular expression that must match, or must not",
    docs: "A regular expression of Perl's kind on the current buffer: `pcre:\"/user=[a-z]+/i\"`; `!` before the quotes negates. Flags behind it:\n\n\
           - `i` ignores case, `s` lets `.` match line ends, `m` lets `^` and `$` match at every line, `x` ignores white space in the expression;\n\
           - `A` matches only at the start, `E` lets `$` match only at the very end, `G` makes repetitions match as little as they can;\n\
           - `R` starts at the end of the previous match, and `^` is there;\n\
           - `U`, `I`, `H`, `D`, `P`, `Q`, `C`, `M`, `S`, `Y`, `V`, `W`, `Z` look at a part of HTTP instead of the current buffer;\n\
           - `B` and `O` have no effect.\n\n\
           Expressions that need no backtracking run in linear time; the others have a match limit of 3500, as in Suricata.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\"user=\"; pcre:\"/^[a-z]{8}/Ri\"; sid:1;)",
    deviation: Some("Values that `, flow:name` or `, pkt:name` capture are not kept."),
    kind: Kind::PayloadInto(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let text = arg.spanned()?;
    let quoted;
    let parts = if text.value.trim_start_matches('!').trim_start().starts_with('"') {
        value::pcre(text)?
    } else {
        // Suricata: the quotes may be missing.
        quoted = format!("\"{}\"", text.value);
        let end = u32::try_from(quoted.len()).unwrap_or(u32::MAX);
        value::pcre(Spanned::new(quoted.as_str(), Span::new(0, end))).map_err(|d| Problem {
            at: None,
            ..Problem::from(d)
        })?
    };
    let flags = Flags::read(parts.flags, arg.dialect)?;
    let section = match flags.buffer {
        None => draft.section(),
        Some(letter) => {
            let buffer = draft.env.pcre_buffers.iter().find(|(known, _)| *known == letter);
            let (_, buffer) = buffer.ok_or_else(|| no_buffer(letter, parts.flags))?;
            draft.section_of(buffer)
        }
    };
    let payload = std::ptr::eq(section.buffer, &PAYLOAD);
    if flags.relative && payload && arg.is_suricata() && section.ops.is_empty() {
        return Err(
            Problem::new("`R` needs something that matches before it in the same buffer")
                .help("take R away, or put a content before it")
                .at(parts.flags.span.range()),
        );
    }
    check_captures(parts)?;
    let regex = shared(draft.env, parts, &flags)?;
    let op = Op::Pcre(Pcre {
        regex,
        negated: parts.negated,
        relative: flags.relative,
        captures: Box::new([]),
    });
    match flags
        .buffer
        .and_then(|letter| draft.env.pcre_buffers.iter().find(|(known, _)| *known == letter))
    {
        Some((_, buffer)) => draft.section_of(buffer).ops.push(op),
        None => draft.section().ops.push(op),
    }
    Ok(())
}

/// The expression, which equal rules share.
fn shared(env: &Env, parts: Parts<'_>, flags: &Flags) -> Parsed<Arc<dyn Regex>> {
    let key = format!("{}/{}", flags.key(), parts.pattern.value);
    let offset = parts.pattern.span.start as usize;
    env.regex(&key, || {
        let expression = Expression::new(parts.pattern.value, flags.options).map_err(|p| {
            let at = p.at.clone().map(|at| at.start + offset..at.end + offset);
            Problem { at, ..p }
        })?;
        Ok(Arc::new(expression))
    })
}

/// Checks `flow:name, pkt:name`, which name capture groups.
fn check_captures(parts: Parts<'_>) -> Parsed<()> {
    let Some(captures) = parts.captures else { return Ok(()) };
    for capture in value::split_commas(captures) {
        match capture.split_once(':') {
            Some((kind, name)) if matches!(kind.value, "flow" | "pkt" | "alert") && !name.value.trim().is_empty() => {}
            _ => {
                let problem = Problem::new(format!(
                    "`{}` is nothing that a group can be captured to",
                    capture.value
                ));
                return Err(problem.help("write flow:name or pkt:name").at(capture.span.range()));
            }
        }
    }
    Ok(())
}

/// An expression with the flags of Suricata, by itself.
#[cfg(test)]
pub(super) fn read(pattern: &str, flags: Spanned<&str>) -> Parsed<Expression> {
    Expression::new(pattern, Flags::read(flags, rule_parser::Dialect::Suricata)?.options)
}

fn no_buffer(letter: char, flags: Spanned<&str>) -> Problem {
    Problem::new(format!("the buffer of the flag `{letter}` is not there"))
        .help("put the sticky buffer, such as http.uri, before a pcre without that flag")
        .at(flags.span.range())
        .unsupported()
}

#[cfg(test)]
mod tests;
