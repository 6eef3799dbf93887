//! `cargo xtask check-text`: what no tracked file may hold.

use crate::finding::Finding;
use crate::links;
use crate::tree::{File, Tree};

/// Finds paths of one machine, conflict markers, snapshots that nobody has accepted, and links that lead nowhere.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = tree.files.iter().flat_map(check_file).collect();
    findings.extend(links::check(tree));
    findings
}

fn check_file(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.path.ends_with(".snap.new") {
        findings.push(Finding::in_file(
            &file.path,
            "a snapshot under review: accept or delete it",
        ));
    }
    let Some(text) = file.text() else {
        return findings;
    };
    for (at, line) in text.lines().enumerate() {
        if let Some(path) = MACHINE_PATHS.iter().find(|p| holds_path(line, p)) {
            findings.push(Finding::at(
                &file.path,
                at + 1,
                format!("`{path}` is a path of one machine"),
            ));
        }
        if CONFLICT_MARKERS.iter().any(|m| line.starts_with(m)) {
            findings.push(Finding::at(&file.path, at + 1, "a conflict marker"));
        }
    }
    findings
}

/// Whether a path that starts with `prefix` stands in `line`; `../work/x` and `framework/x` are other paths.
fn holds_path(line: &str, prefix: &str) -> bool {
    line.match_indices(prefix).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}'))
    })
}

/// Folders that only one machine has. In pieces, so that this file does not hold them itself.
const MACHINE_PATHS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/t", "mp/"),
];

const CONFLICT_MARKERS: &[&str] = &[concat!("<<<<", "<<< "), concat!(">>>>", ">>> ")];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        let file = File {
            path: path.to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        check_file(&file).into_iter().map(|f| (f.line, f.message)).collect()
    }

    #[test]
    fn machine_paths_are_found() {
        let path = MACHINE_PATHS[0];
        let text = format!(
            "fine\nsee {path}x and more\n\"{path}y\"\nframe{}z ..{path}\n",
            &path[1..]
        );
        let lines: Vec<usize> = found("a.md", &text).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [2, 3]);
    }

    #[test]
    fn markers_and_snapshots_are_found() {
        let text = format!("a\n{}HEAD\nb\n", CONFLICT_MARKERS[0]);
        assert_eq!(found("a.rs", &text), [(2, "a conflict marker".to_owned())]);
        assert_eq!(found("x/y.snap.new", "").len(), 1);
        assert_eq!(found("x/y.snap", "<< >> ======="), []);
    }

    #[test]
    fn what_is_no_text_is_passed_over() {
        let file = File {
            path: "a.pcap".to_owned(),
            bytes: vec![0xff, 0xfe, 0],
        };
        assert_eq!(check_file(&file), []);
    }
}
