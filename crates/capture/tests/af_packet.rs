//! What only the kernel's ring does, on virtual interfaces in a network namespace of their own.
#![cfg(all(feature = "live", target_os = "linux"))]

use std::collections::{BTreeMap, BTreeSet};
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use capture::{CaptureMethod, Fanout, FanoutMode, Live, LiveOptions, LiveStats};

mod namespace;

use namespace::{datagram, in_a_namespace, method_inside, sender};

#[test]
fn readers_share_an_interface() {
    in_a_namespace("sharing", "af-packet");
}

#[test]
#[ignore = "run by readers_share_an_interface"]
fn sharing() {
    if method_inside().is_none() {
        return;
    }
    // By the kernel's hash, each of which sees flows between the same two hosts.
    let mut readers = Live::open_shared(
        both(&by(Fanout {
            mode: FanoutMode::Hash,
            ..Fanout::default()
        })),
        2,
    )
    .unwrap();
    shared_by_flow(&mut readers);
    let mut all = Vec::new();
    for reader in &mut readers {
        LiveStats::merge(&mut all, reader.stats().unwrap());
    }
    assert_eq!(all.len(), 2);
    for one in &all {
        assert_eq!(
            (one.received, one.dropped, one.rings.len()),
            (FRAMES as u64, 0, 2),
            "{one:?}"
        );
        assert_eq!(one.rings.iter().map(|ring| ring.received).sum::<u64>(), one.received);
    }
    // By the number of the group, as two processes do.
    let group = by(Fanout {
        mode: FanoutMode::Hash,
        group: Some(4711),
        ..Fanout::default()
    });
    let names = ["a1", "b1"];
    let mut readers = [Live::open(&names, &group).unwrap(), Live::open(&names, &group).unwrap()];
    shared_by_flow(&mut readers);
    shared_by_pair();
    // libpcap would hand out each packet twice.
    let pcap = LiveOptions {
        method: CaptureMethod::Pcap,
        ..udp()
    };
    assert!(Live::open_shared([("a1", &pcap)], 2).is_err());
}

fn by(fanout: Fanout) -> LiveOptions {
    LiveOptions {
        fanout: Some(fanout),
        ..udp()
    }
}

fn both(options: &LiveOptions) -> [(&str, &LiveOptions); 2] {
    ["a1", "b1"].map(|name| (name, options))
}

/// All between two hosts goes to one reader: either direction, on either interface, in fragments, of other protocols and
/// behind whatever; and what this machine sends on the interface goes where it goes when it is received.
fn shared_by_pair() {
    let standard = LiveOptions { filter: None, ..udp() };
    let mut readers = Live::open_shared(both(&standard), 3).unwrap();
    let mut senders = ["a0", "b0", "a1"].map(sender);
    for pair in 3..3 + PAIRS {
        let mut there = datagram(1, 1000 + pair);
        there[29] = pair as u8;
        let mut back = there.clone();
        back[26..30].copy_from_slice(&there[30..34]);
        back[30..34].copy_from_slice(&there[26..30]);
        let mut fragment = back.clone();
        fragment[20..22].copy_from_slice(&[0x20, 9]);
        let mut icmp = there.clone();
        icmp[23] = 1;
        for frame in [&there, &back, &fragment, &icmp] {
            senders[0].sendpacket(&frame[..]).unwrap();
            senders[1].sendpacket(&frame[..]).unwrap();
            senders[2].sendpacket(&frame[..]).unwrap();
            for front in FRONTS {
                let mut behind = frame[..12].to_vec();
                behind.extend_from_slice(front);
                behind.extend_from_slice(&frame[14..]);
                senders[0].sendpacket(&behind[..]).unwrap();
                senders[2].sendpacket(&behind[..]).unwrap();
            }
        }
    }
    let mut counts = BTreeMap::<(usize, u8), usize>::new();
    for (at, reader) in readers.iter_mut().enumerate() {
        for (_, frame) in until_quiet(reader) {
            // Where the addresses are, whatever is before them.
            let Some(ip) = frame.windows(2).position(|bytes| bytes == [0x45, 0]) else {
                continue;
            };
            let addresses = &frame[ip + 12..ip + 20];
            if addresses[..3] == [192, 0, 2] {
                *counts.entry((at, addresses[3].max(addresses[7]))).or_default() += 1;
            }
        }
    }
    let per_pair = 4 * (3 + 2 * FRONTS.len());
    assert_eq!(counts.len(), usize::from(PAIRS), "{counts:?}");
    assert!(counts.values().all(|&count| count == per_pair), "{counts:?}");
    let readers: BTreeSet<usize> = counts.keys().map(|(reader, _)| *reader).collect();
    assert_eq!(readers.len(), 3);
}

