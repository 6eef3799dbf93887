//! `from_base64`: base64 undone.

use std::sync::Arc;

use rule_parser::value;

use crate::buffer::{Transform, base64};
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};

/// `from_base64`: base64 undone.
pub static FROM_BASE64: Keyword = Keyword {
    name: "from_base64",
    aliases: &[],
    summary: "base64 is undone",
    docs: "`from_base64[:bytes <n>][, offset <n>][, mode <mode>]`: decodes the buffer, from `offset` on and at most so many bytes of it. Modes: `rfc4648`, which is \
           meant without, stops at the first byte that is no base64; `rfc2045` skips such bytes; `strict` gives nothing when there is one or the padding is wrong.",
    example: "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; from_base64:offset 6; content:\"this is a test\"; sid:1;)",
    deviation: None,
    kind: Kind::Transform(parse),
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Rfc4648,
    Rfc2045,
    Strict,
}

fn parse(arg: &Arg<'_>) -> Parsed<Transform> {
    let (mut bytes, mut offset, mut mode) = (usize::MAX, 0, Mode::Rfc4648);
    if arg.text.is_some_and(|text| !text.is_empty()) {
        for part in value::split_commas(arg.spanned()?) {
            let unknown = || {
                Problem::new(format!("`{}` is not understood here", part.value))
                    .help("use bytes and offset, each with a number, and mode")
                    .at(part.span.range())
            };
            let (name, text) = part.split_once(' ').ok_or_else(unknown)?;
            match (name.value, text.trim().value) {
                ("bytes", _) => bytes = usize::from(value::unsigned::<u16>(text)?).max(1),
                ("offset", _) => offset = usize::from(value::unsigned::<u16>(text)?),
                ("mode", "rfc4648") => mode = Mode::Rfc4648,
                ("mode", "rfc2045") => mode = Mode::Rfc2045,
                ("mode", "strict") => mode = Mode::Strict,
                _ => return Err(unknown()),
            }
        }
    }
    let key = format!("from_base64:{bytes},{offset},{mode:?}");
    let apply = move |input: &[u8], output: &mut Vec<u8>| {
        let Some(encoded) = input.get(offset..) else { return };
        let encoded = &encoded[..encoded.len().min(bytes)];
        if mode != Mode::Strict || is_strict(encoded) {
            base64::decode(encoded, mode == Mode::Rfc2045, output);
        }
    };
    Ok(Transform {
        key: key.into(),
        apply: Arc::new(apply),
        prefilter: true,
    })
}

/// Whether there are only whole groups of the alphabet, padded as RFC 4648 section 4 has it.
fn is_strict(encoded: &[u8]) -> bool {
    let padding = encoded.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = &encoded[..encoded.len() - padding];
    encoded.len().is_multiple_of(4)
        && padding <= 2
        && digits
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::transform::tests::apply;

    #[test]
    fn modes() {
        let cases: [(&str, &[u8], &[u8]); 9] = [
            ("", b"dGhpcw==", b"this"),
            ("offset 6", b"/?arg=dGhpc2lzYXRlc3QK", b"thisisatest\n"),
            ("bytes 6, offset 6", b"/?arg=dGhpc2lzYXRlc3QK", b"this"),
            ("offset 6, mode rfc2045", b"/?arg=Zm 9v Ym Fy", b"foobar"),
            ("offset 6, mode rfc4648", b"/?arg=Zm 9v Ym Fy", b"f"),
            ("offset 6, mode strict", b"/?arg=Zm 9v Ym Fy", b""),
            ("mode strict", b"Zm9vYmFy", b"foobar"),
            ("mode strict", b"Zm9vYmF", b""),
            ("offset 60", b"Zm9v", b""),
        ];
        for (text, input, expected) in cases {
            assert_eq!(apply(&FROM_BASE64, text, input).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn bad_values() {
        for text in ["mode foo", "bytes", "offset -1", "bytes 65536", "foo 1"] {
            assert!(apply(&FROM_BASE64, text, b"").is_err(), "{text}");
        }
    }
}
