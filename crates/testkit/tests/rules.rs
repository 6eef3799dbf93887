//! The bundled rules keep to the allocation of sids and name only classes there are; every one has a capture that sets it off.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use testkit::{attacks::ATTACKS, fixtures};

/// The sids of each file: the first of its ranges, and how many each has.
const FILES: [(&str, &[(u32, u32)]); 12] = [
    ("flood.rules", &[(9_001_000, 1000)]),
    ("scan.rules", &[(9_002_000, 1000)]),
    ("dns-amplification.rules", &[(9_003_000, 100)]),
    ("dns-statistics.rules", &[(9_003_100, 100), (9_007_100, 100)]),
    ("malformed.rules", &[(9_004_000, 1000)]),
    ("brute-force.rules", &[(9_005_000, 1000)]),
    ("sql-injection.rules", &[(9_006_000, 100)]),
    ("web-attack.rules", &[(9_006_100, 400)]),
    ("web-scanner.rules", &[(9_006_500, 100)]),
    ("dns-tunnel.rules", &[(9_007_000, 100)]),
    ("tls.rules", &[(9_008_000, 100)]),
    ("tls-self-signed.rules", &[(9_008_100, 100)]),
];

#[test]
fn sids_are_unique_and_in_the_range_of_their_file() {
    let mut seen = BTreeSet::new();
    for (file, ranges) in FILES {
        for rule in rules(file) {
            let sid = sid(&rule);
            let within = ranges.iter().any(|(first, many)| (*first..first + many).contains(&sid));
            assert!(within, "{file}: {sid}");
            assert!(seen.insert(sid), "{file}: {sid} is taken");
        }
    }
}

#[test]
fn every_rule_is_complete() {
    let classes = declared("classification.config", "config classification: ", ',');
    let systems = declared("reference.config", "config reference: ", ' ');
    for rule in all_rules() {
        let sid = sid(&rule);
        assert!(rule.contains("(msg:\"RULEIDS "), "{sid} has another prefix");
        // Attacks within requests alert once for each request; all else says how often it alerts.
        let by_request = (9_006_000..9_006_500).contains(&sid);
        assert!(by_request || rule.contains("threshold:"), "{sid} has no threshold");
        for wanted in ["rev:", "target:", "metadata:created_at ", "confidence "] {
            assert!(rule.contains(wanted), "{sid} has no {wanted}");
        }
        let class = option(&rule, "classtype:");
        assert!(classes.contains(class), "{sid} has the class {class}");
        for reference in rule.split("reference:").skip(1) {
            let system = reference.split(',').next().unwrap();
            assert!(systems.contains(system), "{sid} refers to {system}");
        }
    }
}

#[test]
fn every_file_of_rules_is_known() {
    let known: BTreeSet<&str> = FILES.iter().map(|f| f.0).collect();
    for entry in fs::read_dir(fixtures::repository().join("rules")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".rules") || known.contains(name.as_str()), "{name}");
    }
}

#[test]
fn every_rule_has_a_capture_that_sets_it_off() {
    let expected = fixtures::expected();
    let set_off: BTreeSet<u32> = expected.values().flat_map(|a| a.keys().copied()).collect();
    let there: BTreeSet<u32> = all_rules().iter().map(|r| sid(r)).collect();
    assert_eq!(set_off, there);
}

#[test]
fn attacks_alert_and_near_misses_do_not() {
    let expected = fixtures::expected();
    assert_eq!(expected.len(), fixtures::all().len());
    let mut sum = BTreeMap::new();
    for attack in ATTACKS {
        let alerts = &expected[&format!("attacks/{}.pcap", attack.name)];
        assert!(!alerts.is_empty(), "{} goes unseen", attack.name);
        let near_miss = &expected[&format!("attacks/{}-near-miss.pcap", attack.name)];
        assert!(near_miss.is_empty(), "{}'s near miss alerts", attack.name);
        for (sid, count) in alerts {
            *sum.entry(*sid).or_insert(0) += count;
        }
    }
    assert!(expected["ordinary.pcap"].is_empty());
    assert_eq!(expected["attacks.pcap"], sum, "the attacks do not add up");
}

fn all_rules() -> Vec<String> {
    FILES.iter().flat_map(|f| rules(f.0)).collect()
}

/// The rules of a file, each on one line.
fn rules(file: &str) -> Vec<String> {
    let text = read(file).replace("\\\n", " ");
    text.lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .map(str::to_string)
        .collect()
}

fn sid(rule: &str) -> u32 {
    option(rule, "sid:").parse().unwrap()
}

fn option<'a>(rule: &'a str, name: &str) -> &'a str {
    let (_, rest) = rule.split_once(name).unwrap_or_else(|| panic!("no {name} in {rule}"));
    rest.split(';').next().unwrap()
}

/// What the lines that begin with `prefix` declare, up to `end`.
fn declared(file: &str, prefix: &str, end: char) -> BTreeSet<String> {
    read(file)
        .lines()
        .filter_map(|l| l.strip_prefix(prefix)?.split(end).next())
        .map(str::to_string)
        .collect()
}

fn read(file: &str) -> String {
    fs::read_to_string(fixtures::repository().join("rules").join(file)).unwrap()
}
