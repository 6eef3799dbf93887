//! The bundled rules on the bundled captures: every attack is told, no near miss is.

mod support;

use std::collections::BTreeMap;

use support::{eve, repository, run, shown};

/// sid → number of alerts.
fn alerts(capture: &str) -> BTreeMap<u32, u64> {
    let (records, _) = eve(&["-r", "rules", "-p", &format!("fixtures/{capture}")]);
    let mut counts = BTreeMap::new();
    for record in records.iter().filter(|r| r["event_type"] == "alert") {
        let sid = record["alert"]["signature_id"].as_u64().expect("a sid");
        *counts.entry(u32::try_from(sid).expect("32 bits")).or_default() += 1;
    }
    counts
}

#[test]
fn each_capture_raises_what_the_reference_raises() {
    let expected = testkit::fixtures::expected();
    assert!(expected.len() > 40, "the fixtures are there");
    for (capture, counts) in expected {
        assert_eq!(alerts(&capture), counts, "{capture}");
    }
}

#[test]
fn the_records_of_each_capture() {
    let mut names: Vec<String> = testkit::fixtures::expected()
        .into_keys()
        .filter(|n| n.starts_with("attacks/"))
        .collect();
    names.sort();
    for name in names {
        let (records, _) = eve(&["-r", "rules", "-p", &format!("fixtures/{name}")]);
        let alerts: Vec<_> = records
            .into_iter()
            .filter(|r| r["event_type"] == "alert")
            .map(shown)
            .collect();
        let short = name.trim_start_matches("attacks/").trim_end_matches(".pcap").to_owned();
        insta::assert_json_snapshot!(short, alerts);
    }
}

#[test]
fn the_first_command_of_the_readme() {
    let output = run(&["-r", "rules/", "-p", "fixtures/attacks.pcap"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let expected = &testkit::fixtures::expected()["attacks.pcap"];
    for sid in expected.keys() {
        assert!(text.contains(&format!("[1:{sid}:")), "{sid} is told\n{text}");
    }
    assert!(repository().join("fixtures/attacks.pcap").is_file());
}
