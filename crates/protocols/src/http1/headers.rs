//! The headers of a message.

use super::event::{Event, Found};
use super::lines::{chomp, is_space, trim};

/// The headers of a message: fields in the order of their first appearance, each with all its values.
#[derive(Debug, Default)]
pub struct Headers {
    /// The bytes of names and values.
    store: Vec<u8>,
    fields: Vec<Field>,
    /// As they were sent, with the empty line at their end.
    raw: Vec<u8>,
    /// `Name: value` lines of all fields but cookies, once they are over.
    normalized: Vec<u8>,
    /// Further values of fields, by the number of the field, until they are joined.
    further: Vec<(u32, (u32, u32))>,
    /// How often a field was repeated.
    repeated: u32,
}

#[derive(Clone, Copy, Debug)]
struct Field {
    name: (u32, u32),
    value: (u32, u32),
}

/// What is noted of the headers of requests, and of responses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notes {
    pub missing_colon: Event,
    pub invalid: Event,
    pub repeated: Event,
    pub lengths: Event,
}

/// Of requests.
pub(super) const OF_REQUESTS: Notes = Notes {
    missing_colon: Event::RequestFieldMissingColon,
    invalid: Event::RequestHeaderInvalid,
    repeated: Event::RequestHeaderRepetition,
    lengths: Event::DuplicateContentLengthFieldInRequest,
};

/// Of responses.
pub(super) const OF_RESPONSES: Notes = Notes {
    missing_colon: Event::ResponseFieldMissingColon,
    invalid: Event::ResponseHeaderInvalid,
    repeated: Event::ResponseHeaderRepetition,
    lengths: Event::DuplicateContentLengthFieldInResponse,
};

impl Headers {
    /// The value of the field of that name, whatever its case; several values are joined once the headers are over.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let found = self.iter().find(|(known, _)| same_name(known, name.as_bytes()));
        found.map(|(_, value)| value)
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
        self.fields
            .iter()
            .map(move |field| (self.cut(field.name), self.cut(field.value)))
    }

    /// The field of that number.
    pub fn nth(&self, index: usize) -> Option<(&[u8], &[u8])> {
        let field = self.fields.get(index)?;
        Some((self.cut(field.name), self.cut(field.value)))
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// As they were sent, with the empty line at their end.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// A line `Name: value` for each field but cookies.
    pub fn normalized(&self) -> &[u8] {
        &self.normalized
    }

    /// Adds what was sent; `false` when there is too much of it.
    pub(super) fn sent(&mut self, bytes: &[u8]) -> bool {
        // LIMIT: bytes of the headers of a message.
        if self.raw.len().saturating_add(bytes.len()) > MAX_BYTES {
            return false;
        }
        self.raw.extend_from_slice(bytes);
        true
    }

    /// Adds a field as it was sent, its folded lines joined; `false` when there are too many.
    pub(super) fn add(&mut self, line: &[u8], limit: usize, notes: &Notes, found: &mut Found) -> bool {
        let (name, value) = split(line, notes, found);
        let known = self.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        let Some(known) = known else {
            // LIMIT: headers of a message.
            if self.fields.len() >= limit {
                return false;
            }
            let (name, value) = (self.keep(&[name]), self.keep(&[value]));
            self.fields.push(Field { name, value });
            return true;
        };
        let (_, old) = self.nth(known).unwrap_or_default();
        if name.eq_ignore_ascii_case(b"content-length") {
            // The first one counts.
            if content_length(old) != content_length(value) {
                note(found, notes.lengths);
            }
            return true;
        }
        // LIMIT: values that are joined in a message. Suricata: the second one of each name is not counted.
        if self.further.iter().any(|(field, _)| *field as usize == known) {
            if self.repeated >= MAX_REPEATED {
                note(found, notes.repeated);
                return true;
            }
            self.repeated = self.repeated.saturating_add(1);
        }
        let value = self.keep(&[value]);
        self.further.push((known as u32, value));
        true
    }

    /// They are over; trailers may follow.
    pub(super) fn finish(&mut self) {
        let mut further = std::mem::take(&mut self.further);
        further.sort_by_key(|(field, _)| *field);
        for values in further.chunk_by(|a, b| a.0 == b.0) {
            let Some((number, field)) = values
                .first()
                .and_then(|(n, _)| Some((*n as usize, *self.fields.get(*n as usize)?)))
            else {
                continue;
            };
            let mut joined = self.cut(field.value).to_vec();
            for (_, value) in values {
                joined.extend_from_slice(b", ");
                joined.extend_from_slice(self.cut(*value));
            }
            let value = self.keep(&[&joined]);
            if let Some(field) = self.fields.get_mut(number) {
                field.value = value;
            }
        }
        let mut text = std::mem::take(&mut self.normalized);
        text.clear();
        for (name, value) in self.iter().filter(|(name, _)| !is_cookie(name)) {
            write_line(name, value, &mut text);
        }
        self.normalized = text;
    }

    fn cut(&self, (start, end): (u32, u32)) -> &[u8] {
        self.store.get(start as usize..end as usize).unwrap_or_default()
    }

    fn keep(&mut self, parts: &[&[u8]]) -> (u32, u32) {
        let start = self.store.len() as u32;
        for part in parts {
            self.store.extend_from_slice(part);
        }
        (start, self.store.len() as u32)
    }
}

