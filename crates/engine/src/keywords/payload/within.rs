//! `within`: the content before it ends within so many bytes of the previous match.

use super::place::{self, MAX_RELATIVE};
use crate::keyword::{Keyword, Kind, Parsed, RuleDraft};
use crate::rule::{Content, Num};

/// `within`: the content before it ends within so many bytes of the previous match.
pub static WITHIN: Keyword = Keyword {
    name: "within",
    aliases: &[],
    summary: "the content before it ends within so many bytes of the previous match",
    docs: "The `content` before it must end within so many bytes from the end of the previous match, or from `distance` behind it: a number from the literal's length to 1048576, or a variable.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\"abc\"; content:\"def\"; within:10; sid:1;)",
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

/// Sets the stretch behind the previous match in which the content must end.
///
/// # Errors
/// When it was set, is too small, or the content has a place in the buffer.
pub(super) fn set(content: &mut Content, to: Num) -> Parsed<()> {
    if content.within.is_some() {
        return Err(place::twice("within"));
    }
    place::relative(content)?;
    place::fits(content, "within", to)?;
    content.within = Some(to);
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
        for (text, value) in [("3", 3), ("1048576", 1048576)] {
            let mut draft = draft(&env);
            apply(&mut draft, &[(&CONTENT, "\"abc\""), (&WITHIN, text)]).expect(text);
            assert_eq!(
                draft.last_content().expect("a content").within,
                Some(Num::Const(value)),
                "{text}"
            );
        }
        for text in ["2", "0", "-3", "1048577", "v", ""] {
            assert!(
                apply(&mut draft(&env), &[(&CONTENT, "\"abc\""), (&WITHIN, text)]).is_err(),
                "{text}"
            );
        }
        assert!(apply(&mut draft(&env), &[(&WITHIN, "5")]).is_err(), "needs a content");
    }

    #[test]
    fn not_with_what_contradicts_it() {
        let env = Env::default();
        let others: [(&Keyword, &str); 4] = [(&WITHIN, "5"), (&DEPTH, "5"), (&OFFSET, "5"), (&STARTSWITH, "")];
        for other in others {
            assert!(
                apply(&mut draft(&env), &[(&CONTENT, "\"abc\""), other, (&WITHIN, "5")]).is_err(),
                "{}",
                other.0.name
            );
        }
    }
}
