//! `absent`: the buffer is not there.

use crate::buffer::{BASE64_DATA, PAYLOAD};
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::Op;

/// `absent`: the buffer is not there.
pub static ABSENT: Keyword = Keyword {
    name: "absent",
    aliases: &[],
    summary: "the buffer is not there",
    docs: "Behind a sticky buffer and before anything else that looks at it: the rule matches when there is no such buffer, such as a request without a \
           `Referer`. With `absent:or_else` it also matches when the buffer is there and satisfies what follows; alone it must not be followed by more.",
    example: "alert ip any any -> any any (msg:\"not TCP\"; tcp.hdr; absent; sid:1;)",
    deviation: None,
    kind: Kind::Payload(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let or_else = match arg.text {
        None | Some("") => false,
        Some("or_else") => true,
        Some(other) => {
            return Err(
                Problem::new(format!("`{other}` is not understood here")).help("write `absent;` or `absent:or_else;`")
            );
        }
    };
    let section = draft.section();
    if std::ptr::eq(section.buffer, &PAYLOAD) || std::ptr::eq(section.buffer, &BASE64_DATA) {
        return Err(
            Problem::new("`absent` needs a sticky buffer before it").help("write it as `http.referer; absent;`")
        );
    }
    if !section.ops.is_empty() {
        return Err(
            Problem::new("the buffer was looked at already").help("put `absent` directly behind the sticky buffer")
        );
    }
    Ok(Op::Absent(or_else))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::packet::headers::TCP_HDR;
    use crate::keywords::payload::content::CONTENT;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn directly_behind_a_buffer() {
        let env = Env::default();
        for (text, expected) in [("", false), ("or_else", true)] {
            let mut draft = draft(&env);
            apply(&mut draft, &[(&TCP_HDR, ""), (&ABSENT, text)]).expect(text);
            assert!(matches!(draft.section().ops.as_slice(), [Op::Absent(or_else)] if *or_else == expected));
        }
        assert!(apply(&mut draft(&env), &[(&ABSENT, "")]).is_err());
        assert!(apply(&mut draft(&env), &[(&TCP_HDR, ""), (&ABSENT, "else")]).is_err());
        assert!(apply(&mut draft(&env), &[(&TCP_HDR, ""), (&CONTENT, "\"a\""), (&ABSENT, "")]).is_err());
    }
}
