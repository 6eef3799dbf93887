//! Files: dialect, pieces, and the findings in order.

use std::ops::Range;

use crate::detect::Votes;
use crate::directive::{dialect_of, directive};
use crate::findings::Findings;
use crate::statements::{Statements, read_statements};
use crate::{Diagnostic, Dialect, DialectSource, Rule, RuleFile, SourceText, Span, codes, scan};

/// What a caller may ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParseOptions {
    /// The dialect; without one the file decides, by a line `# ruleids: dialect=...` or by what is in it.
    pub dialect: Option<Dialect>,
    /// Whether rules that are commented out are wanted too.
    pub include_disabled: bool,
}

/// Parses a file.
///
/// The text is what spans refer to; [`SourceText`] makes it of a file's bytes. Time and memory are linear in its
/// length. A text of 4 GiB or more is not parsed.
#[must_use]
pub fn parse_file<'a>(text: &'a str, options: &ParseOptions) -> RuleFile<'a> {
    join_pieces(text, options, vec![parse_piece(text, 0..text.len(), options)])
}

/// Parses a file with what its encoding has to say.
#[must_use]
pub fn parse_source<'a>(source: &'a SourceText<'_>, options: &ParseOptions) -> RuleFile<'a> {
    let mut file = parse_file(source.text(), options);
    file.diagnostics.splice(0..0, source.diagnostics().iter().cloned());
    file
}

/// Parses the one rule of a text, which may be commented out if `options` say so.
///
/// # Errors
/// All that is wrong with it, or that there is not exactly one rule.
pub fn parse_rule<'a>(text: &'a str, options: &ParseOptions) -> Result<Rule<'a>, Vec<Diagnostic>> {
    let mut file = parse_file(text, options);
    if file.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(file.diagnostics);
    }
    let second = file.rules.get(1).map(|rule| rule.span);
    match (file.rules.pop(), second) {
        (Some(rule), None) => Ok(rule),
        (Some(_), Some(span)) => Err(vec![
            Diagnostic::error(codes::NOT_A_RULE, "expected one rule", span).label("a second one starts here"),
        ]),
        (None, _) => Err(vec![
            Diagnostic::error(codes::NOT_A_RULE, "expected a rule", Span::from_range(0..text.len()))
                .label("no rule in this"),
        ]),
    }
}

/// A parsed part of a file, for [`join_pieces`].
#[derive(Debug)]
pub struct Piece<'a> {
    dialect: Dialect,
    statements: Statements<'a>,
}

/// Cuts a text into at most `count` pieces of similar size that can be parsed apart, in parallel.
///
/// Cuts are made only where a rule starts whatever stands before it, so that the joined result is the same as
/// that of [`parse_file`].
#[must_use]
pub fn cut_pieces(text: &str, count: usize) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    if !has_comment_block(bytes) {
        for index in 1..count {
            let target = bytes.len() / count * index;
            let last = starts.last().copied().unwrap_or(0);
            starts.extend(rule_start_after(bytes, target).filter(|&start| start > last));
        }
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(start, end)| start..end)
        .collect()
}

/// Parses one of the ranges of [`cut_pieces`]; spans count from the start of the text.
#[must_use]
pub fn parse_piece<'a>(text: &'a str, range: Range<usize>, options: &ParseOptions) -> Piece<'a> {
    let line = (range.start == 0).then(|| dialect_line(text)).flatten();
    let dialect = options.dialect.or(line.map(|line| line.0)).unwrap_or_default();
    Piece {
        dialect,
        statements: read_piece(text, range, dialect, options),
    }
}

/// Makes one file of all its pieces, in order.
///
/// Where the dialect turns out to be another than the pieces were read in, the text is read again.
#[must_use]
pub fn join_pieces<'a>(text: &'a str, options: &ParseOptions, pieces: Vec<Piece<'a>>) -> RuleFile<'a> {
    let mut votes = Votes::default();
    let mut joined = Statements::default();
    let mut dialects = Vec::new();
    for piece in pieces {
        dialects.push(piece.dialect);
        votes.merge(piece.statements.votes.clone());
        joined.append(piece.statements);
    }
    let (dialect, dialect_source) = match (options.dialect, dialect_line(text)) {
        (Some(dialect), _) => (dialect, DialectSource::Option),
        (None, Some((dialect, span))) => (dialect, DialectSource::Line(span)),
        (None, None) => votes.winner(),
    };
    if dialects.iter().any(|&read_in| read_in != dialect) {
        joined = read_piece(text, 0..text.len(), dialect, options);
    }
    let mut findings = Findings::new(MAX_FINDINGS);
    if matches!(dialect_source, DialectSource::Detected { .. }) {
        mixed_dialects(&votes, dialect)
            .into_iter()
            .for_each(|finding| findings.push(finding));
    }
    joined.findings.into_iter().for_each(|finding| findings.push(finding));
    let mut diagnostics = findings.into_list();
    diagnostics.sort_by_key(|finding| finding.span.start);
    RuleFile {
        dialect,
        dialect_source,
        rules: joined.rules,
        broken: joined.broken,
        definitions: joined.definitions,
        diagnostics,
    }
}

