use super::*;
use crate::flow::{FlowTimeouts, ProtocolTimeouts, StateTimeouts};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

const TCP: u8 = 6;
const UDP: u8 = 17;

fn tuple(src: u32, dst: u32, proto: u8) -> Tuple {
    let end = |bits| (IpAddr::V4(Ipv4Addr::from_bits(bits)), 1000).into();
    Tuple::with_ports(end(src), end(dst), proto)
}

fn seen(tuple: Tuple, second: i64, number: u64) -> Seen {
    Seen {
        tuple,
        time: Timestamp::new(second, 0),
        number,
        bytes: 100,
    }
}

/// A table for so many flows, and the flows that ended.
struct Bench {
    table: FlowTable<u32>,
    ended: Vec<Flow<u32>>,
    number: u64,
}

impl Bench {
    fn new(flows: usize) -> Self {
        let mut table = FlowTable::new(Arc::new(FlowConfig::default()));
        table.config = Arc::new(FlowConfig {
            memcap: table_cost::<u32>() + flow_cost::<u32>() * flows,
            ..FlowConfig::default()
        });
        assert_eq!(table.capacity(), flows);
        Self {
            table,
            ended: Vec::new(),
            number: 0,
        }
    }

    /// One packet, from the expiry to the count.
    fn packet(&mut self, tuple: Tuple, second: i64) -> Option<Found> {
        self.number += 1;
        let seen = seen(tuple, second, self.number);
        let mut sink = |flow| self.ended.push(flow);
        self.table.expire(seen.time, &mut sink);
        let found = self.table.lookup(&seen, &mut sink)?;
        self.table.record(&found, &seen);
        Some(found)
    }

    fn flow(&self, found: Option<Found>) -> &Flow<u32> {
        self.table.get(found.unwrap().flow).unwrap()
    }

    fn drain(&mut self) {
        self.table.drain(&mut |flow| self.ended.push(flow));
    }

    /// First packet and reason of the flows that ended since the last call.
    fn ended(&mut self) -> Vec<(u64, EndReason)> {
        let ended = self.ended.drain(..);
        ended.map(|flow| (flow.first_packet(), flow.reason())).collect()
    }
}

#[test]
fn a_table_stays_within_its_memory() {
    for flows in [1, 31, 32, 33, 64, 65, 100, 128, 129, 1000, 1025, 5000] {
        let mut bench = Bench::new(flows);
        let memcap = bench.table.config.memcap as u64;
        for host in 0..2 * flows as u32 {
            bench.packet(tuple(1, 2 + host, UDP), 0);
            assert!(bench.table.counters().memuse <= memcap, "{flows} flows, {host} hosts");
        }
        assert_eq!(bench.table.len(), flows);
        // Slots that are free again are remembered.
        bench.drain();
        let used = bench.table.counters().memuse;
        assert!(used <= memcap, "{flows} flows take {used} of {memcap} bytes");
        assert!(
            flows < 100 || used > memcap / 2,
            "{flows} flows take {used} of {memcap} bytes"
        );
    }
}

#[test]
fn an_unused_table_costs_next_to_nothing() {
    assert!(size_of::<FlowTable<[u64; 100]>>() < 200);
    let mut bench = Bench::new(10);
    assert_eq!(bench.table.counters(), FlowCounters::default());
    bench.table.expire(Timestamp::new(1, 0), &mut |_| unreachable!());
    bench.drain();
    assert!(bench.table.store.is_none());
    let stray = FlowRef { slot: 0, generation: 0 };
    assert!(bench.table.get(stray).is_none());
    bench.table.set_state(stray, FlowState::Closed);
    bench.table.swap(stray);
}

