//! The published rule sets: every rule parses, and prints to what parses the same.

use std::path::{Path, PathBuf};

use rule_parser::{Dialect, DialectSource, ParseOptions, SourceText, parse_source, print, render};

/// Reads a rule set from the folder `shared` beside the workspace or above it; absent, the test says so.
fn ruleset(name: &str) -> Option<Vec<u8>> {
    let shared = std::env::var_os("RULEIDS_SHARED").map(PathBuf::from);
    let above = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared"));
    let found = shared
        .into_iter()
        .chain(above)
        .find_map(|folder| std::fs::read(folder.join("rulesets").join(name)).ok());
    if found.is_none() {
        println!("skipped: no rule set {name} in a folder `shared`");
    }
    found
}

fn check(name: &str, dialect: Dialect, enabled: usize, disabled: usize) {
    let Some(bytes) = ruleset(name) else { return };
    let source = SourceText::from_bytes(name, &bytes);
    let options = ParseOptions {
        dialect: None,
        include_disabled: true,
    };
    let file = parse_source(&source, &options);
    assert!(
        file.diagnostics.is_empty(),
        "{}",
        render(&source, &file.diagnostics, false)
    );
    assert_eq!(file.dialect, dialect);
    assert!(
        matches!(file.dialect_source, DialectSource::Detected { .. }),
        "{:?}",
        file.dialect_source
    );
    assert_eq!(file.rules.iter().filter(|rule| rule.enabled).count(), enabled);
    assert_eq!(file.rules.iter().filter(|rule| !rule.enabled).count(), disabled);

    let printed: String = file.rules.iter().map(|rule| print(rule, dialect) + "\n").collect();
    let again = SourceText::from_text(name, &printed);
    let options = ParseOptions {
        dialect: Some(dialect),
        include_disabled: true,
    };
    let reread = parse_source(&again, &options);
    assert!(
        reread.diagnostics.is_empty(),
        "{}",
        render(&again, &reread.diagnostics, false)
    );
    assert_eq!(reread.rules.len(), file.rules.len());
    for (read, reread) in file.rules.iter().zip(&reread.rules) {
        assert!(read.same_as(reread), "{read}\n{reread}");
        assert!(
            read.sid().is_some() && read.rev().is_some() && read.msg().is_some(),
            "{read}"
        );
    }
}

#[test]
fn emerging_threats() {
    check("etopen-suricata-2023-05.rules", Dialect::Suricata, 31_996, 12_202);
}

#[test]
fn snort_2_community() {
    check("snort2-community-2016.rules", Dialect::Snort2, 760, 2_590);
}

#[test]
fn snort_3_community() {
    check("snort3-community-2024.rules", Dialect::Snort3, 4_022, 0);
}
