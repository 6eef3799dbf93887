//! `endswith`: the content before it is at the end of the buffer.

use crate::keyword::{Keyword, Kind};

/// `endswith`: the content before it is at the end of the buffer.
pub static ENDSWITH: Keyword = Keyword {
    name: "endswith",
    aliases: &[],
    summary: "the content before it is at the end of the buffer",
    docs: "The `content` before it must end where the buffer ends, the same as `isdataat:!1,relative` behind it. Takes no value; it goes with the \
           other modifiers.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\".exe\"; endswith; sid:1;)",
    deviation: None,
    kind: Kind::Modifier(|draft, arg| {
        arg.none()?;
        draft.last_content()?.ends_with = true;
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::payload::content::CONTENT;
    use crate::keywords::payload::{distance::DISTANCE, startswith::STARTSWITH};
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn goes_with_the_others() {
        let env = Env::default();
        let others: [(&Keyword, &str); 3] = [(&STARTSWITH, ""), (&DISTANCE, "2"), (&ENDSWITH, "")];
        for other in others {
            let mut draft = draft(&env);
            apply(&mut draft, &[(&CONTENT, "\"abc\""), other, (&ENDSWITH, "")]).expect(other.0.name);
            assert!(draft.last_content().expect("a content").ends_with);
        }
        assert!(apply(&mut draft(&env), &[(&ENDSWITH, "")]).is_err());
    }
}
