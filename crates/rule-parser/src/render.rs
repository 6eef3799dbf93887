//! Diagnostics for people and for programs.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;

use crate::{Diagnostic, Severity, SourceText, Span, source};

/// Draws diagnostics as rustc does: file, line, column, the line itself with a caret, the reason, the remedy.
///
/// Every diagnostic ends in a line break, and empty lines stand between them. Control characters of the file
/// are shown as symbols, so that a hostile file cannot speak to the terminal. Long lines are cut around the caret.
#[must_use]
pub fn render(source: &SourceText<'_>, diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut drawn = String::new();
    for diagnostic in diagnostics {
        if !drawn.is_empty() {
            drawn.push('\n');
        }
        let text = renderer.render(&[group(source, diagnostic)]);
        // The library marks a snippet of another file so; a cut line is one of the same.
        for line in text.lines().filter(|line| without_styles(line).trim() != ":::") {
            drawn.push_str(line);
            drawn.push('\n');
        }
    }
    drawn
}

/// One JSON object a line for each diagnostic.
///
/// The fields are `file`, `line`, `column` (both from 1, in characters), `end_line`, `end_column`, `start`, `end`
/// (bytes of the text), `severity`, `code`, `message`, and where there are any `label`, `help`, `sid` and `secondary`
/// (a list of places with a `label`).
#[must_use]
pub fn to_json(source: &SourceText<'_>, diagnostics: &[Diagnostic]) -> String {
    let mut lines = String::new();
    for diagnostic in diagnostics {
        let record = Record::of(source, diagnostic);
        // Nothing of a record can fail to serialize: its keys are strings and its values plain.
        lines.push_str(&serde_json::to_string(&record).unwrap_or_default());
        lines.push('\n');
    }
    lines
}

fn group<'a>(source: &'a SourceText<'_>, diagnostic: &'a Diagnostic) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let view = View::around(source, diagnostic.span);
    let primary = AnnotationKind::Primary.span(view.place(diagnostic.span));
    let mut snippet = Snippet::source(view.shown.clone())
        .line_start(view.line as usize)
        .annotation(primary.label(printable(&diagnostic.label)));
    for (span, label) in diagnostic.secondary.iter().filter(|(span, _)| view.holds(*span)) {
        snippet = snippet.annotation(AnnotationKind::Context.span(view.place(*span)).label(printable(label)));
    }
    let title = level.primary_title(printable(&diagnostic.message)).id(diagnostic.code);
    let path = printable(source.path());
    let group = if view.cut {
        // The snippet would count columns from the cut.
        let place = source.position(diagnostic.span.start);
        let origin = Origin::path(path)
            .line(place.line as usize)
            .char_column(place.column as usize);
        Group::with_title(title).element(origin).element(snippet)
    } else {
        Group::with_title(title).element(snippet.path(path))
    };
    match &diagnostic.help {
        Some(help) => group.element(Level::HELP.message(printable(help))),
        None => group,
    }
}

/// The lines around a span, cut where they are long.
struct View {
    /// The part of the text that is shown.
    span: Span,
    text: String,
    /// The text with its bytes that were no UTF-8, which then have other places.
    shown: String,
    /// Whether it starts within a line.
    cut: bool,
    /// The line at which it starts.
    line: u32,
}

impl View {
    fn around(source: &SourceText<'_>, focus: Span) -> Self {
        let text = source.text();
        // PERF: a hostile file has long lines with many findings; each of them costs no more than its view.
        let end = focus.end.min(focus.start.saturating_add(MAX_SHOWN));
        let lines = source.lines_of(Span::new(focus.start, end));
        let start = char_boundary(text, lines.start.max(focus.start.saturating_sub(MAX_BEFORE)));
        let end = char_boundary(text, lines.end.min(end.saturating_add(MAX_SHOWN)));
        let span = Span::new(start, end);
        let text = text.get(span.range()).unwrap_or_default().to_owned();
        let shown = source::to_display(&text).into_owned();
        Self {
            span,
            text,
            shown,
            cut: start > lines.start,
            line: source.position(start).line,
        }
    }

    /// Whether a span lies inside.
    fn holds(&self, span: Span) -> bool {
        self.span.start <= span.start && span.end <= self.span.end
    }

    /// Where a span is shown.
    fn place(&self, span: Span) -> Range<usize> {
        let place = |offset: u32| {
            let offset = offset.clamp(self.span.start, self.span.end) - self.span.start;
            self.text
                .get(..offset as usize)
                .map_or(0, |before| source::to_display(before).len())
        };
        place(span.start)..place(span.end)
    }
}

/// The nearest place at or before `offset` that does not split a character.
fn char_boundary(text: &str, offset: u32) -> u32 {
    let boundary = text.floor_char_boundary(offset as usize);
    u32::try_from(boundary).unwrap_or(offset)
}

/// Text without control characters, which a terminal would obey.
fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return source::to_display(text);
    }
    Cow::Owned(
        source::to_display(text)
            .chars()
            .map(|c| if c.is_control() { '\u{fffd}' } else { c })
            .collect(),
    )
}

/// A line without the escape sequences of colours.
fn without_styles(line: &str) -> Cow<'_, str> {
    if !line.contains(ESCAPE) {
        return Cow::Borrowed(line);
    }
    let mut parts = line.split(ESCAPE);
    let first = parts.next().unwrap_or_default();
    let rest = parts.map(|part| part.split_once('m').map_or("", |(_, text)| text));
    Cow::Owned(std::iter::once(first).chain(rest).collect())
}

#[derive(Serialize)]
struct Record<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    start: u32,
    end: u32,
    severity: Severity,
    code: &'static str,
    message: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secondary: Vec<Place<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    start: u32,
    end: u32,
    label: Cow<'a, str>,
}

impl<'a> Record<'a> {
    fn of(source: &'a SourceText<'_>, diagnostic: &'a Diagnostic) -> Self {
        let place = Place::of(source, diagnostic.span, &diagnostic.label);
        Self {
            file: source.path(),
            line: place.line,
            column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
            start: place.start,
            end: place.end,
            severity: diagnostic.severity,
            code: diagnostic.code,
            message: source::to_display(&diagnostic.message),
            label: place.label,
            help: diagnostic.help.as_deref().map(source::to_display),
            sid: diagnostic.sid.map(std::num::NonZeroU32::get),
            secondary: diagnostic
                .secondary
                .iter()
                .map(|(span, label)| Place::of(source, *span, label))
                .collect(),
        }
    }
}

impl<'a> Place<'a> {
    fn of(source: &SourceText<'_>, span: Span, label: &'a str) -> Self {
        let (start, end) = (source.position(span.start), source.position(span.end));
        Self {
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            start: span.start,
            end: span.end,
            label: source::to_display(label),
        }
    }
}

/// How much of a line is shown before the caret, and of a span and what follows it, in bytes.
const MAX_BEFORE: u32 = 1024;
const MAX_SHOWN: u32 = 1024;

const ESCAPE: char = '\u{1b}';
