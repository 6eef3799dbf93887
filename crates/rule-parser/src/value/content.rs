//! Content patterns: literal characters, escapes and `|0d 0a|` hex.

use crate::{Diagnostic, Dialect, Span, Spanned, codes, source};

/// The bytes of a content pattern, given the text between its quotes.
///
/// Hex digits between bars pair up whatever white space stands between them. A backslash escapes `"`, `;`, `:`,
/// `|` and itself; in the Snort dialects any character. Bytes of a file that were not UTF-8 come back as they were.
///
/// # Errors
/// The pattern is empty, a bar has no partner, hex is incomplete or no hex, a backslash escapes nothing known,
/// or a quote is not escaped.
pub fn content_bytes(text: Spanned<&str>, dialect: Dialect) -> Result<Vec<u8>, Diagnostic> {
    let mut bytes = Vec::with_capacity(text.value.len());
    let mut at = 0;
    while let Some(c) = text.value.get(at..).and_then(|rest| rest.chars().next()) {
        let next = at + c.len_utf8();
        at = match c {
            '|' => hex_block(text, at, &mut bytes)?,
            '\\' => escape(text, at, dialect, &mut bytes)?,
            '"' => return Err(bare_quote(text.slice(at..next).span)),
            _ => {
                source::push_bytes(c, &mut bytes);
                next
            }
        };
    }
    if bytes.is_empty() {
        return Err(Diagnostic::error(codes::EMPTY_PATTERN, "empty pattern", text.span)
            .label("matches nothing in particular")
            .help("write at least one byte between the quotes"));
    }
    Ok(bytes)
}

/// Reads from the bar at `open`; returns the place after the closing bar.
fn hex_block(text: Spanned<&str>, open: usize, bytes: &mut Vec<u8>) -> Result<usize, Diagnostic> {
    let start = open + 1;
    let rest = text.value.get(start..).unwrap_or_default();
    let Some(length) = rest.find('|') else {
        return Err(Diagnostic::error(
            codes::UNTERMINATED_HEX,
            "unterminated hex block",
            text.slice(open..start).span,
        )
        .label("no `|` closes this one")
        .help("close the block with `|`, or write a literal bar as `|7c|`"));
    };
    let mut half = None;
    for (index, c) in rest[..length].char_indices() {
        let place = start + index;
        if c.is_ascii_whitespace() {
            continue;
        }
        let Some(digit) = c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()) else {
            return Err(not_hex(text, open, place, c));
        };
        half = match half {
            None => Some((digit, place)),
            Some((high, _)) => {
                bytes.push(high << 4 | digit);
                None
            }
        };
    }
    if let Some((_, place)) = half {
        return Err(Diagnostic::error(
            codes::ODD_HEX,
            "odd number of hex digits",
            text.slice(place..place + 1).span,
        )
        .label("half a byte")
        .help("write two hex digits a byte"));
    }
    Ok(start + length + 1)
}

/// Reads from the backslash at `slash`; returns the place after what it escapes.
fn escape(text: Spanned<&str>, slash: usize, dialect: Dialect, bytes: &mut Vec<u8>) -> Result<usize, Diagnostic> {
    let escaped = text.value.get(slash + 1..).and_then(|rest| rest.chars().next());
    let end = slash + 1 + escaped.map_or(0, char::len_utf8);
    match escaped {
        Some(c @ ('"' | ';' | ':' | '|' | '\\')) => source::push_bytes(c, bytes),
        Some(c) if dialect != Dialect::Suricata => source::push_bytes(c, bytes),
        _ => {
            return Err(Diagnostic::error(
                codes::BAD_ESCAPE,
                "unknown escape in a pattern",
                text.slice(slash..end).span,
            )
            .label("escapes nothing")
            .help("write a backslash as `\\\\`, and a byte in hex, as in `|0a|`"));
        }
    }
    Ok(end)
}

fn not_hex(text: Spanned<&str>, open: usize, place: usize, found: char) -> Diagnostic {
    let span = text.slice(place..place + found.len_utf8()).span;
    Diagnostic::error(codes::BAD_HEX, format!("`{found}` is not a hex digit"), span)
        .label("expected 0-9 or a-f")
        .secondary(text.slice(open..open + 1).span, "the hex block starts here")
        .help("close the block with `|` before text, or write a literal bar as `|7c|`")
}

fn bare_quote(span: Span) -> Diagnostic {
    Diagnostic::error(codes::BARE_QUOTE, "unescaped quote in a pattern", span)
        .label("ends the pattern too early")
        .help("write it as `\\\"` or `|22|`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<u8>, Diagnostic> {
        let end = u32::try_from(text.len()).unwrap();
        content_bytes(Spanned::new(text, Span::new(0, end)), Dialect::Suricata)
    }

    fn code(text: &str) -> (&'static str, u32, u32) {
        let error = read(text).unwrap_err();
        (error.code, error.span.start, error.span.end)
    }

    #[test]
    fn literals_escapes_and_hex_mix() {
        assert_eq!(read("a|0d 0A|b").unwrap(), b"a\r\nb");
        assert_eq!(read(r#"\"\;\:\\\|"#).unwrap(), b"\";:\\|");
        assert_eq!(read("a||b").unwrap(), b"ab");
        assert_eq!(read("|0 d0a|").unwrap(), b"\r\n");
        assert_eq!(read("é").unwrap(), "é".as_bytes());
    }

    #[test]
    fn errors_point_at_the_byte() {
        assert_eq!(code(""), (codes::EMPTY_PATTERN, 0, 0));
        assert_eq!(code("||"), (codes::EMPTY_PATTERN, 0, 2));
        assert_eq!(code("ab|0d"), (codes::UNTERMINATED_HEX, 2, 3));
        assert_eq!(code("|0d 0|"), (codes::ODD_HEX, 4, 5));
        assert_eq!(code("|0d xx|"), (codes::BAD_HEX, 4, 5));
        assert_eq!(code(r"a\nb"), (codes::BAD_ESCAPE, 1, 3));
        assert_eq!(code("a\\"), (codes::BAD_ESCAPE, 1, 2));
        assert_eq!(code("a\"b"), (codes::BARE_QUOTE, 1, 2));
    }

    #[test]
    fn snort_lets_any_character_be_escaped() {
        let text = Spanned::new(r"a\nb", Span::new(0, 4));
        assert_eq!(content_bytes(text, Dialect::Snort2).unwrap(), b"anb");
    }
}
