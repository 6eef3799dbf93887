//! `ruleids profile`: what it counts, that it counts the same every time, and how it ends.

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::{run, shared};

/// The exit status and what was printed.
fn profile(args: &[&str]) -> (i32, String, String) {
    let output = run(&[&["profile"], args].concat());
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let code = output.status.code().expect("no signal");
    (code, text(output.stdout), text(output.stderr))
}

fn json(args: &[&str]) -> Value {
    let (code, stdout, stderr) = profile(&[args, &["--json"]].concat());
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).expect("JSON")
}

fn file(folder: &Path, name: &str, content: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, content).expect("the folder can be written to");
    path.display().to_string()
}

/// Of the rules of a profile, the one of this sid.
fn rule(profile: &Value, sid: u64) -> &Value {
    let mut rules = profile["rules"].as_array().expect("rules").iter();
    rules.find(|rule| rule["sid"] == sid).expect("it was looked at")
}

const RULES: &[u8] = br#"# A rule that finds what it looks for, one whose literal says nothing, one that asks for a flag.
alert http any any -> any any (msg:"traversal"; flow:established,to_server; http.uri; content:"../"; sid:1; rev:2;)
alert tcp any any -> any any (msg:"everything"; content:"e"; fast_pattern; pcre:"/e[0-9]{9}zzz/"; content:"never there"; nocase; sid:2;)
alert tcp any any -> any 80 (msg:"a SYN"; flags:S; sid:3;)
"#;

#[test]
fn a_small_profile() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = file(folder.path(), "my.rules", RULES);
    let (code, stdout, stderr) = profile(&["-r", &rules, "-p", "fixtures/attacks/path-traversal.pcap"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    insta::assert_snapshot!(stdout.replace(&rules, "my.rules"));
}

#[test]
fn a_rule_that_anything_makes_a_candidate_is_named_with_its_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = file(
        folder.path(),
        "bad.rules",
        br#"alert tcp any any -> any any (msg:"bad"; content:"a"; fast_pattern; content:"nowhere at all"; sid:7;)
alert tcp any any -> any any (msg:"no literal"; pcre:"/[0-9]{40}/"; sid:8;)
alert dns any any -> any any (msg:"good"; dns.query; content:"nowhere.example"; sid:9;)
"#,
    );
    let args = ["-r", &bad, "-p", "fixtures/ordinary.pcap"];
    let profile_of = json(&args);
    let advice = profile_of["advice"].as_array().expect("advice");
    let of = |sid: u64| {
        let found = advice.iter().find(|advice| advice["sid"] == sid);
        found.map(|advice| advice["remedies"].to_string())
    };
    let remedies = of(7).expect("the literal is found everywhere");
    assert!(
        remedies.contains("put `fast_pattern` behind `nowhere at all`") && remedies.contains("flow:established"),
        "{remedies}"
    );
    assert!(of(8).expect("it is looked at each time").contains("no literal"));
    assert_eq!(of(9), None);
    let (_, stdout, _) = profile(&args);
    assert!(
        stdout.contains("Worth a look\n") && stdout.contains("bad.rules:1: "),
        "{stdout}"
    );
    let bad = rule(&profile_of, 7);
    assert!(bad["candidate"].as_u64() > Some(30) && bad["matches"] == 0, "{bad}");
}

#[test]
fn the_same_on_any_number_of_threads() {
    let args = [
        "-r",
        "rules",
        "-p",
        "fixtures/attacks.pcap",
        "fixtures/ordinary.pcap",
        "--json",
    ];
    let (code, one, stderr) = profile(&args);
    assert_eq!(code, 0, "{stderr}");
    for threads in ["1", "2", "3"] {
        let (_, again, _) = profile(&[&args[..], &["--threads", threads]].concat());
        assert!(again == one, "{threads} threads");
    }
}

#[test]
fn real_rules_on_real_traffic() {
    let Some(shared) = shared() else { return };
    let rules = shared
        .join("rulesets/etopen-suricata-2023-05.rules")
        .display()
        .to_string();
    let mix = shared.join("corpora/mix.pcap").display().to_string();
    let args = ["-q", "--keep-going", "-k", "none", "-r", &rules, "-p", &mix, "--json"];
    let (code, one, stderr) = profile(&args);
    assert_eq!(code, 0, "{stderr}");
    let (_, again, _) = profile(&[&args[..], &["--threads", "3"]].concat());
    assert!(again == one);
}

