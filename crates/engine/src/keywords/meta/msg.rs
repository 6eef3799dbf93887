//! `msg`: what the alert says.

use rule_parser::{source, value};

use crate::keyword::{Keyword, Kind};

/// `msg`: what the alert says.
pub static MSG: Keyword = Keyword {
    name: "msg",
    aliases: &[],
    summary: "what the alert says",
    docs: "The text of the alert, in quotes. A backslash comes before `\"`, `;` and another backslash.",
    example: "alert tcp any any -> any any (msg:\"a \\\"quoted\\\" word\"; content:\"x\"; sid:1;)",
    deviation: None,
    kind: Kind::Meta(|draft, arg| {
        draft.once("msg")?;
        let text = value::unquoted(arg.spanned()?)?;
        draft.meta.msg = source::to_display(&value::unescape(text.value)).into_owned();
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn quotes_and_escapes_go() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&MSG, r#""say \"hi\"\; bye""#)]).expect("a text");
        assert_eq!(draft.meta.msg, "say \"hi\"; bye");
        assert!(apply(&mut draft, &[(&MSG, "\"again\"")]).is_err());
    }
}
