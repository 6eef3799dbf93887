//! Sizes and names of files.

use super::plan::{EMPTY_NAMES, LONG_FILES, MAX_LINES};
use super::source::Source;
use crate::finding::Finding;
use crate::tree::Tree;

/// Finds files that are too long, or whose name says nothing.
pub fn check(source: &Source<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = source.lines_before_tests();
    let listed = LONG_FILES.iter().any(|(path, _)| *path == source.path);
    if lines > MAX_LINES && !listed && !source.is_test() {
        let message = format!("{lines} lines before the tests: at most {MAX_LINES}, unless xtask's plan says why");
        findings.push(Finding::in_file(source.path, message));
    }
    if let Some(name) = source.module.iter().find(|name| says_nothing(name)) {
        findings.push(Finding::in_file(
            source.path,
            format!("the name `{name}` says nothing of what is in it"),
        ));
    }
    findings
}

/// Finds entries of the list of long files that are no longer needed.
pub fn check_list(tree: &Tree) -> Vec<Finding> {
    let gone = LONG_FILES.iter().filter(|(path, _)| tree.file(path).is_none());
    gone.map(|(path, _)| Finding::in_file(path, "is in the list of long files, and not there"))
        .collect()
}

fn says_nothing(name: &str) -> bool {
    EMPTY_NAMES.contains(&name) || name.starts_with("manager") || name.ends_with("_manager") || name.ends_with("_utils")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_say_nothing() {
        assert!(says_nothing("utils"));
        assert!(says_nothing("flow_manager"));
        assert!(!says_nothing("community_id"));
    }
}
