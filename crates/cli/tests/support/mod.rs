//! What the tests of the program share.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// The folder of the workspace, which the tests run in.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace is there")
}

/// The folder with real rules and captures, where there is one.
pub fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("RULEIDS_SHARED").map_or_else(|| repository().join("../shared"), PathBuf::from);
    let found = folder.is_dir().then_some(folder);
    if found.is_none() {
        println!("skipped: there is no ../shared");
    }
    found
}

/// The program, in the workspace's folder.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ruleids"));
    command.current_dir(repository()).env("NO_COLOR", "1");
    command
}

/// Runs the program to its end.
pub fn run(args: &[&str]) -> Output {
    program().args(args).output().expect("the program starts")
}

/// Runs the program with a log folder of its own; the records of eve.json, and the exit status.
pub fn eve(args: &[&str]) -> (Vec<Value>, i32) {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().display().to_string();
    let output = run(&[args, &["-l", &log]].concat());
    let text = std::fs::read_to_string(folder.path().join("eve.json")).unwrap_or_default();
    let records = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record is JSON"))
        .collect();
    let status = output.status.code().expect("no signal");
    assert!(status != 101, "panicked: {}", String::from_utf8_lossy(&output.stderr));
    (records, status)
}

/// A record as snapshots show it: without the path of the capture.
pub fn shown(mut record: Value) -> Value {
    if let Some(map) = record.as_object_mut() {
        map.remove("pcap_filename");
    }
    record
}
