//! Live capture, on pairs of virtual Ethernet interfaces in a network namespace of their own.
#![cfg(all(feature = "live", target_os = "linux"))]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use capture::{CaptureError, Live, LiveOptions};
use packet::LinkType;
use pcap::{Active, Capture};

/// Makes the namespace and runs [`inside_the_namespace`] in it, with this very program.
#[test]
fn frames_sent_at_one_end_are_read_at_the_other() {
    // SAFETY: `geteuid` has no preconditions.
    if unsafe { libc::geteuid() } != 0 {
        println!("skipped: not root");
        return;
    }
    let namespace = match Namespace::new() {
        Ok(namespace) => namespace,
        Err(reason) => return println!("skipped: no network namespace: {reason}"),
    };
    for pair in ["a", "b"] {
        let (near, far) = (format!("{pair}0"), format!("{pair}1"));
        namespace
            .ip(&["link", "add", &near, "type", "veth", "peer", "name", &far])
            .unwrap();
        namespace.ip(&["link", "set", &near, "up"]).unwrap();
        namespace.ip(&["link", "set", &far, "up"]).unwrap();
    }
    let child = Command::new("ip")
        .args(["netns", "exec", &namespace.0])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "inside_the_namespace", "--ignored", "--nocapture"])
        .env(INSIDE, "1")
        .stdout(Stdio::inherit())
        .spawn()
        .unwrap();
    assert!(wait(child), "the test in the namespace failed or took too long");
}

#[test]
#[ignore = "run by frames_sent_at_one_end_are_read_at_the_other"]
fn inside_the_namespace() {
    if std::env::var_os(INSIDE).is_none() {
        println!("skipped: only in a namespace of its own");
        return;
    }
    let options = LiveOptions {
        filter: Some("udp port 53".into()),
        ..LiveOptions::default()
    };
    errors_of_opening();
    let mut live = Live::open(&["a1", "b1"], &options).unwrap();
    a_quiet_interface_comes_back(&mut live);
    let (mut a0, mut b0) = (sender("a0"), sender("b0"));
    let start = SystemTime::now();
    for i in 0..1000_u16 {
        a0.sendpacket(datagram(i, 53)).unwrap();
        b0.sendpacket(datagram(i, 53)).unwrap();
        a0.sendpacket(datagram(i, 54)).unwrap();
    }
    let seen = read(&mut live, 2000);
    for interface in 0..2 {
        let numbers: Vec<u16> = seen
            .iter()
            .filter(|(of, ..)| *of == interface)
            .map(|&(_, number, _)| number)
            .collect();
        assert_eq!(numbers, (0..1000).collect::<Vec<_>>(), "interface {interface}");
    }
    let nanos = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as i64;
    let (first, last) = (nanos(start), nanos(SystemTime::now()));
    assert!(
        seen.iter().all(|(.., time)| (first..=last).contains(time)),
        "the times are those of sending"
    );
    assert!(
        seen.iter().any(|(.., time)| time % 1000 != 0),
        "the times are in nanoseconds"
    );
    for (stats, interface) in live.stats().unwrap().iter().zip(["a1", "b1"]) {
        assert_eq!((&stats.interface[..], stats.dropped), (interface, 0));
        // The kernel also counts what comes between opening and the filter: its own IPv6 reports.
        assert!((1000..1020).contains(&stats.received), "{stats:?}");
    }
    an_interface_that_goes_down_is_waited_for(&mut live, &mut b0);
    an_interface_that_goes_away_leaves_the_others(&mut live, &mut b0);
    drop_privileges();
    b0.sendpacket(datagram(8, 53)).unwrap();
    assert_eq!(read(&mut live, 1)[0].1, 8, "reading needs no privileges");
    assert_eq!(live.stats().unwrap().len(), 1);
    let error = error_of(&["b1"], &options);
    assert!(matches!(error, CaptureError::Permission { .. }), "{error}");
    println!("{error}");
}

fn errors_of_opening() {
    let error = error_of(&["a1", "c1"], &LiveOptions::default());
    let text = error.to_string();
    assert!(
        text.starts_with("c1: no such interface; there are: ") && text.contains("a1"),
        "{text}"
    );
    let error = error_of(
        &["a1"],
        &LiveOptions {
            filter: Some("udp prt 53".into()),
            ..LiveOptions::default()
        },
    );
    assert!(
        matches!(error, CaptureError::Filter { column: Some(4), .. }),
        "{error:?}"
    );
    let names: Vec<String> = capture::interfaces()
        .unwrap()
        .into_iter()
        .map(|interface| interface.name)
        .collect();
    assert!(names.contains(&"b0".to_owned()), "{names:?}");
    // Cooked, never promiscuous.
    drop(Live::open(&["any"], &LiveOptions::default()).unwrap());
}

