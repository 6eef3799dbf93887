//! Headers: their parameters, and lists of addresses.

/// The addresses of a header such as `To`: what stands between commas that are not in quotes; empty ones are left out.
pub fn addresses(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    value
        .split(move |byte| {
            let is_escaped = escaped;
            escaped = *byte == b'\\' && !is_escaped && quoted;
            if *byte == b'"' && !is_escaped {
                quoted = !quoted;
            }
            *byte == b',' && !quoted
        })
        .map(<[u8]>::trim_ascii)
        .filter(|address| !address.is_empty())
}

/// What stands before the parameters of a header: `multipart/mixed` of `multipart/mixed; boundary=x`.
pub(super) fn main_value(value: &[u8]) -> &[u8] {
    let end = memchr::memchr(b';', value).unwrap_or(value.len());
    value.get(..end).unwrap_or_default().trim_ascii()
}

/// The parameter of that name, in lower case, of a header's value.
///
/// A parameter in pieces (`name*0`, `name*1`) is put together, and one with a character set (`name*`, `name*0*`) is freed
/// of it and of its percent signs: RFC 2231 sections 3 and 4.
pub(super) fn parameter(value: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    let mut rest = value.get(memchr::memchr(b';', value)?..)?;
    let mut pieces = None::<Vec<u8>>;
    // LIMIT: a header's value is bounded, and each step takes some of it.
    while let Some(parameter) = next(&mut rest) {
        let Some(star) = parameter
            .key
            .get(..name.len())
            .filter(|key| key.eq_ignore_ascii_case(name))
        else {
            continue;
        };
        match parameter.key.get(star.len()..).unwrap_or_default() {
            [] => return Some(parameter.value),
            [b'*', piece @ ..] => {
                let extended = piece.is_empty() || piece.ends_with(b"*");
                let text = if extended {
                    percent_decoded(&parameter.value)
                } else {
                    parameter.value
                };
                pieces.get_or_insert_default().extend_from_slice(&text);
            }
            _ => {}
        }
    }
    pieces
}

struct Parameter<'a> {
    key: &'a [u8],
    value: Vec<u8>,
}

/// Takes the next `; key=value` off `rest`.
fn next<'a>(rest: &mut &'a [u8]) -> Option<Parameter<'a>> {
    let start = rest
        .iter()
        .position(|byte| !matches!(byte, b';' | b' ' | b'\t' | b'\r' | b'\n'))?;
    let from = rest.get(start..)?;
    let end = from
        .iter()
        .position(|byte| matches!(byte, b'=' | b';'))
        .unwrap_or(from.len());
    let key = from.get(..end)?.trim_ascii();
    let after = from.get(end..).unwrap_or_default();
    let Some(text) = after.strip_prefix(b"=") else {
        *rest = after;
        return Some(Parameter { key, value: Vec::new() });
    };
    let text = text.trim_ascii_start();
    let (value, left) = match text.strip_prefix(b"\"") {
        Some(quoted) => unquoted(quoted),
        None => {
            let end = memchr::memchr(b';', text).unwrap_or(text.len());
            let (token, left) = text.split_at_checked(end).unwrap_or((text, &[]));
            (token.trim_ascii().to_vec(), left)
        }
    };
    *rest = left;
    Some(Parameter { key, value })
}

/// The text up to the closing quote, and what comes after the next semicolon.
fn unquoted(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut out = Vec::new();
    let mut escaped = false;
    let mut length = text.len();
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'"' if !escaped => {
                length = at;
                break;
            }
            b'\\' if !escaped => {
                escaped = true;
                continue;
            }
            _ => out.push(byte),
        }
        escaped = false;
    }
    let after = text.get(length..).unwrap_or_default();
    let next = memchr::memchr(b';', after).unwrap_or(after.len());
    (out, after.get(next..).unwrap_or_default())
}

/// `utf-8'en'a%20b` is `a b`.
fn percent_decoded(value: &[u8]) -> Vec<u8> {
    let mut quotes = memchr::memchr_iter(b'\'', value);
    let text = match (quotes.next(), quotes.next()) {
        (Some(_), Some(second)) => value.get(second.saturating_add(1)..).unwrap_or_default(),
        _ => value,
    };
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(decoded) if byte == b'%' => {
                out.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(byte);
                rest = after;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str, name: &str) -> Option<String> {
        parameter(value.as_bytes(), name.as_bytes()).map(|v| String::from_utf8_lossy(&v).into_owned())
    }

    #[test]
    fn parameters_bare_quoted_and_in_pieces() {
        let value = "attachment; Size=3; FileName=\"a \\\"b\\\".txt\" ; x";
        assert_eq!(of(value, "filename").as_deref(), Some("a \"b\".txt"));
        assert_eq!(of(value, "size").as_deref(), Some("3"));
        assert_eq!(of(value, "x").as_deref(), Some(""));
        assert_eq!(of(value, "y"), None);
        assert_eq!(
            of("a; filename*0=one; filename*1=\"two.zip\"", "filename").as_deref(),
            Some("onetwo.zip")
        );
        assert_eq!(
            of("a; filename*=UTF-8'en'a%20b%2", "filename").as_deref(),
            Some("a b%2")
        );
        assert_eq!(of("attachment", "filename"), None);
    }

    #[test]
    fn unclosed_quotes_end_with_the_value() {
        assert_eq!(of("a; boundary=\"x", "boundary").as_deref(), Some("x"));
        assert_eq!(of("a; boundary=\"x\\", "boundary").as_deref(), Some("x"));
    }

    #[test]
    fn addresses_respect_quotes() {
        let list: Vec<_> = addresses(b"\"jam,\\\",x\" <a@b>, ,c@d ").collect();
        assert_eq!(list, [&b"\"jam,\\\",x\" <a@b>"[..], b"c@d"]);
        assert_eq!(addresses(b" ").count(), 0);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read(value in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = parameter(&value, b"name");
            let _ = addresses(&value).count();
        }
    }
}
