//! `xor`: the buffer under a key.

use std::sync::Arc;

use rule_parser::value;

use crate::buffer::Transform;
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};

/// `xor`: the buffer under a key.
pub static XOR: Keyword = Keyword {
    name: "xor",
    aliases: &[],
    summary: "the buffer XORed with a key",
    docs: "`xor:\"0d0ac8ff\"`: every byte is XORed with a byte of the key, given in hexadecimal and repeated. `xor:extract <bytes> <offset>` takes the key \
           from the buffer itself. `offset <n>,` before either takes only what comes behind so many bytes. A key that is not in the buffer gives an empty one.",
    example: "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; xor:\"0d0ac8ff\"; content:\"password=\"; sid:1;)",
    deviation: None,
    kind: Kind::Transform(parse),
};

enum Key {
    Fixed(Vec<u8>),
    /// So many bytes, at this place of the buffer.
    Extract(usize, usize),
}

fn parse(arg: &Arg<'_>) -> Parsed<Transform> {
    let (mut offset, mut key) = (0usize, None);
    for part in value::split_commas(arg.spanned()?) {
        let words: Vec<_> = value::split_words(part).collect();
        let names: Vec<&str> = words.iter().map(|word| word.value).collect();
        let unknown = || {
            Problem::new(format!("`{}` is not understood here", part.value))
                .help("write a key in quotes, `extract <bytes> <offset>`, or `offset <n>,` before either")
        };
        match (names.as_slice(), words.as_slice()) {
            (["offset", _], [_, number]) if key.is_none() => offset = value::unsigned::<u16>(*number)?.into(),
            (["extract", ..], [_, bytes, at]) if key.is_none() => {
                let count = usize::from(value::unsigned::<u8>(*bytes)?);
                if count == 0 {
                    return Err(Problem::new("a key has at least one byte").at(bytes.span.range()));
                }
                key = Some(Key::Extract(count, value::unsigned::<u16>(*at)?.into()));
            }
            _ if part.value.starts_with('"') && key.is_none() => {
                key = Some(Key::Fixed(
                    hex(value::unquoted(part)?.value).map_err(|p| p.at(part.span.range()))?,
                ))
            }
            _ => return Err(unknown().at(part.span.range())),
        }
    }
    let key = key.ok_or_else(|| {
        Problem::new("the key is missing").help("write it in hexadecimal and quotes: `xor:\"0d0a\";`")
    })?;
    let name = format!("xor:{}", arg.required()?);
    Ok(Transform {
        key: name.into(),
        apply: Arc::new(move |input, output| apply(&key, offset, input, output)),
        prefilter: true,
    })
}

fn hex(text: &str) -> Parsed<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(2) {
        return Err(
            Problem::new("a key has two hexadecimal digits for every byte").help("write them without spaces: \"0d0a\"")
        );
    }
    let digit = |c: char| {
        c.to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
            .ok_or_else(|| Problem::new(format!("`{c}` is no hexadecimal digit")))
    };
    let digits = text.chars().map(digit).collect::<Parsed<Vec<u8>>>()?;
    Ok(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

fn apply(key: &Key, offset: usize, input: &[u8], output: &mut Vec<u8>) {
    let key = match key {
        Key::Fixed(key) => Some(key.as_slice()),
        Key::Extract(count, at) => input.get(*at..at + count),
    };
    if let (Some(key), Some(body)) = (key, input.get(offset..)) {
        output.extend(body.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::transform::tests::apply;

    #[test]
    fn a_key_of_the_rule_or_of_the_buffer() {
        assert_eq!(apply(&XOR, "\"0102\"", b"abcd").as_deref(), Ok(&b"``bf"[..]));
        assert_eq!(
            apply(&XOR, "offset 1,extract 1 0", b"\x42\x32\x23").as_deref(),
            Ok(&b"pa"[..])
        );
        assert_eq!(
            apply(&XOR, "offset   1,  extract 1 0", b"\x42\x32\x23").as_deref(),
            Ok(&b"pa"[..])
        );
        assert_eq!(apply(&XOR, "extract 1 200", b"abc").as_deref(), Ok(&b""[..]));
        assert_eq!(apply(&XOR, "offset 9,\"00\"", b"abc").as_deref(), Ok(&b""[..]));
    }

    #[test]
    fn bad_values() {
        for text in [
            "\"0d0ac8f\"",
            "\"xx\"",
            "0d0a",
            "\"\"",
            "\"0d 0a\"",
            "offset abc,\"00\"",
            "offset 1",
            "offset ,\"00\"",
            "extract 0 1",
            "\"00\",\"01\"",
            "",
        ] {
            assert!(apply(&XOR, text, b"").is_err(), "{text}");
        }
    }
}
