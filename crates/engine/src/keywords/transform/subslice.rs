//! `subslice`: a part of the buffer.

use std::sync::Arc;

use rule_parser::value;

use crate::buffer::Transform;
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};

/// `subslice`: a part of the buffer.
pub static SUBSLICE: Keyword = Keyword {
    name: "subslice",
    aliases: &[],
    summary: "a part of the buffer",
    docs: "`subslice:<offset>[,<bytes>][,truncate]`: the bytes from `offset` on, or so many of them. A negative offset counts from the end of the buffer, and \
           negative bytes leave so many away at its end. A part that is not all in the buffer gives an empty one, or with `truncate` as much of it as there is.",
    example: "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; subslice:-4; content:\"|00|\"; startswith; sid:1;)",
    deviation: None,
    kind: Kind::Transform(parse),
};

fn parse(arg: &Arg<'_>) -> Parsed<Transform> {
    let mut parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let truncate = parts.last().is_some_and(|part| part.value == "truncate");
    if truncate {
        parts.pop();
    }
    let (offset, bytes) = match parts.as_slice() {
        [offset] => (value::integer::<i32>(*offset)?, None),
        [offset, bytes] => (value::integer::<i32>(*offset)?, Some(value::integer::<i32>(*bytes)?)),
        _ => return Err(Problem::new("expected an offset").help("write it as `subslice:4,8;`")),
    };
    let key = format!("subslice:{offset},{bytes:?},{truncate}");
    let apply = move |input: &[u8], output: &mut Vec<u8>| {
        if let Some(part) = part(input, offset, bytes, truncate) {
            output.extend_from_slice(part);
        }
    };
    Ok(Transform {
        key: key.into(),
        apply: Arc::new(apply),
        prefilter: true,
    })
}

fn part(input: &[u8], offset: i32, bytes: Option<i32>, truncate: bool) -> Option<&[u8]> {
    let length = i64::try_from(input.len()).ok()?;
    let fit = |at: i64| match at {
        at if (0..=length).contains(&at) => Some(at),
        at if truncate => Some(at.clamp(0, length)),
        _ => None,
    };
    let start = fit(if offset < 0 {
        length + i64::from(offset)
    } else {
        offset.into()
    })?;
    let end = match bytes {
        None => length,
        Some(n @ ..0) => fit(length + i64::from(n))?,
        Some(n) => fit(start + i64::from(n))?,
    };
    input.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::transform::tests::apply;

    #[test]
    fn parts_from_either_end() {
        let agent = b"curl/7.64.1";
        let cases: [(&str, &[u8]); 13] = [
            ("-6", b"7.64.1"),
            ("-10,3", b"url"),
            ("0, 13", b""),
            ("12", b""),
            ("1,-3", b"url/7.6"),
            ("5", b"7.64.1"),
            ("-20, truncate", agent),
            ("-20, 5, truncate", b"curl/"),
            ("-15, 10, truncate", b"curl/7.64."),
            ("-20", b""),
            ("-100, 3, truncate", b"cur"),
            ("8,-9", b""),
            ("9,5,truncate", b".1"),
        ];
        for (text, expected) in cases {
            assert_eq!(apply(&SUBSLICE, text, agent).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn bad_values() {
        for text in ["", "truncate", "x", "1,2,3", "1,x", "99999999999"] {
            assert!(apply(&SUBSLICE, text, b"").is_err(), "{text}");
        }
    }
}
