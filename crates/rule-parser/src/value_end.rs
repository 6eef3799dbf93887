//! Where the value of an option ends, and what to make of one that does not.
//!
//! Suricata and Snort 2 end a value at the first semicolon without a backslash before it, quoted or not, and so
//! reject `msg:"a;b"`. Snort 3 lets quotes protect it. Here quotes are followed in all three, and only the verdict
//! differs, so that the error names its cause.

use memchr::{memchr2, memchr3};

use crate::body::Body;
use crate::diagnostic::excerpt;
use crate::findings::Findings;
use crate::{Diagnostic, Dialect, Span, codes, scan};

/// Where a value ends and what is there.
pub(crate) enum ValueEnd {
    /// At this semicolon.
    Semicolon(usize),
    /// Before this place, where a semicolon is missing and another option may start.
    Missing(usize),
    /// At this parenthesis, which closes the rule.
    Parenthesis(usize),
    /// At this place, where the rule ends without a parenthesis.
    Rule(usize),
}

/// Finds the end of the value of `name` that starts where `body` stands.
pub(crate) fn value_end(body: &mut Body<'_>, name: &str, findings: &mut Findings) -> ValueEnd {
    let start = body.at();
    let bytes = body.seen();
    let mark = if bytes.get(start) == Some(&b'!') {
        scan::skip_space(bytes, start + 1)
    } else {
        start
    };
    if bytes.get(mark) != Some(&b'"') {
        return plain_end(body, start, name, findings);
    }
    match quoted_end(bytes, mark, body.dialect(), findings) {
        Quoted::Closed(after) => plain_end(body, after, name, findings),
        Quoted::End(end) => end,
    }
}

/// What follows the opening quote of a value.
enum Quoted {
    /// The place after the quote that closes it.
    Closed(usize),
    /// The value ends before it is closed.
    End(ValueEnd),
}

/// Follows the quote at `open` to the end of the line at most.
fn quoted_end(bytes: &[u8], open: usize, dialect: Dialect, findings: &mut Findings) -> Quoted {
    let mut semicolon = None;
    let mut inner_quote = None;
    let mut at = open + 1;
    while let Some(found) = find3(bytes, at, [b'"', b';', b'\\']) {
        at = found + 1;
        match (bytes[found], inner_quote) {
            (b'\\', _) => at = after_escape(bytes, found, dialect),
            (b';', Some(quote)) => {
                findings.push(text_after_quote(bytes, quote, found));
                return Quoted::End(ValueEnd::Semicolon(found));
            }
            (b';', None) => semicolon = semicolon.or(Some(found)),
            _ => match after_quote(bytes, found + 1) {
                After::Delimiter => {
                    if let Some(semicolon) = semicolon.filter(|_| dialect != Dialect::Snort3) {
                        findings.push(bare_semicolon(semicolon, dialect));
                    }
                    return Quoted::Closed(found + 1);
                }
                // The text has run into the quote of a later option.
                After::Option | After::Text if semicolon.is_some() => break,
                After::Option => {
                    findings.push(missing_semicolon(found + 1, "this text"));
                    return Quoted::End(ValueEnd::Missing(found + 1));
                }
                // Suricata: quotes inside a text need no escape where the keyword does not mind.
                After::Text => inner_quote = Some(found),
            },
        }
    }
    findings.push(unterminated_quote(open));
    Quoted::End(match semicolon {
        Some(semicolon) => ValueEnd::Semicolon(semicolon),
        None => end_of_line(bytes, open),
    })
}

/// What stands after a quote.
enum After {
    /// A semicolon, a comma, the end of the rule or of the line.
    Delimiter,
    /// The next option.
    Option,
    /// Anything else.
    Text,
}

fn after_quote(bytes: &[u8], at: usize) -> After {
    let mut next = scan::skip_space(bytes, at);
    while bytes.get(next) == Some(&b'\\')
        && let Some(continued) = scan::after_continuation(bytes, next)
    {
        next = scan::skip_space(bytes, continued);
    }
    match bytes.get(next) {
        None | Some(b';' | b',') => After::Delimiter,
        Some(b')') if scan::skip_space(bytes, next + 1) == bytes.len() => After::Delimiter,
        Some(_) if scan::looks_like_option(bytes, next) => After::Option,
        Some(_) => After::Text,
    }
}

/// A text that is not closed and has no semicolon in it ends with the line, or before its parenthesis.
fn end_of_line(bytes: &[u8], open: usize) -> ValueEnd {
    let line = bytes.get(open..).unwrap_or_default().trim_ascii_end();
    let end = open + line.len();
    if line.last() == Some(&b')') {
        ValueEnd::Parenthesis(end - 1)
    } else {
        ValueEnd::Missing(end)
    }
}

