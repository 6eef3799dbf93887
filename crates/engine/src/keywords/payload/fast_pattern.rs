//! `fast_pattern`: the content to look a rule up by.

use rule_parser::{Spanned, value};

use super::place::negated_fast_pattern;
use crate::buffer::BASE64_DATA;
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{Content, FastPattern, Op};

/// `fast_pattern`: the content to look a rule up by.
pub static FAST_PATTERN: Keyword = Keyword {
    name: "fast_pattern",
    aliases: &[],
    summary: "look the rule up by the content before it",
    docs: "Of all contents of the rule, the one before this is looked for first, in all traffic at once. Without it the compiler chooses. Never changes \
           what matches, only how fast.\n\n\
           `fast_pattern:2,6` looks for 6 bytes of the literal from byte 2 on. `fast_pattern:only` is the same as `fast_pattern` here. A rule has one.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\"GET \"; content:\"/rare-path\"; fast_pattern; sid:1;)",
    deviation: None,
    kind: Kind::Modifier(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let choice = match arg.text {
        None | Some("" | "only") => FastPattern::Whole,
        Some(_) => part(arg.spanned()?)?,
    };
    if std::ptr::eq(draft.section().buffer, &BASE64_DATA) {
        // Suricata: accepted without effect (ET Open 2034585): decoded bytes are not looked for in all traffic.
        draft.last_content()?;
        return Ok(());
    }
    let marked = |op: &Op| matches!(op, Op::Content(c) if c.fast_pattern != FastPattern::Unset);
    if arg.is_suricata() && draft.sections.iter().flat_map(|s| &s.ops).any(marked) {
        return Err(Problem::new("another content of the rule is the fast pattern")
            .help("keep the one that is rarer in traffic"));
    }
    set(draft.last_content()?, choice)
}

/// Makes the content the fast pattern.
///
/// # Errors
/// When it is already, the part is not in the literal, or it is negated and must stand somewhere.
pub(super) fn set(content: &mut Content, choice: FastPattern) -> Parsed<()> {
    if content.fast_pattern != FastPattern::Unset {
        return Err(Problem::new("`fast_pattern` is given twice").help("keep one of the two"));
    }
    let placed = [content.offset, content.depth, content.distance, content.within]
        .iter()
        .any(Option::is_some);
    if content.negated && placed {
        return Err(negated_fast_pattern());
    }
    if let FastPattern::Part(offset, length) = choice
        && usize::from(offset) + usize::from(length) > content.pattern.len()
    {
        let have = content.pattern.len();
        return Err(
            Problem::new(format!("the literal has {have} bytes, and the part ends behind them"))
                .help("offset and length count bytes of the literal"),
        );
    }
    content.fast_pattern = choice;
    Ok(())
}

fn part(text: Spanned<&str>) -> Parsed<FastPattern> {
    let (offset, length) = text.split_once(',').ok_or_else(|| {
        Problem::new(format!("`{}` is not understood here", text.value))
            .help("write fast_pattern, fast_pattern:only, or fast_pattern:offset,length")
    })?;
    Ok(match (value::unsigned(offset)?, value::unsigned(length)?) {
        // Suricata: a length of 0 is the whole literal.
        (_, 0) => FastPattern::Whole,
        (offset, length) => FastPattern::Part(offset, length),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::payload::content::CONTENT;
    use crate::keywords::payload::{depth::DEPTH, distance::DISTANCE};
    use crate::keywords::sample::{apply, draft};

    fn read(options: &[(&Keyword, &str)]) -> Parsed<FastPattern> {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, options)?;
        Ok(draft.last_content()?.fast_pattern)
    }

    #[test]
    fn whole_and_part() {
        let content = (&CONTENT, "\"abc\"");
        for (text, expected) in [
            ("", FastPattern::Whole),
            ("only", FastPattern::Whole),
            (" 0, 2", FastPattern::Part(0, 2)),
            ("3,0", FastPattern::Whole),
        ] {
            assert_eq!(read(&[content, (&FAST_PATTERN, text)]), Ok(expected), "{text}");
        }
        for text in ["1,3", "1", "x", "1,2,3"] {
            assert!(read(&[content, (&FAST_PATTERN, text)]).is_err(), "{text}");
        }
    }

    #[test]
    fn one_and_not_a_placed_negated_one() {
        let (content, negated, fast) = ((&CONTENT, "\"abc\""), (&CONTENT, "!\"abc\""), (&FAST_PATTERN, ""));
        assert!(read(&[fast]).is_err());
        assert!(read(&[content, fast, fast]).is_err());
        assert!(read(&[content, fast, content, fast]).is_err());
        assert!(read(&[negated, fast]).is_ok());
        assert!(read(&[negated, (&DEPTH, "5"), fast]).is_err());
        assert!(read(&[negated, fast, (&DEPTH, "5")]).is_err());
        assert!(read(&[negated, fast, (&DISTANCE, "5")]).is_err());
        assert!(read(&[content, (&DISTANCE, "5"), (&FAST_PATTERN, "0,2")]).is_ok());
    }
}
