//! All real captures at once, with real rules: no panic, and a reason for whatever cannot be read.

mod support;

use support::{run, shared};

#[test]
fn every_capture_is_read_or_refused_with_a_reason() {
    let Some(shared) = shared() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().display().to_string();
    let rules = shared
        .join("rulesets/etopen-suricata-2023-05.rules")
        .display()
        .to_string();
    let captures = shared.join("corpora/pcaps").display().to_string();
    let output = run(&[
        "-r",
        &rules,
        "--keep-going",
        "-p",
        &captures,
        "-k",
        "none",
        "--threads",
        "2",
        "-l",
        &log,
    ]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{stderr}");
    // Five of the captures have a link type that nobody here decodes.
    assert_eq!(stderr.matches("link type").count(), 5, "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}
