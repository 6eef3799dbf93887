//! Suricata itself raises the alerts that `fixtures/attacks/expected.toml` says. Skipped where Suricata 7.0 is not installed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use testkit::fixtures;

#[test]
fn suricata_raises_the_expected_alerts() {
    let version = Command::new("suricata").arg("-V").output();
    let version = version.map(|o| String::from_utf8_lossy(&o.stdout).into_owned());
    if !version.as_ref().is_ok_and(|v| v.contains("version 7.0.")) {
        println!("skipped: Suricata 7.0 is not installed");
        return;
    }
    let work = std::env::temp_dir().join(format!("testkit-suricata-{}", std::process::id()));
    fs::create_dir_all(&work).unwrap();
    write_config(&work);
    for (path, expected) in fixtures::expected() {
        let readable = expected
            .into_iter()
            .filter(|(sid, _)| !UNREADABLE.contains(sid))
            .collect();
        assert_eq!(alerts(&work, &path), readable, "{path}");
    }
    fs::remove_dir_all(&work).unwrap();
}

/// Rules with keywords that Suricata does not have: averages, entropy as Suricata 8 has it, self-signed certificates.
const UNREADABLE: [u32; 4] = [9_003_101, 9_003_102, 9_007_101, 9_008_101];

/// A configuration with the bundled classes and references, and all bundled rules in one file.
fn write_config(work: &Path) {
    let rules = fixtures::repository().join("rules");
    let config = format!(
        "%YAML 1.1\n---\n\
         classification-file: {0}/classification.config\n\
         reference-config-file: {0}/reference.config\n\
         threshold-file: {0}/threshold.config\n\
         outputs:\n  - eve-log:\n      enabled: yes\n      filename: eve.json\n      types:\n        - alert\n",
        rules.display()
    );
    fs::write(work.join("suricata.yaml"), config).unwrap();
    let mut all = String::new();
    for entry in fs::read_dir(rules).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "rules") {
            all += &fs::read_to_string(path).unwrap();
        }
    }
    fs::write(work.join("all.rules"), all).unwrap();
}

fn alerts(work: &Path, capture: &str) -> BTreeMap<u32, u64> {
    let eve = work.join("eve.json");
    let _ = fs::remove_file(&eve);
    let run = Command::new("suricata")
        .args(["--runmode", "single", "-c"])
        .arg(work.join("suricata.yaml"))
        .arg("-S")
        .arg(work.join("all.rules"))
        .arg("-r")
        .arg(fixtures::folder().join(capture))
        .arg("-l")
        .arg(work)
        .output()
        .unwrap();
    assert!(run.status.success(), "{capture}: {run:?}");
    let mut alerts = BTreeMap::new();
    for line in fs::read_to_string(eve).unwrap().lines() {
        let (_, rest) = line.split_once("\"signature_id\":").unwrap();
        let sid = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap();
        *alerts.entry(sid.parse().unwrap()).or_insert(0) += 1;
    }
    alerts
}