/// Together they get all frames of both interfaces, and each flow, in both directions, goes to one of them.
fn shared_by_flow(readers: &mut [Live]) {
    for name in ["a0", "b0"] {
        let mut sender = sender(name);
        for number in 0..PER_FLOW {
            for port in 0..FLOWS {
                let there = datagram(number, 1000 + port);
                let mut back = there.clone();
                back[26..30].copy_from_slice(&there[30..34]);
                back[30..34].copy_from_slice(&there[26..30]);
                back[34..36].copy_from_slice(&there[36..38]);
                back[36..38].copy_from_slice(&there[34..36]);
                sender.sendpacket(there).unwrap();
                sender.sendpacket(back).unwrap();
            }
        }
    }
    let mut flows: BTreeMap<(u32, u16), BTreeSet<usize>> = BTreeMap::new();
    let mut counts = Vec::new();
    for (at, reader) in readers.iter_mut().enumerate() {
        let frames = until_quiet(reader);
        counts.push(frames.len());
        for (interface, frame) in frames {
            let ports = [34, 36].map(|at| u16::from_be_bytes([frame[at], frame[at + 1]]));
            flows.entry((interface, ports[0].min(ports[1]))).or_default().insert(at);
        }
    }
    assert_eq!(counts.iter().sum::<usize>(), 2 * FRAMES, "{counts:?}");
    assert!(counts.iter().all(|&count| count > 0), "{counts:?}");
    assert_eq!(flows.len(), 2 * usize::from(FLOWS));
    assert!(flows.values().all(|readers| readers.len() == 1), "{flows:?}");
}

#[test]
fn a_ring_gives_frames_as_they_were_on_the_wire() {
    in_a_namespace("on_the_wire", "af-packet");
}

#[test]
#[ignore = "run by a_ring_gives_frames_as_they_were_on_the_wire"]
fn on_the_wire() {
    if method_inside().is_none() {
        return;
    }
    vlan_tags_are_there();
    frames_are_cut();
    a_loopback_shows_packets_once();
    what_does_not_fit_is_counted();
    a_filter_too_long_for_the_kernel_is_run_here();
    stopping_is_prompt();
}

/// The kernel takes them out before the ring gets the frame.
fn vlan_tags_are_there() {
    let tagged = |tag: &[u8]| {
        let mut frame = datagram(1, 53);
        frame.splice(12..12, tag.iter().copied());
        frame
    };
    let frames = [
        datagram(1, 53),
        tagged(b"\x81\x00\x60\x05"),
        tagged(b"\x88\xa8\x00\x06\x81\x00\x00\x05"),
    ];
    let mut all = Live::open(
        &["a1"],
        &LiveOptions {
            filter: Some("udp or vlan".into()),
            ..udp()
        },
    )
    .unwrap();
    let mut five = Live::open(
        &["a1"],
        &LiveOptions {
            filter: Some("vlan 5".into()),
            ..udp()
        },
    )
    .unwrap();
    let mut sender = sender("a0");
    for frame in &frames {
        sender.sendpacket(&frame[..]).unwrap();
    }
    let read: Vec<Vec<u8>> = until_quiet(&mut all).into_iter().map(|(_, frame)| frame).collect();
    assert_eq!(read, frames);
    let read: Vec<Vec<u8>> = until_quiet(&mut five).into_iter().map(|(_, frame)| frame).collect();
    assert_eq!(read, frames[1..2]);
}

fn frames_are_cut() {
    for filter in [None, Some("udp port 53".to_owned())] {
        let mut live = Live::open(
            &["a1"],
            &LiveOptions {
                filter,
                snaplen: 64,
                ..udp()
            },
        )
        .unwrap();
        let mut long = datagram(1, 53);
        long.resize(1000, 7);
        sender("a0").sendpacket(long).unwrap();
        let deadline = Instant::now() + Duration::from_secs(5);
        let lengths = loop {
            assert!(Instant::now() < deadline);
            match live.next().unwrap() {
                Some(frame) if frame.data.starts_with(&[2, 0, 0, 0, 0, 1]) => break (frame.data.len(), frame.orig_len),
                _ => {}
            }
        };
        assert_eq!(lengths, (64, 1000));
    }
}

