//! Live capture with a ring for each worker, on a veth pair between two network namespaces.

mod support;
#[path = "support/wire.rs"]
mod wire;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;
use support::{eve, run};
use testkit::layer::{Icmpv4, Udp};
use testkit::{Capture, Frame, PacketBuilder, Segmentation, TcpConversation, Time};
use wire::{Listening, Net, by_sid, replay};

#[test]
fn sends_frames_when_asked_to() {
    wire::send_if_asked();
}

/// The rules for [`mixed`]: of streams, flows, datagrams that fragments complete, and flows that belong to others.
const RULES: &str = r#"
alert tcp any any -> any 80 (msg:"over segments"; flow:established,to_server; content:"needle in the stream"; sid:1;)
alert http any any -> any any (msg:"a response to it"; flow:established,to_client; flowbits:isset,asked; http.stat_code; content:"200"; sid:2;)
alert http any any -> any any (msg:"asked"; flow:established,to_server; http.uri; content:"/wanted"; flowbits:set,asked; sid:3;)
alert udp any any -> any 5000 (msg:"over fragments"; content:"split in two"; sid:4;)
alert icmp any any -> any any (msg:"ping"; itype:8; sid:5;)
alert ftp-data any any -> any any (msg:"what FTP carries"; content:"secret"; sid:6;)
alert tcp any any -> any any (msg:"many connections of one"; flags:S; threshold:type both,track by_dst,count 100,seconds 3600; sid:7;)
"#;

/// Hosts that talk to a server, a pair each.
const HOSTS: u8 = 60;

/// Much between many hosts, all at the same time.
fn mixed() -> Capture {
    Capture::merge((1..=HOSTS).flat_map(conversations))
}

fn conversations(host: u8) -> Vec<Capture> {
    let (client, server) = (format!("10.7.{}.{host}", host % 5), "192.0.2.80");
    let web = TcpConversation::new(format!("{client}:4000{}", host % 10).as_str(), "192.0.2.80:80")
        .handshake()
        .segmentation(Segmentation::every(9).shuffled(host.into()))
        .to_server(b"GET /wanted HTTP/1.1\r\nHost: a.example\r\nX: needle in the stream\r\n\r\n")
        .to_client(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        .close()
        .capture();
    let port = 51200 + u16::from(host);
    let passive = format!("227 Entering Passive Mode (192,0,2,80,200,{host})\r\n");
    let files = TcpConversation::new(format!("{client}:30001").as_str(), "192.0.2.80:21")
        .handshake()
        .to_client(b"220 ready\r\n")
        .to_server(b"PASV\r\n")
        .to_client(passive.as_bytes())
        .to_server(b"RETR a.txt\r\n")
        .to_client(b"150 here it comes\r\n")
        .capture();
    let after = files.end().expect("it has packets");
    let data = TcpConversation::new(format!("{client}:30002").as_str(), format!("{server}:{port}").as_str())
        .handshake()
        .to_client(b"the secret is out")
        .close()
        .capture();
    let began = data.frames.first().expect("it has packets").time;
    let data = data.later(std::time::Duration::from_millis(1) + (after - began));
    let mut datagrams = Capture::new();
    let split = PacketBuilder::between(client.as_str(), server)
        .layer(Udp::new(6000, 5000))
        .payload(&[&[b'.'; 10][..], b"split in two", &[b'.'; 10]].concat());
    for fragment in split.fragments(host.into(), 24) {
        datagrams.push(Frame::new(Time::START, fragment));
    }
    datagrams.push(
        PacketBuilder::between(client.as_str(), server)
            .layer(Icmpv4::echo_request(7, 1))
            .at(Time::START),
    );
    vec![web, files, data, datagrams]
}

/// A folder with `rules` and a capture.
fn prepared(rules: &str, capture: &Capture) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let (rules_path, capture_path) = (folder.path().join("x.rules"), folder.path().join("x.pcap"));
    std::fs::write(&rules_path, rules).expect("the folder can be written to");
    std::fs::write(&capture_path, capture.to_pcap()).expect("the folder can be written to");
    (folder, rules_path, capture_path)
}