#[test]
fn both_directions_are_one_flow() {
    let mut bench = Bench::new(10);
    let there = bench.packet(tuple(1, 2, UDP), 0);
    assert!(there.unwrap().new);
    assert_eq!(bench.flow(there).state(), FlowState::New);
    let back = bench.packet(tuple(2, 1, UDP), 1).unwrap();
    assert_eq!(back.flow, there.unwrap().flow);
    assert_eq!(back.direction, Direction::ToClient);
    assert!(!back.new);
    let flow = bench.flow(there);
    assert_eq!(flow.state(), FlowState::Established);
    let one = super::super::Count { packets: 1, bytes: 100 };
    assert_eq!(flow.count(Direction::ToServer), one);
    assert_eq!(flow.count(Direction::ToClient), one);
    assert_eq!((flow.first().secs(), flow.last().secs()), (0, 1));
}

#[test]
fn tcp_is_established_by_the_stream_engine() {
    let mut bench = Bench::new(10);
    let flow = bench.packet(tuple(1, 2, TCP), 0);
    bench.packet(tuple(2, 1, TCP), 0);
    assert_eq!(bench.flow(flow).state(), FlowState::New);
    bench.table.set_state(flow.unwrap().flow, FlowState::Established);
    assert_eq!(bench.flow(flow).state(), FlowState::Established);
    bench.packet(tuple(1, 2, TCP), 600);
    assert_eq!(bench.ended(), []);
    bench.packet(tuple(1, 2, TCP), 1201);
    assert_eq!(bench.ended(), [(1, EndReason::Timeout)]);
}

#[test]
fn a_swapped_flow_has_its_directions_reversed() {
    let mut bench = Bench::new(10);
    let first = bench.packet(tuple(2, 1, TCP), 0);
    bench.table.swap(first.unwrap().flow);
    assert_eq!(bench.flow(first).count(Direction::ToClient).packets, 1);
    let next = bench.packet(tuple(2, 1, TCP), 0).unwrap();
    assert_eq!(next.direction, Direction::ToClient);
}

#[test]
fn an_icmp_error_joins_what_it_quotes_and_makes_nothing() {
    let mut bench = Bench::new(10);
    assert_eq!(bench.packet(tuple(1, 2, UDP).quoted(), 0), None);
    let flow = bench.packet(tuple(1, 2, UDP), 0);
    let error = bench.packet(tuple(1, 2, UDP).quoted(), 20).unwrap();
    assert_eq!(error.flow, flow.unwrap().flow);
    assert_eq!(error.direction, Direction::ToClient);
    // It counts and keeps the flow, but does not establish it.
    assert_eq!(bench.flow(flow).count(Direction::ToClient).packets, 1);
    assert_eq!(bench.flow(flow).state(), FlowState::New);
    assert!(!bench.packet(tuple(1, 2, UDP), 50).unwrap().new);
}

#[test]
fn timeouts_are_whole_seconds() {
    let mut bench = Bench::new(10);
    bench.packet(tuple(1, 2, UDP), 0);
    assert!(!bench.packet(tuple(1, 2, UDP), 30).unwrap().new);
    let mut late = seen(tuple(1, 2, UDP), 60, 9);
    late.time = Timestamp::new(60, 999_999_999);
    assert!(!bench.table.lookup(&late, &mut |_| unreachable!()).unwrap().new);
    late.time = Timestamp::new(61, 0);
    let mut ended = 0;
    assert!(bench.table.lookup(&late, &mut |_| ended += 1).unwrap().new);
    assert_eq!(ended, 1);
    assert_eq!(bench.table.counters().wrk_flows_evicted, 1);
}

#[test]
fn expiry_goes_by_state_and_protocol() {
    let mut bench = Bench::new(10);
    bench.packet(tuple(1, 2, TCP), 0);
    bench.packet(tuple(1, 2, UDP), 0);
    bench.packet(tuple(3, 4, UDP), 0);
    bench.packet(tuple(4, 3, UDP), 0);
    bench.packet(tuple(5, 6, 132), 0);
    assert_eq!(bench.table.len(), 4);
    bench.packet(tuple(9, 9, 132), 31);
    assert_eq!(bench.ended(), [(2, EndReason::Timeout), (5, EndReason::Timeout)]);
    bench.packet(tuple(9, 9, 132), 61);
    assert_eq!(bench.ended(), [(1, EndReason::Timeout)]);
    bench.packet(tuple(9, 9, 132), 301);
    // In the order of their states: the sixth packet's flow is still a new one.
    assert_eq!(bench.ended(), [(6, EndReason::Timeout), (3, EndReason::Timeout)]);
    assert_eq!(bench.table.len(), 1);
}

