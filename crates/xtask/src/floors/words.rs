//! Where unsafe code and clocks are.

use super::imports::words;
use super::plan::{NO_CLOCK, UNSAFE};
use super::source::Source;
use crate::finding::Finding;

/// Finds unsafe code, and looks at a clock, where there must be none.
pub fn check(source: &Source<'_>) -> Vec<Finding> {
    let may_be_unsafe = UNSAFE.iter().any(|(path, _)| *path == source.path);
    let may_see_clock = !NO_CLOCK.contains(&source.krate) || source.is_test();
    let mut findings = Vec::new();
    words(&source.tokens, &mut |word, line| {
        if word == "unsafe" && !may_be_unsafe {
            findings.push(Finding::at(
                source.path,
                line,
                "unsafe code stands only in the files that xtask's plan lists",
            ));
        }
        if matches!(word, "Instant" | "SystemTime") && !may_see_clock {
            let message = format!("`{word}` is a clock: crate `{}` knows packet time alone", source.krate);
            findings.push(Finding::at(source.path, line, message));
        }
    });
    findings
}