/// The last record of counters.
fn counters(records: &[Value]) -> &Value {
    let stats = records.iter().rev().find(|record| record["event_type"] == "stats");
    &stats.expect("there are counters")["stats"]
}

/// Packets and drops of each worker, as the kernel counted them.
fn by_worker(records: &[Value], workers: usize) -> Vec<(u64, u64)> {
    let capture = |worker| &counters(records)["threads"][format!("W#{worker:02}-veth0")]["capture"];
    let number = |value: &Value| value.as_u64().expect("a number");
    (1..=workers)
        .map(|worker| {
            let one = capture(worker);
            (number(&one["kernel_packets"]), number(&one["kernel_drops"]))
        })
        .collect()
}

#[test]
fn workers_with_rings_raise_the_alerts_of_one_and_of_the_capture_offline() {
    let Some(net) = Net::new("w") else { return };
    let sent = mixed();
    let (_folder, rules, capture) = prepared(RULES, &sent);
    let (rules, path) = (rules.display().to_string(), capture.display().to_string());
    let (offline, _) = eve(&["-r", &rules, "-p", &path]);
    let expected = by_sid(&offline);
    let hosts = usize::from(HOSTS);
    assert_eq!(expected.keys().copied().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    assert!((1..=6).all(|sid| expected[&sid] == hosts), "{expected:?}");
    for (threads, method) in [
        ("1", "af-packet"),
        ("2", "af-packet"),
        ("3", "af-packet"),
        ("2", "pcap"),
    ] {
        let more = [
            "-r",
            &rules,
            "--threads",
            threads,
            "--capture-method",
            method,
            "-f",
            "ip",
        ];
        let listening = Listening::start(&net.right, &more);
        replay(&net.left, &capture, true);
        // What is in the rings by now is still inspected.
        listening.signal("-TERM");
        let (status, live, said) = listening.finish();
        assert_eq!(status, Some(0));
        assert_eq!(by_sid(&live), expected, "{threads} workers by {method}:\n{said}");
        assert_eq!(counters(&live)["decoder"]["pkts"], sent.frames.len());
        if method == "pcap" {
            assert!(said.contains("2 workers share one reader"), "{said}");
            continue;
        }
        let shares = by_worker(&live, threads.parse().expect("a number"));
        let sum: u64 = shares.iter().map(|(packets, _)| packets).sum();
        assert_eq!(sum, sent.frames.len() as u64, "{shares:?}");
        assert!(shares.iter().all(|(packets, _)| *packets > 0), "{shares:?}");
        assert_eq!(said.contains("worker 2 "), threads != "1", "{said}");
        let flows = live.iter().filter(|record| record["event_type"] == "flow");
        let ids: BTreeSet<u64> = flows.clone().filter_map(|flow| flow["flow_id"].as_u64()).collect();
        assert_eq!(ids.len(), flows.count(), "no two flows have the same number");
    }
}

#[test]
fn what_finds_a_ring_full_is_told_of_its_worker() {
    let Some(net) = Net::new("f") else { return };
    let datagram = PacketBuilder::between("10.7.0.1", "192.0.2.80")
        .layer(Udp::new(6000, 5000))
        .payload(&[b'x'; 1400]);
    // Ten times what the ring of one worker holds.
    let frames = 10_000;
    let sent: Capture = (0..frames).map(|_| datagram.at(Time::START)).collect();
    let (_folder, rules, capture) = prepared("alert udp any any -> any 1 (msg:\"x\"; sid:1;)\n", &sent);
    let rules = rules.display().to_string();
    let small = [
        "--set",
        "af-packet.0.interface=veth0",
        "--set",
        "af-packet.0.ring-size=1000",
    ];
    let more = [
        &[
            "-r",
            &rules,
            "--threads",
            "2",
            "--capture-method",
            "af-packet",
            "-f",
            "udp",
        ][..],
        &small,
    ]
    .concat();
    let listening = Listening::start(&net.right, &more);
    listening.signal("-STOP");
    replay(&net.left, &capture, true);
    listening.signal("-CONT");
    listening.signal("-INT");
    let (status, live, said) = listening.finish();
    assert_eq!(status, Some(0));
    let mut shares = by_worker(&live, 2);
    shares.sort_unstable();
    let [(0, 0), (received, dropped)] = shares[..] else {
        panic!("all is of one pair of hosts: {shares:?}\n{said}")
    };
    assert_eq!(received, frames);
    let inspected = counters(&live)["decoder"]["pkts"].as_u64().expect("a number");
    assert!((1..3000).contains(&inspected), "{dropped} {inspected}\n{said}");
    assert_eq!(
        inspected + dropped,
        frames,
        "each packet is inspected or counted as lost"
    );
    assert_eq!(counters(&live)["capture"]["kernel_drops"], dropped);
    assert!(said.contains("not taken in time and lost"), "{said}");
}

/// The cores that each thread of a process may use.
fn allowed(pid: u32) -> Vec<String> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
    let status = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
    tasks
        .map(|task| {
            let text = status(task.expect("a thread"));
            let line = text.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
            line.unwrap_or_default().trim().to_owned()
        })
        .collect()
}

