//! Events of every kind, for tests.

use std::io::{self, Write};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use engine::eve::Origin;
use engine::event::{
    Alert, Anomaly, Body, Dropped, DroppedHeader, Event, Fields, FileInfo, FileKey, FileRecord, FlowRecord,
    FlowSummary, PacketRecord, PacketSource, Position, TcpRecord, VerdictAction, VerdictRecord,
};
use engine::rule::{Metadata, Reference, RuleMeta, Target};
use packet::{LinkType, Timestamp};

/// Rules of each priority, with and without the rest.
pub(crate) fn rules() -> Vec<RuleMeta> {
    let rule = |sid, priority, msg: &str, category: &str| RuleMeta {
        gid: 1,
        sid,
        rev: sid + 2,
        priority,
        msg: msg.to_owned(),
        category: category.into(),
        text: format!("alert ip any any -> any any (msg:\"{msg}\"; sid:{sid};)"),
        ..RuleMeta::default()
    };
    let mut metadata = Metadata::default();
    for (key, value) in [("created_at", "2026_01_01"), ("tag", "a"), ("tag", "b")] {
        metadata.push(key, value);
    }
    vec![
        RuleMeta {
            metadata,
            references: vec![Reference {
                id: "example.com/x".into(),
                prefix: "https://".into(),
            }],
            target: Some(Target::Destination),
            ..rule(1, 1, "tcp one", "A Network Trojan was detected")
        },
        rule(2, 2, "udp drop", ""),
        rule(3, 3, "icmp; with \"quotes\"", "Attempted Information Leak"),
        rule(4, 4, "", ""),
    ]
}

/// Where the events come from.
pub(crate) fn origin(rules: &[RuleMeta]) -> Origin<'_> {
    Origin {
        rules,
        capture: Some("a.pcap"),
        interface: Some("eth0"),
    }
}

/// An event of every kind, and an alert of every shape.
pub(crate) fn events() -> Vec<Event> {
    let tcp = packet("10.99.99.1", "10.99.99.45", Some((55534, 80)), 6);
    let udp = packet("127.0.0.1", "127.0.0.53", Some((41182, 53)), 17);
    let icmp = PacketRecord {
        icmp: Some((134, 0)),
        ..packet("fe80::2e7e:81ff:feb0:4aa1", "ff02::1", None, 58)
    };
    let not_ip = PacketRecord {
        addresses: None,
        protocol: None,
        flow: None,
        ether_type: Some(0x88cc),
        packet: Some(((0..40).collect(), LinkType::Ethernet)),
        ..packet("0.0.0.0", "0.0.0.0", None, 0)
    };
    let pseudo = PacketRecord {
        number: None,
        source: PacketSource::Timeout,
        vlan: vec![10, 20],
        ..tcp.clone()
    };
    let alert = |rule, packet: &PacketRecord, drops, blocked| {
        let payload = (rule == 0).then(|| b"GET / HTTP/1.1\r\n\xff".as_slice().into());
        let packet = Arc::new(packet.clone());
        Body::Alert(Box::new(Alert {
            rule,
            packet,
            drops,
            blocked,
            rejected: false,
            verdict: VerdictRecord::default(),
            stream: rule == 0,
            payload,
            app: None,
        }))
    };
    let bodies = vec![
        alert(0, &tcp, false, false),
        alert(1, &udp, true, false),
        alert(2, &icmp, false, false),
        alert(3, &packet("10.0.0.1", "224.0.0.5", None, 89), false, false),
        alert(3, &packet("10.0.0.1", "10.0.0.2", None, 253), false, false),
        alert(2, &not_ip, false, false),
        alert(
            2,
            &PacketRecord {
                packet: None,
                ..not_ip.clone()
            },
            false,
            false,
        ),
        alert(0, &pseudo, false, false),
        Body::Anomaly(Box::new(Anomaly {
            packet: Arc::new(not_ip),
            kind: "decode",
            event: "decoder.ethernet.unknown_ethertype",
            app: None,
        })),
        Body::Anomaly(Box::new(Anomaly {
            packet: Arc::new(tcp.clone()),
            kind: "stream",
            event: "stream.pkt_invalid_ack",
            app: None,
        })),
        Body::Anomaly(Box::new(Anomaly {
            packet: Arc::new(tcp.clone()),
            kind: "applayer",
            event: "APPLAYER_UNEXPECTED_PROTOCOL",
            app: Some(("proto_detect", None)),
        })),
        Body::Drop(Box::new(dropped(&tcp, Some((1, 2, 3, 0x12, 0, 0)), None))),
        Body::Drop(Box::new(dropped(&udp, None, Some(30)))),
        Body::Packet(Arc::new(PacketRecord {
            packet: Some((vec![1, 2, 3].into(), LinkType::Ethernet)),
            ..tcp.clone()
        })),
        Body::File(Box::new(file_record(&tcp))),
        Body::Flow(Box::new(flow_record(
            6,
            Some(TcpRecord {
                flags: [0x1b, 0x1a],
                state: "closed",
                gaps: [true, false],
            }),
        ))),
        Body::Flow(Box::new(flow_record(1, None))),
    ];
    let position = |nth| Position {
        capture: 0,
        packet: 1,
        order: nth,
    };
    bodies
        .into_iter()
        .zip(0..)
        .map(|(body, nth)| Event {
            position: position(nth),
            body,
        })
        .collect()
}