fn a_loopback_shows_packets_once() {
    let mut live = Live::open(&["lo"], &udp()).unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for _ in 0..10 {
        socket.send_to(b"to myself", socket.local_addr().unwrap()).unwrap();
    }
    let frames = until_quiet(&mut live);
    assert_eq!(frames.len(), 10);
    assert!(frames.iter().all(|(_, frame)| frame.ends_with(b"to myself")));
}

fn what_does_not_fit_is_counted() {
    let tiny = LiveOptions {
        buffer_size: 8192,
        block_size: 4096,
        ..udp()
    };
    let mut live = Live::open(&["a1"], &tiny).unwrap();
    let mut sender = sender("a0");
    for number in 0..1000 {
        sender.sendpacket(datagram(number, 53)).unwrap();
    }
    let read = until_quiet(&mut live).len() as u64;
    // The ring works again once it was read.
    sender.sendpacket(datagram(7, 53)).unwrap();
    assert_eq!(until_quiet(&mut live).len(), 1);
    let stats = live.stats().unwrap().remove(0);
    assert!((1..900).contains(&read), "{read}");
    assert_eq!((stats.received, stats.dropped), (1001, 1000 - read), "{stats:?}");
    assert!(stats.rings[0].freezes > 0, "{stats:?}");
    // Asking sets the kernel's counters to 0, not ours.
    assert_eq!(live.stats().unwrap(), [stats]);
}

fn a_filter_too_long_for_the_kernel_is_run_here() {
    let ports: Vec<String> = (1..3000).map(|port| format!("ether[36:2] = {}", 2 * port)).collect();
    let filter = Some(format!("udp and ({})", ports.join(" or ")));
    let mut live = Live::open(&["a1"], &LiveOptions { filter, ..udp() }).unwrap();
    let mut sender = sender("a0");
    for port in 1000..1100 {
        sender.sendpacket(datagram(port, port)).unwrap();
    }
    assert_eq!(until_quiet(&mut live).len(), 50);
}

fn stopping_is_prompt() {
    let stop = Arc::new(AtomicBool::new(false));
    let mut live = Live::open(&["a1"], &udp()).unwrap();
    let asked = Arc::clone(&stop);
    let reader = std::thread::spawn(move || {
        while !asked.load(Ordering::Relaxed) {
            assert_eq!(live.next().unwrap(), None);
        }
    });
    std::thread::sleep(Duration::from_millis(150));
    let start = Instant::now();
    stop.store(true, Ordering::Relaxed);
    reader.join().unwrap();
    assert!(start.elapsed() < Duration::from_millis(1000), "{:?}", start.elapsed());
}

/// Interface and bytes of all frames that come until none has come for a while.
fn until_quiet(live: &mut Live) -> Vec<(u32, Vec<u8>)> {
    let mut seen = Vec::new();
    let mut quiet = 0;
    while quiet < 4 {
        match live.next().unwrap() {
            Some(frame) => {
                quiet = 0;
                seen.push((frame.interface, frame.data.to_vec()));
            }
            None => quiet += 1,
        }
    }
    seen
}

fn udp() -> LiveOptions {
    LiveOptions {
        method: CaptureMethod::AfPacket,
        filter: Some("udp".into()),
        ..LiveOptions::default()
    }
}

const FLOWS: u16 = 64;
/// Pairs of hosts; the second has address 2.
const PAIRS: u16 = 100;
/// What may be before an IP header: EtherTypes and tags.
const FRONTS: [&[u8]; 4] = [
    b"\x81\x00\x60\x05\x08\x00",
    b"\x88\xa8\x00\x06\x81\x00\x00\x05\x08\x00",
    b"\x88\x64\x11\x00\x00\x01\x00\x30\x00\x21",
    b"\x88\x47\x00\x01\x00\x40\x00\x02\x01\x40",
];
const PER_FLOW: u16 = 20;
/// Frames that each interface gets.
const FRAMES: usize = 2 * FLOWS as usize * PER_FLOW as usize;