#[test]
fn workers_run_on_the_cores_they_were_given() {
    let Some(net) = Net::new("k") else { return };
    let own = allowed(std::process::id());
    let all = own.first().expect("a thread").clone();
    if !all.starts_with("0-") && !all.starts_with("0,1") {
        return println!("skipped: not two cores that are known, but {all}");
    }
    let (_folder, rules, _) = prepared(RULES, &Capture::new());
    let rules = rules.display().to_string();
    let yaml = "%YAML 1.1\n---\nthreading:\n  set-cpu-affinity: yes\n  cpu-affinity:\n    - worker-cpu-set:\n        cpu: [ 1, 0 ]\n        mode: exclusive\naf-packet:\n  - interface: veth0\n    threads: 2\n";
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("suricata.yaml");
    std::fs::write(&config, yaml).expect("the folder can be written to");
    let config = config.display().to_string();
    let of_command_line = ["-r", &rules, "--threads", "2", "--cpu-affinity", "0-1"];
    let by_libpcap = [&of_command_line[..], &["--capture-method", "pcap"]].concat();
    for more in [&of_command_line[..], &by_libpcap, &["-r", &rules, "-c", &config]] {
        let listening = Listening::start(&net.right, more);
        // A worker settles in before it looks at its ring, and it has one packet to see.
        let lists = until(|| {
            let lists = allowed(listening.child.id());
            let has = |list: &str| lists.iter().filter(|one| *one == list).count();
            (has("0") == 1 && has("1") == 1).then_some(lists)
        });
        assert!(lists.contains(&all), "the others run anywhere: {lists:?}");
        listening.signal("-INT");
        let (status, _, said) = listening.finish();
        assert_eq!(status, Some(0));
        assert!(
            said.contains("worker 1 runs on core") && said.contains("worker 2 runs on core"),
            "{said}"
        );
    }
}

/// Looks until there is something.
fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("it did not come about");
}

