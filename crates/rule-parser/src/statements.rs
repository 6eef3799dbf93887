//! The statements of a file: rules, comments, definitions.

use std::ops::Range;

use crate::body::unterminated_comment;
use crate::definition::{self, definition};
use crate::detect::{Construct, Votes};
use crate::directive::{check_directive, directive};
use crate::findings::Findings;
use crate::rule::read_rule;
use crate::{Definition, Diagnostic, Dialect, Rule, Span, codes, scan};

/// What a file or a piece of it holds.
#[derive(Debug, Default)]
pub(crate) struct Statements<'a> {
    pub(crate) rules: Vec<Rule<'a>>,
    pub(crate) broken: Vec<Rule<'a>>,
    pub(crate) definitions: Vec<Definition<'a>>,
    pub(crate) findings: Vec<Diagnostic>,
    pub(crate) votes: Votes,
}

impl Statements<'_> {
    /// Adds what the next piece holds.
    pub(crate) fn append(&mut self, mut next: Self) {
        if self.rules.is_empty() && self.broken.is_empty() && self.findings.is_empty() {
            next.definitions.splice(0..0, std::mem::take(&mut self.definitions));
            *self = next;
            return;
        }
        self.rules.append(&mut next.rules);
        self.broken.append(&mut next.broken);
        self.definitions.append(&mut next.definitions);
        self.findings.append(&mut next.findings);
    }
}

/// Reads the statements that start in `range`, which ends where a statement starts.
pub(crate) fn read_statements(
    text: &str,
    range: Range<usize>,
    dialect: Dialect,
    include_disabled: bool,
) -> Statements<'_> {
    let mut reader = Reader {
        text,
        at: range.start,
        end: range.end,
        dialect,
        include_disabled,
        held: Statements::default(),
        findings: Findings::new(MAX_FINDINGS),
        late: range.start > 0,
        open_block: None,
        searched: false,
    };
    while reader.next_statement() {}
    reader.held.findings = reader.findings.into_list();
    reader.held
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    end: usize,
    dialect: Dialect,
    include_disabled: bool,
    held: Statements<'a>,
    findings: Findings,
    /// Whether a statement other than a comment has been read.
    late: bool,
    /// Where a line `#begin` was seen that no `#end` has followed yet.
    open_block: Option<Span>,
    /// Whether a search for the end of a block comment has failed: no other will succeed.
    searched: bool,
}

impl<'a> Reader<'a> {
    /// Reads a statement, if one starts before the end.
    fn next_statement(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        self.at = scan::skip_space(bytes, self.at);
        match bytes.get(self.at).filter(|_| self.at < self.end) {
            None => return false,
            Some(b'#') => self.comment(),
            Some(b';') => self.at = scan::line_end(bytes, self.at),
            Some(b'/') if bytes[self.at..].starts_with(b"/*") => self.block_comment(),
            Some(_) => {
                self.late = true;
                let end = scan::logical_end(bytes, self.at);
                if !self.configuration(end) {
                    self.rule(end);
                }
            }
        }
        true
    }

    fn rule(&mut self, line_end: usize) {
        let read = read_rule(self.text, self.at, line_end, self.dialect, true);
        self.at = read.end;
        let sid = read.rule.as_ref().and_then(Rule::sid);
        let has_errors = read.findings.has_errors();
        read.findings
            .into_list()
            .into_iter()
            .for_each(|finding| self.findings.push(finding.sid(sid)));
        let Some(rule) = read.rule else { return };
        self.held.votes.add_rule(&rule, read.shape);
        if !has_errors {
            self.held.rules.push(rule);
        } else if !rule.options.is_empty() && self.held.broken.len() < MAX_FINDINGS {
            // LIMIT: of a broken rule nothing is wanted but what else is wrong with its options.
            self.held.broken.push(rule);
        }
    }

    /// Reads a line of a Snort configuration; tells whether it is one.
    fn configuration(&mut self, end: usize) -> bool {
        let line = self.text.get(self.at..end).unwrap_or_default();
        let Some(word) = definition::configuration_word(line) else {
            return false;
        };
        let span = Span::from_range(self.at..self.at + line.trim_ascii_end().len());
        if word != "var" && word != "include" {
            self.held.votes.add(Dialect::Snort2, Construct::ConfigLine(word), span);
        }
        match definition(self.text, line) {
            Some(Ok(read)) => self.held.definitions.push(read),
            Some(Err(finding)) => self.findings.push(finding),
            None => self.findings.push(
                Diagnostic::warning(
                    codes::CONFIG_LINE,
                    format!("`{word}` has no effect in a rule file"),
                    span,
                )
                .label("a line of a Snort configuration")
                .help("pass rule files with `-r`; everything else belongs into the configuration"),
            ),
        }
        self.at = end;
        true
    }

