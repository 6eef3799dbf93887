//! `sid`, `rev` and `gid`: the numbers of a rule.

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};

/// `sid`: the signature id.
pub static SID: Keyword = Keyword {
    name: "sid",
    aliases: &[],
    summary: "signature id",
    docs: "The number of the rule, from 1 to 4294967295. Together with `gid` it names the rule in alerts, thresholds and suppressions, and no two \
           loaded rules may share it. Below 1000000 they belong to the distributions; use 1000000 and above for your own.",
    example: "alert tcp any any -> any any (msg:\"mine\"; content:\"x\"; sid:1000001;)",
    deviation: None,
    kind: Kind::Meta(|draft, arg| {
        draft.once("sid")?;
        draft.meta.sid = positive(arg, "sid")?;
        Ok(())
    }),
};

/// `rev`: the revision.
pub static REV: Keyword = Keyword {
    name: "rev",
    aliases: &[],
    summary: "revision of the rule",
    docs: "The revision of the rule, from 1 to 4294967295: count it up whenever the rule changes. Of two rules with one `sid` the later revision is loaded.",
    example: "alert tcp any any -> any any (msg:\"mine\"; content:\"x\"; sid:1000001; rev:2;)",
    deviation: None,
    kind: Kind::Meta(|draft, arg| {
        draft.once("rev")?;
        draft.meta.rev = positive(arg, "rev")?;
        Ok(())
    }),
};

/// `gid`: the generator.
pub static GID: Keyword = Keyword {
    name: "gid",
    aliases: &[],
    summary: "generator id",
    docs: "What made the alert, from 0 to 4294967294; 1 for rules, which is meant without it. Snort numbers its decoders and inspectors from 100 on.",
    example: "alert tcp any any -> any any (msg:\"mine\"; content:\"x\"; gid:1; sid:1000001;)",
    deviation: None,
    kind: Kind::Meta(|draft, arg| {
        let text = arg.required()?;
        let number = text.parse::<u32>().ok().filter(|n| *n < u32::MAX);
        draft.meta.gid = number.ok_or_else(|| {
            Problem::new(format!("`{text}` is no generator id")).help("use a number from 0 to 4294967294")
        })?;
        Ok(())
    }),
};

fn positive(arg: &Arg<'_>, what: &str) -> Parsed<u32> {
    let text = arg.required()?;
    match text.parse::<u32>() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(Problem::new(format!("`{text}` is no {what}")).help("use a number from 1 to 4294967295")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn numbers_are_kept() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&SID, "2000001"), (&REV, "3"), (&GID, "116")]).expect("three numbers");
        assert_eq!((draft.meta.sid, draft.meta.rev, draft.meta.gid), (2_000_001, 3, 116));
    }

    #[test]
    fn once_and_in_bounds() {
        let env = Env::default();
        for text in ["0", "-1", "\"5\"", "4294967296", "x", ""] {
            assert!(apply(&mut draft(&env), &[(&SID, text)]).is_err(), "{text}");
            assert!(apply(&mut draft(&env), &[(&REV, text)]).is_err(), "{text}");
        }
        assert!(apply(&mut draft(&env), &[(&SID, "1"), (&SID, "1")]).is_err());
        assert!(apply(&mut draft(&env), &[(&GID, "4294967295")]).is_err());
    }
}
