//! `replace`: other bytes in the place of a content, inline.

use super::content::literal;
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::Effect;

/// `replace`: other bytes in the place of a content, inline.
pub static REPLACE: Keyword = Keyword {
    name: "replace",
    aliases: &[],
    summary: "put other bytes in the place of the content before it",
    docs: "When the rule matches a packet that is passed on inline, the bytes of the `content` before it are replaced by these, of the same length. \
           Otherwise it has no effect.",
    example: "alert tcp any any -> any any (msg:\"defused\"; content:\"evil\"; replace:\"good\"; sid:1;)",
    deviation: None,
    kind: Kind::Modifier(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let with = literal(arg.spanned()?, arg.dialect)?;
    if with.negated {
        return Err(Problem::new("what is put in place cannot be negated"));
    }
    let content = draft.last_content()?;
    if content.negated {
        return Err(Problem::new("a negated content has no place to put bytes in")
            .help("put `replace` behind a content that is there"));
    }
    if content.pattern.len() != with.pattern.len() {
        let (old, new) = (content.pattern.len(), with.pattern.len());
        return Err(Problem::new(format!("{new} bytes cannot take the place of {old}"))
            .help("the length of a packet cannot change"));
    }
    content.replace = Some(with.pattern);
    if !draft.effects.contains(&Effect::Replace) {
        draft.effects.push(Effect::Replace);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::payload::content::CONTENT;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn of_the_same_length() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&CONTENT, "\"abc\""), (&REPLACE, "\"|41 42 43|\"")]).expect("a replacement");
        assert_eq!(draft.effects, [Effect::Replace]);
        assert_eq!(
            draft.last_content().expect("a content").replace.as_deref(),
            Some(&b"ABC"[..])
        );
    }

    #[test]
    fn bad_values() {
        let env = Env::default();
        for (content, text) in [
            ("\"abc\"", "\"de\""),
            ("!\"abc\"", "\"def\""),
            ("\"abc\"", "def"),
            ("\"abc\"", "!\"def\""),
        ] {
            assert!(
                apply(&mut draft(&env), &[(&CONTENT, content), (&REPLACE, text)]).is_err(),
                "{text}"
            );
        }
        assert!(apply(&mut draft(&env), &[(&REPLACE, "\"abc\"")]).is_err());
    }
}
