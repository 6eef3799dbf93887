//! Links between the pages of the repository.

use crate::finding::Finding;
use crate::tree::{File, Tree};

/// Finds links in Markdown that lead to no file of the repository.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let pages = tree.files.iter().filter(|f| f.path.ends_with(".md"));
    pages.flat_map(|page| check_page(tree, page)).collect()
}

fn check_page(tree: &Tree, page: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in page.text().unwrap_or_default().lines().enumerate() {
        for target in targets(line) {
            let path = resolve(&page.path, target);
            if !exists(tree, &path) {
                findings.push(Finding::at(
                    &page.path,
                    at + 1,
                    format!("the link to `{target}` leads nowhere"),
                ));
            }
        }
    }
    findings
}

/// What the links of a line lead to within the repository, without anchors.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split(')').next()?.split('#').next()?;
        (!target.is_empty() && !target.contains("://")).then_some(target)
    })
}

/// The path of `target` as seen from the file `from`.
fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn exists(tree: &Tree, path: &str) -> bool {
    let below = format!("{path}/");
    tree.files.iter().any(|f| f.path == path || f.path.starts_with(&below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_resolved_from_their_page() {
        assert_eq!(resolve("docs/cli.md", "../README.md"), "README.md");
        assert_eq!(resolve("README.md", "rules/"), "rules");
        assert_eq!(resolve("docs/a.md", "b.md"), "docs/b.md");
    }

    #[test]
    fn only_links_within_the_repository_count() {
        let line = "see [a](b.md#c), [d](https://example.org/e), [f](#g) and [h](../i)";
        assert_eq!(targets(line).collect::<Vec<_>>(), ["b.md", "../i"]);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let page = |path: &str, text: &str| File {
            path: path.to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        let tree = Tree {
            crates: Vec::new(),
            files: vec![
                page("README.md", "[a](docs/)\n[b](docs/gone.md)\n"),
                page("docs/a.md", "[up](../README.md)"),
            ],
        };
        let found: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["README.md:2: the link to `docs/gone.md` leads nowhere"]);
    }
}
