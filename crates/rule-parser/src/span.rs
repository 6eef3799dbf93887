//! Places in a source file.

use std::ops::Range;

/// A half-open range of bytes, `start..end`, counted from the start of the file.
///
/// Offsets are 32 bits wide: a rule file is smaller than 4 GiB, which [`crate::SourceText`] checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`; an `end` before `start` gives an empty span at `start`.
    #[must_use]
    pub fn new(start: u32, end: u32) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// The empty span at `offset`: a place between two bytes.
    #[must_use]
    pub fn at(offset: u32) -> Self {
        Self {
            start: offset,
            end: offset,
        }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The number of bytes covered.
    #[must_use]
    pub fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it covers no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether `offset` lies inside.
    #[must_use]
    pub fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// The same range as indices.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// From indices; offsets beyond 4 GiB are clamped.
    pub(crate) fn from_range(range: Range<usize>) -> Self {
        Self::new(offset(range.start), offset(range.end))
    }
}

/// A value and where it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Another value at the same place.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned {
            value: convert(self.value),
            span: self.span,
        }
    }
}

impl Spanned<&str> {
    /// A part of the text with the span of that part.
    ///
    /// The span is exact where the text stands in the file as it is. Where line continuations were
    /// joined the text is shorter than its span, and every part keeps the span of the whole.
    /// A range that is no slice of the text gives the empty string.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let value = self.value.get(range.clone()).unwrap_or_default();
        let exact = self.span.len() as usize == self.value.len();
        let span = if exact {
            let start = self.span.start.saturating_add(offset(range.start));
            Span::new(start, start.saturating_add(offset(value.len())))
        } else {
            self.span
        };
        Self { value, span }
    }

    /// Without white space at both ends.
    #[must_use]
    pub fn trim(&self) -> Self {
        let start = self.value.len() - self.value.trim_start().len();
        let end = self.value.trim_end().len();
        self.slice(start..end.max(start))
    }

    /// The two sides of the first `separator`, neither of them trimmed.
    #[must_use]
    pub fn split_once(&self, separator: char) -> Option<(Self, Self)> {
        let at = self.value.find(separator)?;
        Some((
            self.slice(0..at),
            self.slice(at + separator.len_utf8()..self.value.len()),
        ))
    }

    /// The rest after a prefix.
    #[must_use]
    pub fn strip_prefix(&self, prefix: &str) -> Option<Self> {
        self.value
            .starts_with(prefix)
            .then(|| self.slice(prefix.len()..self.value.len()))
    }

    /// The part before a suffix.
    #[must_use]
    pub fn strip_suffix(&self, suffix: &str) -> Option<Self> {
        let rest = self.value.strip_suffix(suffix)?;
        Some(self.slice(0..rest.len()))
    }
}

fn offset(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(value: &str, start: u32, end: u32) -> Spanned<&str> {
        Spanned::new(value, Span::new(start, end))
    }

    #[test]
    fn a_slice_of_text_as_written_has_its_own_span() {
        let text = at(" ab:cd ", 10, 17);
        assert_eq!(text.trim(), at("ab:cd", 11, 16));
        let (head, tail) = text.split_once(':').unwrap();
        assert_eq!((head, tail), (at(" ab", 10, 13), at("cd ", 14, 17)));
        assert_eq!(tail.strip_prefix("c"), Some(at("d ", 15, 17)));
        assert_eq!(tail.strip_suffix(" "), Some(at("cd", 14, 16)));
    }

    #[test]
    fn a_slice_of_joined_text_keeps_the_span_of_the_whole() {
        let text = at("abcd", 10, 30);
        assert_eq!(text.slice(1..3), at("bc", 10, 30));
        assert_eq!(text.slice(1..3).slice(1..2), at("c", 10, 30));
    }

    #[test]
    fn blank_text_trims_to_nothing() {
        assert_eq!(at("   ", 5, 8).trim(), at("", 8, 8));
        assert_eq!(at("", 5, 5).trim(), at("", 5, 5));
    }

    #[test]
    fn spans_join_and_contain() {
        let span = Span::new(3, 5).to(Span::at(9));
        assert_eq!(span, Span::new(3, 9));
        assert!(span.contains(3) && span.contains(8) && !span.contains(9));
        assert!(Span::new(7, 2).is_empty());
    }
}