    fn comment(&mut self) {
        let bytes = self.text.as_bytes();
        let end = scan::line_end(bytes, self.at);
        let line = self.text.get(self.at..end).unwrap_or_default();
        let span = Span::from_range(self.at..self.at + line.trim_ascii_end().len());
        match line.trim_ascii_end() {
            "#begin" => return self.begin(span),
            "#end" if self.open_block.take().is_some() => {
                self.held.votes.add(Dialect::Snort3, Construct::CommentBlock, span);
            }
            _ => {}
        }
        if let Some(directive) = directive(line) {
            check_directive(directive, span, self.late)
                .into_iter()
                .for_each(|finding| self.findings.push(finding));
            self.at = end;
        } else {
            self.at = self
                .disabled_rule(line)
                .unwrap_or_else(|| comment_end(bytes, self.at, end));
        }
    }

    /// Reads a comment that may be a rule; tells where it ends if it looks like one.
    fn disabled_rule(&mut self, line: &str) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let rule = scan::uncommented(line.as_bytes());
        // Where disabled rules are not wanted it still counts how many lines they have.
        let wanted = self.include_disabled || scan::is_continued(line.as_bytes());
        if !wanted || !scan::starts_with_action(rule) {
            return None;
        }
        let start = self.at + line.len() - rule.len();
        let line_end = scan::logical_end(bytes, start);
        let read = read_rule(self.text, start, line_end, self.dialect, false);
        let Some(rule) = read.rule.filter(|_| !read.findings.has_errors()) else {
            // PERF: lines that were read in vain are not read again.
            return Some(comment_end(bytes, self.at, read.end));
        };
        if self.include_disabled {
            self.held.votes.add_rule(&rule, read.shape);
            self.held.rules.push(rule);
        }
        Some(read.end)
    }

    /// In Snort 3 a line `#begin` opens a comment that a line `#end` closes; elsewhere it is a comment as any.
    fn begin(&mut self, span: Span) {
        let bytes = self.text.as_bytes();
        self.open_block = Some(span);
        self.at = span.end as usize;
        if self.dialect != Dialect::Snort3 || self.searched {
            return;
        }
        let mut at = self.at;
        while at < bytes.len() {
            let start = scan::next_line(bytes, scan::line_end(bytes, at));
            let end = scan::line_end(bytes, start);
            if bytes[start..end].trim_ascii_end() == b"#end" {
                self.at = end;
                return;
            }
            at = end;
        }
        self.searched = true;
        self.findings.push(
            Diagnostic::error(codes::UNTERMINATED_COMMENT, "the comment block is not closed", span)
                .label("opened here")
                .help("close it with a line `#end`"),
        );
    }

    fn block_comment(&mut self) {
        let bytes = self.text.as_bytes();
        let open = self.at;
        if !self.searched {
            if let Some(length) = memchr::memmem::find(&bytes[open + 2..], b"*/") {
                self.at = open + 2 + length + 2;
                return;
            }
            self.searched = true;
        }
        self.findings.push(unterminated_comment(open));
        self.at = scan::line_end(bytes, open);
    }
}

/// The end of the comment that starts at `start`: of its line, of comment lines that backslashes join to it, and
/// of the comment lines up to `read`, which were read in vain.
fn comment_end(bytes: &[u8], start: usize, read: usize) -> usize {
    let mut start = start;
    loop {
        let end = scan::line_end(bytes, start);
        let next = scan::next_line(bytes, end);
        let line = bytes.get(next..scan::line_end(bytes, next)).unwrap_or_default();
        let joined = next < read || scan::is_continued(&bytes[start..end]);
        if !joined || line.trim_ascii_start().first() != Some(&b'#') {
            return end;
        }
        start = next;
    }
}

// LIMIT: hostile files yield a finding every two bytes.
const MAX_FINDINGS: usize = 10_000;