fn a_quiet_interface_comes_back(live: &mut Live) {
    let start = Instant::now();
    for _ in 0..4 {
        assert_eq!(live.next().unwrap(), None);
    }
    let took = start.elapsed();
    assert!(
        took > Duration::from_millis(50) && took < Duration::from_secs(2),
        "{took:?}"
    );
}

fn an_interface_that_goes_down_is_waited_for(live: &mut Live, b0: &mut Capture<Active>) {
    let set = |state| {
        assert!(
            Command::new("ip")
                .args(["link", "set", "b1", state])
                .status()
                .unwrap()
                .success()
        )
    };
    set("down");
    let start = Instant::now();
    for _ in 0..10 {
        assert_eq!(live.next().unwrap(), None);
    }
    assert!(start.elapsed() > Duration::from_millis(200), "it spins");
    set("up");
    std::thread::sleep(Duration::from_millis(50));
    b0.sendpacket(datagram(6, 53)).unwrap();
    assert_eq!(read(live, 1)[0].1, 6);
}

fn an_interface_that_goes_away_leaves_the_others(live: &mut Live, b0: &mut Capture<Active>) {
    assert!(
        Command::new("ip")
            .args(["link", "del", "a0"])
            .status()
            .unwrap()
            .success()
    );
    let deadline = Instant::now() + Duration::from_secs(5);
    let error = loop {
        assert!(Instant::now() < deadline, "nothing told that a1 is gone");
        if let Err(e) = live.next() {
            break e;
        }
    };
    assert!(
        matches!(&error, CaptureError::Interface { interface, .. } if interface == "a1"),
        "{error}"
    );
    println!("{error}");
    b0.sendpacket(datagram(7, 53)).unwrap();
    let seen = read(live, 1);
    assert_eq!((seen[0].0, seen[0].1), (1, 7));
}

/// Interface, number in the datagram and time of this many frames.
fn read(live: &mut Live, count: usize) -> Vec<(u32, u16, i64)> {
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut seen = Vec::new();
    while seen.len() < count {
        assert!(Instant::now() < deadline, "only {} of {count} frames came", seen.len());
        let Some(frame) = live.next().unwrap() else {
            continue;
        };
        assert_eq!(
            (frame.link, frame.data.len(), frame.orig_len),
            (LinkType::Ethernet, 60, 60)
        );
        seen.push((
            frame.interface,
            u16::from_be_bytes([frame.data[42], frame.data[43]]),
            frame.time.0,
        ));
    }
    assert!(live.packets() >= count as u64);
    seen
}

fn error_of(names: &[&str], options: &LiveOptions) -> CaptureError {
    Live::open(names, options).err().expect("it opened")
}

fn sender(interface: &str) -> Capture<Active> {
    Capture::from_device(interface).unwrap().open().unwrap()
}

/// An Ethernet frame with a UDP datagram that carries `number`.
fn datagram(number: u16, port: u16) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
    frame.extend([0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
    frame.extend([0x30, 0x39, (port >> 8) as u8, port as u8, 0, 26, 0, 0]);
    frame.extend(number.to_be_bytes());
    frame.resize(60, 0);
    frame
}

fn drop_privileges() {
    // SAFETY: these take numbers only, and nothing here relies on who the process is.
    let dropped = unsafe { libc::setgid(65534) == 0 && libc::setuid(65534) == 0 };
    assert!(dropped, "{}", std::io::Error::last_os_error());
}

/// Whether the child succeeds, in time.
fn wait(mut child: Child) -> bool {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().unwrap() {
            return status.success();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    false
}

/// A network namespace, deleted with all that is in it.
struct Namespace(String);

impl Namespace {
    fn new() -> Result<Self, String> {
        let name = format!("ruleids-test-{}", std::process::id());
        run(&["netns", "add", &name])?;
        Ok(Self(name))
    }

    fn ip(&self, args: &[&str]) -> Result<(), String> {
        run(&[&["-n", &self.0], args].concat())
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if let Err(reason) = run(&["netns", "del", &self.0]) {
            println!("{}: {reason}", self.0);
        }
    }
}

fn run(args: &[&str]) -> Result<(), String> {
    let output = Command::new("ip").args(args).output().map_err(|e| format!("ip: {e}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

const INSIDE: &str = "RULEIDS_TEST_INSIDE_NAMESPACE";
