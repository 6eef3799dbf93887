//! The same input gives the same output, byte for byte: in every run, on any number of threads.

mod support;

use std::path::Path;

use support::{repository, run, shared};

/// eve.json and fast.log of a run.
fn output(rules: &Path, captures: &[&str], threads: &str) -> (Vec<u8>, Vec<u8>) {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().display().to_string();
    let rules = rules.display().to_string();
    let mut args = vec![
        "-r",
        &rules,
        "--keep-going",
        "-k",
        "none",
        "--threads",
        threads,
        "-l",
        &log,
    ];
    for capture in captures {
        args.extend(["-p", capture]);
    }
    let ended = run(&args);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let read = |name| std::fs::read(folder.path().join(name)).unwrap_or_default();
    (read("eve.json"), read("fast.log"))
}

#[test]
fn bundled_rules_on_any_number_of_threads() {
    let rules = repository().join("rules");
    let captures = [
        "fixtures/attacks.pcap",
        "fixtures/ordinary.pcap",
        "fixtures/attacks/land.pcap",
    ];
    for captures in [&captures[..1], &captures[..]] {
        let one = output(&rules, captures, "1");
        assert!(!one.0.is_empty() && !one.1.is_empty());
        for threads in ["1", "2", "3", "7"] {
            assert!(
                output(&rules, captures, threads) == one,
                "{threads} threads, {} captures",
                captures.len()
            );
        }
    }
}

#[test]
fn real_rules_on_real_traffic() {
    let Some(shared) = shared() else { return };
    let rules = shared.join("rulesets/etopen-suricata-2023-05.rules");
    let mix = shared.join("corpora/mix.pcap").display().to_string();
    let one = output(&rules, &[&mix], "1");
    assert!(!one.0.is_empty());
    assert!(output(&rules, &[&mix], "2") == one);
}
