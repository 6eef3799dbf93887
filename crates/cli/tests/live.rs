//! Live capture on a veth pair between two network namespaces: the same alerts as from the capture read offline.

mod support;
#[path = "support/wire.rs"]
mod wire;

use std::path::Path;

use support::eve;
use wire::{Listening, Net, by_sid, replay};

#[test]
fn sends_frames_when_asked_to() {
    wire::send_if_asked();
}

#[test]
fn the_same_alerts_live_as_offline() {
    let Some(net) = Net::new("a") else { return };
    // Each of these ends within seconds, so that the replay does too.
    for capture in [
        "attacks/land.pcap",
        "attacks/syn-flood-source.pcap",
        "attacks/xmas-scan.pcap",
        "attacks/teardrop.pcap",
    ] {
        let listening = Listening::start(&net.right, &["-r", "rules"]);
        replay(&net.left, &Path::new("fixtures").join(capture), false);
        listening.signal("-TERM");
        let (status, live, _) = listening.finish();
        assert_eq!(status, Some(0), "{capture}");
        let (offline, _) = eve(&["-r", "rules", "-p", &format!("fixtures/{capture}")]);
        assert!(!by_sid(&offline).is_empty(), "{capture} raises alerts");
        assert_eq!(by_sid(&live), by_sid(&offline), "{capture}");
    }
}

#[test]
fn rules_are_reloaded_without_losing_a_packet() {
    rules_are_reloaded("b", "1");
}

#[test]
fn rules_are_reloaded_without_losing_a_packet_of_any_worker() {
    rules_are_reloaded("d", "2");
}

fn rules_are_reloaded(tag: &str, threads: &str) {
    let Some(net) = Net::new(tag) else { return };
    let flood = Path::new("fixtures/attacks/syn-flood-source.pcap");
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("x.rules");
    let rule = |sid| {
        format!(
            "alert udp any any -> any 53 (msg:\"x\"; sid:{sid};)\nalert tcp any any -> any any (msg:\"y\"; flags:S; sid:9;)\n"
        )
    };
    std::fs::write(&rules, rule(1)).expect("the folder can be written to");
    let mut listening = Listening::start(&net.right, &["-r", &rules.display().to_string(), "--threads", threads]);
    replay(&net.left, flood, false);
    std::fs::write(&rules, rule(2)).expect("the folder can be written to");
    listening.signal("-USR2");
    replay(&net.left, flood, false);
    listening.wait_for("reloaded");
    replay(&net.left, flood, false);
    listening.signal("-INT");
    let (status, live, said) = listening.finish();
    assert_eq!(status, Some(0));
    // The totals are those of all rules that were used.
    let total: usize = by_sid(&live).values().sum();
    assert!(
        said.lines()
            .any(|line| line.replace(',', "").starts_with(&format!("alerts    {total} "))),
        "{total} alerts:\n{said}"
    );
    let (offline, _) = eve(&[
        "-r",
        &rules.display().to_string(),
        "-p",
        "fixtures/attacks/syn-flood-source.pcap",
    ]);
    assert_eq!(
        by_sid(&live).get(&9),
        by_sid(&offline).get(&9).map(|n| n * 3).as_ref(),
        "every packet of the three replays"
    );
}

#[test]
fn it_stops_after_so_many_packets_and_gives_up_its_privileges() {
    let Some(net) = Net::new("c") else { return };
    for threads in ["1", "2"] {
        let listening = Listening::start(
            &net.right,
            &["-r", "rules", "--count", "10", "--user", "nobody", "--threads", threads],
        );
        replay(&net.left, Path::new("fixtures/attacks/land.pcap"), false);
        let (status, records, _) = listening.finish();
        assert_eq!(status, Some(0));
        let stats = records.iter().find(|r| r["event_type"] == "stats").expect("counters");
        assert_eq!(stats["stats"]["decoder"]["pkts"], 10, "{threads} workers");
    }
}
