//! The reach of a rule's options: the line of the rule, and as many further lines as belong to it.

use std::ops::Range;

use crate::findings::Findings;
use crate::{Diagnostic, Dialect, Span, codes, scan};

/// A cursor over the options of one rule.
///
/// It sees up to the end of the logical line and takes in another line only when asked to, so that a rule that
/// is never closed costs no other rule: a line in which a rule starts is never taken in.
pub(crate) struct Body<'a> {
    text: &'a str,
    start: usize,
    at: usize,
    /// The end of what is seen, which is the end of a line.
    limit: usize,
    dialect: Dialect,
    /// Whether the rule is commented out, so that its further lines are too.
    disabled: bool,
    /// Whether it has been reported that the rule goes on without a backslash.
    reported: bool,
    /// Whether the rule spans lines without a backslash.
    pub(crate) free_lines: bool,
}

impl<'a> Body<'a> {
    /// The options that start at `start`, in a logical line that ends at `limit`.
    pub(crate) fn new(text: &'a str, start: usize, limit: usize, dialect: Dialect, disabled: bool) -> Self {
        Self {
            text,
            start,
            at: start,
            limit,
            dialect,
            disabled,
            reported: false,
            free_lines: false,
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The place after the opening parenthesis.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn advance_to(&mut self, at: usize) {
        self.at = at.min(self.limit);
    }

    /// The bytes from here to the end of what is seen.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..self.limit).unwrap_or_default()
    }

    /// All bytes to the end of what is seen, by their places in the file.
    pub(crate) fn seen(&self) -> &'a [u8] {
        self.text.as_bytes().get(..self.limit).unwrap_or_default()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    pub(crate) fn next_char(&self) -> Option<char> {
        self.text.get(self.at..self.limit)?.chars().next()
    }

    pub(crate) fn text(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// Skips white space, continuations and comments, into further lines too.
    pub(crate) fn skip_space(&mut self, findings: &mut Findings) {
        loop {
            self.at = scan::skip_space(self.seen(), self.at);
            match self.peek() {
                None => {
                    if !self.extend(findings) {
                        return;
                    }
                }
                Some(b'\\') => match scan::after_continuation(self.text.as_bytes(), self.at) {
                    Some(next) if next <= self.limit => self.at = next,
                    Some(_) => self.at = self.limit,
                    None => return,
                },
                Some(b'#') if self.dialect == Dialect::Snort3 || self.starts_line() => {
                    self.skip_line_comment();
                }
                Some(b'/') if self.rest().starts_with(b"/*") && self.dialect == Dialect::Snort3 => {
                    self.skip_block_comment(findings);
                }
                Some(_) => return,
            }
        }
    }

    /// Takes in the next line if it can belong to the rule; tells whether it did.
    pub(crate) fn extend(&mut self, findings: &mut Findings) -> bool {
        let bytes = self.text.as_bytes();
        if self.limit >= bytes.len() {
            return false;
        }
        let start = self.limit + 1;
        let line = &bytes[start..scan::line_end(bytes, start)];
        if !self.belongs(line) {
            return false;
        }
        self.free_lines = true;
        if self.dialect != Dialect::Snort3 && !self.disabled && !self.reported {
            self.reported = true;
            findings.push(missing_continuation(self.limit, self.dialect));
        }
        self.limit = scan::logical_end(bytes, start);
        true
    }

    fn belongs(&self, line: &[u8]) -> bool {
        if scan::looks_like_rule_start(line) {
            return false;
        }
        let trimmed = line.trim_ascii();
        if self.disabled {
            return trimmed.first() == Some(&b'#');
        }
        if self.dialect == Dialect::Snort3 {
            return true;
        }
        // Where lines need a backslash, only what looks like options is taken for a forgotten one.
        let first = trimmed
            .first()
            .is_some_and(|&byte| scan::is_name_byte(byte) || byte == b')');
        first && memchr::memchr2(b';', b')', trimmed).is_some()
    }

    /// Whether a number sign here only comments out a further line of a disabled rule.
    fn starts_line(&self) -> bool {
        let before = self.text.as_bytes().get(self.start..self.at).unwrap_or_default();
        self.disabled && before.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t')) == Some(&b'\n')
    }

    fn skip_line_comment(&mut self) {
        if self.disabled && self.starts_line() {
            self.at += 1;
        } else {
            self.at = scan::line_end(self.text.as_bytes(), self.at).min(self.limit);
        }
    }

    fn skip_block_comment(&mut self, findings: &mut Findings) {
        let open = self.at;
        let mut from = open + 2;
        loop {
            let seen = self.seen().get(from..).unwrap_or_default();
            if let Some(length) = memchr::memmem::find(seen, b"*/") {
                self.at = from + length + 2;
                return;
            }
            from = self.limit;
            if !self.extend(findings) {
                self.at = self.limit;
                findings.push(unterminated_comment(open));
                return;
            }
        }
    }
}

/// The error for a block comment that opens at `open` and never closes.
pub(crate) fn unterminated_comment(open: usize) -> Diagnostic {
    Diagnostic::error(
        codes::UNTERMINATED_COMMENT,
        "the block comment is not closed",
        Span::from_range(open..open + 2),
    )
    .label("opened here")
    .help("close it with `*/`")
}

fn missing_continuation(line_end: usize, dialect: Dialect) -> Diagnostic {
    Diagnostic::error(
        codes::MISSING_CONTINUATION,
        "the rule goes on in the next line",
        Span::from_range(line_end..line_end),
    )
    .label("expected a backslash here")
    .help(format!(
        "in {dialect} rules a line that goes on ends in `\\`; Snort 3 needs none: `# ruleids: dialect=snort3`"
    ))
}
