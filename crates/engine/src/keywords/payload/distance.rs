//! `distance`: the content before it starts so many bytes behind the previous match, or later.

use super::place::{self, MAX_RELATIVE};
use crate::keyword::{Keyword, Kind, Parsed, RuleDraft};
use crate::rule::{Content, Num};

/// `distance`: the content before it starts so many bytes behind the previous match, or later.
pub static DISTANCE: Keyword = Keyword {
    name: "distance",
    aliases: &[],
    summary: "the content before it starts so many bytes behind the previous match, or later",
    docs: "The `content` before it must start so many bytes behind the end of the previous match, or later: a number from -1048576 to 1048576, or a variable.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\"abc\"; content:\"def\"; distance:1; sid:1;)",
    deviation: None,
    kind: Kind::Modifier(|draft, arg| {
        let number = number(draft, arg.required()?)?;
        set(draft.last_content()?, number)
    }),
};

/// The value: a number or a variable.
pub(super) fn number(draft: &RuleDraft<'_>, text: &str) -> Parsed<Num> {
    place::number(draft, text, -MAX_RELATIVE, MAX_RELATIVE)
}

/// Sets how far behind the previous match the content may start.
///
/// # Errors
/// When it was set, or the content has a place in the buffer.
pub(super) fn set(content: &mut Content, to: Num) -> Parsed<()> {
    if content.distance.is_some() {
        return Err(place::twice("distance"));
    }
    place::relative(content)?;
    content.distance = Some(to);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::payload::content::CONTENT;
    use crate::keywords::payload::{depth::DEPTH, offset::OFFSET, startswith::STARTSWITH};
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn numbers_within_bounds() {
        let env = Env::default();
        for (text, value) in [("0", 0), ("-5", -5), ("1048576", 1048576)] {
            let mut draft = draft(&env);
            apply(&mut draft, &[(&CONTENT, "\"abc\""), (&DISTANCE, text)]).expect(text);
            assert_eq!(
                draft.last_content().expect("a content").distance,
                Some(Num::Const(value)),
                "{text}"
            );
        }
        for text in ["1048577", "-1048577", "nope", ""] {
            assert!(
                apply(&mut draft(&env), &[(&CONTENT, "\"abc\""), (&DISTANCE, text)]).is_err(),
                "{text}"
            );
        }
        assert!(apply(&mut draft(&env), &[(&DISTANCE, "5")]).is_err(), "needs a content");
    }

    #[test]
    fn not_with_what_contradicts_it() {
        let env = Env::default();
        let others: [(&Keyword, &str); 4] = [(&DISTANCE, "5"), (&DEPTH, "5"), (&OFFSET, "5"), (&STARTSWITH, "")];
        for other in others {
            assert!(
                apply(&mut draft(&env), &[(&CONTENT, "\"abc\""), other, (&DISTANCE, "5")]).is_err(),
                "{}",
                other.0.name
            );
        }
    }
}
