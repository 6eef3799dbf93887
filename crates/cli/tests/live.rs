//! Live capture on a veth pair between two network namespaces: the same alerts as from the capture read offline.

mod support;

use std::collections::BTreeMap;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{eve, program, repository};

/// A pair of namespaces, joined; gone when dropped.
struct Net {
    left: String,
    right: String,
}

impl Net {
    /// `None`, with the reason printed, where namespaces cannot be made.
    fn new(tag: &str) -> Option<Self> {
        let id = std::process::id();
        let net = Self {
            left: format!("rl{tag}{id}"),
            right: format!("rr{tag}{id}"),
        };
        let (a, b) = (net.left.as_str(), net.right.as_str());
        let made = [
            vec!["netns", "add", a],
            vec!["netns", "add", b],
            vec![
                "-n", a, "link", "add", "veth0", "type", "veth", "peer", "name", "veth0", "netns", b,
            ],
            vec!["-n", a, "link", "set", "veth0", "up"],
            vec!["-n", b, "link", "set", "veth0", "up"],
        ]
        .iter()
        .all(|args| {
            Command::new("ip")
                .args(args)
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|s| s.success())
        });
        if !made {
            println!("skipped: no network namespaces can be made here (needs root and iproute2)");
            return None;
        }
        for ns in [a, b] {
            // What the kernel sends by itself is no part of the test.
            let _ = Command::new("ip")
                .args([
                    "netns",
                    "exec",
                    ns,
                    "sysctl",
                    "-qw",
                    "net.ipv6.conf.veth0.disable_ipv6=1",
                ])
                .output();
        }
        Some(net)
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        for ns in [&self.left, &self.right] {
            let _ = Command::new("ip").args(["netns", "del", ns]).output();
        }
    }
}

/// The program, listening in a namespace.
struct Listening {
    child: Child,
    stderr: std::sync::mpsc::Receiver<String>,
    log: tempfile::TempDir,
}

impl Listening {
    fn start(namespace: &str, more: &[&str]) -> Self {
        let log = tempfile::tempdir().expect("a folder");
        let path = log.path().display().to_string();
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", namespace])
            .arg(program().get_program())
            .current_dir(repository());
        command
            .args(["-v", "-i", "veth0", "-l", &path])
            .args(more)
            .stderr(Stdio::piped())
            .stdout(Stdio::null());
        let mut child = command.spawn().expect("ip is there");
        let mut pipe = child.stderr.take().expect("a pipe");
        let (send, stderr) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut text = Vec::new();
            let mut buffer = [0; 4096];
            while let Ok(n) = pipe.read(&mut buffer) {
                if n == 0 {
                    break;
                }
                text.extend_from_slice(&buffer[..n]);
                let _ = send.send(String::from_utf8_lossy(&text).into_owned());
            }
        });
        let this = Self { child, stderr, log };
        this.wait_for("listening on");
        this
    }

    /// Waits until stderr holds `text`.
    fn wait_for(&self, text: &str) {
        let until = Instant::now() + Duration::from_secs(60);
        let mut last = String::new();
        while Instant::now() < until {
            if let Ok(all) = self.stderr.recv_timeout(Duration::from_millis(200)) {
                last = all;
            }
            if last.contains(text) {
                return;
            }
        }
        panic!("`{text}` was not said:\n{last}");
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([name, &pid])
                .status()
                .expect("kill is there")
                .success()
        );
    }

    /// Ends it, and gives its exit status and records.
    fn finish(mut self) -> (Option<i32>, Vec<Value>) {
        let until = Instant::now() + Duration::from_secs(30);
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                break status;
            }
            if Instant::now() > until {
                let _ = self.child.kill();
                panic!("it did not end");
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        let text = std::fs::read_to_string(self.log.path().join("eve.json")).unwrap_or_default();
        let records = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("a record is JSON"))
            .collect();
        (status.code(), records)
    }
}

/// Sends the frames of a capture from a namespace, at the pace at which they were recorded.
fn replay(namespace: &str, capture: &str) {
    let status = Command::new("ip")
        .args(["netns", "exec", namespace])
        .arg(std::env::current_exe().expect("this test has a path"))
        .args(["--exact", "sends_frames_when_asked_to"])
        .env(REPLAY, repository().join("fixtures").join(capture))
        .stdout(Stdio::null())
        .status()
        .expect("ip is there");
    assert!(status.success(), "the replay of {capture}");
}

/// The other end of [`replay`]: this test starts itself again within a namespace, with something to send.
#[test]
fn sends_frames_when_asked_to() {
    let Some(path) = std::env::var_os(REPLAY) else { return };
    let mut file = pcap::Capture::from_file(path).expect("a capture");
    let mut wire = pcap::Capture::from_device("veth0")
        .expect("an interface")
        .open()
        .expect("it opens");
    let mut first = None;
    let started = Instant::now();
    while let Ok(packet) = file.next_packet() {
        let at = Duration::new(packet.header.ts.tv_sec as u64, packet.header.ts.tv_usec as u32 * 1000);
        let after = at.saturating_sub(*first.get_or_insert(at));
        std::thread::sleep(after.saturating_sub(started.elapsed()));
        wire.sendpacket(packet.data).expect("it is sent");
    }
}

/// The capture to send.
const REPLAY: &str = "RULEIDS_TEST_REPLAY";

fn by_sid(records: &[Value]) -> BTreeMap<u64, usize> {
    let mut counts = BTreeMap::new();
    for record in records.iter().filter(|r| r["event_type"] == "alert") {
        *counts
            .entry(record["alert"]["signature_id"].as_u64().expect("a sid"))
            .or_default() += 1;
    }
    counts
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
        replay(&net.left, capture);
        std::thread::sleep(Duration::from_millis(500));
        listening.signal("-TERM");
        let (status, live) = listening.finish();
        assert_eq!(status, Some(0), "{capture}");
        let (offline, _) = eve(&["-r", "rules", "-p", &format!("fixtures/{capture}")]);
        assert!(!by_sid(&offline).is_empty(), "{capture} raises alerts");
        assert_eq!(by_sid(&live), by_sid(&offline), "{capture}");
    }
}

#[test]
fn rules_are_reloaded_without_losing_a_packet() {
    let Some(net) = Net::new("b") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("x.rules");
    let rule = |sid| {
        format!(
            "alert udp any any -> any 53 (msg:\"x\"; sid:{sid};)\nalert tcp any any -> any any (msg:\"y\"; flags:S; sid:9;)\n"
        )
    };
    std::fs::write(&rules, rule(1)).expect("the folder can be written to");
    let listening = Listening::start(&net.right, &["-r", &rules.display().to_string()]);
    replay(&net.left, "attacks/syn-flood-source.pcap");
    std::fs::write(&rules, rule(2)).expect("the folder can be written to");
    listening.signal("-USR2");
    replay(&net.left, "attacks/syn-flood-source.pcap");
    listening.wait_for("reloaded");
    replay(&net.left, "attacks/syn-flood-source.pcap");
    std::thread::sleep(Duration::from_millis(500));
    listening.signal("-INT");
    let (status, live) = listening.finish();
    assert_eq!(status, Some(0));
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
    let listening = Listening::start(&net.right, &["-r", "rules", "--count", "10", "--user", "nobody"]);
    replay(&net.left, "attacks/land.pcap");
    let (status, _) = listening.finish();
    assert_eq!(status, Some(0));
}