/// Finds the semicolon from `from` on, through further lines if need be.
fn plain_end(body: &mut Body<'_>, from: usize, name: &str, findings: &mut Findings) -> ValueEnd {
    let mut at = from;
    let mut end = from;
    loop {
        if let Some(semicolon) = semicolon(body.seen(), at, body.dialect()) {
            return ValueEnd::Semicolon(semicolon);
        }
        let seen = body.seen();
        let line = seen.get(at..).unwrap_or_default().trim_ascii_end();
        if !line.is_empty() {
            end = at + line.len();
        }
        if line.last() == Some(&b')') {
            let before = at + line[..line.len() - 1].trim_ascii_end().len();
            findings.push(missing_semicolon(before, &of_value(name)));
            return ValueEnd::Parenthesis(end - 1);
        }
        let comma = line.last() == Some(&b',');
        at = body.limit();
        if !body.extend(findings) {
            findings.push(
                missing_semicolon(end, &of_value(name))
                    .label("expected `;` and `)`")
                    .help("every option ends in a semicolon, and a rule in a parenthesis: write `;)`"),
            );
            return ValueEnd::Rule(end);
        }
        // The next line starts with what looks like an option: a semicolon was forgotten.
        let next = scan::skip_space(body.seen(), at);
        let closed = body.seen().get(next) == Some(&b')');
        if closed || !comma && scan::looks_like_option(body.seen(), next) {
            findings.push(missing_semicolon(end, &of_value(name)));
            return ValueEnd::Missing(end);
        }
    }
}

/// The first semicolon that nothing protects.
fn semicolon(bytes: &[u8], from: usize, dialect: Dialect) -> Option<usize> {
    let mut at = from;
    loop {
        let found = if dialect == Dialect::Snort3 {
            find3(bytes, at, [b';', b'\\', b'"'])?
        } else {
            at + memchr2(b';', b'\\', bytes.get(at..)?)?
        };
        at = match bytes[found] {
            b';' => return Some(found),
            b'"' => closing_quote(bytes, found + 1).unwrap_or(found) + 1,
            _ => after_escape(bytes, found, dialect),
        };
    }
}

/// The quote that closes one before `from`.
fn closing_quote(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let found = at + memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[found] == b'"' {
            return Some(found);
        }
        at = after_escape(bytes, found, Dialect::Snort3);
    }
}

/// The place after what the backslash at `slash` escapes, or after the line break that it hides.
fn after_escape(bytes: &[u8], slash: usize, dialect: Dialect) -> usize {
    if let Some(next) = scan::after_continuation(bytes, slash) {
        return next;
    }
    let mut escaped = slash + 1;
    while bytes.get(escaped) == Some(&b'\\')
        && let Some(next) = scan::after_continuation(bytes, escaped)
    {
        escaped = next;
    }
    // Suricata: a semicolon counts as escaped if the byte before it is a backslash, itself escaped or not.
    let suricata = dialect == Dialect::Suricata && bytes.get(escaped) == Some(&b'\\');
    if suricata && bytes.get(escaped + 1) == Some(&b';') {
        escaped + 2
    } else {
        escaped + 1
    }
}

fn find3(bytes: &[u8], from: usize, [a, b, c]: [u8; 3]) -> Option<usize> {
    Some(from + memchr3(a, b, c, bytes.get(from..)?)?)
}

fn of_value(name: &str) -> String {
    format!("the value of `{}`", excerpt(name))
}

fn missing_semicolon(at: usize, what: &str) -> Diagnostic {
    Diagnostic::error(
        codes::MISSING_SEMICOLON,
        format!("no semicolon after {what}"),
        Span::from_range(at..at),
    )
    .label("expected `;`")
    .help("every option ends in a semicolon, the last one too")
}

fn bare_semicolon(at: usize, dialect: Dialect) -> Diagnostic {
    Diagnostic::error(
        codes::BARE_SEMICOLON,
        "unescaped semicolon in quotes",
        Span::from_range(at..at + 1),
    )
    .label(format!("ends the option in {dialect} rules"))
    .help("write it as `\\;`, in a content also as `|3b|`")
}

fn text_after_quote(bytes: &[u8], quote: usize, semicolon: usize) -> Diagnostic {
    let start = scan::skip_space(bytes, quote + 1);
    let end = start + bytes.get(start..semicolon).unwrap_or_default().trim_ascii_end().len();
    Diagnostic::error(
        codes::TEXT_AFTER_QUOTE,
        "text follows the closing quote",
        Span::from_range(start..end),
    )
    .label("belongs to nothing")
    .secondary(Span::from_range(quote..quote + 1), "the quote is closed here")
    .help("is a semicolon missing before it, or should the quote be escaped as `\\\"`?")
}

fn unterminated_quote(open: usize) -> Diagnostic {
    Diagnostic::error(
        codes::UNTERMINATED_QUOTE,
        "the quote is not closed",
        Span::from_range(open..open + 1),
    )
    .label("opened here")
    .help("close it with `\"` before the semicolon")
}
