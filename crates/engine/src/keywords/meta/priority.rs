//! `priority`: how grave the alert is.

use crate::keyword::{Keyword, Kind, Problem};

/// `priority`: how grave the alert is.
pub static PRIORITY: Keyword = Keyword {
    name: "priority",
    aliases: &[],
    summary: "how grave the alert is",
    docs: "The severity of the alert, from 0 to 255; 1 is the gravest that is in use. It goes before that of the `classtype`. Of several the gravest counts.",
    example: "alert tcp any any -> any any (msg:\"grave\"; content:\"x\"; priority:1; sid:1;)",
    deviation: Some("Priorities above 255 are refused."),
    kind: Kind::Meta(|draft, arg| {
        let text = arg.required()?;
        let number = text.parse::<u8>().map_err(|_| {
            Problem::new(format!("`{text}` is no priority")).help("use a number from 0 to 255; 1 is the gravest")
        })?;
        draft.meta.priority = if draft.priority_given {
            draft.meta.priority.min(number)
        } else {
            number
        };
        draft.priority_given = true;
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn the_gravest_counts() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&PRIORITY, "5"), (&PRIORITY, "2"), (&PRIORITY, "4")]).expect("three");
        assert_eq!(draft.meta.priority, 2);
        for text in ["-1", "\"1\"", "256", ""] {
            assert!(apply(&mut draft, &[(&PRIORITY, text)]).is_err(), "{text}");
        }
    }
}
