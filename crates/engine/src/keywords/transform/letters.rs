//! Lower and upper case.

use super::transform_keyword;

transform_keyword! {
    /// ASCII letters become lower case; all other bytes stay as they are.
    TO_LOWERCASE = "to_lowercase", |input, output| output.extend(input.iter().map(u8::to_ascii_lowercase));
    "letters become lower case"; "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; to_lowercase; content:\"abc\"; sid:1;)"
}

transform_keyword! {
    /// ASCII letters become upper case; all other bytes stay as they are.
    TO_UPPERCASE = "to_uppercase", |input, output| output.extend(input.iter().map(u8::to_ascii_uppercase));
    "letters become upper case"; "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; to_uppercase; content:\"ABC\"; sid:1;)"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::transform::tests::apply;

    #[test]
    fn only_ascii_letters_change() {
        assert_eq!(apply(&TO_LOWERCASE, "", b"AbC\xc0").as_deref(), Ok(&b"abc\xc0"[..]));
        assert_eq!(apply(&TO_UPPERCASE, "", b"AbC\xe0").as_deref(), Ok(&b"ABC\xe0"[..]));
    }
}
