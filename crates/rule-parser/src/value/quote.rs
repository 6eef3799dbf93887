//! Quoted text: `"..."`, `!"..."`.

use std::borrow::Cow;

use crate::{Diagnostic, Spanned, codes};

/// The text of a quoted value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted<'a> {
    /// Whether an exclamation mark precedes the quote.
    pub negated: bool,
    /// The text between the quotes, escapes kept.
    pub text: Spanned<&'a str>,
}

/// Reads `"text"` or `!"text"`, with white space around the mark and the quotes.
///
/// # Errors
/// The value is not quoted, or a quote is missing.
pub fn quoted(value: Spanned<&str>) -> Result<Quoted<'_>, Diagnostic> {
    let value = value.trim();
    let (negated, rest) = match value.strip_prefix("!") {
        Some(rest) => (true, rest.trim()),
        None => (false, value),
    };
    let Some(inner) = rest.strip_prefix("\"") else {
        return Err(
            Diagnostic::error(codes::NOT_QUOTED, "expected a quoted text", rest.span)
                .label("not in quotes")
                .help("write it as \"...\""),
        );
    };
    match inner.strip_suffix("\"") {
        Some(text) if !ends_in_escape(text.value) => Ok(Quoted { negated, text }),
        _ => Err(
            Diagnostic::error(codes::UNTERMINATED_QUOTE, "unterminated quote", rest.span)
                .label("the closing `\"` is missing")
                .help("close it with `\"`"),
        ),
    }
}

/// The text between quotes if there are any, else the value as it is; never negated.
///
/// # Errors
/// There is an opening quote and no closing one.
pub fn unquoted(value: Spanned<&str>) -> Result<Spanned<&str>, Diagnostic> {
    let value = value.trim();
    if value.value.starts_with('"') {
        quoted(value).map(|quoted| quoted.text)
    } else {
        Ok(value)
    }
}

/// Text with its escapes undone: a backslash before `"`, `;`, `:`, `,` or a backslash goes, any other stays.
#[must_use]
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match rest.next() {
            Some(escaped @ ('"' | ';' | ':' | ',' | '\\')) => plain.push(escaped),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    Cow::Owned(plain)
}

/// Whether the last character is escaped away: an odd number of backslashes at the end.
fn ends_in_escape(text: &str) -> bool {
    text.bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    fn at(text: &str) -> Spanned<&str> {
        Spanned::new(text, Span::new(100, 100 + u32::try_from(text.len()).unwrap()))
    }

    #[test]
    fn the_text_is_what_the_quotes_hold() {
        let read = quoted(at(r#" ! "a\"b" "#)).unwrap();
        assert!(read.negated);
        assert_eq!(read.text, Spanned::new(r#"a\"b"#, Span::new(104, 108)));
        assert_eq!(quoted(at(r#""""#)).unwrap().text.value, "");
    }

    #[test]
    fn quotes_must_be_there_and_closed() {
        assert_eq!(quoted(at("abc")).unwrap_err().code, codes::NOT_QUOTED);
        assert_eq!(quoted(at(r#"""#)).unwrap_err().code, codes::UNTERMINATED_QUOTE);
        assert_eq!(quoted(at(r#""abc\""#)).unwrap_err().code, codes::UNTERMINATED_QUOTE);
        assert_eq!(quoted(at(r#""abc\\""#)).unwrap().text.value, r"abc\\");
        assert_eq!(unquoted(at("abc")).unwrap().value, "abc");
        assert_eq!(unquoted(at(r#""abc""#)).unwrap().value, "abc");
        assert!(unquoted(at(r#""abc"#)).is_err());
    }

    #[test]
    fn only_the_language_s_own_escapes_are_undone() {
        assert_eq!(unescape(r#"a\"b\;c\:d\,e\\f"#), r#"a"b;c:d,e\f"#);
        assert_eq!(unescape(r"\xa4 \"), r"\xa4 \");
        assert!(matches!(unescape("plain"), Cow::Borrowed(_)));
    }
}
