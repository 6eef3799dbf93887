//! `pcrexform`: what a regular expression captures.

use std::sync::{Arc, OnceLock};

use rule_parser::value;

use crate::buffer::Transform;
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use crate::keywords::pcre::captures;

/// `pcrexform`: what a regular expression captures.
pub static PCREXFORM: Keyword = Keyword {
    name: "pcrexform",
    aliases: &[],
    summary: "what a regular expression captures in the buffer",
    docs: "`pcrexform:\"expression\"`: what the one capture group of a regular expression matches in the buffer becomes the buffer, for example the path of a request \
           line. Without a match it is empty. The expression stands in quotes, without slashes and flags.",
    example: "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; pcrexform:\"[a-z]+ (.*) HTTP\"; content:\"/x\"; sid:1;)",
    deviation: None,
    kind: Kind::Transform(parse),
};

fn parse(arg: &Arg<'_>) -> Parsed<Transform> {
    let quoted = value::quoted(arg.spanned()?)?;
    if quoted.negated {
        return Err(Problem::new("a transform cannot be negated").help("negate the content behind it"));
    }
    let pattern = quoted.text.value.to_owned();
    let groups = captures::group_count(&pattern)?;
    if groups != 1 {
        return Err(Problem::new(format!("the expression has {groups} capture groups"))
            .help("use exactly one, and (?:...) for the other groups"));
    }
    let key = format!("pcrexform:{pattern}");
    let regex: OnceLock<Option<captures::Captures>> = OnceLock::new();
    let apply = move |input: &[u8], output: &mut Vec<u8>| {
        let regex = regex.get_or_init(|| captures::Captures::new(&pattern).ok());
        if let Some((from, to)) = regex.as_ref().and_then(|regex| regex.first_group(input)) {
            output.extend_from_slice(input.get(from..to).unwrap_or_default());
        }
    };
    Ok(Transform {
        key: key.into(),
        apply: Arc::new(apply),
        prefilter: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::transform::tests::apply;

    #[test]
    fn the_group_becomes_the_buffer() {
        let request = b"GET /z4d4kWk.jpg HTTP/1.1";
        assert_eq!(
            apply(&PCREXFORM, r#""[a-zA-Z]+\s+(.*)\s+HTTP""#, request).as_deref(),
            Ok(&b"/z4d4kWk.jpg"[..])
        );
        assert_eq!(apply(&PCREXFORM, r#""POST (.*)""#, request).as_deref(), Ok(&b""[..]));
    }

    #[test]
    fn bad_values() {
        for text in ["", "\"ab\"", "\"a(b\"", "\"a(b)(c)\"", "a(b)c", "!\"a(b)\""] {
            assert!(apply(&PCREXFORM, text, b"").is_err(), "{text}");
        }
    }
}
