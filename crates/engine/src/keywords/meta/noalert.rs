//! `noalert` and `alert`: whether a match says something.

use crate::keyword::{Keyword, Kind};

/// `noalert`: the rule matches and says nothing.
pub static NOALERT: Keyword = Keyword {
    name: "noalert",
    aliases: &[],
    summary: "the rule matches and says nothing",
    docs: "The rule does what it does, such as setting a flowbit, and makes no alert. Takes no value.",
    example: "alert tcp any any -> any any (msg:\"remember\"; content:\"x\"; flowbits:set,seen; noalert; sid:1;)",
    deviation: None,
    kind: Kind::Meta(|draft, arg| {
        arg.none()?;
        draft.silent = true;
        Ok(())
    }),
};

/// `alert`: the rule makes an alert.
pub static ALERT: Keyword = Keyword {
    name: "alert",
    aliases: &[],
    summary: "the rule makes an alert, whatever its action",
    docs: "The rule makes an alert beside what its action does; the opposite of `noalert`. `pass` makes none without it. \
           Takes no value.",
    example: "drop tcp any any -> any any (msg:\"dropped and told\"; content:\"x\"; alert; sid:1;)",
    deviation: None,
    kind: Kind::Meta(|draft, arg| {
        arg.none()?;
        draft.silent = false;
        draft.tells = true;
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn the_last_one_counts() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&NOALERT, ""), (&NOALERT, "")]).expect("silent");
        assert!(draft.silent);
        apply(&mut draft, &[(&ALERT, "")]).expect("not silent");
        assert!(!draft.silent);
        assert!(apply(&mut draft, &[(&NOALERT, "1")]).is_err());
    }
}
