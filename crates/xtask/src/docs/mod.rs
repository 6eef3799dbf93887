//! `cargo xtask docs`: the pages below `docs` that are made from the code.

mod cli;
mod compatibility;
mod diagnostics;
mod keywords;
mod known;
mod markdown;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use engine::keyword::Keyword;

use crate::finding::Finding;
use crate::tree;

/// A page that is made from the code.
struct Page {
    /// Its path from the root of the workspace.
    path: &'static str,
    /// What it says.
    text: String,
}

/// Writes the pages.
///
/// # Errors
/// When one cannot be made or written.
pub fn write() -> Result<Vec<Finding>> {
    let root = tree::root()?;
    for page in pages(&root)? {
        let path = root.join(page.path);
        if fs::read_to_string(&path).ok().as_deref() != Some(&page.text) {
            fs::write(&path, &page.text).with_context(|| format!("cannot write {}", page.path))?;
            println!("wrote {}", page.path);
        }
    }
    Ok(Vec::new())
}

/// Finds pages that are not what the code makes.
///
/// # Errors
/// When one cannot be made.
pub fn check() -> Result<Vec<Finding>> {
    let root = tree::root()?;
    let pages = pages(&root)?;
    Ok(pages.iter().filter_map(|page| stale(&root, page)).collect())
}

fn pages(root: &Path) -> Result<Vec<Page>> {
    let all: Vec<&Keyword> = engine::keywords::ALL
        .iter()
        .copied()
        .chain(protocols::keywords())
        .collect();
    Ok(vec![
        Page {
            path: "docs/cli.md",
            text: cli::page(root)?,
        },
        Page {
            path: "docs/compatibility.md",
            text: compatibility::page(&all),
        },
        Page {
            path: "docs/diagnostics.md",
            text: diagnostics::page(),
        },
        Page {
            path: "docs/keywords.md",
            text: keywords::page(&all),
        },
    ])
}

fn stale(root: &Path, page: &Page) -> Option<Finding> {
    let there = fs::read_to_string(root.join(page.path)).unwrap_or_default();
    if there == page.text {
        return None;
    }
    let (mut old, mut new) = (there.lines(), page.text.lines());
    let mut line = 1;
    while let (Some(a), Some(b)) = (old.next(), new.next())
        && a == b
    {
        line += 1;
    }
    Some(Finding::at(
        page.path,
        line,
        "differs from what the code makes: run `cargo xtask docs`",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_sample_configuration_has_an_effect_and_its_default() {
        let path = tree::root().unwrap().join("docs/suricata.yaml");
        let loaded = config::Loaded::from_file(&path, &[]).unwrap();
        assert_eq!(loaded.unused, Vec::<String>::new());
        let (told, standard) = (&loaded.engine, engine::config::Config::standard());
        assert_eq!(format!("{:?}", told.decode), format!("{:?}", standard.decode));
        assert_eq!(format!("{:?}", told.defrag), format!("{:?}", standard.defrag));
        assert_eq!(format!("{:?}", told.flow), format!("{:?}", standard.flow));
        let mut stream = told.stream.clone();
        stream.host_os = standard.stream.host_os.clone();
        assert_eq!(format!("{stream:?}"), format!("{:?}", standard.stream));
        assert_eq!(told.vlan_tracking, standard.vlan_tracking);
        assert_eq!(told.packet_alert_max, standard.packet_alert_max);
    }

    #[test]
    fn a_stale_page_is_found_where_it_differs() {
        let root = std::env::temp_dir();
        let page = |text: &str| Page {
            path: "no-such-page-of-ruleids.md",
            text: text.to_owned(),
        };
        assert_eq!(stale(&root, &page("a\nb\n")).map(|f| f.line), Some(1));
        assert_eq!(stale(&root, &page("")), None);
    }
}
