//! Files: statements, comments, recovery.

use crate::{Diagnostic, Dialect, DialectSource, Rule, RuleFile, SourceText};

/// What a caller may ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParseOptions {
    /// The dialect; without one the file decides.
    pub dialect: Option<Dialect>,
    /// Whether rules that are commented out are wanted too.
    pub include_disabled: bool,
}

/// Parses a file.
#[must_use]
pub fn parse_file<'a>(_text: &'a str, options: &ParseOptions) -> RuleFile<'a> {
    RuleFile {
        dialect: options.dialect.unwrap_or_default(),
        dialect_source: DialectSource::Default,
        rules: Vec::new(),
        broken: Vec::new(),
        definitions: Vec::new(),
        diagnostics: Vec::new(),
    }
}

/// Parses a file with what its encoding has to say.
#[must_use]
pub fn parse_source<'a>(source: &'a SourceText<'_>, options: &ParseOptions) -> RuleFile<'a> {
    let mut file = parse_file(source.text(), options);
    file.diagnostics
        .splice(0..0, source.diagnostics().iter().cloned());
    file
}

/// Parses the one rule of a text.
///
/// # Errors
/// All that is wrong with it.
pub fn parse_rule<'a>(text: &'a str, options: &ParseOptions) -> Result<Rule<'a>, Vec<Diagnostic>> {
    let mut file = parse_file(text, options);
    file.rules.pop().ok_or(file.diagnostics)
}
