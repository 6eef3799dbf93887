//! Regular expressions: `/pattern/flags`.

use super::quote::quoted;
use crate::{Diagnostic, Spanned, codes};

/// The parts of a `pcre` value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pcre<'a> {
    /// Whether the rule wants it not to match.
    pub negated: bool,
    /// The expression between the delimiters, as written.
    pub pattern: Spanned<&'a str>,
    /// What follows the second delimiter, one letter a flag.
    pub flags: Spanned<&'a str>,
    /// What follows a comma after the flags: Suricata's capture targets, `flow:name, pkt:name`.
    pub captures: Option<Spanned<&'a str>>,
}

/// Splits `"/pattern/flags"`, also with `!` before the quote, and with another delimiter after an `m`.
///
/// The last delimiter ends the pattern, so that one inside it needs no escape.
///
/// # Errors
/// The value is not quoted, does not start with a delimiter, or no second one follows.
pub fn pcre(value: Spanned<&str>) -> Result<Pcre<'_>, Diagnostic> {
    let outer = quoted(value)?;
    let text = outer.text.trim();
    let body = text.strip_prefix("m").unwrap_or(text);
    let delimiter = body.value.chars().next();
    let Some(delimiter) = delimiter.filter(|&c| c == '/' || is_delimiter(c) && body != text) else {
        return Err(Diagnostic::error(
            codes::BAD_PCRE,
            "a regular expression starts with `/`",
            body.slice(0..delimiter.map_or(0, char::len_utf8)).span,
        )
        .label("expected `/`")
        .help("write it as \"/pattern/flags\""));
    };
    let rest = body.slice(delimiter.len_utf8()..body.value.len());
    let Some(end) = closing(rest.value, delimiter) else {
        return Err(Diagnostic::error(
            codes::BAD_PCRE,
            format!("no `{delimiter}` closes the regular expression"),
            body.slice(0..delimiter.len_utf8()).span,
        )
        .label("opened here")
        .help("write it as \"/pattern/flags\""));
    };
    let tail = rest.slice(end + delimiter.len_utf8()..rest.value.len());
    let (flags, captures) = match tail.split_once(',') {
        Some((flags, captures)) => (flags.trim(), Some(captures.trim())),
        None => (tail.trim(), None),
    };
    Ok(Pcre {
        negated: outer.negated,
        pattern: rest.slice(0..end),
        flags,
        captures,
    })
}

/// The last delimiter that no backslash escapes.
fn closing(text: &str, delimiter: char) -> Option<usize> {
    let mut last = None;
    let mut chars = text.char_indices();
    while let Some((index, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == delimiter {
            last = Some(index);
        }
    }
    last
}

fn is_delimiter(c: char) -> bool {
    c.is_ascii_punctuation() && c != '\\'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    fn read(text: &str) -> Result<Pcre<'_>, Diagnostic> {
        pcre(Spanned::new(text, Span::new(0, u32::try_from(text.len()).unwrap())))
    }

    #[test]
    fn the_last_delimiter_ends_the_pattern() {
        let parts = read(r#"!"/a\/b/c/Ui""#).unwrap();
        assert!(parts.negated);
        assert_eq!(parts.pattern, Spanned::new(r"a\/b/c", Span::new(3, 9)));
        assert_eq!(parts.flags, Spanned::new("Ui", Span::new(10, 12)));
        assert_eq!(read(r#""/a\\/i""#).unwrap().pattern.value, r"a\\");
    }

    #[test]
    fn captures_follow_a_comma() {
        let parts = read(r#""/(.*)/R, flow:name""#).unwrap();
        assert_eq!((parts.flags.value, parts.captures.unwrap().value), ("R", "flow:name"));
        assert_eq!(read(r#""/a{1,2}/""#).unwrap().pattern.value, "a{1,2}");
    }

    #[test]
    fn an_m_changes_the_delimiter() {
        let parts = read(r#""m@a/b@i""#).unwrap();
        assert_eq!((parts.pattern.value, parts.flags.value), ("a/b", "i"));
    }

    #[test]
    fn both_delimiters_must_be_there() {
        for text in [r#""abc""#, r#""/abc""#, r#""""#, r#""/abc\/""#, r#""m""#] {
            assert_eq!(read(text).unwrap_err().code, codes::BAD_PCRE, "{text}");
        }
        assert_eq!(read("/abc/").unwrap_err().code, codes::NOT_QUOTED);
    }
}
