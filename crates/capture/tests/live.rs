//! Live capture, on pairs of virtual Ethernet interfaces in a network namespace of their own.
#![cfg(all(feature = "live", target_os = "linux"))]

use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use capture::{CaptureError, CaptureMethod, Live, LiveOptions};
use packet::LinkType;
use pcap::{Active, Capture};

mod namespace;

use namespace::{datagram, drop_privileges, in_a_namespace, link_set, method_inside, sender};

#[test]
fn frames_sent_at_one_end_are_read_at_the_other() {
    for method in ["af-packet", "pcap"] {
        in_a_namespace("inside_the_namespace", method);
    }
}

#[test]
#[ignore = "run by frames_sent_at_one_end_are_read_at_the_other"]
fn inside_the_namespace() {
    let Some(method) = method_inside() else {
        return;
    };
    let options = LiveOptions {
        method,
        filter: Some("udp port 53".into()),
        ..LiveOptions::default()
    };
    errors_of_opening(&options);
    let mut live = Live::open(&["a1", "b1"], &options).unwrap();
    assert!(
        live.opened()
            .iter()
            .all(|one| one.method == method && one.fallback.is_none())
    );
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

fn errors_of_opening(options: &LiveOptions) {
    let error = error_of(&["a1", "c1"], options);
    let text = error.to_string();
    assert!(
        text.starts_with("c1: no such interface; there are: ") && text.contains("a1"),
        "{text}"
    );
    let error = error_of(
        &["a1"],
        &LiveOptions {
            filter: Some("udp prt 53".into()),
            ..options.clone()
        },
    );
    assert!(
        matches!(error, CaptureError::Filter { column: Some(4), .. }),
        "{error:?}"
    );
    link_set("a1", "down");
    let text = error_of(&["a1"], options).to_string();
    link_set("a1", "up");
    assert!(
        text.starts_with("a1: cannot be opened") && text.ends_with("bring it up: ip link set a1 up"),
        "{text}"
    );
    let names: Vec<String> = capture::interfaces()
        .unwrap()
        .into_iter()
        .map(|interface| interface.name)
        .collect();
    assert!(names.contains(&"b0".to_owned()), "{names:?}");
    // Cooked, never promiscuous: by libpcap, which is told.
    let any = Live::open(&["any"], &LiveOptions::default()).unwrap();
    let opened = any.opened().remove(0);
    assert_eq!(opened.method, CaptureMethod::Pcap);
    assert!(opened.fallback.is_some_and(|reason| reason.contains("libpcap only")));
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
    link_set("b1", "down");
    let start = Instant::now();
    for _ in 0..10 {
        assert_eq!(live.next().unwrap(), None);
    }
    assert!(start.elapsed() > Duration::from_millis(200), "it spins");
    link_set("b1", "up");
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