/// Whether a name in a message is the name of a field: case and (Suricata) NUL bytes do not matter.
fn same_name(known: &[u8], name: &[u8]) -> bool {
    if known.len() == name.len() {
        return known.eq_ignore_ascii_case(name);
    }
    known.len() > name.len()
        && known
            .iter()
            .filter(|b| **b != 0)
            .map(u8::to_ascii_lowercase)
            .eq(name.iter().map(u8::to_ascii_lowercase))
}

/// Whether a line ends the headers though there is a blank in it.
///
/// Suricata: one space or tab and a line feed do, if something else than a line end follows at once.
pub(super) fn is_blank_end(line: &[u8], rest: &[u8]) -> bool {
    matches!(line, [b' ' | b'\t', b'\n']) && !matches!(rest.first(), None | Some(b'\r' | b'\n'))
}

/// Appends `Name: value` and a line end.
pub(super) fn write_line(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    for part in [name, b": ", value, b"\r\n"] {
        out.extend_from_slice(part);
    }
}

/// Takes a field apart.
fn split<'a>(line: &'a [u8], notes: &Notes, found: &mut Found) -> (&'a [u8], &'a [u8]) {
    let line = chomp(line);
    let Some(colon) = memchr::memchr(b':', line) else {
        note(found, notes.missing_colon);
        return (b"", trim(line));
    };
    let (before, after) = line.split_at_checked(colon).unwrap_or_default();
    let end = before
        .iter()
        .rposition(|b| !is_space(*b))
        .map_or(0, |at| at.saturating_add(1));
    let name = before.get(..end).unwrap_or_default();
    if end < before.len() || name.is_empty() || !name.iter().all(|b| is_token(*b)) {
        note(found, notes.invalid);
    }
    (name, trim(after.get(1..).unwrap_or_default()))
}

/// The number in `Content-Length`: the first run of digits, whatever stands around it.
pub(super) fn content_length(value: &[u8]) -> Option<u64> {
    let start = value.iter().position(u8::is_ascii_digit)?;
    let mut digits = value.get(start..)?.iter().take_while(|b| b.is_ascii_digit());
    let number = digits.try_fold(0u64, |n, digit| {
        n.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0')))
    });
    number.filter(|n| i64::try_from(*n).is_ok())
}

/// Notes an event once.
pub(super) fn note(found: &mut Found, event: Event) {
    if !found.contains(&event) {
        found.push(event);
    }
}

fn is_cookie(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"cookie") || name.eq_ignore_ascii_case(b"set-cookie")
}

/// RFC 9110 section 5.6.2.
const fn is_token(byte: u8) -> bool {
    byte > 0x20
        && byte < 0x7f
        && !matches!(
            byte,
            b'(' | b')'
                | b'<'
                | b'>'
                | b'@'
                | b','
                | b';'
                | b':'
                | b'\\'
                | b'"'
                | b'/'
                | b'['
                | b']'
                | b'?'
                | b'='
                | b'{'
                | b'}'
        )
}

/// Values that are joined in a message, at most.
const MAX_REPEATED: u32 = 64;

/// Bytes of the headers of a message, at most.
const MAX_BYTES: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> (Headers, Found) {
        let (mut headers, mut found) = (Headers::default(), Found::new());
        for line in lines {
            assert!(headers.add(line.as_bytes(), 10, &OF_REQUESTS, &mut found));
        }
        headers.finish();
        (headers, found)
    }

    #[test]
    fn values_of_one_name_are_joined() {
        let (headers, found) = read(&[
            "Accept: a\r\n",
            "Cookie: k=v\r\n",
            "accept:\tb \r\n",
            "foo bar\r\n",
            ": x\r\n",
        ]);
        assert_eq!(headers.get("ACCEPT"), Some(&b"a, b"[..]));
        assert_eq!(read(&["A\0b\0: c"]).0.get("ab"), Some(&b"c"[..]));
        assert_eq!(headers.normalized(), b"Accept: a, b\r\n: foo bar, x\r\n");
        assert_eq!(
            found[..],
            [Event::RequestFieldMissingColon, Event::RequestHeaderInvalid]
        );
    }

    #[test]
    fn the_first_length_counts() {
        let (headers, found) = read(&["Content-Length: 3", "Content-Length: +3", "content-length: 4"]);
        assert_eq!(headers.get("Content-Length"), Some(&b"3"[..]));
        assert_eq!(found[..], [Event::DuplicateContentLengthFieldInRequest]);
        assert_eq!(content_length(b"x12y"), Some(12));
        assert_eq!(content_length(b"99999999999999999999"), None);
        assert_eq!(content_length(b""), None);
    }

    #[test]
    fn there_are_limits() {
        let (mut headers, mut found) = (Headers::default(), Found::new());
        for n in 0..10 {
            assert!(headers.add(format!("A{n}: b").as_bytes(), 10, &OF_RESPONSES, &mut found));
        }
        assert!(!headers.add(b"B: c", 10, &OF_RESPONSES, &mut found));
        for _ in 0..66 {
            assert!(headers.add(b"A1: b", 10, &OF_RESPONSES, &mut found));
        }
        assert_eq!(found[..], [Event::ResponseHeaderRepetition]);
        assert!(headers.sent(&[b'a'; MAX_BYTES]) && !headers.sent(b"a"));
    }
}