#[test]
fn cores_that_are_not_there_are_told_with_those_that_are() {
    let (folder, rules, _) = prepared(RULES, &Capture::new());
    let rules = rules.display().to_string();
    let said = |args: &[&str]| {
        let output = run(args);
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (status, text) = said(&["-r", &rules, "-i", "lo", "--cpu-affinity", "1023"]);
    assert_eq!(status, Some(2), "{text}");
    assert!(
        text.contains("core 1023") && text.contains("name some of these"),
        "{text}"
    );
    let (status, text) = said(&["-r", &rules, "-i", "lo", "--cpu-affinity", "3-x"]);
    assert_eq!(status, Some(2), "{text}");
    assert!(text.contains("0,2-3") && text.contains("auto"), "{text}");
    let (status, text) = said(&["-r", &rules, "-p", "fixtures/ordinary.pcap", "--cpu-affinity", "0"]);
    assert_eq!(status, Some(2), "{text}");
    let config = folder.path().join("suricata.yaml");
    let yaml = "%YAML 1.1\n---\nthreading:\n  set-cpu-affinity: yes\n  cpu-affinity:\n    - worker-cpu-set:\n        cpu: [ 1023 ]\n";
    std::fs::write(&config, yaml).expect("the folder can be written to");
    let (status, text) = said(&["-c", &config.display().to_string(), "-r", &rules, "-i", "lo"]);
    assert_eq!(status, Some(3), "{text}");
    assert!(text.contains("threading.cpu-affinity.worker-cpu-set"), "{text}");
}

#[test]
fn rules_that_want_one_worker_have_one_and_are_not_taken_over_by_several() {
    let Some(net) = Net::new("o") else { return };
    let entangled = "alert udp any any -> any 5000 (msg:\"x\"; dataset:set,seen,type string; content:\"in\"; sid:4;)\n\
                     alert icmp any any -> any any (msg:\"ping\"; itype:8; xbits:isset,x,track ip_src; flowbits:set,y; sid:5;)\n";
    let (_folder, rules, capture) = prepared(entangled, &mixed());
    let path = rules.display().to_string();
    let listening = Listening::start(&net.right, &["-r", &path, "--threads", "2", "--keep-going"]);
    assert!(listening.said.contains("one worker runs, not 2"), "{}", listening.said);
    listening.signal("-INT");
    assert_eq!(listening.finish().0, Some(0));

    std::fs::write(&rules, RULES).expect("the folder can be written to");
    let mut listening = Listening::start(&net.right, &["-r", &path, "--threads", "2", "-f", "ip"]);
    std::fs::write(&rules, entangled).expect("the folder can be written to");
    listening.signal("-USR2");
    listening.wait_for("were not reloaded, the old ones stay");
    replay(&net.left, &capture, true);
    listening.signal("-INT");
    let (status, live, said) = listening.finish();
    assert_eq!(status, Some(0));
    assert!(said.contains("takes a single worker"), "{said}");
    assert_eq!(by_sid(&live).get(&1), Some(&usize::from(HOSTS)));
}

#[test]
fn logs_are_opened_again_without_losing_a_record() {
    let Some(net) = Net::new("h") else { return };
    let (_folder, rules, capture) = prepared(RULES, &mixed());
    let rules = rules.display().to_string();
    let listening = Listening::start(&net.right, &["-r", &rules, "--threads", "2", "-f", "ip"]);
    replay(&net.left, &capture, true);
    let (log, moved) = (
        listening.log.path().join("eve.json"),
        listening.log.path().join("moved.json"),
    );
    std::fs::rename(&log, &moved).expect("the log is there");
    listening.signal("-HUP");
    // Nothing need come for it to be opened.
    until(|| log.exists().then_some(()));
    replay(&net.left, &capture, true);
    listening.signal("-INT");
    let text = std::fs::read_to_string(&moved).expect("it is there");
    let (status, live, _) = listening.finish();
    assert_eq!(status, Some(0));
    let records: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("whole records"))
        .collect();
    let (first, second) = (by_sid(&records), by_sid(&live));
    let hosts = usize::from(HOSTS);
    let sum = |sid| first.get(&sid).unwrap_or(&0) + second.get(&sid).unwrap_or(&0);
    assert_eq!((sum(4), sum(5)), (2 * hosts, 2 * hosts), "{first:?} {second:?}");
}
