//! `depth`: the content before it ends within so many bytes.

use super::place::{self, MAX_PLACE};
use crate::keyword::{Keyword, Kind, Parsed, RuleDraft};
use crate::rule::{Content, Num};

/// `depth`: the content before it ends within so many bytes.
pub static DEPTH: Keyword = Keyword {
    name: "depth",
    aliases: &[],
    summary: "the content before it ends within so many bytes",
    docs: "The `content` before it must end within so many bytes from the start of the buffer, or from its `offset`: a number from the literal's length to 65535, or a variable.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\"abc\"; offset:2; depth:10; sid:1;)",
    deviation: None,
    kind: Kind::Modifier(|draft, arg| {
        let number = number(draft, arg.required()?)?;
        set(draft.last_content()?, number)
    }),
};

/// The value: a number or a variable.
pub(super) fn number(draft: &RuleDraft<'_>, text: &str) -> Parsed<Num> {
    place::number(draft, text, 0, MAX_PLACE)
}

/// Sets the stretch in which the content must end.
///
/// # Errors
/// When it was set, is too small, or the content is relative.
pub(super) fn set(content: &mut Content, to: Num) -> Parsed<()> {
    if content.depth.is_some() {
        return Err(place::twice("depth"));
    }
    place::absolute(content)?;
    place::fits(content, "depth", to)?;
    content.depth = Some(to);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::payload::content::CONTENT;
    use crate::keywords::payload::{distance::DISTANCE, startswith::STARTSWITH, within::WITHIN};
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn numbers_within_bounds() {
        let env = Env::default();
        for (text, value) in [("3", 3), (" 5", 5), ("0x10", 16), ("65535", 65535)] {
            let mut draft = draft(&env);
            apply(&mut draft, &[(&CONTENT, "\"abc\""), (&DEPTH, text)]).expect(text);
            assert_eq!(
                draft.last_content().expect("a content").depth,
                Some(Num::Const(value)),
                "{text}"
            );
        }
        for text in ["2", "0", "-1", "65536", "\"5\"", "d", ""] {
            assert!(
                apply(&mut draft(&env), &[(&CONTENT, "\"abc\""), (&DEPTH, text)]).is_err(),
                "{text}"
            );
        }
        assert!(apply(&mut draft(&env), &[(&DEPTH, "5")]).is_err(), "needs a content");
    }

    #[test]
    fn not_with_what_contradicts_it() {
        let env = Env::default();
        let others: [(&Keyword, &str); 4] = [(&DEPTH, "6"), (&DISTANCE, "5"), (&WITHIN, "5"), (&STARTSWITH, "")];
        for other in others {
            assert!(
                apply(&mut draft(&env), &[(&CONTENT, "\"abc\""), other, (&DEPTH, "5")]).is_err(),
                "{}",
                other.0.name
            );
        }
    }
}
