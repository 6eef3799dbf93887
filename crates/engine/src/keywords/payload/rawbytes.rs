//! `rawbytes`: the content before it looks at the bytes as they were sent.

use crate::keyword::{Keyword, Kind};

/// `rawbytes`: the content before it looks at the bytes as they were sent.
pub static RAWBYTES: Keyword = Keyword {
    name: "rawbytes",
    aliases: &[],
    summary: "the content before it looks at the bytes as sent",
    docs: "Of use in Snort, whose decoders change the payload before rules see it. Here the payload always is as it was sent, so this is read and has no \
           effect. Takes no value.",
    example: "alert tcp any any -> any 23 (msg:\"a\"; content:\"|ff f6|\"; rawbytes; sid:1;)",
    deviation: None,
    kind: Kind::Modifier(|draft, arg| {
        arg.none()?;
        draft.last_content().map(|_| ())
    }),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::payload::content::CONTENT;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn stands_behind_a_content() {
        let env = Env::default();
        assert!(apply(&mut draft(&env), &[(&CONTENT, "\"abc\""), (&RAWBYTES, "")]).is_ok());
        assert!(apply(&mut draft(&env), &[(&RAWBYTES, "")]).is_err());
    }
}