#[test]
fn a_clock_that_goes_back_ends_nothing() {
    let mut bench = Bench::new(10);
    let flow = bench.packet(tuple(1, 2, UDP), 4_000_000_000);
    bench.packet(tuple(3, 4, UDP), 5);
    assert!(!bench.packet(tuple(1, 2, UDP), 5).unwrap().new);
    assert_eq!(bench.flow(flow).last().secs(), 4_000_000_000);
    assert_eq!(bench.ended(), []);
    for second in [i64::MIN / 1_000_000_000, i64::MAX / 1_000_000_000] {
        bench.packet(tuple(7, 8, UDP), second);
    }
    bench.table.expire(Timestamp(i64::MAX), &mut |_| ());
    bench.table.expire(Timestamp(i64::MIN), &mut |_| ());
}

/// However the clock gets there: what was idle for longer than its timeout is over, and its next packet is a new flow.
#[test]
fn a_clock_that_jumps_ahead_ends_flows() {
    let mut bench = Bench::new(10);
    bench.packet(tuple(1, 2, UDP), 5);
    let two_years_on = 5 + 2 * 365 * 86_400;
    assert!(bench.packet(tuple(1, 2, UDP), two_years_on).unwrap().new);
    assert_eq!(bench.ended().len(), 1);
}

#[test]
fn reused_ports_start_a_new_flow() {
    let mut bench = Bench::new(10);
    let old = bench.packet(tuple(1, 2, TCP), 0).unwrap();
    bench.table.get_mut(old.flow).unwrap().session = 7;
    let syn = seen(tuple(2, 1, TCP), 1, 2);
    let found = bench.table.lookup(&syn, &mut |_| unreachable!()).unwrap();
    assert_eq!(found.direction, Direction::ToClient);
    let mut ended = Vec::new();
    let new = bench.table.restart(&syn, &mut |flow| ended.push(flow));
    assert_eq!((ended[0].session, ended[0].reason()), (7, EndReason::TcpReuse));
    assert!(new.new && new.direction == Direction::ToServer);
    assert!(bench.table.get(old.flow).is_none(), "a stale reference");
    assert_ne!(bench.table.get(new.flow).unwrap().id(), ended[0].id());
    assert_eq!(bench.table.counters().tcp_reuse, 1);
    assert_eq!(bench.table.len(), 1);
}

#[test]
fn a_full_table_gives_up_the_least_loss() {
    let mut bench = Bench::new(4);
    let established = bench.packet(tuple(1, 2, TCP), 0).unwrap().flow;
    let closed = bench.packet(tuple(3, 4, TCP), 1).unwrap().flow;
    bench.packet(tuple(5, 6, TCP), 2);
    bench.packet(tuple(7, 8, UDP), 3);
    bench.table.set_state(established, FlowState::Established);
    bench.table.set_state(closed, FlowState::Closed);
    assert!(!bench.table.is_emergency());
    // New ones first, the oldest of them ahead, whatever the protocol.
    bench.packet(tuple(9, 1, UDP), 4);
    assert_eq!(bench.ended(), [(3, EndReason::Forced)]);
    assert!(bench.table.is_emergency());
    bench.packet(tuple(9, 2, TCP), 4);
    bench.packet(tuple(9, 3, TCP), 4);
    assert_eq!(bench.ended(), [(4, EndReason::Forced), (5, EndReason::Forced)]);
    for second in [2, 3] {
        let flow = bench.packet(tuple(9, second, TCP), 4).unwrap().flow;
        bench.table.set_state(flow, FlowState::Established);
    }
    bench.packet(tuple(9, 4, UDP), 4);
    assert_eq!(bench.ended(), [(2, EndReason::Forced)], "closed before established");
    let counters = bench.table.counters();
    assert_eq!((counters.memcap, counters.get_used), (4, 4));
    assert_eq!(counters.emerg_mode_entered, 1);
    assert_eq!((counters.total, counters.active), (8, 4));
}

