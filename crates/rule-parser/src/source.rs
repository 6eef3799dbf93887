//! The text of a rule file: decoding, lines and columns.

use std::borrow::Cow;

use crate::{Diagnostic, Span, codes};

/// A rule file in memory.
///
/// Rule files are UTF-8 by convention only. A byte that is no part of valid UTF-8 stands in the text as a
/// character of its own from the last private-use plane, so that no rule is lost and [`to_bytes`] restores the file.
/// Spans count bytes of the text, not of the file; lines and columns agree.
#[derive(Clone, Debug)]
pub struct SourceText<'a> {
    path: Cow<'a, str>,
    text: Cow<'a, str>,
    diagnostics: Vec<Diagnostic>,
    line_starts: Vec<u32>,
}

/// A place for people: both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column in characters.
    pub column: u32,
}

impl<'a> SourceText<'a> {
    /// A file from its bytes.
    ///
    /// A byte order mark is dropped. [`SourceText::diagnostics`] tells whether bytes were no UTF-8, and whether the
    /// file is too large, in which case the text is empty.
    #[must_use]
    pub fn from_bytes(path: impl Into<Cow<'a, str>>, bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let (text, first_raw) = decode(bytes);
        let diagnostic = first_raw.map(|at| {
            Diagnostic::warning(
                codes::NOT_UTF8,
                "the file holds bytes that are not UTF-8",
                Span::from_range(at),
            )
            .label("the first of them")
            .help("they are matched as they are; save the file as UTF-8, or write `|e9|` in a content")
        });
        Self::build(path.into(), text, diagnostic)
    }

    /// A file from text that is UTF-8 already.
    #[must_use]
    pub fn from_text(path: impl Into<Cow<'a, str>>, text: &'a str) -> Self {
        Self::build(
            path.into(),
            Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)),
            None,
        )
    }

    fn build(path: Cow<'a, str>, mut text: Cow<'a, str>, diagnostic: Option<Diagnostic>) -> Self {
        let mut diagnostics: Vec<_> = diagnostic.into_iter().collect();
        // LIMIT: spans have 32 bits.
        if u32::try_from(text.len()).is_err() {
            text = Cow::Borrowed("");
            diagnostics = vec![Diagnostic::error(
                codes::FILE_TOO_LARGE,
                "the file is 4 GiB or larger",
                Span::at(0),
            )];
        }
        let line_starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
            .filter_map(|at| u32::try_from(at).ok())
            .collect();
        Self {
            path,
            text,
            diagnostics,
            line_starts,
        }
    }

    /// Where the file is, as messages show it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text that spans refer to.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong with the file as a whole; [`crate::parse_source`] includes it.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Line and column of a byte of the text; a place beyond the end is the end.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_index(offset);
        let start = self.line_starts.get(line).copied().unwrap_or(0) as usize;
        let end = (offset as usize).min(self.text.len()).max(start);
        let before = &self.text.as_bytes()[start..end];
        // A character begins at every byte that is no continuation byte.
        let column = before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        Position {
            line: narrow(line) + 1,
            column: narrow(column) + 1,
        }
    }

    /// The lines that a span touches, as a range of the text without the last line break.
    #[must_use]
    pub fn lines_of(&self, span: Span) -> Span {
        let first = self.line_index(span.start);
        let last = self.line_index(span.end.max(span.start));
        let start = self.line_starts.get(first).copied().unwrap_or(0);
        let end = self
            .line_starts
            .get(last + 1)
            .map_or(narrow(self.text.len()), |next| next - 1);
        Span::new(start, end)
    }

    fn line_index(&self, offset: u32) -> usize {
        self.line_starts
            .partition_point(|&start| start <= offset)
            .saturating_sub(1)
    }
}

/// The bytes that a text stood for in its file.
#[must_use]
pub fn to_bytes(text: &str) -> Cow<'_, [u8]> {
    if !text.contains(is_raw) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        push_bytes(c, &mut bytes);
    }
    Cow::Owned(bytes)
}

