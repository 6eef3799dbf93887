//! `offset`: the content before it starts so many bytes into the buffer, or later.

use super::place::{self, MAX_PLACE};
use crate::keyword::{Keyword, Kind, Parsed, RuleDraft};
use crate::rule::{Content, Num};

/// `offset`: the content before it starts so many bytes into the buffer, or later.
pub static OFFSET: Keyword = Keyword {
    name: "offset",
    aliases: &[],
    summary: "the content before it starts so many bytes into the buffer, or later",
    docs: "The `content` before it must start so many bytes from the start of the buffer, or later: a number from 0 to 65535, or a variable.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\"abc\"; offset:4; sid:1;)",
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

/// Sets the first byte at which the content may start.
///
/// # Errors
/// When it was set, or the content is relative.
pub(super) fn set(content: &mut Content, to: Num) -> Parsed<()> {
    if content.offset.is_some() {
        return Err(place::twice("offset"));
    }
    place::absolute(content)?;
    content.offset = Some(to);
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
        for (text, value) in [("0", 0), ("65535", 65535)] {
            let mut draft = draft(&env);
            apply(&mut draft, &[(&CONTENT, "\"abc\""), (&OFFSET, text)]).expect(text);
            assert_eq!(
                draft.last_content().expect("a content").offset,
                Some(Num::Const(value)),
                "{text}"
            );
        }
        for text in ["65536", "-1", "x", ""] {
            assert!(
                apply(&mut draft(&env), &[(&CONTENT, "\"abc\""), (&OFFSET, text)]).is_err(),
                "{text}"
            );
        }
        assert!(apply(&mut draft(&env), &[(&OFFSET, "5")]).is_err(), "needs a content");
    }

    #[test]
    fn not_with_what_contradicts_it() {
        let env = Env::default();
        let others: [(&Keyword, &str); 4] = [(&OFFSET, "5"), (&DISTANCE, "5"), (&WITHIN, "5"), (&STARTSWITH, "")];
        for other in others {
            assert!(
                apply(&mut draft(&env), &[(&CONTENT, "\"abc\""), other, (&OFFSET, "5")]).is_err(),
                "{}",
                other.0.name
            );
        }
    }
}
