//! `base64_decode` and `base64_data`: bytes in base64.

use rule_parser::value;

use super::reading;
use crate::buffer::BASE64_DATA;
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{Base64, Op};

/// `base64_decode`: decodes a part of the buffer.
pub static BASE64_DECODE: Keyword = Keyword {
    name: "base64_decode",
    aliases: &[],
    summary: "decode base64 in the buffer",
    docs: "Decodes base64 from the start of the buffer up to the first byte that is none, for what follows `base64_data`. Options: `bytes <n>` reads at most \
           so many bytes, `offset <n>` skips some, `relative` starts behind the previous match. Matches when something could be decoded.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\"Basic \"; base64_decode:bytes 100, relative; base64_data; content:\"admin\"; sid:1;)",
    deviation: None,
    kind: Kind::Payload(decode),
};

/// `base64_data`: looks at what was decoded.
pub static BASE64_DATA_KEYWORD: Keyword = Keyword {
    name: "base64_data",
    aliases: &[],
    summary: "what base64_decode decoded, as a buffer",
    docs: "Options behind this look at what the last `base64_decode` decoded; `pkt_data` or another buffer ends that. Takes no value.",
    example: "alert tcp any any -> any any (msg:\"a\"; base64_decode; base64_data; content:\"admin\"; sid:1;)",
    deviation: None,
    kind: Kind::Modifier(data),
};

fn decode(_: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let mut base64 = Base64 {
        bytes: None,
        offset: 0,
        relative: false,
        skip_foreign: false,
        data: Vec::new(),
    };
    if arg.text.is_none_or(str::is_empty) {
        return Ok(Op::Base64(base64));
    }
    for option in value::split_commas(arg.spanned()?) {
        let (name, text) = reading::split(option);
        match (name.value, text) {
            ("bytes", Some(text)) => {
                // Suricata: 0 is no limit.
                base64.bytes = Some(value::unsigned::<u16>(text)?.into()).filter(|n| *n > 0);
            }
            ("offset", Some(text)) => base64.offset = value::unsigned(text)?,
            ("relative", None) => base64.relative = true,
            _ => return Err(reading::unknown(option).help("use bytes and offset, each with a number, and relative")),
        }
    }
    Ok(Op::Base64(base64))
}

fn data(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    arg.none()?;
    if !draft
        .sections
        .iter()
        .flat_map(|s| &s.ops)
        .any(|op| matches!(op, Op::Base64(_)))
    {
        return Err(Problem::new("nothing was decoded before this").help("put `base64_decode` before `base64_data`"));
    }
    draft.select(&BASE64_DATA);
    Ok(())
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;

    use super::*;
    use crate::keyword::Env;
    use crate::keywords::payload::content::CONTENT;
    use crate::keywords::payload::fast_pattern::FAST_PATTERN;
    use crate::keywords::sample::{apply, draft, op};

    #[test]
    fn options_in_any_order() {
        for (text, expected) in [
            ("", (None, 0, false)),
            ("bytes 17, offset 1, relative", (Some(17), 1, true)),
            ("relative,offset 5", (None, 5, true)),
            ("bytes 0", (None, 0, false)),
        ] {
            let Ok(Op::Base64(base64)) = op(&BASE64_DECODE, text, Dialect::Suricata) else {
                panic!("{text}")
            };
            assert_eq!((base64.bytes, base64.offset, base64.relative), expected, "{text}");
        }
        for text in ["offset -3", "bytes 65536", "foo", "bytes", "relative 3"] {
            assert!(op(&BASE64_DECODE, text, Dialect::Suricata).is_err(), "{text}");
        }
    }

    #[test]
    fn data_comes_after_decode_and_gives_no_fast_pattern() {
        let env = Env::default();
        assert!(apply(&mut draft(&env), &[(&BASE64_DATA_KEYWORD, "")]).is_err());
        let mut draft = draft(&env);
        apply(
            &mut draft,
            &[(&BASE64_DECODE, ""), (&BASE64_DATA_KEYWORD, ""), (&CONTENT, "\"a\"")],
        )
        .expect("decoded data");
        assert_eq!(draft.section().buffer.name, "base64_data");
        // Accepted, without effect: no literal of decoded data is looked for in all traffic.
        apply(&mut draft, &[(&FAST_PATTERN, "")]).expect("a fast pattern that is none");
        let Some(crate::rule::Op::Content(content)) = draft.section().ops.last() else {
            panic!("the content")
        };
        assert_eq!(content.fast_pattern, crate::rule::FastPattern::Unset);
    }
}