#[test]
fn emergency_shortens_timeouts_until_there_is_room() {
    let mut bench = Bench::new(10);
    for host in 0..10 {
        bench.packet(tuple(100, host, UDP), 0);
    }
    // Eleven seconds are too much in an emergency, though not otherwise.
    bench.packet(tuple(200, 0, UDP), 11);
    assert_eq!(bench.ended().len(), 10);
    assert!(bench.table.is_emergency());
    bench.packet(tuple(200, 1, UDP), 11);
    assert!(!bench.table.is_emergency());
    assert_eq!(bench.table.counters().emerg_mode_over, 1);
}

#[test]
fn the_end_comes_in_the_order_of_first_packets() {
    let mut bench = Bench::new(100);
    for host in [5, 3, 9, 1, 7] {
        bench.packet(tuple(100, host, UDP), 0);
    }
    bench.packet(tuple(100, 5, UDP), 1);
    bench.drain();
    let expected: Vec<_> = (1..=5).map(|number| (number, EndReason::Shutdown)).collect();
    assert_eq!(bench.ended(), expected);
    assert!(bench.table.is_empty());
    assert!(bench.packet(tuple(100, 5, UDP), 1).unwrap().new);
}

#[test]
fn colliding_keys_give_way_to_each_other() {
    let mut bench = Bench::new(1000);
    let established = bench.packet(tuple(1, 2, UDP), 0).unwrap().flow;
    bench.table.set_state(established, FlowState::Established);
    // Colliding keys are made by giving the index the same hash for all of them.
    let mut ended = 0;
    for host in 0..100 {
        let seen = seen(tuple(500, host, UDP), 0, 10);
        bench.table.make(0, &seen, &mut |_| ended += 1);
        let store = bench.table.store();
        assert!(store.index.chain(&store.slots, 0).count() <= MAX_CHAIN + 1);
    }
    assert!((68..=69).contains(&ended), "{ended}");
    assert!(bench.table.get(established).is_some());
}

#[test]
fn a_flood_stays_within_the_cap() {
    let config = FlowConfig {
        memcap: 1 << 20,
        ..FlowConfig::default()
    };
    let mut table = FlowTable::<[u64; 4]>::new(Arc::new(config));
    let busy = tuple(1, 2, UDP);
    let mut busy_ended = 0;
    for number in 0..100_000u32 {
        for tuple in [busy, tuple(2, 1, UDP), tuple(number, number ^ 0x5555, UDP)] {
            let seen = seen(tuple, i64::from(number / 10_000), u64::from(number));
            let mut sink = |flow: Flow<[u64; 4]>| busy_ended += u32::from(*flow.key() == busy.key);
            table.expire(seen.time, &mut sink);
            let found = table.lookup(&seen, &mut sink).unwrap();
            table.record(&found, &seen);
        }
    }
    let counters = table.counters();
    assert!(counters.memuse <= (1 << 20) + (64 << 10), "{}", counters.memuse);
    assert!(table.len() <= table.capacity());
    assert_eq!(busy_ended, 0, "the flood drove out an established flow");
    assert_eq!(counters.mgr_flows_evicted, 0);
    assert_eq!(
        counters.total - counters.active,
        counters.get_used + counters.mgr_flows_timeout
    );
}

