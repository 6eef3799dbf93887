//! What there is to say about a rule, and where.

use std::borrow::Cow;
use std::num::NonZeroU32;

use serde::Serialize;

use crate::{Span, source};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// The rule is loaded, but hardly means what its author thinks.
    Warning,
    /// The rule cannot be loaded.
    Error,
}

/// A finding about a rule file: what, where and what to do about it.
///
/// ```
/// use rule_parser::{Diagnostic, Span};
///
/// let finding = Diagnostic::error("E0101", "unknown keyword `contnet`", Span::new(40, 47))
///     .label("no such keyword")
///     .help("did you mean `content`?");
/// assert!(finding.is_error());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable code such as `E0007`; [`crate::codes`] lists those of the syntax.
    pub code: &'static str,
    /// One line without a full stop.
    pub message: Cow<'static, str>,
    /// Where the caret goes.
    pub span: Span,
    /// What to write at the caret; may be empty.
    pub label: Cow<'static, str>,
    /// Further places that explain it.
    pub secondary: Vec<(Span, Cow<'static, str>)>,
    /// The remedy.
    pub help: Option<Box<str>>,
    /// The rule it is about, if its `sid` is known.
    pub sid: Option<NonZeroU32>,
}

// PERF: kept under 128 bytes, so that a `Result` can carry it without a box.
const _: () = assert!(size_of::<Diagnostic>() < 128);

impl Diagnostic {
    /// A finding that keeps the rule from being loaded.
    pub fn error(code: &'static str, message: impl Into<Cow<'static, str>>, span: Span) -> Self {
        Self::new(Severity::Error, code, message, span)
    }

    /// A finding about a rule that is loaded all the same.
    pub fn warning(code: &'static str, message: impl Into<Cow<'static, str>>, span: Span) -> Self {
        Self::new(Severity::Warning, code, message, span)
    }

    /// Something worth knowing.
    pub fn note(code: &'static str, message: impl Into<Cow<'static, str>>, span: Span) -> Self {
        Self::new(Severity::Note, code, message, span)
    }

    /// A finding with nothing but its message.
    pub fn new(severity: Severity, code: &'static str, message: impl Into<Cow<'static, str>>, span: Span) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            span,
            label: Cow::Borrowed(""),
            secondary: Vec::new(),
            help: None,
            sid: None,
        }
    }

    /// What to write at the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<Cow<'static, str>>) -> Self {
        self.label = label.into();
        self
    }

    /// One more place, and what to write there.
    #[must_use]
    pub fn secondary(mut self, span: Span, label: impl Into<Cow<'static, str>>) -> Self {
        self.secondary.push((span, label.into()));
        self
    }

    /// The remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<Box<str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The rule it is about.
    #[must_use]
    pub fn sid(mut self, sid: Option<u32>) -> Self {
        self.sid = sid.and_then(NonZeroU32::new);
        self
    }

    /// Whether the rule cannot be loaded because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The start of a text as messages quote it: one line of at most 40 characters.
pub(crate) fn excerpt(text: &str) -> String {
    let line = text.split('\n').next().unwrap_or_default().trim_end();
    match line.char_indices().nth(MAX_EXCERPT) {
        Some((end, _)) => format!("{}...", source::to_display(&line[..end])),
        None => source::to_display(line).into_owned(),
    }
}

const MAX_EXCERPT: usize = 40;
