//! Diagnostics for people and for programs.

use crate::{Diagnostic, SourceText};

/// Draws diagnostics as rustc does.
#[must_use]
pub fn render(_source: &SourceText<'_>, _diagnostics: &[Diagnostic], _color: bool) -> String {
    String::new()
}

/// One JSON object a line for each diagnostic: file, line, column, end, severity, code, message, help, sid.
#[must_use]
pub fn to_json(_source: &SourceText<'_>, _diagnostics: &[Diagnostic]) -> String {
    String::new()
}