fn read_piece<'a>(text: &'a str, range: Range<usize>, dialect: Dialect, options: &ParseOptions) -> Statements<'a> {
    // LIMIT: spans have 32 bits.
    if u32::try_from(text.len()).is_err() {
        let finding = Diagnostic::error(codes::FILE_TOO_LARGE, "the text is 4 GiB or larger", Span::at(0));
        return Statements {
            findings: vec![finding],
            ..Statements::default()
        };
    }
    read_statements(text, range, dialect, options.include_disabled)
}

fn mixed_dialects(votes: &Votes, chosen: Dialect) -> Option<Diagnostic> {
    let (other, because, span, count) = votes.dissent(chosen)?;
    let rules = if count == 1 { "one place" } else { "several places" };
    Some(
        Diagnostic::warning(
            codes::MIXED_DIALECTS,
            format!("a {chosen} file looks like {other} in {rules}"),
            span,
        )
        .label(format!("{because} is {other}"))
        .help(format!(
            "the file is read as {chosen}; say so with `# ruleids: dialect={}`, or move these rules to a file \
             of their own",
            chosen.name()
        )),
    )
}

/// The dialect that a line before the first rule names.
fn dialect_line(text: &str) -> Option<(Dialect, Span)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at = scan::skip_space(bytes, at);
        if bytes.get(at) != Some(&b'#') {
            return None;
        }
        let end = scan::line_end(bytes, at);
        let line = text.get(at..end).unwrap_or_default();
        if let Some(Ok(dialect)) = directive(line).map(dialect_of) {
            return Some((dialect, Span::from_range(at..at + line.trim_ascii_end().len())));
        }
        at = end;
    }
}

/// A place from which a rule starts at or after `target`, whatever stands before it.
fn rule_start_after(bytes: &[u8], target: usize) -> Option<usize> {
    let mut end = scan::line_end(bytes, target);
    let mut start = bytes[..target]
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |at| at + 1);
    while end < bytes.len() {
        let continued = scan::is_continued(&bytes[start..end]);
        start = end + 1;
        end = scan::line_end(bytes, start);
        if !continued && scan::looks_like_rule_start(&bytes[start..end]) {
            return Some(start);
        }
    }
    None
}

/// Whether a comment may span lines, so that what looks like a rule may be none.
fn has_comment_block(bytes: &[u8]) -> bool {
    let starts_line = |at: usize| {
        let before = bytes[..at]
            .iter()
            .rev()
            .find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        before.is_none_or(|&byte| byte == b'\n')
    };
    memchr::memmem::find_iter(bytes, b"/*").any(starts_line) || memchr::memmem::find(bytes, b"#begin").is_some()
}

// LIMIT: hostile files yield a finding every two bytes.
const MAX_FINDINGS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    const FOUR: &str = "alert tcp any any -> any any (sid:1;)\n# prose\n\
        alert tcp any any -> any any (sid:2; \\\n  rev:1;)\n#alert tcp any any -> any any (sid:3;)\n\
        alert tcp any any -> any any (sid:4;)";

    fn all() -> ParseOptions {
        ParseOptions {
            dialect: None,
            include_disabled: true,
        }
    }

    #[test]
    fn pieces_join_to_the_same_file() {
        let whole = parse_file(FOUR, &all());
        assert_eq!(whole.rules.len(), 4);
        for count in 1..20 {
            let ranges = cut_pieces(FOUR, count);
            assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
            let pieces = ranges
                .into_iter()
                .map(|range| parse_piece(FOUR, range, &all()))
                .collect();
            assert_eq!(join_pieces(FOUR, &all(), pieces), whole, "{count} pieces");
        }
        assert_eq!(cut_pieces(FOUR, 20).len(), 4);
        assert_eq!(cut_pieces("/* x */\nalert tcp any any -> any any (sid:1;)", 9).len(), 1);
    }

    #[test]
    fn the_dialect_is_told_by_option_line_or_nobody() {
        let line = "# head\n\n# ruleids: dialect=snort3\nalert http (sid:1;)\n";
        let file = parse_file(line, &ParseOptions::default());
        assert_eq!(file.dialect_source, DialectSource::Line(Span::new(8, 33)));
        assert_eq!((file.dialect, file.rules.len()), (Dialect::Snort3, 1));
        let option = ParseOptions {
            dialect: Some(Dialect::Suricata),
            ..ParseOptions::default()
        };
        let file = parse_file(line, &option);
        assert_eq!(
            (file.dialect, file.dialect_source),
            (Dialect::Suricata, DialectSource::Option)
        );
        assert_eq!(file.broken.len(), 1);
        assert_eq!(parse_file("", &option).rules, []);
        assert_eq!(
            parse_file("", &ParseOptions::default()).dialect_source,
            DialectSource::Default
        );
    }

    #[test]
    fn one_rule_is_one_rule() {
        let parse = |text| parse_rule(text, &all()).map_err(|errors| errors[0].code);
        assert_eq!(parse("alert tcp any any -> any any (sid:7;)").unwrap().sid(), Some(7));
        assert!(!parse("# alert tcp any any -> any any (sid:7;)").unwrap().enabled);
        assert_eq!(parse(FOUR), Err(codes::NOT_A_RULE));
        assert_eq!(parse("# nothing"), Err(codes::NOT_A_RULE));
        assert_eq!(
            parse("alert tcp any any -> any any (sid:7)"),
            Err(codes::MISSING_SEMICOLON)
        );
    }
}