#[derive(Clone, Debug)]
enum Op {
    Packet {
        src: u32,
        dst: u32,
        proto: u8,
        quoted: bool,
        step: i64,
    },
    State {
        src: u32,
        dst: u32,
        proto: u8,
        state: FlowState,
    },
    Restart {
        src: u32,
        dst: u32,
    },
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let hosts = || (0u32..4, 0u32..4);
    let proto = || prop_oneof![Just(TCP), Just(UDP)];
    let step = prop_oneof![4 => 0i64..3, 1 => -50i64..120];
    let op = prop_oneof![
        8 => (hosts(), proto(), prop::bool::weighted(0.1), step).prop_map(
            |((src, dst), proto, quoted, step)| Op::Packet { src, dst, proto, quoted, step }
        ),
        1 => (hosts(), proto(), prop::sample::select(&FlowState::ALL[..])).prop_map(
            |((src, dst), proto, state)| Op::State { src, dst, proto, state }
        ),
        1 => hosts().prop_map(|(src, dst)| Op::Restart { src, dst }),
    ];
    prop::collection::vec(op, 0..300)
}

/// What a map with no thought for speed makes of it.
#[derive(Default)]
struct Model {
    flows: BTreeMap<FlowKey, ModelFlow>,
}

struct ModelFlow {
    first: u64,
    last: i64,
    state: FlowState,
    reversed: bool,
    spoke: [bool; 2],
    packets: [u64; 2],
}

impl Model {
    /// Removes the flow if its time is over; the table may do so later, but never earlier.
    fn is_over(&self, key: &FlowKey, now: i64) -> bool {
        let timeouts = FlowTimeouts::default();
        self.flows
            .get(key)
            .is_some_and(|flow| now - flow.last > i64::from(timeouts.of(Class::of(key, flow.state), false)))
    }

    fn packet(&mut self, tuple: Tuple, now: i64, number: u64) -> Option<(u64, Direction)> {
        if self.is_over(&tuple.key, now) {
            self.flows.remove(&tuple.key);
        }
        if tuple.quoted && !self.flows.contains_key(&tuple.key) {
            return None;
        }
        let flow = self.flows.entry(tuple.key).or_insert(ModelFlow {
            first: number,
            last: now,
            state: FlowState::New,
            reversed: tuple.reversed,
            spoke: [false; 2],
            packets: [0; 2],
        });
        let direction = if flow.reversed == tuple.reversed {
            Direction::ToServer
        } else {
            Direction::ToClient
        };
        flow.last = flow.last.max(now);
        flow.packets[direction.index()] += 1;
        flow.spoke[direction.index()] |= !tuple.quoted;
        if flow.spoke == [true; 2] && !tuple.quoted && flow.state == FlowState::New && tuple.key.proto() != TCP {
            flow.state = FlowState::Established;
        }
        Some((flow.first, direction))
    }
}

