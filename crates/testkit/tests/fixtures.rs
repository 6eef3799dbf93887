//! The committed fixtures are what the code makes, and stay small.

use std::collections::BTreeSet;
use std::fs;

use testkit::fixtures;

#[test]
fn committed_captures_equal_what_the_code_makes() {
    for fixture in fixtures::all() {
        let path = fixtures::folder().join(&fixture.path);
        let committed = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(
            committed == fixture.capture.to_pcap(),
            "fixtures/{} is not what the code makes: cargo run -p testkit --bin make-fixtures",
            fixture.path
        );
    }
}

#[test]
fn the_page_lists_the_captures() {
    let committed = fs::read_to_string(fixtures::folder().join("README.md")).unwrap();
    assert_eq!(
        committed,
        fixtures::readme(),
        "cargo run -p testkit --bin make-fixtures"
    );
}

#[test]
fn no_capture_is_left_over() {
    let made: BTreeSet<String> = fixtures::all().into_iter().map(|f| f.path).collect();
    for (folder, prefix) in [("", ""), ("attacks", "attacks/")] {
        for entry in fs::read_dir(fixtures::folder().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".pcap") {
                let path = format!("{prefix}{name}");
                assert!(made.contains(&path), "nothing makes fixtures/{path}");
            }
        }
    }
}

#[test]
fn captures_stay_small() {
    let mut alone = 0;
    for fixture in fixtures::all() {
        let size = fixture.capture.to_pcap().len();
        if fixture.path == "attacks.pcap" {
            assert!(size < 1_500_000, "{} has {size} bytes", fixture.path);
        } else {
            alone += size;
        }
    }
    assert!(alone < 1_500_000, "the others have {alone} bytes");
}
