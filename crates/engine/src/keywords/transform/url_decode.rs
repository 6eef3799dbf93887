//! `url_decode`: percent-encoding undone.

use super::transform_keyword;

transform_keyword! {
    /// `%41` becomes `A`, and `+` a space. A percent sign that two hexadecimal digits do not follow stays.
    URL_DECODE = "url_decode", decode;
    "percent-encoding is undone"; "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; url_decode; content:\"<script>\"; sid:1;)"
}

fn decode(input: &[u8], output: &mut Vec<u8>) {
    let mut rest = input;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let decoded = match (byte, after) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest = after;
                digit(*high) << 4 | digit(*low)
            }
            _ => byte,
        };
        output.push(decoded);
    }
}

const fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        _ => byte - b'A' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::transform::tests::apply;

    #[test]
    fn what_is_encoded_and_what_is_not() {
        assert_eq!(apply(&URL_DECODE, "", b"a%41+%2b%").as_deref(), Ok(&b"aA +%"[..]));
        assert_eq!(
            apply(&URL_DECODE, "", b"%4%zz%aF%4").as_deref(),
            Ok(&b"%4%zz\xaf%4"[..])
        );
    }
}
