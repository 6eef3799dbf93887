//! Lines that speak to ruleids: `# ruleids: dialect=snort3`.

use crate::{Diagnostic, Dialect, Span, codes};

/// What follows `ruleids:` in a comment line.
pub(crate) fn directive(line: &str) -> Option<&str> {
    let text = line.trim_ascii_start().trim_start_matches('#').trim_ascii_start();
    text.strip_prefix("ruleids:").map(str::trim_ascii)
}

/// The dialect that a directive names.
///
/// # Errors
/// Why it names none, and the remedy.
pub(crate) fn dialect_of(directive: &str) -> Result<Dialect, (&'static str, &'static str)> {
    let Some((key, name)) = directive.split_once('=') else {
        return Err(("expected `dialect=...`", "write `# ruleids: dialect=snort3`"));
    };
    if key.trim_ascii() != "dialect" {
        return Err(("unknown setting", "the only setting of a rule file is `dialect`"));
    }
    name.trim_ascii()
        .parse()
        .map_err(|_| ("unknown dialect", "use suricata, snort2 or snort3"))
}

/// What is wrong with a directive, if anything; `late` if a statement precedes it.
pub(crate) fn check_directive(directive: &str, span: Span, late: bool) -> Option<Diagnostic> {
    let (label, help) = match dialect_of(directive) {
        Err(reason) => reason,
        Ok(_) if late => ("has no effect here", "move it before the first rule"),
        Ok(_) => return None,
    };
    Some(
        Diagnostic::error(codes::BAD_DIALECT_LINE, "this `ruleids:` line cannot be followed", span)
            .label(label)
            .help(help),
    )
}
