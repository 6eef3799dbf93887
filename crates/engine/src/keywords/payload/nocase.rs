//! `nocase`: the content before it ignores case.

use crate::keyword::{Keyword, Kind, Parsed, Problem};
use crate::rule::Content;

/// `nocase`: the content before it ignores case.
pub static NOCASE: Keyword = Keyword {
    name: "nocase",
    aliases: &[],
    summary: "the content before it ignores case",
    docs: "The `content` before it matches whatever the case of its ASCII letters. Takes no value.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\"user-agent\"; nocase; sid:1;)",
    deviation: None,
    kind: Kind::Modifier(|draft, arg| {
        arg.none()?;
        set(draft.last_content()?)
    }),
};

/// Makes the content ignore case.
///
/// # Errors
/// When it does already.
pub(super) fn set(content: &mut Content) -> Parsed<()> {
    if content.nocase {
        return Err(Problem::new("`nocase` is given twice").help("keep one of the two"));
    }
    content.nocase = true;
    content.pattern = content.pattern.to_ascii_lowercase().into();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::payload::content::CONTENT;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn folds_the_literal() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&CONTENT, "\"AbC|DF|\""), (&NOCASE, "")]).expect("a content");
        let content = draft.last_content().expect("a content");
        assert!(content.nocase && *content.pattern == *b"abc\xdf");
    }

    #[test]
    fn once_behind_a_content() {
        let env = Env::default();
        assert!(apply(&mut draft(&env), &[(&NOCASE, "")]).is_err());
        assert!(apply(&mut draft(&env), &[(&CONTENT, "\"a\""), (&NOCASE, ""), (&NOCASE, "")]).is_err());
        assert!(apply(&mut draft(&env), &[(&CONTENT, "\"a\""), (&NOCASE, "1")]).is_err());
    }
}
