//! What a flow takes while it is idle: everything that belongs to it is counted.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use packet::{LinkType, Timestamp};
use testkit::{Capture, TcpConversation, UdpExchange};

use super::{Frame, Worker};
use crate::config::Config;
use crate::detect::RuleSet;
use crate::flow::FlowFlags;

#[test]
fn an_idle_tcp_flow_is_small() {
    let mut bench = Bench::new();
    let talk = |talk: TcpConversation| talk.handshake().to_server(b"what?\n").to_client(b"that.\n");
    let more = |talk: TcpConversation| talk.to_server(b"what else?\n").to_client(b"nothing.\n");
    for client in 0..FLOWS {
        bench.play(&talk(conversation(client)).capture(), None);
    }
    let held = bench.worker.counters().stream.reassembly_memuse;
    assert!(held > 0, "rules wait for more of the streams");
    // Nothing reads the streams any more, as when payloads are encrypted from there on.
    bench.hide_payloads();
    for client in 0..FLOWS {
        let seen = talk(conversation(client)).capture().frames.len();
        bench.play(&more(talk(conversation(client))).capture(), Some(seen));
    }
    assert_eq!(bench.worker.counters().stream.active_sessions, u64::from(FLOWS));
    assert_eq!(bench.worker.counters().stream.reassembly_memuse, 0);
    let each = bench.bytes_of_each();
    assert!(each < 512, "{each} bytes");
}

#[test]
fn an_idle_udp_flow_is_small() {
    let mut bench = Bench::new();
    for client in 0..FLOWS {
        let talk = UdpExchange::new(address(client), "192.0.2.1:9999");
        bench.play(&talk.to_server(b"what?").to_client(b"that.").capture(), None);
    }
    let each = bench.bytes_of_each();
    assert!(each < 256, "{each} bytes");
}

/// A worker that has no rules and knows no protocols.
struct Bench {
    worker: Worker,
    number: u64,
}

impl Bench {
    fn new() -> Self {
        Self {
            worker: Worker::new(Arc::new(Config::default()), Arc::new(RuleSet::default())),
            number: 0,
        }
    }

    /// The packets of a capture from the one of that number on, all at the same time.
    fn play(&mut self, capture: &Capture, from: Option<usize>) {
        let mut out = Vec::new();
        for frame in capture.frames.iter().skip(from.unwrap_or(0)) {
            self.number += 1;
            let frame = Frame {
                data: &frame.data,
                time: Timestamp::new(1_700_000_000, 0),
                number: self.number,
                link: LinkType::Ethernet,
            };
            let shard = Worker::shard_of(frame.data, frame.link);
            self.worker.frame(frame, shard, 0, &mut out);
        }
    }

    fn hide_payloads(&mut self) {
        for shard in self.worker.shards.iter_mut().flatten() {
            shard
                .flows
                .for_each(|flow| Worker::hide(flow, FlowFlags::NO_PAYLOAD_INSPECTION));
        }
    }

    /// The bytes of all that belongs to flows, divided by the flows.
    fn bytes_of_each(&mut self) -> u64 {
        let counters = self.worker.counters();
        assert_eq!(counters.flow.active, u64::from(FLOWS));
        let mut own = 0;
        for shard in self.worker.shards.iter_mut().flatten() {
            shard.flows.for_each(|flow| {
                let session = &flow.session;
                own += session.app.as_ref().map_or(0, |app| app.memory()) + session.vars.memory();
                assert!(session.tag.is_none());
            });
        }
        let all = counters.flow.memuse + counters.stream.memuse + counters.stream.reassembly_memuse + own as u64;
        all.div_ceil(u64::from(FLOWS))
    }
}

fn address(client: u32) -> SocketAddr {
    (Ipv4Addr::from_bits(0x0a00_0000 + client), 40_000).into()
}

fn conversation(client: u32) -> TcpConversation {
    TcpConversation::new(address(client), "192.0.2.1:9999")
}

const FLOWS: u32 = 10_000;