fn packet(src: &str, dst: &str, ports: Option<(u16, u16)>, protocol: u8) -> PacketRecord {
    let address = |text: &str| text.parse::<IpAddr>().expect("an address");
    PacketRecord {
        time: Timestamp::new(1_700_000_001, 89_011_000),
        number: Some(7),
        addresses: Some((address(src), address(dst))),
        ports,
        protocol: Some(protocol),
        icmp: None,
        vlan: Vec::new(),
        ethernet: Some(([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2])),
        ether_type: None,
        source: PacketSource::Wire,
        flow: Some(flow(address(src), address(dst), ports.unwrap_or_default())),
        tunnel: None,
        packet: None,
    }
}

/// A file that is stored, with everything that can be known of one.
pub(crate) fn file_record(packet: &PacketRecord) -> FileRecord {
    FileRecord {
        packet: Arc::new(packet.clone()),
        key: FileKey {
            flow: 1_234_567_890,
            tx: 0,
            to_server: false,
            number: 0,
        },
        info: FileInfo {
            name: "/a.txt".to_owned(),
            magic: Some("ASCII text".to_owned()),
            state: "CLOSED",
            md5: Some([1; 16]),
            sha1: Some([2; 20]),
            sha256: Some([0xab; 32]),
            stored: true,
            file_id: Some(1),
            size: 5,
            range: Some((0, 4)),
            sids: vec![7],
            ..FileInfo::default()
        },
        fields: Fields::default(),
    }
}

fn flow(client: IpAddr, server: IpAddr, ports: (u16, u16)) -> FlowSummary {
    FlowSummary {
        id: 1_234_567_890,
        start: Timestamp::new(1_700_000_000, 0),
        addresses: (client, server),
        ports,
        packets: [3, 2],
        bytes: [300, 200],
        to_server: true,
        app: engine::event::AppNames {
            protocol: Some("http"),
            ..Default::default()
        },
        community_id: Some(Arc::from("1:abc=")),
    }
}

fn dropped(packet: &PacketRecord, tcp: Option<(u32, u32, u16, u8, u8, u16)>, udp_length: Option<u16>) -> Dropped {
    let header = DroppedHeader {
        length: 60,
        tos: 0,
        ttl: 64,
        ip_id: 9,
        tcp,
        udp_length,
    };
    Dropped {
        packet: Arc::new(packet.clone()),
        reason: "rules",
        header,
        rule: Some(1),
        verdict: VerdictRecord {
            action: VerdictAction::Drop,
            reject: Some("both"),
        },
    }
}

fn flow_record(protocol: u8, tcp: Option<TcpRecord>) -> FlowRecord {
    let summary = flow(
        [10, 0, 0, 1].into(),
        [10, 0, 0, 2].into(),
        if tcp.is_some() { (1024, 80) } else { (0, 0) },
    );
    FlowRecord {
        summary,
        protocol,
        vlan: vec![10],
        icmp: (protocol == 1).then_some(((8, 0), Some((0, 0)))),
        end: Timestamp::new(1_700_000_061, 0),
        state: "closed",
        reason: "timeout",
        alerted: true,
        action: Some("drop"),
        exceptions: vec![("stream_midstream", "drop_flow")],
        tcp,
    }
}

/// Memory that is written to and read again.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("not poisoned").clone()).expect("it is text")
    }
}

impl Write for Memory {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
