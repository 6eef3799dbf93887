//! Two network namespaces, the program that listens in one, and captures that are sent from the other.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::{program, repository};

/// A pair of namespaces, joined; gone when dropped.
pub struct Net {
    pub left: String,
    pub right: String,
}

impl Net {
    /// `None`, with the reason printed, where namespaces cannot be made.
    pub fn new(tag: &str) -> Option<Self> {
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
pub struct Listening {
    pub child: Child,
    stderr: std::sync::mpsc::Receiver<String>,
    pub log: tempfile::TempDir,
    /// What it said so far.
    pub said: String,
}

impl Listening {
    pub fn start(namespace: &str, more: &[&str]) -> Self {
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
        let mut this = Self {
            child,
            stderr,
            log,
            said: String::new(),
        };
        this.wait_for("listening on");
        this
    }

    /// Waits until stderr holds `text`.
    pub fn wait_for(&mut self, text: &str) {
        let until = Instant::now() + Duration::from_secs(60);
        while Instant::now() < until {
            if let Ok(all) = self.stderr.recv_timeout(Duration::from_millis(200)) {
                self.said = all;
            }
            if self.said.contains(text) {
                return;
            }
        }
        panic!("`{text}` was not said:\n{}", self.said);
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([name, &pid])
                .status()
                .expect("kill is there")
                .success()
        );
    }

    /// Waits for its end, and gives its exit status, records and what it said.
    pub fn finish(mut self) -> (Option<i32>, Vec<Value>, String) {
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
        // The pipe ends with the program.
        while let Ok(all) = self.stderr.recv() {
            self.said = all;
        }
        (status.code(), records, self.said)
    }
}

/// Sends the frames of a capture from a namespace, at the pace at which they were recorded or at once.
pub fn replay(namespace: &str, capture: &Path, at_once: bool) {
    let status = Command::new("ip")
        .args(["netns", "exec", namespace])
        .arg(std::env::current_exe().expect("this test has a path"))
        .args(["--exact", "sends_frames_when_asked_to"])
        .env(REPLAY, repository().join(capture))
        .env(PACE, if at_once { "none" } else { "recorded" })
        .stdout(Stdio::null())
        .status()
        .expect("ip is there");
    assert!(status.success(), "the replay of {}", capture.display());
}

/// The other end of [`replay`]: a test of the same program, which starts itself again within a namespace.
pub fn send_if_asked() {
    let Some(path) = std::env::var_os(REPLAY) else { return };
    let at_once = std::env::var_os(PACE).is_some_and(|pace| pace == "none");
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
        if !at_once {
            std::thread::sleep(after.saturating_sub(started.elapsed()));
        }
        wire.sendpacket(packet.data).expect("it is sent");
    }
}

/// The capture to send.
const REPLAY: &str = "RULEIDS_TEST_REPLAY";

/// How fast.
const PACE: &str = "RULEIDS_TEST_PACE";

/// How often each rule alerted.
pub fn by_sid(records: &[Value]) -> BTreeMap<u64, usize> {
    let mut counts = BTreeMap::new();
    for record in records.iter().filter(|r| r["event_type"] == "alert") {
        *counts
            .entry(record["alert"]["signature_id"].as_u64().expect("a sid"))
            .or_default() += 1;
    }
    counts
}