#[test]
fn what_is_counted_is_what_alerts() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = file(folder.path(), "my.rules", RULES);
    let capture = "fixtures/attacks/path-traversal.pcap";
    let profile = json(&["-r", &rules, "-p", capture]);
    let (records, _) = support::eve(&["-r", &rules, "-p", capture]);
    let alerts = |sid: u64| records.iter().filter(|r| r["alert"]["signature_id"] == sid).count() as u64;
    for sid in [1, 3] {
        let rule = rule(&profile, sid);
        assert!(alerts(sid) > 0);
        let alerts = Value::from(alerts(sid));
        assert_eq!((&rule["alerts"], &rule["matches"]), (&alerts, &alerts));
    }
    assert_eq!(rule(&profile, 1)["place"], format!("{rules}:2"));
    let keywords = profile["keywords"].as_array().expect("keywords");
    let names: Vec<&str> = keywords.iter().filter_map(|k| k["keyword"].as_str()).collect();
    assert_eq!(names, ["content", "flow", "pcre", "tcp.flags"]);
}

#[test]
fn time_changes_nothing_that_is_counted() {
    let args = ["-r", "rules", "-p", "fixtures/attacks/sql-injection.pcap"];
    let mut timed = json(&[&args[..], &["--time"]].concat());
    for rule in timed["rules"].as_array_mut().expect("rules") {
        let rule = rule.as_object_mut().expect("an object");
        assert!(rule.remove("nanoseconds").is_some() && rule.remove("max_nanoseconds").is_some());
    }
    for group in timed["search"].as_array_mut().expect("search") {
        let group = group.as_object_mut().expect("an object");
        assert!(group.remove("nanoseconds").is_some());
    }
    assert_eq!(timed, json(&args));
}

#[test]
fn rules_come_in_the_order_that_was_asked_for() {
    for (sort, field) in [
        ("cost", "cost"),
        ("candidates", "candidate"),
        ("bytes", "bytes"),
        ("alerts", "alerts"),
        ("max", "max_cost"),
    ] {
        let args = [
            "-r",
            "rules",
            "-p",
            "fixtures/attacks.pcap",
            "--sort",
            sort,
            "--limit",
            "30",
        ];
        let profile = json(&args);
        let rules = profile["rules"].as_array().expect("rules");
        let values: Vec<u64> = rules.iter().filter_map(|rule| rule[field].as_u64()).collect();
        assert_eq!(values.len(), 30);
        assert!(values.is_sorted_by(|a, b| a >= b), "{sort}: {values:?}");
    }
}

#[test]
fn how_it_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = file(folder.path(), "my.rules", RULES);
    let wrong = file(
        folder.path(),
        "wrong.rules",
        b"alert tcp any any -> any any (contnet:\"x\"; sid:1;)\n",
    );
    let whole = fs::read(support::repository().join("fixtures/ordinary.pcap")).expect("the fixture");
    let cut = file(folder.path(), "cut.pcap", &whole[..whole.len() - 7]);
    let capture = "fixtures/ordinary.pcap";
    let status = |args: &[&str]| profile(args).0;
    assert_eq!(status(&["-r", &rules, "-p", capture]), 0);
    assert_eq!(status(&["-p", capture]), 2, "no rules were named");
    assert_eq!(status(&["-r", &rules]), 2, "no capture was named");
    assert_eq!(status(&["-r", &wrong, "-p", capture]), 3);
    assert_eq!(status(&["-r", &wrong, "-p", capture, "--keep-going"]), 0);
    assert_eq!(status(&["-r", "no/such.rules", "-p", capture]), 3);
    assert_eq!(status(&["-r", &rules, "-p", "no/such.pcap"]), 4);
    let (code, stdout, stderr) = profile(&["-r", &rules, "-p", &cut]);
    assert_eq!(code, 4);
    assert!(
        stderr.contains("truncated") && stdout.contains("Rules\n"),
        "what is there is told of: {stderr}{stdout}"
    );
}
