//! Lists of arguments: separated by commas, by white space, or Snort 3's `name value` pairs.

use crate::{Diagnostic, Spanned, codes};

/// The parts of a value between commas, trimmed, empty ones kept.
///
/// Commas inside quotes and inside parentheses or brackets do not separate; a backslash escapes a comma.
/// An empty value has no parts.
pub fn split_commas(value: Spanned<&str>) -> impl Iterator<Item = Spanned<&str>> {
    let mut at = (!value.value.trim().is_empty()).then_some(0);
    std::iter::from_fn(move || {
        let start = at?;
        let end = next_comma(value.value.as_bytes(), start);
        at = end.map(|comma| comma + 1);
        Some(value.slice(start..end.unwrap_or(value.value.len())).trim())
    })
}

/// The words of a value, separated by white space outside quotes.
pub fn split_words(value: Spanned<&str>) -> impl Iterator<Item = Spanned<&str>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let bytes = value.value.as_bytes();
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        let start = at;
        let mut quoted = false;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'"' => quoted = !quoted,
                _ if byte.is_ascii_whitespace() && !quoted => break,
                _ => {}
            }
            at += 1;
        }
        at = at.min(bytes.len());
        (at > start).then(|| value.slice(start..at))
    })
}

/// An argument of the form `name` or `name value`, as in `depth 5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument<'a> {
    /// The first word.
    pub name: Spanned<&'a str>,
    /// What follows it, trimmed.
    pub value: Option<Spanned<&'a str>>,
}

/// A value of the form `head, name value, ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadAndArguments<'a> {
    /// The part before the first comma, for instance a quoted pattern.
    pub head: Spanned<&'a str>,
    /// The parts after it.
    pub arguments: Vec<Argument<'a>>,
}

/// Splits a value such as Snort 3's `"abc",nocase,depth 5` at its commas, and each argument at its first space.
///
/// # Errors
/// The value, or one of its arguments, is empty.
pub fn head_and_arguments(value: Spanned<&str>) -> Result<HeadAndArguments<'_>, Diagnostic> {
    let mut parts = split_commas(value);
    let head = parts.next().ok_or_else(|| empty(value))?;
    if head.value.is_empty() {
        return Err(empty(head));
    }
    let arguments = parts.map(argument).collect::<Result<_, _>>()?;
    Ok(HeadAndArguments { head, arguments })
}

fn argument(part: Spanned<&str>) -> Result<Argument<'_>, Diagnostic> {
    if part.value.is_empty() {
        return Err(empty(part));
    }
    let name_end = part
        .value
        .find(|c: char| c.is_ascii_whitespace())
        .unwrap_or(part.value.len());
    let value = part.slice(name_end..part.value.len()).trim();
    Ok(Argument {
        name: part.slice(0..name_end),
        value: (!value.value.is_empty()).then_some(value),
    })
}

fn empty(part: Spanned<&str>) -> Diagnostic {
    Diagnostic::error(codes::EMPTY_ARGUMENT, "empty argument", part.span)
        .label("nothing here")
        .help("write the argument, or remove the comma")
}

fn next_comma(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    let mut quoted = false;
    let mut depth = 0_u32;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'"' => quoted = !quoted,
            b'(' | b'[' if !quoted => depth = depth.saturating_add(1),
            b')' | b']' if !quoted => depth = depth.saturating_sub(1),
            b',' if !quoted && depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    fn at(text: &str) -> Spanned<&str> {
        Spanned::new(text, Span::new(50, 50 + u32::try_from(text.len()).unwrap()))
    }

    fn commas(text: &str) -> Vec<&str> {
        split_commas(at(text)).map(|part| part.value).collect()
    }

    #[test]
    fn commas_inside_quotes_and_parentheses_do_not_separate() {
        assert_eq!(
            commas(r#" "a,b" , f(1,2) ,[3,4], c\,d ,"#),
            [r#""a,b""#, "f(1,2)", "[3,4]", r"c\,d", ""]
        );
        assert_eq!(commas(" "), [""; 0]);
        assert_eq!(commas(","), ["", ""]);
        assert_eq!(commas("a)"), ["a)"]);
        assert_eq!(commas("\\"), ["\\"]);
    }

    #[test]
    fn parts_know_their_places() {
        let parts: Vec<_> = split_commas(at("ab, cd")).map(|part| part.span).collect();
        assert_eq!(parts, [Span::new(50, 52), Span::new(54, 56)]);
    }

    #[test]
    fn words_keep_quoted_spaces() {
        let words: Vec<_> = split_words(at(r#" type both  "a b" x\ y\"#))
            .map(|word| word.value)
            .collect();
        assert_eq!(words, ["type", "both", r#""a b""#, r"x\ y\"]);
        assert_eq!(split_words(at("  ")).count(), 0);
    }

    #[test]
    fn snort_3_arguments_are_names_with_values() {
        let read = head_and_arguments(at(r#""a,b",nocase, depth  5"#)).unwrap();
        assert_eq!(read.head.value, r#""a,b""#);
        let arguments: Vec<_> = read
            .arguments
            .iter()
            .map(|a| (a.name.value, a.value.map(|v| (v.value, v.span.start))))
            .collect();
        assert_eq!(arguments, [("nocase", None), ("depth", Some(("5", 71)))]);
    }

    #[test]
    fn an_empty_argument_is_an_error() {
        for text in ["", ",a", "a,,b", "a,"] {
            assert_eq!(
                head_and_arguments(at(text)).unwrap_err().code,
                codes::EMPTY_ARGUMENT,
                "{text}"
            );
        }
    }
}
