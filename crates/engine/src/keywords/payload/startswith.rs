//! `startswith`: the content before it is at the start of the buffer.

use super::place;
use crate::keyword::{Keyword, Kind, Problem};
use crate::rule::Num;

/// `startswith`: the content before it is at the start of the buffer.
pub static STARTSWITH: Keyword = Keyword {
    name: "startswith",
    aliases: &[],
    summary: "the content before it is at the start of the buffer",
    docs: "The `content` before it must stand at the very start of the buffer: the same as `depth` with its length. Takes no value, and goes with \
           none of depth, offset, distance and within.",
    example: "alert tcp any any -> any 80 (msg:\"a\"; content:\"GET \"; startswith; sid:1;)",
    deviation: None,
    kind: Kind::Modifier(|draft, arg| {
        arg.none()?;
        let content = draft.last_content()?;
        place::absolute(content)?;
        if content.starts_with || content.depth.is_some() || content.offset.is_some() {
            return Err(Problem::new("the content has a place already").help("keep startswith, or offset and depth"));
        }
        content.starts_with = true;
        content.offset = Some(Num::Const(0));
        content.depth = Some(Num::Const(i64::try_from(content.pattern.len()).unwrap_or(i64::MAX)));
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::payload::content::CONTENT;
    use crate::keywords::payload::{depth::DEPTH, within::WITHIN};
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn is_a_depth_of_its_length() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&CONTENT, "!\"abc\""), (&STARTSWITH, "")]).expect("a content");
        let content = draft.last_content().expect("a content");
        assert_eq!(
            (content.starts_with, content.offset, content.depth),
            (true, Some(Num::Const(0)), Some(Num::Const(3)))
        );
    }

    #[test]
    fn alone() {
        let env = Env::default();
        let others: [(&Keyword, &str); 3] = [(&DEPTH, "5"), (&WITHIN, "5"), (&STARTSWITH, "")];
        for other in others {
            assert!(
                apply(&mut draft(&env), &[(&CONTENT, "\"abc\""), other, (&STARTSWITH, "")]).is_err(),
                "{}",
                other.0.name
            );
        }
    }
}
