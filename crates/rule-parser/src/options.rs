//! The options of a rule: what is between its parentheses.

use std::borrow::Cow;

use crate::body::Body;
use crate::diagnostic::excerpt;
use crate::field::File;
use crate::findings::Findings;
use crate::value_end::{ValueEnd, value_end};
use crate::{Diagnostic, Dialect, RuleOption, Severity, Span, Spanned, codes, scan};

/// What was between the parentheses of a rule.
pub(crate) struct Options<'a> {
    pub(crate) list: Vec<RuleOption<'a>>,
    /// The place after the closing parenthesis, or where the rule ends without one.
    pub(crate) end: usize,
}

/// Reads from after the opening parenthesis to the closing one, and reports what is malformed.
pub(crate) fn options<'a>(file: File<'a>, body: &mut Body<'a>, findings: &mut Findings) -> Options<'a> {
    let capacity = body.rest().len().div_ceil(TYPICAL_LENGTH).min(TYPICAL_OPTIONS);
    let mut reader = Reader {
        file,
        body,
        findings,
        list: Vec::with_capacity(capacity),
    };
    let end = loop {
        match reader.option() {
            Step::Next => {}
            Step::End(end) => break end,
        }
    };
    Options { list: reader.list, end }
}

struct Reader<'a, 'r> {
    file: File<'a>,
    body: &'r mut Body<'a>,
    findings: &'r mut Findings,
    list: Vec<RuleOption<'a>>,
}

/// How reading goes on after an option.
enum Step {
    Next,
    /// The rule ends at this place.
    End(usize),
}

