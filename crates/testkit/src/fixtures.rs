//! The captures under `fixtures/` at the top of the repository, as the code makes them.
//!
//! `cargo run -p testkit --bin make-fixtures` writes them, and `fixtures/README.md`; a test holds the
//! committed files against the code, byte for byte.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::attacks::ATTACKS;
use crate::background::office;
use crate::time::secs;
use crate::{Capture, Time};

/// A capture and its path from `fixtures/` on.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// The path, with `/` between its parts.
    pub path: String,
    /// What it holds.
    pub capture: Capture,
}

/// Every capture: each attack and near miss on its own, ordinary traffic on its own, all attacks among it.
pub fn all() -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    for attack in ATTACKS {
        fixtures.push(Fixture {
            path: format!("attacks/{}.pcap", attack.name),
            capture: (attack.attack)(Time::START),
        });
        fixtures.push(Fixture {
            path: format!("attacks/{}-near-miss.pcap", attack.name),
            capture: (attack.near_miss)(Time::START),
        });
    }
    fixtures.push(Fixture {
        path: "ordinary.pcap".into(),
        capture: office(Time::START, secs(30), 2),
    });
    fixtures.push(Fixture {
        path: "attacks.pcap".into(),
        capture: attacks_among_ordinary_traffic(),
    });
    fixtures
}

/// The alerts that each capture must raise, as `fixtures/attacks/expected.toml` has them: for the
/// capture's path from `fixtures/` on, the sids and how often each.
///
/// # Panics
/// When the file is absent, or has a line that is neither comment, table head nor `sid = number`.
pub fn expected() -> BTreeMap<String, BTreeMap<u32, u64>> {
    let path = folder().join("attacks/expected.toml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut captures = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines().map(str::trim) {
        if let Some(head) = line.strip_prefix("[\"") {
            current = head.trim_end_matches("\"]").to_string();
            captures.insert(current.clone(), BTreeMap::new());
        } else if !line.is_empty() && !line.starts_with('#') {
            let (sid, count) = line.split_once(" = ").expect("sid = number");
            let alerts = captures.get_mut(&current).expect("a table before the first sid");
            alerts.insert(sid.parse().expect("a sid"), count.parse().expect("a number of alerts"));
        }
    }
    captures
}

/// The text of `fixtures/README.md`.
pub fn readme() -> String {
    let mut text = README_HEAD.to_string();
    let expected = expected();
    for attack in ATTACKS {
        let alerts = expected
            .get(&format!("attacks/{}.pcap", attack.name))
            .into_iter()
            .flatten()
            .map(|(sid, count)| match count {
                1 => sid.to_string(),
                _ => format!("{sid} ({count} times)"),
            })
            .collect::<Vec<_>>()
            .join(", ");
        let (about, near_miss) = (attack.about, attack.near_miss_about);
        let _ = writeln!(text, "| {} | {about} | {alerts} | {near_miss} |", attack.name);
    }
    text
}

/// The folder `fixtures/` of this repository.
pub fn folder() -> PathBuf {
    repository().join("fixtures")
}

/// The top of this repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Nearly three minutes of an office in which an attack begins every five seconds.
fn attacks_among_ordinary_traffic() -> Capture {
    let attacks = ATTACKS
        .iter()
        .zip(0..)
        .map(|(attack, i)| (attack.attack)(Time::START + secs(5 + 5 * i)));
    let duration = secs(5 + 5 * ATTACKS.len() as u64);
    Capture::merge(attacks.chain([office(Time::START, duration, 1)]))
}

const README_HEAD: &str = "\
# Captures

Made by `cargo run -p testkit --bin make-fixtures`, which writes this page too; the code is in
`crates/testkit`. A test fails when a file here differs from what the code makes. Nothing in them was
recorded: attackers and public servers have documentation addresses (RFC 5737, RFC 3849), the home
side has 10/8, 192.168/16 and 2001:db8:10::/48.

| file | what it is |
|---|---|
| attacks/NAME.pcap | one attack, on its own |
| attacks/NAME-near-miss.pcap | the same shape at the threshold, not over it: the bundled rules are silent |
| attacks/expected.toml | the alerts that the [bundled rules](../rules/README.md) raise on each capture, measured with Suricata 7.0.10 |
| attacks.pcap | nearly three minutes of ordinary traffic in which every attack happens once, five seconds apart |
| ordinary.pcap | half a minute of ordinary traffic alone: web, TLS, DNS, mail, SSH, ping, NTP, ARP; the bundled rules are silent |

| attack | what happens | alerts | near miss |
|---|---|---|---|
";
