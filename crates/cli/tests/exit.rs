//! Exit statuses and what is said with them: what scripts rely on.

mod support;

use std::fs;
use std::path::Path;

use support::{program, run};

fn status(args: &[&str]) -> (i32, String) {
    let output = run(args);
    (
        output.status.code().expect("no signal"),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn file(folder: &Path, name: &str, content: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, content).expect("the folder can be written to");
    path.display().to_string()
}

const RULE: &[u8] = b"alert ip any any -> any any (msg:\"x\"; sid:1;)\n";

#[test]
fn all_is_well() {
    let (code, stderr) = status(&["-r", "rules", "-p", "fixtures/ordinary.pcap"]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(status(&["-r", "rules", "-T"]).0, 0);
    assert_eq!(status(&["check", "rules"]).0, 0);
}

#[test]
fn usage() {
    assert_eq!(status(&["--no-such-option"]).0, 2);
    let (code, stderr) = status(&["-r", "rules"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("-p") && stderr.contains("-i"), "{stderr}");
    assert_eq!(status(&["-p", "fixtures/ordinary.pcap"]).0, 2, "no rules were named");
}

#[test]
fn rules_in_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = file(
        folder.path(),
        "bad.rules",
        b"alert tcp any any -> any any (msg:\"x\"; contnet:\"a\"; sid:1;)\n",
    );
    let (code, stderr) = status(&["-r", &bad, "-T"]);
    assert_eq!(code, 3, "{stderr}");
    for part in ["bad.rules:1:", "contnet", "did you mean `content`?", "^^^^^^^"] {
        assert!(stderr.contains(part), "{part} in\n{stderr}");
    }
    assert_eq!(status(&["-r", &bad, "-p", "fixtures/ordinary.pcap"]).0, 3);
    assert_eq!(
        status(&["-r", &bad, "-p", "fixtures/ordinary.pcap", "--keep-going"]).0,
        0
    );
    assert_eq!(status(&["check", &bad]).0, 3);
    assert_eq!(status(&["-r", "no/such/file.rules", "-T"]).0, 3);
}

#[test]
fn captures_that_cannot_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = file(folder.path(), "one.rules", RULE);
    let whole = fs::read("fixtures/ordinary.pcap")
        .or_else(|_| fs::read("../../fixtures/ordinary.pcap"))
        .expect("the fixture");
    let cut = file(folder.path(), "cut.pcap", &whole[..whole.len() - 7]);
    let empty = file(folder.path(), "empty.pcap", b"");
    let foreign = file(folder.path(), "foreign.pcap", b"GIF89a, which is no capture");
    for (path, reason) in [
        (&cut, "truncated"),
        (&empty, "empty"),
        (&foreign, "no capture"),
        (&"no/such.pcap".to_owned(), "no/such.pcap"),
    ] {
        let (code, stderr) = status(&["-r", &rules, "-p", path]);
        assert_eq!(code, 4, "{path}: {stderr}");
        assert!(stderr.contains(reason), "{reason} in\n{stderr}");
    }
    // Whatever is wrong with one capture, the others are read, and so is the readable part of it.
    let (records, code) = support::eve(&["-r", &rules, "-p", &foreign, "-p", &cut, "-p", "fixtures/ordinary.pcap"]);
    assert_eq!(code, 4);
    let alerts = records.iter().filter(|r| r["event_type"] == "alert");
    let captures: std::collections::BTreeSet<_> = alerts.map(|r| r["pcap_filename"].to_string()).collect();
    assert_eq!(captures.len(), 2, "{captures:?}");
}

#[test]
fn alerts_fail_a_run_that_asks_for_it() {
    assert_eq!(
        status(&["-r", "rules", "-p", "fixtures/attacks/land.pcap", "--fail-on"]).0,
        5
    );
    assert_eq!(
        status(&["-r", "rules", "-p", "fixtures/attacks/land-near-miss.pcap", "--fail-on"]).0,
        0
    );
}

#[test]
fn ready_is_said_before_the_first_packet() {
    let output = program()
        .args(["-v", "-r", "rules", "-p", "fixtures/ordinary.pcap"])
        .output()
        .expect("it starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.lines().any(|line| line.starts_with("ready")), "{stderr}");
}

#[test]
fn suricatas_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().display().to_string();
    let version = run(&["suricata", "-V"]);
    assert!(String::from_utf8_lossy(&version.stdout).starts_with("This is Suricata version 9."));
    let rules = "rules/malformed.rules";
    let ran = run(&["suricata", "-S", rules, "-r", "fixtures/attacks/land.pcap", "-l", &log]);
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    let fast = fs::read_to_string(folder.path().join("fast.log")).expect("fast.log");
    assert_eq!(fast.lines().count(), 2, "{fast}");
    assert_eq!(status(&["suricata", "--no-such-option"]).0, 1);
    assert_eq!(status(&["suricata", "-S", "no/such.rules", "-T"]).0, 1);
}