impl<'a> Reader<'a, '_> {
    fn option(&mut self) -> Step {
        self.body.skip_space(self.findings);
        let start = self.body.at();
        let name = match self.body.peek() {
            None => return self.unclosed(),
            Some(b')') => return Step::End(start + 1),
            Some(b';') => {
                self.findings.push(empty_option(Span::from_range(start..start + 1)));
                self.body.advance_to(start + 1);
                return Step::Next;
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => self.name(start),
            Some(_) => return self.skip_bad_option(start),
        };
        self.body.skip_space(self.findings);
        match self.body.peek() {
            Some(b':') => {
                self.body.advance_to(self.body.at() + 1);
                self.value(name)
            }
            Some(b';') => {
                self.body.advance_to(self.body.at() + 1);
                self.push(name, None);
                Step::Next
            }
            _ => self.no_sign_after(name),
        }
    }

    fn name(&mut self, start: usize) -> Spanned<&'a str> {
        let length = self
            .body
            .rest()
            .iter()
            .take_while(|&&byte| scan::is_name_byte(byte))
            .count();
        self.body.advance_to(start + length);
        Spanned::new(
            self.body.text(start..start + length),
            Span::from_range(start..start + length),
        )
    }

    fn value(&mut self, name: Spanned<&'a str>) -> Step {
        self.body.skip_space(self.findings);
        let start = self.body.at();
        let end = value_end(self.body, name.value, self.findings);
        let (stop, step) = match end {
            ValueEnd::Semicolon(at) => {
                self.body.advance_to(at + 1);
                (at, Step::Next)
            }
            ValueEnd::Missing(at) => {
                self.body.advance_to(at);
                (at, Step::Next)
            }
            ValueEnd::Parenthesis(at) => (at, Step::End(at + 1)),
            ValueEnd::Rule(at) => (at, Step::End(at)),
        };
        let raw = self.body.text(start..stop).trim_ascii();
        let span = self.file.span(raw);
        self.push(name, Some(Spanned::new(scan::join_lines(raw), span)));
        step
    }

    fn push(&mut self, name: Spanned<&'a str>, value: Option<Spanned<Cow<'a, str>>>) {
        let span = value.as_ref().map_or(name.span, |value| name.span.to(value.span));
        if self.list.len() == MAX_OPTIONS {
            let message = format!("more than {MAX_OPTIONS} options in a rule");
            self.findings
                .push(Diagnostic::error(codes::TOO_MANY_OPTIONS, message, span).label("one too many"));
        }
        if self.list.len() <= MAX_OPTIONS {
            self.list.push(RuleOption { name, value, span });
        }
    }

    /// After a name stands neither colon nor semicolon.
    fn no_sign_after(&mut self, name: Spanned<&'a str>) -> Step {
        let at = self.body.at();
        let place = Span::at(name.span.end);
        let end_of_rule = match self.body.peek() {
            Some(b')') => Some(at + 1),
            None => Some(at),
            Some(_) => None,
        };
        if end_of_rule.is_some() || scan::looks_like_option(self.body.rest(), 0) {
            self.findings.push(
                Diagnostic::error(
                    codes::MISSING_SEMICOLON,
                    format!("no semicolon after `{}`", excerpt(name.value)),
                    place,
                )
                .label("expected `;`")
                .help("every option ends in a semicolon, the last one too"),
            );
            self.push(name, None);
            return end_of_rule.map_or(Step::Next, Step::End);
        }
        let width = self.body.next_char().map_or(1, char::len_utf8);
        let found = Span::from_range(at..at + width);
        let error = Diagnostic::error(
            codes::BAD_OPTION_NAME,
            format!("expected `:` or `;` after `{}`", excerpt(name.value)),
            found,
        );
        let error = if found.start == place.start {
            error
                .label("not part of a name")
                .help("names consist of letters, digits, `_`, `.` and `-`")
        } else {
            let rest = self.body.rest();
            let length = memchr::memchr(b';', rest).unwrap_or(rest.len());
            let value = excerpt(self.body.text(at..at + length).trim_ascii());
            error
                .label("unexpected")
                .help(format!("a value follows a colon: `{}:{value};`", excerpt(name.value)))
        };
        self.findings.push(error);
        self.skip_to_semicolon()
    }

    fn skip_bad_option(&mut self, start: usize) -> Step {
        let found = self.body.next_char().unwrap_or(' ');
        let error = Diagnostic::error(
            codes::BAD_OPTION_NAME,
            format!(
                "an option cannot start with `{}`",
                excerpt(found.encode_utf8(&mut [0; 4]))
            ),
            Span::from_range(start..start + found.len_utf8()),
        );
        self.findings.push(match found {
            ':' => error
                .label("which option?")
                .help("write the name of the option before the colon"),
            '"' => error
                .label("expected the name of an option")
                .help("is the colon missing before it, or a quote before that not escaped?"),
            _ => error
                .label("expected the name of an option")
                .help("is a semicolon in the option before it not escaped?"),
        });
        self.skip_to_semicolon()
    }

    /// Goes on behind the next semicolon of the line, or at its end.
    fn skip_to_semicolon(&mut self) -> Step {
        let at = self.body.at();
        let semicolon = memchr::memchr(b';', self.body.rest());
        if let Some(length) = semicolon {
            self.body.advance_to(at + length + 1);
            return Step::Next;
        }
        let line = self.body.rest().trim_ascii_end();
        let closed = line.last() == Some(&b')');
        self.body.advance_to(at + line.len());
        if closed { Step::End(at + line.len()) } else { Step::Next }
    }

    /// The rule ends, and no parenthesis has closed it.
    fn unclosed(&mut self) -> Step {
        let last = self
            .list
            .last()
            .map_or(self.body.start(), |option| option.span.end as usize + 1);
        let end = self.body.at().min(last.max(self.body.start()));
        // Suricata: a rule that ends after a semicolon is loaded without its parenthesis.
        let (severity, code) = match self.body.dialect() {
            Dialect::Suricata => (Severity::Warning, codes::UNCLOSED_RULE),
            Dialect::Snort2 | Dialect::Snort3 => (Severity::Error, codes::MISSING_PARENTHESIS),
        };
        let place = Span::from_range(end..end);
        self.findings.push(
            Diagnostic::new(severity, code, "no parenthesis closes the rule", place)
                .label("expected `)`")
                .secondary(
                    Span::from_range(self.body.start() - 1..self.body.start()),
                    "opened here",
                )
                .help("close the rule with `)` after its last semicolon"),
        );
        Step::End(end)
    }
}

fn empty_option(span: Span) -> Diagnostic {
    Diagnostic::error(codes::EMPTY_OPTION, "no option before this semicolon", span)
        .label("ends nothing")
        .help("remove it")
}

/// Most rules have fewer options, and most options more bytes.
const TYPICAL_OPTIONS: usize = 16;
const TYPICAL_LENGTH: usize = 16;

// LIMIT: no rule known to man has a hundred.
const MAX_OPTIONS: usize = 4096;
