//! `content`: a literal.

use std::sync::Arc;

use rule_parser::value::{self, Argument};
use rule_parser::{Dialect, Spanned};

use super::{depth, distance, fast_pattern, nocase, offset, within};
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{Content, FastPattern, Op};

/// `content`: a literal.
pub static CONTENT: Keyword = Keyword {
    name: "content",
    aliases: &[],
    summary: "a literal that must be there, or must not",
    docs: "Bytes in quotes that must occur in the current buffer: `content:\"GET \"`, with hexadecimal between bars: `content:\"a|0d 0a|b\"`. `!` \
           before the quotes asks that they do not occur. A backslash comes before `\"`, `;`, `:`, `|` and another backslash.\n\n\
           Modifiers behind it say where and how: `nocase`, `depth`, `offset`, `distance`, `within`, `startswith`, `endswith`, `fast_pattern`. In \
           Snort 3 they stand in the option itself: `content:\"GET \",nocase,depth 4;`.",
    example: "alert tcp any any -> any 80 (msg:\"request\"; content:\"GET \"; depth:4; content:!\"Host|3a|\"; nocase; sid:1;)",
    deviation: Some("An empty literal (`content:\"||\"`) is refused."),
    kind: Kind::Payload(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let text = arg.spanned()?;
    if arg.is_suricata() {
        return Ok(Op::Content(literal(text, arg.dialect)?));
    }
    let parts = value::head_and_arguments(text)?;
    let mut content = literal(parts.head, arg.dialect)?;
    let mut part = FastPatternPart::default();
    for argument in parts.arguments {
        modify(draft, &mut content, &mut part, argument).map_err(|p| p.at(argument.name.span.range()))?;
    }
    part.apply(&mut content)?;
    Ok(Op::Content(content))
}

/// Reads `"bytes"` or `!"bytes"`.
pub(in crate::keywords) fn literal(text: Spanned<&str>, dialect: Dialect) -> Parsed<Content> {
    let quoted = value::quoted(text)?;
    let pattern: Arc<[u8]> = value::content_bytes(quoted.text, dialect)?.into();
    Ok(Content {
        pattern,
        negated: quoted.negated,
        ..Content::default()
    })
}

/// Snort 3's `fast_pattern_offset` and `fast_pattern_length`, which come one by one.
#[derive(Default)]
struct FastPatternPart {
    offset: Option<u16>,
    length: Option<u16>,
}

impl FastPatternPart {
    fn apply(&self, content: &mut Content) -> Parsed<()> {
        if self.offset.is_none() && self.length.is_none() {
            return Ok(());
        }
        let offset = self.offset.unwrap_or(0);
        let rest = content.pattern.len().saturating_sub(offset.into());
        let length = self.length.unwrap_or(u16::try_from(rest).unwrap_or(u16::MAX));
        content.fast_pattern = FastPattern::Unset;
        fast_pattern::set(content, FastPattern::Part(offset, length))
    }
}

fn modify(
    draft: &RuleDraft<'_>,
    content: &mut Content,
    part: &mut FastPatternPart,
    argument: Argument<'_>,
) -> Parsed<()> {
    let name = argument.name.value;
    let required = || {
        argument
            .value
            .ok_or_else(|| Problem::new(format!("`{name}` needs a number")).help(format!("write `{name} 5`")))
    };
    if argument.value.is_some() && matches!(name, "nocase" | "fast_pattern" | "rawbytes") {
        return Err(Problem::new(format!("`{name}` takes no value")));
    }
    match name {
        "nocase" => nocase::set(content),
        "rawbytes" => Ok(()),
        "depth" => depth::set(content, depth::number(draft, required()?.value)?),
        "offset" => offset::set(content, offset::number(draft, required()?.value)?),
        "distance" => distance::set(content, distance::number(draft, required()?.value)?),
        "within" => within::set(content, within::number(draft, required()?.value)?),
        "fast_pattern" => fast_pattern::set(content, FastPattern::Whole),
        "fast_pattern_offset" => {
            part.offset = Some(value::unsigned(required()?)?);
            Ok(())
        }
        "fast_pattern_length" => {
            part.length = Some(value::unsigned(required()?)?);
            Ok(())
        }
        _ => Err(Problem::new(format!("`{name}` does not modify a content")).help(
            "use nocase, depth, offset, distance, within, fast_pattern, fast_pattern_offset or fast_pattern_length",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::sample::op;
    use crate::rule::Num;

    fn read(text: &str, dialect: Dialect) -> Parsed<Content> {
        op(&CONTENT, text, dialect).map(|op| match op {
            Op::Content(content) => content,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn literals_of_suricata() {
        let content = read(r#"!"a|0D 0a|\"b""#, Dialect::Suricata).expect("a literal");
        assert!(content.negated && !content.nocase);
        assert_eq!(&*content.pattern, b"a\r\n\"b");
        for text in [
            "abc",
            "\"abc",
            "\"\"",
            "\"a\\nb\"",
            "\"a|41\"",
            "\"a|4|\"",
            "'abc'",
            "\"AA\" depth:20",
            "\"a\"\"",
            "\"||\"",
            "",
        ] {
            assert!(read(text, Dialect::Suricata).is_err(), "{text}");
        }
    }

    #[test]
    fn modifiers_in_the_option_of_snort_3() {
        let content = read(
            "\"ABC,d\",nocase,depth 9, offset 1,fast_pattern_offset 1,fast_pattern_length 2",
            Dialect::Snort3,
        )
        .expect("a literal");
        assert_eq!(&*content.pattern, b"abc,d");
        assert_eq!(
            (content.depth, content.offset),
            (Some(Num::Const(9)), Some(Num::Const(1)))
        );
        assert_eq!(content.fast_pattern, FastPattern::Part(1, 2));
        let relative = read("!\"A\",distance -4,within 7,fast_pattern", Dialect::Snort3);
        assert!(relative.is_err(), "a negated relative content is no fast pattern");
        for text in [
            "\"a\",depth",
            "\"a\",nocase 1",
            "\"a\",foo",
            "\"a\",",
            "\"a\",depth 5,distance 1",
            "\"abc\",depth 2",
        ] {
            assert!(read(text, Dialect::Snort3).is_err(), "{text}");
        }
    }
}
