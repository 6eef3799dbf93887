//! A Rust file, cut into tokens: comments and strings cannot be taken for code.

use std::str::FromStr;

use anyhow::{Result, anyhow};
use proc_macro2::TokenStream;

use crate::tree::Tree;

/// A Rust file below a crate's `src`.
#[derive(Debug)]
pub struct Source<'t> {
    /// Its path from the root of the workspace.
    pub path: &'t str,
    /// The crate's name.
    pub krate: &'t str,
    /// Its module, from the root of its crate.
    pub module: Vec<String>,
    /// Its text.
    pub text: &'t str,
    /// Its tokens.
    pub tokens: TokenStream,
}

impl Source<'_> {
    /// Whether the file holds tests alone.
    pub fn is_test(&self) -> bool {
        self.module.iter().any(|m| m == "tests")
    }

    /// The lines before the tests that stand at its end.
    pub fn lines_before_tests(&self) -> usize {
        self.text.lines().take_while(|l| *l != "#[cfg(test)]").count()
    }
}

/// The Rust files below the crates' `src`.
///
/// # Errors
/// When one is no Rust.
pub fn all(tree: &Tree) -> Result<Vec<Source<'_>>> {
    let mut sources = Vec::new();
    for krate in &tree.crates {
        let folder = format!("{}/src/", krate.folder);
        for file in &tree.files {
            let Some(inner) = file.path.strip_prefix(&folder).and_then(|p| p.strip_suffix(".rs")) else {
                continue;
            };
            let text = file.text().ok_or_else(|| anyhow!("{} is no UTF-8", file.path))?;
            sources.push(Source {
                path: &file.path,
                krate: &krate.name,
                module: module(inner),
                text,
                tokens: TokenStream::from_str(text).map_err(|e| anyhow!("{}: {e}", file.path))?,
            });
        }
    }
    Ok(sources)
}

/// The module of the file `inner`, a path below `src` without `.rs`.
fn module(inner: &str) -> Vec<String> {
    let mut path: Vec<String> = inner.split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|last| last == "mod") || (path.len() == 1 && matches!(inner, "lib" | "main")) {
        path.pop();
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_files() {
        assert!(module("lib").is_empty());
        assert!(module("main").is_empty());
        assert_eq!(module("flow/mod"), ["flow"]);
        assert_eq!(module("flow/key"), ["flow", "key"]);
    }
}
