//! `cargo xtask floors`: the architecture, checked.

mod crates;
mod files;
mod imports;
mod modules;
mod plan;
mod source;
mod words;

use anyhow::Result;

use crate::finding::Finding;
use crate::tree::Tree;

/// Checks which crate and module imports which, where unsafe code and clocks are, and the sizes and names of files.
///
/// # Errors
/// When a source file is no Rust.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let sources = source::all(tree)?;
    let mut findings = crates::check(tree);
    for source in &sources {
        findings.extend(modules::check(source));
        findings.extend(words::check(source));
        findings.extend(files::check(source));
    }
    findings.extend(crates::check_roots(tree));
    findings.extend(files::check_list(tree));
    findings.sort();
    Ok(findings)
}