proptest! {
    #[test]
    fn behaves_like_a_map(ops in ops(), expiry: bool) {
        let mut bench = Bench::new(1000);
        let mut model = Model::default();
        let mut now = 1000;
        let mut number = 0;
        for op in ops {
            number += 1;
            match op {
                Op::Packet { src, dst, proto, quoted, step } => {
                    now += step;
                    let mut tuple = tuple(src, dst, proto);
                    if quoted {
                        tuple = tuple.quoted();
                    }
                    let seen = seen(tuple, now, number);
                    let mut sink = |flow| bench.ended.push(flow);
                    if expiry {
                        bench.table.expire(seen.time, &mut sink);
                    }
                    let found = bench.table.lookup(&seen, &mut sink);
                    for flow in bench.ended.drain(..) {
                        prop_assert!(model.is_over(flow.key(), now), "{:?} ended early", flow);
                        model.flows.remove(flow.key());
                    }
                    let expected = model.packet(tuple, now, number);
                    prop_assert_eq!(found.is_some(), expected.is_some());
                    if let (Some(found), Some((first, direction))) = (found, expected) {
                        bench.table.record(&found, &seen);
                        let flow = bench.table.get(found.flow).unwrap();
                        prop_assert_eq!((flow.first_packet(), found.direction), (first, direction));
                        prop_assert_eq!(found.new, first == number);
                    }
                }
                Op::State { src, dst, proto, state } => {
                    let key = tuple(src, dst, proto).key;
                    if let Some(flow) = model.flows.get_mut(&key) {
                        flow.state = state;
                        let hash = bench.table.hash(&key);
                        let slot = bench.table.find(hash, &key).unwrap().0;
                        let flow = bench.table.reference(slot);
                        bench.table.set_state(flow, state);
                    }
                }
                Op::Restart { src, dst } => {
                    let tuple = tuple(src, dst, TCP);
                    if model.flows.remove(&tuple.key).is_some() {
                        let seen = seen(tuple, now, number);
                        let found = bench.table.restart(&seen, &mut |_| ());
                        bench.table.record(&found, &seen);
                        model.packet(tuple, now, number);
                    }
                }
            }
            prop_assert_eq!(bench.table.len(), model.flows.len());
        }
        bench.drain();
        let mut rest: Vec<_> = model.flows.into_iter().collect();
        rest.sort_by_key(|(_, flow)| flow.first);
        prop_assert_eq!(bench.ended.len(), rest.len());
        for (flow, (key, expected)) in bench.ended.iter().zip(rest) {
            prop_assert_eq!(*flow.key(), key);
            prop_assert_eq!(flow.first_packet(), expected.first);
            prop_assert_eq!(flow.last().secs(), expected.last);
            prop_assert_eq!(flow.state(), expected.state);
            for direction in [Direction::ToServer, Direction::ToClient] {
                prop_assert_eq!(flow.count(direction).packets, expected.packets[direction.index()]);
            }
        }
    }

    #[test]
    fn a_small_table_stays_sound(ops in ops(), flows in 1usize..6) {
        let mut bench = Bench::new(flows);
        let mut now = 1000;
        let mut made = 0;
        for op in ops {
            if let Op::Packet { src, dst, proto, step, .. } = op {
                now += step;
                made += u64::from(bench.packet(tuple(src, dst, proto), now).unwrap().new);
                prop_assert!(bench.table.len() <= flows);
            }
        }
        bench.drain();
        prop_assert_eq!(bench.ended.len() as u64, made);
        let counters = bench.table.counters();
        let ends = counters.end_new + counters.end_established + counters.end_closed + counters.end_bypassed;
        prop_assert_eq!((counters.active, counters.total, ends), (0, made, made));
    }

    #[test]
    fn the_seed_of_the_hash_changes_nothing(ops in ops(), seed: u64) {
        let run = |seed| {
            let mut bench = Bench::new(5);
            let config = FlowConfig { hash_seed: seed, ..(*bench.table.config).clone() };
            bench.table.config = Arc::new(config);
            let mut now = 1000;
            for op in &ops {
                if let Op::Packet { src, dst, proto, step, .. } = op {
                    now += step;
                    bench.packet(tuple(*src, *dst, *proto), now);
                }
            }
            bench.drain();
            bench.ended.iter().map(|flow| (flow.id(), flow.reason())).collect::<Vec<_>>()
        };
        prop_assert_eq!(run(seed), run(1));
    }
}

#[test]
fn timeouts_are_configured() {
    let short = StateTimeouts {
        new: 1,
        established: 2,
        closed: 3,
        bypassed: 4,
    };
    let protocol = ProtocolTimeouts {
        normal: short,
        emergency: short,
    };
    let config = FlowConfig {
        timeouts: FlowTimeouts {
            udp: protocol,
            ..FlowTimeouts::default()
        },
        ..FlowConfig::default()
    };
    let mut table = FlowTable::<u32>::new(Arc::new(config));
    let mut packet = |second| {
        let seen = seen(tuple(1, 2, UDP), second, 1);
        let found = table.lookup(&seen, &mut |_| ()).unwrap();
        table.record(&found, &seen);
        found.new
    };
    assert!(packet(0) && !packet(1) && packet(3));
}
