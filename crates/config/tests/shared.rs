//! Configurations of others: all of them are read.

use std::path::{Path, PathBuf};

use config::Request;

/// Configurations that are meant to be refused (their tests expect exit code 1), with what the refusal says.
const REFUSED: &[(&str, &str)] = &[
    (
        "file-force-hash-invalid/",
        "Invalid configuration: force-hash algorithm",
    ),
    ("filestore-v2.5-both-enabled/", "there can be one file-store only"),
];

#[test]
fn configurations_of_others_are_read() {
    let Some(shared) = shared() else { return };
    let mut files = vec![
        shared.join("parity/suricata.yaml"),
        shared.join("conformance/suricata.yaml"),
    ];
    collect(&shared.join("conformance/tests"), &mut files);
    let installed = Path::new("/etc/suricata/suricata.yaml");
    files.extend(installed.exists().then(|| installed.to_owned()));
    assert!(files.len() > 100, "{} configurations were found", files.len());
    let mut wrong = Vec::new();
    for file in &files {
        let result = Request {
            path: Some(file.clone()),
            ..Request::default()
        }
        .load();
        let expected = REFUSED.iter().find(|(part, _)| file.to_string_lossy().contains(part));
        match (result, expected) {
            (Ok(_), None) => {}
            (Err(errors), Some((_, reason))) if errors.to_string().contains(reason) => {}
            (Ok(_), Some(_)) => wrong.push(format!("{} is read", file.display())),
            (Err(errors), _) => wrong.push(errors.to_string()),
        }
    }
    assert!(
        wrong.is_empty(),
        "of {} configurations:\n{}",
        files.len(),
        wrong.join("\n")
    );
}

fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("RULEIDS_SHARED").map_or(beside, PathBuf::from);
    if !shared.join("conformance").is_dir() {
        println!("skipped: {} has no conformance tests", shared.display());
        return None;
    }
    Some(shared)
}

/// Every suricata.yaml, and what may be included, below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "yaml") && path.file_name().is_some_and(|n| n != "test.yaml") {
            files.push(path);
        }
    }
}
