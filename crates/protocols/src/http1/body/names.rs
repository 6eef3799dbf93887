//! What headers say of the files in a body.

use super::Head;

/// The boundary between the parts of a multipart body.
pub(super) fn boundary(content_type: &[u8]) -> Option<&[u8]> {
    let (kind, parameters) = content_type.split_at_checked(MULTIPART.len())?;
    if !kind.eq_ignore_ascii_case(MULTIPART) {
        return None;
    }
    let at = find_nocase(parameters, b"boundary=")?;
    let value = parameters.get(at.saturating_add(b"boundary=".len())..)?;
    let value = match value.strip_prefix(b"\"") {
        Some(quoted) => quoted.split(|b| *b == b'"').next()?,
        None => value.split(|b| *b == b';' || *b == b',').next()?,
    };
    let value = value.trim_ascii();
    // LIMIT: RFC 2046 section 5.1.1 has at most 70 characters.
    (!value.is_empty() && value.len() <= MAX_BOUNDARY).then_some(value)
}

/// The file name in a `Content-Disposition`; empty where it names an empty one.
///
/// A name in quotes goes to the last quote of its parameter, as others do not end there.
pub(super) fn filename(disposition: &[u8]) -> Option<&[u8]> {
    let mut rest = disposition;
    while !rest.is_empty() {
        let (parameter, after) = parameter(rest);
        let parameter = parameter.trim_ascii();
        if let Some((name, value)) = parameter.split_at_checked(b"filename=".len())
            && name.eq_ignore_ascii_case(b"filename=")
        {
            return match value.strip_prefix(b"\"") {
                Some(quoted) => quoted.strip_suffix(b"\""),
                None => Some(value),
            };
        }
        rest = after;
    }
    None
}

/// The name of the file that a body is.
pub(super) fn of_body<'a>(head: &Head<'a>, response: bool) -> &'a [u8] {
    let named = head.content_disposition.filter(|_| response).and_then(filename);
    named.unwrap_or(head.path)
}

/// A `Content-Range`: RFC 9110 section 14.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// The first byte, the last, and how many there are in all.
    Part(u64, u64, u64),
    /// It makes sense, but tells nothing of a part.
    Nothing,
    /// It makes no sense.
    Invalid,
}

/// Reads a `Content-Range`.
pub(super) fn range(value: &[u8]) -> Range {
    read_range(value).unwrap_or(Range::Invalid)
}

fn read_range(value: &[u8]) -> Option<Range> {
    let (unit, rest) = value.split_at_checked(b"bytes ".len())?;
    if !unit.eq_ignore_ascii_case(b"bytes ") {
        return None;
    }
    let slash = memchr::memchr(b'/', rest)?;
    let (span, total) = (rest.get(..slash)?, rest.get(slash.saturating_add(1)..)?);
    let total = if total == b"*" { None } else { Some(number(total)?) };
    if span == b"*" {
        return Some(Range::Nothing);
    }
    let dash = memchr::memchr(b'-', span)?;
    let start = number(span.get(..dash)?)?;
    let end = number(span.get(dash.saturating_add(1)..)?)?;
    let Some(total) = total else {
        return Some(Range::Nothing);
    };
    if end >= total {
        return None;
    }
    // A part that is the whole is no part.
    if start > end || end.saturating_sub(start).saturating_add(1) >= total {
        return Some(Range::Nothing);
    }
    Some(Range::Part(start, end, total))
}

fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// What stands before the next `;` that is not within quotes, and what behind it.
fn parameter(text: &[u8]) -> (&[u8], &[u8]) {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => {
                let after = text.get(at.saturating_add(1)..).unwrap_or_default();
                return (text.get(..at).unwrap_or_default(), after);
            }
            _ => {}
        }
    }
    (text, b"")
}

fn find_nocase(text: &[u8], name: &[u8]) -> Option<usize> {
    text.windows(name.len())
        .position(|part| part.eq_ignore_ascii_case(name))
}

const MULTIPART: &[u8] = b"multipart/";

/// LIMIT: bytes of a boundary.
const MAX_BOUNDARY: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn name(disposition: &str) -> Option<String> {
        filename(disposition.as_bytes()).map(|name| String::from_utf8_lossy(name).into_owned())
    }

    #[test]
    fn names_stand_in_quotes_or_not() {
        for (disposition, expected) in [
            ("attachment; filename=\"x.exe\"", Some("x.exe")),
            ("attachment; FileName=x.exe", Some("x.exe")),
            ("filename=\"z.exe\"", Some("z.exe")),
            ("attachment; filename=\"a;b.exe\"; size=3", Some("a;b.exe")),
            ("attachment;filename=sp ace.exe", Some("sp ace.exe")),
            ("attachment; filename=\"a\\\"b.exe\"", Some("a\\\"b.exe")),
            ("inline; filename=\"\"", Some("")),
            ("attachment; filename='q.exe'", Some("'q.exe'")),
            ("attachment; filename*=UTF-8''y.exe", None),
            ("attachment; filename=\"unterminated", None),
            ("attachment; foofilename=\"q.exe\"", None),
            ("attachment; filename = \"q.exe\"", None),
        ] {
            assert_eq!(name(disposition).as_deref(), expected, "{disposition}");
        }
    }

    #[test]
    fn boundaries_stand_in_quotes_or_not() {
        assert_eq!(
            boundary(b"multipart/form-data; boundary=BBB; charset=x"),
            Some(&b"BBB"[..])
        );
        assert_eq!(boundary(b"Multipart/Mixed;Boundary=\"B ;B\""), Some(&b"B ;B"[..]));
        assert_eq!(boundary(b"multipart/form-data; boundary="), None);
        assert_eq!(boundary(b"multipart/form-data"), None);
        assert_eq!(boundary(b"text/plain; boundary=BBB"), None);
    }

    #[test]
    fn ranges_are_parts() {
        assert_eq!(range(b"bytes 0-1/4"), Range::Part(0, 1, 4));
        assert_eq!(range(b"BYTES 2-3/4"), Range::Part(2, 3, 4));
        for nothing in ["bytes 0-3/4", "bytes */4", "bytes 0-1/*", "bytes 3-0/4"] {
            assert_eq!(range(nothing.as_bytes()), Range::Nothing, "{nothing}");
        }
        for invalid in [
            "bytes foo",
            "0-1/4",
            "bytes 0-9/4",
            "bytes  0 - 1 / 4",
            "bytes 0-1",
            "",
            "bytes 0-99999999999999999999/4",
        ] {
            assert_eq!(range(invalid.as_bytes()), Range::Invalid, "{invalid}");
        }
    }
}
