//! What Suricata's log says of rules that were loaded, and of those that were not.

use engine::compile::Compilation;
use engine::compile::codes::REQUIREMENT;
use rule_parser::{Diagnostic, RuleFile, Severity, SourceText, Span};

use super::phrases::phrase;
use crate::log::Log;

/// Tells how the files fared; `missing` more were named that are not there.
pub fn tell(log: &Log, sources: &[SourceText<'_>], files: &[RuleFile<'_>], found: &Compilation, missing: usize) {
    let mut failed = 0;
    for ((source, file), diagnostics) in sources.iter().zip(files).zip(&found.diagnostics) {
        failed += tell_file(log, source, file, diagnostics);
    }
    let loaded = found.rules.rules.len();
    let skipped: usize = found.files.iter().map(|f| f.skipped).sum();
    let count = files.len() + missing;
    if count == 0 {
        log.info("detect", "No signatures supplied.");
    } else if loaded == 0 {
        log.warning(
            "detect",
            &format!("{count} rule files specified, but no rules were loaded!"),
        );
    } else {
        log.info(
            "detect",
            &format!(
                "{} rule files processed. {loaded} rules successfully loaded, {failed} rules failed, {skipped} rules skipped",
                files.len()
            ),
        );
    }
    let of = |test: fn(&engine::rule::Rule) -> bool| found.rules.rules.iter().filter(|rule| test(rule)).count();
    log.info(
        "detect",
        &format!(
            "{loaded} signatures processed. {} are inspecting packet payload, {} inspect application layer",
            of(|rule| rule.payload.is_some()),
            of(|rule| !rule.tx.is_empty()),
        ),
    );
}

/// Tells what is wrong in a file: for each rule the first reason, and the rule. Returns how many rules there are.
fn tell_file(log: &Log, source: &SourceText<'_>, file: &RuleFile<'_>, diagnostics: &[Diagnostic]) -> usize {
    let mut failed = 0;
    let mut last = None;
    for diagnostic in diagnostics {
        let (module, text) = phrase(diagnostic, source);
        if diagnostic.severity != Severity::Error {
            if diagnostic.severity == Severity::Warning {
                log.warning(&module, &text);
            }
            if diagnostic.code == REQUIREMENT {
                let reason = diagnostic.message.rsplit(": ").next().unwrap_or_default();
                log.info(
                    "detect-parse",
                    &format!("a rule is skipped: missing a required feature: {reason}"),
                );
            }
            continue;
        }
        let span = rule_at(source, file, diagnostic.span);
        if last.replace(span) == Some(span) {
            continue;
        }
        failed += 1;
        log.error(&module, &text);
        // A rule over several lines is told in one.
        let rule = source.text()[span.range()].replace("\\\r\n", "").replace("\\\n", "");
        let line = source.position(span.start).line;
        log.error(
            "detect",
            &format!(
                "error parsing signature \"{}\" from file {} at line {line}",
                rule.trim_end(),
                source.path()
            ),
        );
    }
    failed
}

/// The rule that a finding is about; the lines it is on, where there is no telling.
fn rule_at(source: &SourceText<'_>, file: &RuleFile<'_>, at: Span) -> Span {
    let rules = file.rules.iter().chain(&file.broken).map(|rule| rule.span);
    let mut around = rules.filter(|rule| rule.start <= at.start && at.start <= rule.end);
    around.next().unwrap_or_else(|| source.lines_of(at))
}