/// The text for people and for JSON: bytes that were no UTF-8 are shown as Latin-1.
#[must_use]
pub fn to_display(text: &str) -> Cow<'_, str> {
    if !text.contains(is_raw) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| raw_byte(c).map_or(c, char::from)).collect())
}

/// Appends the bytes that a character stood for in its file.
pub(crate) fn push_bytes(c: char, bytes: &mut Vec<u8>) {
    match raw_byte(c) {
        Some(byte) => bytes.push(byte),
        None => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

fn is_raw(c: char) -> bool {
    raw_byte(c).is_some()
}

fn raw_byte(c: char) -> Option<u8> {
    let byte = u32::from(c).checked_sub(RAW_BASE)?;
    u8::try_from(byte).ok().filter(|byte| *byte >= 0x80)
}

fn raw_char(byte: u8) -> char {
    char::from_u32(RAW_BASE + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The text of a file, and the place in it of the first byte that was no UTF-8.
fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<std::ops::Range<usize>>) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && memchr::memmem::find(bytes, RAW_LEAD).is_none()
    {
        return (Cow::Borrowed(text), None);
    }
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    let mut first = None;
    let mut push_raw = |byte: u8, text: &mut String| {
        let start = text.len();
        text.push(raw_char(byte));
        first.get_or_insert(start..text.len());
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            // A character that means a raw byte is itself taken apart, so that decoding loses nothing.
            if is_raw(c) {
                c.encode_utf8(&mut [0; 4])
                    .bytes()
                    .for_each(|byte| push_raw(byte, &mut text));
            } else {
                text.push(c);
            }
        }
        chunk.invalid().iter().for_each(|&byte| push_raw(byte, &mut text));
    }
    (Cow::Owned(text), first)
}

fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Byte 0x80 is U+10FF80, byte 0xFF is U+10FFFF.
const RAW_BASE: u32 = 0x10_FF00;

/// How every character from U+10FF80 on starts, and few others.
const RAW_LEAD: &[u8] = b"\xF4\x8F\xBE";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_utf8_survive() {
        let bytes = b"msg:\"caf\xE9 \xC3\xA9 \xF4\x8F\xBF\xA9 \xF0\x9F\"";
        let source = SourceText::from_bytes("x", bytes);
        assert_eq!(to_bytes(source.text()).as_ref(), bytes);
        assert_eq!(to_display(source.text()), "msg:\"café é ô\u{8f}¿© ð\u{9f}\"");
        let [finding] = source.diagnostics() else {
            panic!("one finding")
        };
        assert_eq!((finding.code, finding.span.start), (codes::NOT_UTF8, 8));
    }

    #[test]
    fn every_byte_has_its_own_character() {
        let bytes: Vec<u8> = (0..=255).collect();
        let source = SourceText::from_bytes("x", &bytes);
        assert_eq!(to_bytes(source.text()).as_ref(), bytes);
    }

    #[test]
    fn utf8_is_not_copied_and_its_mark_is_dropped() {
        let source = SourceText::from_bytes("x", b"\xEF\xBB\xBFalert");
        assert_eq!(source.text(), "alert");
        assert!(matches!(source.text, Cow::Borrowed(_)));
        assert!(source.diagnostics().is_empty());
        assert_eq!(SourceText::from_text("x", "\u{feff}a").text(), "a");
    }

    #[test]
    fn positions_count_characters_from_one() {
        let source = SourceText::from_text("x", "é1\r\nsecond\n\nlast");
        let at = |offset| {
            let position = source.position(offset);
            (position.line, position.column)
        };
        assert_eq!(
            [at(0), at(2), at(5), at(12), at(13), at(99)],
            [(1, 1), (1, 2), (2, 1), (3, 1), (4, 1), (4, 5)]
        );
        assert_eq!(source.lines_of(Span::new(2, 6)), Span::new(0, 11));
        assert_eq!(source.lines_of(Span::at(13)), Span::new(13, 17));
    }
}
