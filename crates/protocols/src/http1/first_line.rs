//! The first lines of requests and responses.

use super::event::{Event, Found};
use super::lines::is_space;

/// A part of a line: first byte, and the byte after the last.
pub(super) type Part = (u32, u32);

/// A protocol of HTTP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// It is none.
    #[default]
    Unknown,
    /// HTTP/0.9: a request without one.
    V09,
    /// HTTP/1.0
    V10,
    /// HTTP/1.1
    V11,
}

/// What a request line says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RequestLine {
    pub method: Part,
    pub uri: Option<Part>,
    pub protocol: Option<Part>,
    pub version: Version,
}

/// What a status line says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StatusLine {
    pub protocol: Option<Part>,
    pub status: Option<Part>,
    pub message: Option<Part>,
    pub version: Version,
    /// 0 for one that is none.
    pub code: u16,
}

impl RequestLine {
    /// Reads a line without its end.
    pub fn read(line: &[u8], found: &mut Found) -> Self {
        let start = skip(line, 0, is_space);
        if start > 0 {
            found.push(Event::RequestLineLeadingWhitespace);
        }
        let method_end = skip(line, start, |b| !is_space(b));
        let mut read = Self {
            method: part(start, method_end),
            version: Version::V09,
            ..Self::default()
        };
        let uri_start = skip(line, method_end, is_space);
        if line
            .get(method_end..uri_start)
            .is_some_and(|gap| gap.iter().any(|b| *b != b' '))
        {
            found.push(Event::MethodDelimNonCompliant);
        }
        if uri_start >= line.len() {
            return read;
        }
        let (uri_end, protocol_start) = end_of_uri(line, uri_start, found);
        read.uri = Some(part(uri_start, uri_end));
        if let Some(protocol) = line.get(protocol_start..).filter(|p| !p.is_empty()) {
            read.protocol = Some(part(protocol_start, line.len()));
            read.version = Version::read(protocol);
            let method = line.get(start..method_end).unwrap_or_default();
            // Suricata: a method that nobody knows is still one.
            if read.version == Version::Unknown && !method.iter().all(u8::is_ascii_graphic) {
                found.push(Event::RequestLineInvalid);
            }
        }
        read
    }
}

/// Where the URI ends and the protocol begins.
///
/// Suricata: a URI may have spaces in it; the protocol is what follows the last one. Other white space ends it only where
/// there is no space at all.
fn end_of_uri(line: &[u8], start: usize, found: &mut Found) -> (usize, usize) {
    let trimmed = line
        .iter()
        .rposition(|b| !is_space(*b))
        .map_or(start, |at| at.saturating_add(1));
    let text = line.get(start..trimmed).unwrap_or_default();
    let odd = text.iter().any(|b| is_space(*b) && *b != b' ');
    if odd {
        found.push(Event::UriDelimNonCompliant);
    }
    if let Some(last) = text.iter().rposition(|b| *b == b' ') {
        let protocol = start.saturating_add(last).saturating_add(1);
        let uri = text.get(..last).unwrap_or_default();
        let end = uri
            .iter()
            .rposition(|b| *b != b' ')
            .map_or(0, |at| at.saturating_add(1));
        return (start.saturating_add(end), protocol);
    }
    if odd {
        let end = skip(line, start, |b| !is_space(b));
        return (end, skip(line, end, is_space));
    }
    (trimmed, line.len())
}

impl StatusLine {
    /// Reads a line without its end.
    pub fn read(line: &[u8], found: &mut Found) -> Self {
        let mut read = Self::default();
        let start = skip(line, 0, is_space);
        let end = skip(line, start, |b| !is_space(b));
        read.protocol = given(start, end);
        read.version = Version::read(line.get(start..end).unwrap_or_default());
        if read.version == Version::Unknown {
            found.push(Event::ResponseInvalidProtocol);
        }
        let start = skip(line, end, is_space);
        let end = skip(line, start, |b| !is_space(b));
        read.status = given(start, end);
        read.code = status(line.get(start..end).unwrap_or_default());
        if read.code == 0 {
            found.push(Event::ResponseInvalidStatus);
        }
        let start = skip(line, end, is_space);
        read.message = given(start, line.len());
        read
    }
}

impl Version {
    fn read(text: &[u8]) -> Self {
        let end = text
            .iter()
            .rposition(|b| !is_space(*b))
            .map_or(0, |at| at.saturating_add(1));
        match text.get(..end).unwrap_or_default() {
            b"HTTP/0.9" => Self::V09,
            b"HTTP/1.0" => Self::V10,
            b"HTTP/1.1" => Self::V11,
            _ => Self::Unknown,
        }
    }
}

