//! One rule: header and options together.

use crate::body::Body;
use crate::detect::Shape;
use crate::diagnostic::excerpt;
use crate::field::File;
use crate::findings::Findings;
use crate::header::header;
use crate::options::options;
use crate::{Diagnostic, Dialect, Rule, Span, codes, scan};

/// A rule as far as it could be read.
pub(crate) struct ReadRule<'a> {
    /// Absent where there is nothing of a rule but its action.
    pub(crate) rule: Option<Rule<'a>>,
    pub(crate) findings: Findings,
    /// The end of the last line that belongs to it.
    pub(crate) end: usize,
    pub(crate) shape: Shape,
}

/// Reads the rule that starts at `start`, in a logical line that ends at `end`.
pub(crate) fn read_rule(text: &str, start: usize, end: usize, dialect: Dialect, enabled: bool) -> ReadRule<'_> {
    let mut findings = Findings::new(MAX_FINDINGS);
    let Some(open) = opening(text.as_bytes(), start, end) else {
        let line = text.get(start..end).unwrap_or_default().trim_ascii_end();
        findings.push(not_a_rule(line, start));
        return ReadRule {
            rule: None,
            findings,
            end,
            shape: Shape::default(),
        };
    };
    let file = File(text);
    let before = text.get(start..open).unwrap_or_default();
    let (action, header) = header(file, before, dialect, &mut findings);
    let limit = if open < end {
        end
    } else {
        scan::logical_end(text.as_bytes(), open)
    };
    let mut body = Body::new(text, open + 1, limit, dialect, !enabled);
    let options = options(file, &mut body, &mut findings);
    let end = body.limit();
    check_rest(text, options.end, end, dialect, &mut findings);
    let span = Span::from_range(start..options.end);
    let rule = Rule {
        enabled,
        span,
        action,
        header,
        options: options.list,
    };
    let shape = Shape {
        free_lines: body.free_lines,
        bare_header: is_bare(before),
    };
    ReadRule {
        rule: Some(rule),
        findings,
        end,
        shape,
    }
}

/// Whether nothing follows action and protocol.
fn is_bare(before: &str) -> bool {
    before
        .split_ascii_whitespace()
        .filter(|&word| word != "\\")
        .nth(2)
        .is_none()
}

/// The parenthesis that opens the options: in the line, or first thing in the next one.
fn opening(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    if let Some(length) = memchr::memchr(b'(', bytes.get(start..end)?) {
        return Some(start + length);
    }
    let next = scan::skip_space(bytes, end);
    let known = scan::starts_with_action(&bytes[start..end]);
    (known && bytes.get(next) == Some(&b'(')).then_some(next)
}

/// Nothing but a comment may follow the closing parenthesis.
fn check_rest(text: &str, from: usize, line_end: usize, dialect: Dialect, findings: &mut Findings) {
    let closed = from > 0 && text.as_bytes().get(from - 1) == Some(&b')');
    let rest = text.get(from..line_end).unwrap_or_default();
    let start = from + (rest.len() - rest.trim_ascii_start().len());
    let rest = rest.trim_ascii();
    let comment = rest.starts_with('#') || rest.starts_with("/*") && rest.ends_with("*/");
    if !closed || rest.is_empty() || comment {
        return;
    }
    let span = Span::from_range(start..start + rest.len());
    let parenthesis = Span::from_range(from - 1..from);
    if rest == ")" && dialect == Dialect::Suricata {
        // Suricata: the rule is loaded all the same.
        findings.push(
            Diagnostic::warning(codes::EXTRA_PARENTHESIS, "one closing parenthesis too many", span)
                .label("closes nothing")
                .secondary(parenthesis, "the rule ends here")
                .help("remove it"),
        );
        return;
    }
    let help = if scan::looks_like_option(rest.as_bytes(), scan::skip_space(rest.as_bytes(), 1)) {
        "is the parenthesis before it one too many?"
    } else {
        "remove it, or put `#` before it"
    };
    findings.push(
        Diagnostic::error(codes::TRAILING_TEXT, "text follows the closing parenthesis", span)
            .label("belongs to no rule")
            .secondary(parenthesis, "the rule ends here")
            .help(help),
    );
}

fn not_a_rule(line: &str, start: usize) -> Diagnostic {
    let span = Span::from_range(start..start + line.len());
    if scan::starts_with_action(line.as_bytes()) {
        let end = Span::at(span.end);
        return Diagnostic::error(codes::MISSING_PARENTHESIS, "the rule has no options", end)
            .label("expected `(`")
            .help("the options of a rule follow its header in parentheses: `(msg:\"...\"; sid:1;)`");
    }
    Diagnostic::error(codes::NOT_A_RULE, format!("`{}` is not a rule", excerpt(line)), span)
        .label("expected a rule or a comment")
        .help("put `#` before comments; a rule reads `alert tcp any any -> any any (msg:\"...\"; sid:1;)`")
}

// LIMIT: what a rule of nothing but mistakes may add to the list.
const MAX_FINDINGS: usize = 32;