/// Whether a line of a response is a status line: else it is taken as a piece of a body.
pub(super) fn is_status_line(line: &[u8]) -> bool {
    let start = skip(line, 0, |b| is_space(b) || b == 0);
    line.get(start..)
        .and_then(|rest| rest.get(..4))
        .is_some_and(|word| word.eq_ignore_ascii_case(b"HTTP"))
}

/// Whether it is the name of a method, in this case.
pub(super) fn is_method(name: &[u8]) -> bool {
    METHODS.iter().any(|method| method.as_bytes() == name)
}

/// Whether it is how the name of a method begins, in this case.
pub(super) fn may_be_method(start: &[u8]) -> bool {
    METHODS.iter().any(|method| method.as_bytes().starts_with(start))
}

/// The methods that requests are recognised by.
pub(super) const METHODS: &[&str] = &[
    "GET",
    "PUT",
    "POST",
    "HEAD",
    "TRACE",
    "OPTIONS",
    "CONNECT",
    "DELETE",
    "PATCH",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "CHECKOUT",
    "UNCHECKOUT",
    "CHECKIN",
    "UPDATE",
    "LABEL",
    "REPORT",
    "MKWORKSPACE",
    "MKACTIVITY",
    "MERGE",
    "INVALID",
    "VERSION-CONTROL",
    "BASELINE-CONTROL",
];

fn status(text: &[u8]) -> u16 {
    let number = std::str::from_utf8(text).ok().filter(|_| text.len() == 3);
    let number = number.filter(|n| n.bytes().all(|b| b.is_ascii_digit()));
    number.and_then(|n| n.parse().ok()).filter(|n| *n >= 100).unwrap_or(0)
}

fn skip(line: &[u8], from: usize, of: impl Fn(u8) -> bool) -> usize {
    let rest = line.get(from..).unwrap_or_default();
    rest.iter()
        .position(|b| !of(*b))
        .map_or(line.len(), |n| from.saturating_add(n))
}

fn part(start: usize, end: usize) -> Part {
    (start as u32, end as u32)
}

fn given(start: usize, end: usize) -> Option<Part> {
    (start < end).then(|| part(start, end))
}

/// A part of a line.
pub(super) fn cut(line: &[u8], (start, end): Part) -> &[u8] {
    line.get(start as usize..end as usize).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(line: &str) -> (&str, &str, &str, Found) {
        let mut found = Found::new();
        let read = RequestLine::read(line.as_bytes(), &mut found);
        let text = |part: Option<Part>| part.map_or("-", |(a, b)| &line[a as usize..b as usize]);
        (text(Some(read.method)), text(read.uri), text(read.protocol), found)
    }

    #[test]
    fn request_lines_as_servers_read_them() {
        assert_eq!(request("GET / HTTP/1.1"), ("GET", "/", "HTTP/1.1", Found::new()));
        assert_eq!(request("GET /a b HTTP/1.1"), ("GET", "/a b", "HTTP/1.1", Found::new()));
        assert_eq!(request("GET  /a  HTTP/1.1"), ("GET", "/a", "HTTP/1.1", Found::new()));
        assert_eq!(request("GET /a"), ("GET", "/a", "-", Found::new()));
        assert_eq!(request("GET"), ("GET", "-", "-", Found::new()));
        assert_eq!(request(" GET /").3[..], [Event::RequestLineLeadingWhitespace]);
        let (_, uri, protocol, found) = request("GET\t/a\tHTTP/1.1");
        assert_eq!((uri, protocol), ("/a", "HTTP/1.1"));
        assert_eq!(found[..], [Event::MethodDelimNonCompliant, Event::UriDelimNonCompliant]);
        assert_eq!(request("F\u{1} a b").3[..], [Event::RequestLineInvalid]);
    }

    #[test]
    fn status_lines() {
        let mut found = Found::new();
        let read = StatusLine::read(b"HTTP/1.1\t200\tOK now", &mut found);
        assert_eq!((read.code, read.version), (200, Version::V11));
        assert_eq!(read.message, Some((13, 19)));
        assert!(found.is_empty());
        let read = StatusLine::read(b"HTTP/2.1 2x0", &mut found);
        assert_eq!((read.code, read.message), (0, None));
        assert_eq!(
            found[..],
            [Event::ResponseInvalidProtocol, Event::ResponseInvalidStatus]
        );
        assert!(is_status_line(b"  http/9") && !is_status_line(b"HTT") && !is_status_line(b"junk"));
    }
}
