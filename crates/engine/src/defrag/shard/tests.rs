use super::*;
use proptest::prelude::*;

/// A fragment to come: offset, whether more follow, payload.
type Piece = (u32, bool, Vec<u8>);

struct Bench {
    defrag: Defrag,
    policy: OverlapPolicy,
    second: i64,
}

impl Bench {
    fn new(config: DefragConfig) -> Self {
        Self {
            defrag: Defrag::new(Arc::new(config)),
            policy: OverlapPolicy::Bsd,
            second: 0,
        }
    }

    /// Adds an IPv4 fragment of the datagram `id`.
    fn v4(&mut self, id: u32, offset: u32, more: bool, payload: &[u8]) -> Outcome {
        self.with_header(id, offset, more, payload, &HEADER_V4)
    }

    fn with_header(&mut self, id: u32, offset: u32, more: bool, payload: &[u8], header: &[u8]) -> Outcome {
        let (src, dst) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let fragment = Fragment {
            id,
            offset,
            more,
            proto: 17,
            payload,
            unfragmentable: header,
            next_header_at: 9,
        };
        self.fragment(DatagramKey::new(src, dst, id, 17), &fragment)
    }

    fn fragment(&mut self, key: DatagramKey, fragment: &Fragment<'_>) -> Outcome {
        let time = Timestamp::new(self.second, 0);
        let added = self.defrag.add(key, fragment, time, self.policy);
        Outcome {
            events: added.events.iter().collect(),
            datagram: added.datagram.map(<[u8]>::to_vec),
        }
    }

    fn memory(&self) -> usize {
        self.defrag.counters().memuse as usize
    }
}

#[derive(Debug)]
struct Outcome {
    events: Vec<DefragEvent>,
    datagram: Option<Vec<u8>>,
}

impl Outcome {
    /// What is behind an IPv4 header without options.
    fn payload(&self) -> Option<&[u8]> {
        self.datagram.as_deref().map(|datagram| &datagram[20..])
    }

    fn is_quiet(&self) -> bool {
        self.events.is_empty() && self.datagram.is_none()
    }
}

const HEADER_V4: [u8; 20] = [0x45, 0, 0, 0, 0, 7, 0x20, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];

/// A configuration with room for a few datagrams.
fn small(memcap: usize) -> DefragConfig {
    DefragConfig {
        memcap,
        ..DefragConfig::default()
    }
}

#[test]
fn an_unused_shard_costs_next_to_nothing() {
    assert!(size_of::<Defrag>() <= 16);
    let mut bench = Bench::new(DefragConfig::default());
    bench.defrag.expire(Timestamp::new(9, 0));
    assert!(bench.defrag.store.is_none() && bench.defrag.is_empty());
    assert_eq!(bench.defrag.counters(), DefragCounters::default());
}

#[test]
fn two_fragments_make_a_datagram() {
    let mut bench = Bench::new(DefragConfig::default());
    assert!(bench.v4(7, 8, false, b"second").is_quiet());
    let outcome = bench.v4(7, 0, true, b"thefirst");
    let datagram = outcome.datagram.unwrap();
    assert_eq!(datagram[20..], *b"thefirstsecond");
    let header = [0x45, 0, 0, 34, 0, 7, 0, 0, 64, 17, 0x66, 0xc2, 10, 0, 0, 1, 10, 0, 0, 2];
    assert_eq!(datagram[..20], header);
    assert!(bench.defrag.is_empty());
    let counters = bench.defrag.counters();
    assert_eq!((counters.ipv4_fragments, counters.ipv4_reassembled), (2, 1));
}

#[test]
fn ipv6_loses_its_fragment_header() {
    let mut bench = Bench::new(DefragConfig::default());
    // Hop-by-hop options come before the fragment header, so the patch is at their start.
    let mut header = [0; 48];
    header[0] = 0x60;
    header[40] = 44;
    let (src, dst) = ("fe80::1".parse().unwrap(), "fe80::2".parse().unwrap());
    let key = DatagramKey::new(src, dst, 7, 17);
    let mut fragment = Fragment {
        id: 7,
        offset: 8,
        more: false,
        proto: 6,
        payload: b"second",
        unfragmentable: &header[..40],
        next_header_at: 6,
    };
    assert!(bench.fragment(key, &fragment).is_quiet());
    fragment = Fragment {
        offset: 0,
        more: true,
        proto: 17,
        payload: b"thefirst",
        unfragmentable: &header,
        next_header_at: 40,
        ..fragment
    };
    let datagram = bench.fragment(key, &fragment).datagram.unwrap();
    assert_eq!(datagram[4..6], [0, 22]);
    assert_eq!(datagram[40], 17, "the next header is that of the first fragment");
    assert_eq!(datagram[48..], *b"thefirstsecond");
    assert_eq!(bench.defrag.counters().ipv6_reassembled, 1);
}

#[test]
fn datagrams_do_not_mix() {
    let mut bench = Bench::new(DefragConfig::default());
    for id in 0..50 {
        assert!(bench.v4(id, 0, true, &[id as u8; 8]).is_quiet());
    }
    for id in (0..50).rev() {
        let outcome = bench.v4(id, 8, false, &[id as u8; 3]);
        assert_eq!(outcome.payload(), Some(&[id as u8; 11][..]));
    }
}

#[test]
fn the_policy_decides_on_data_and_header() {
    for policy in OverlapPolicy::ALL {
        let mut bench = Bench::new(DefragConfig::default());
        bench.policy = policy;
        bench.v4(7, 0, true, b"AAAAAAAA");
        let mut header = HEADER_V4;
        header[8] = 5;
        let outcome = bench.with_header(7, 0, true, b"BBBBBBBB", &header);
        assert_eq!(outcome.events, [DefragEvent::Overlap]);
        let outcome = bench.v4(7, 8, false, b"C");
        let newer_wins = matches!(
            policy,
            OverlapPolicy::Last | OverlapPolicy::Linux | OverlapPolicy::BsdRight
        );
        let (data, ttl) = if newer_wins {
            (*b"BBBBBBBBC", 5)
        } else {
            (*b"AAAAAAAAC", 64)
        };
        assert_eq!(outcome.payload(), Some(&data[..]), "{policy:?}");
        assert_eq!(outcome.datagram.unwrap()[8], ttl, "{policy:?}");
    }
}

#[test]
fn lengths_that_are_no_multiple_of_eight() {
    let mut bench = Bench::new(DefragConfig::default());
    bench.v4(7, 0, true, b"aaaaaaaaaaaaa");
    let outcome = bench.v4(7, 8, false, b"bbbbbbbbbbbbbbbb");
    assert_eq!(outcome.events, [DefragEvent::Overlap]);
    assert_eq!(outcome.payload(), Some(&b"aaaaaaaaaaaaabbbbbbbbbbb"[..]));
    // With a hole of three bytes it never gets whole.
    bench.v4(8, 0, true, b"aaaaaaaaaaaaa");
    assert!(bench.v4(8, 16, false, b"bbbbbbbb").is_quiet());
}

#[test]
fn a_fragment_without_data_changes_nothing() {
    let mut bench = Bench::new(DefragConfig::default());
    assert!(bench.v4(7, 0, true, b"").is_quiet());
    assert!(bench.v4(7, 0, false, b"").is_quiet());
    assert!(bench.defrag.is_empty());
    bench.v4(7, 0, true, b"aaaaaaaa");
    assert!(bench.v4(7, 8, false, b"").is_quiet());
}

#[test]
fn the_lowest_end_counts() {
    for order in [[8, 16], [16, 8]] {
        let mut bench = Bench::new(DefragConfig::default());
        for offset in order {
            bench.v4(7, offset, false, b"llllllll");
        }
        // Data behind the end does not matter.
        bench.v4(7, 24, true, b"xxxxxxxx");
        let outcome = bench.v4(7, 0, true, b"aaaaaaaa");
        assert_eq!(outcome.payload(), Some(&b"aaaaaaaallllllll"[..]));
    }
}

#[test]
fn the_ping_of_death_is_told() {
    let mut bench = Bench::new(DefragConfig::default());
    let too_large = [DefragEvent::TooLarge];
    assert!(bench.v4(7, 65_512, false, &[0; 3]).is_quiet());
    assert_eq!(bench.v4(7, 65_512, false, &[0; 4]).events, too_large);
    assert_eq!(bench.v4(7, 65_528, true, &[0; 8]).events, too_large);
    // IPv6 has the header on top.
    let key = DatagramKey::new("::1".parse().unwrap(), "::2".parse().unwrap(), 1, 0);
    let mut fragment = Fragment {
        id: 1,
        offset: 65_520,
        more: false,
        proto: 17,
        payload: &[0; 15],
        unfragmentable: &[0; 48],
        next_header_at: 40,
    };
    assert!(bench.fragment(key, &fragment).is_quiet());
    fragment.payload = &[0; 16];
    assert_eq!(bench.fragment(key, &fragment).events, too_large);
    // Each fragment fits, but with the extension headers of the first the datagram does not.
    fragment = Fragment {
        offset: 0,
        more: true,
        payload: &[0; 65_520],
        ..fragment
    };
    let outcome = bench.fragment(key, &fragment);
    assert_eq!((outcome.events, outcome.datagram), (too_large.to_vec(), None));
}

#[test]
fn time_runs_from_the_first_fragment() {
    let mut bench = Bench::new(DefragConfig::default());
    bench.v4(7, 0, true, b"aaaaaaaa");
    bench.second = 40;
    bench.v4(7, 8, true, b"bbbbbbbb");
    bench.second = 60;
    assert!(bench.v4(7, 16, false, b"c").datagram.is_some());
    bench.v4(8, 0, true, b"aaaaaaaa");
    bench.second = 121;
    assert!(bench.v4(8, 8, false, b"b").is_quiet());
    assert_eq!(bench.defrag.counters().timeout, 1);
    assert_eq!(bench.defrag.len(), 1);
}

#[test]
fn a_clock_that_goes_back_ends_nothing() {
    let mut bench = Bench::new(DefragConfig::default());
    bench.second = 4_000_000_000;
    bench.v4(7, 0, true, b"aaaaaaaa");
    bench.second = -4_000_000_000;
    assert!(bench.v4(7, 8, false, b"b").datagram.is_some());
}

#[test]
fn the_oldest_datagram_makes_room() {
    let config = DefragConfig {
        max_trackers: 3,
        ..DefragConfig::default()
    };
    let mut bench = Bench::new(config);
    for id in 0..4 {
        bench.v4(id, 0, true, b"aaaaaaaa");
    }
    assert_eq!(bench.defrag.len(), 3);
    assert!(bench.v4(3, 8, false, b"b").datagram.is_some());
    assert!(bench.v4(1, 8, false, b"b").datagram.is_some());
    assert!(bench.v4(0, 8, false, b"b").is_quiet(), "it was the oldest");
    let counters = bench.defrag.counters();
    assert_eq!((counters.max_trackers_reached, counters.hard_reuse), (1, 1));
}

#[test]
fn fragments_are_limited() {
    let config = DefragConfig {
        max_fragments: 4,
        ..DefragConfig::default()
    };
    let mut bench = Bench::new(config);
    bench.v4(1, 0, true, b"aaaaaaaa");
    for number in 1..5 {
        assert!(bench.v4(2, number * 8, true, b"aaaaaaaa").is_quiet());
    }
    assert_eq!(bench.defrag.len(), 1, "the other datagram is given up");
    assert_eq!(bench.v4(2, 40, true, b"aaaaaaaa").events, [DefragEvent::Ignored]);
    assert_eq!(bench.defrag.counters().max_frags_reached, 2);
}

#[test]
fn a_flood_stays_within_the_cap() {
    let mut bench = Bench::new(small(64 << 10));
    for id in 0..100_000 {
        bench.v4(id, 0, true, &[0; 200]);
        assert!(bench.memory() <= 64 << 10);
        if id % 1000 == 0 {
            bench.v4(1 << 20, 0, true, b"aaaaaaaa");
            bench.v4(id + 1, 0, true, &[0; 200]);
            assert!(bench.v4(1 << 20, 8, false, b"b").datagram.is_some());
        }
    }
    assert!(bench.defrag.store.unwrap().trackers.len() < 1000);
}

#[test]
fn a_cap_too_small_for_anything_ignores() {
    let mut bench = Bench::new(small(10));
    let outcome = bench.v4(1, 0, true, b"aaaaaaaa");
    assert_eq!(outcome.events, [DefragEvent::Ignored]);
    assert!(bench.defrag.is_empty());
    assert_eq!(bench.memory(), 0);
}

#[test]
fn one_datagram_cannot_take_everything() {
    let mut bench = Bench::new(DefragConfig::default());
    // Eight bytes over and over: the number of fragments is limited.
    let ignored = (0..10_000)
        .filter(|_| bench.v4(1, 8, true, b"aaaaaaaa").events == [DefragEvent::Ignored])
        .count();
    assert_eq!(ignored, 10_000 - 8192);
    // The largest fragment over and over: so are their bytes.
    let ignored = (0..10)
        .filter(|_| bench.v4(2, 8, true, &[0; 65_000]).events == [DefragEvent::Ignored])
        .count();
    assert_eq!(ignored, 6);
    assert!(bench.v4(3, 0, false, b"whole").datagram.is_some());
}

#[test]
fn thousands_of_fragments_take_linear_time() {
    // Eight bytes at a time from the back, each with a longer one over it: the worst for sorted lists.
    // As many steps as there are bytes take a moment; their square would take minutes.
    for policy in OverlapPolicy::ALL {
        let mut bench = Bench::new(DefragConfig::default());
        bench.policy = policy;
        let last = 8 * 4000;
        bench.v4(1, last, false, &[0; 8]);
        for offset in (1..4000).rev() {
            bench.v4(1, offset * 8, true, &[offset as u8; 8]);
            bench.v4(1, offset * 8, true, &[offset as u8; 16]);
        }
        let outcome = bench.v4(1, 0, true, &[0; 8]);
        assert_eq!(outcome.payload().map(<[u8]>::len), Some(last as usize + 8));
    }
}

#[test]
fn buffers_are_used_again() {
    let mut bench = Bench::new(DefragConfig::default());
    let mut memory = Vec::new();
    for id in 0..100 {
        bench.v4(id, 0, true, &[1; 1480]);
        assert!(bench.v4(id, 1480, false, &[2; 500]).datagram.is_some());
        memory.push(bench.memory());
    }
    assert!(memory.iter().all(|bytes| *bytes == memory[0]), "{memory:?}");
    assert_eq!(bench.defrag.store.unwrap().spare.len(), 1);
}

/// A datagram cut at multiples of eight, its pieces sent in any order and some of them twice.
fn cut_up() -> impl Strategy<Value = (Vec<u8>, Vec<Piece>)> {
    let payload = prop::collection::vec(any::<u8>(), 9..600);
    let cuts = prop::collection::btree_set(1usize..75, 1..20);
    (payload, cuts, any::<prop::sample::Index>()).prop_flat_map(|(payload, cuts, again)| {
        let mut bounds: Vec<usize> = cuts.iter().map(|cut| cut * 8).collect();
        bounds.retain(|cut| *cut < payload.len());
        bounds.insert(0, 0);
        bounds.push(payload.len());
        let mut pieces: Vec<Piece> = bounds
            .windows(2)
            .map(|pair| {
                let more = pair[1] < payload.len();
                (pair[0] as u32, more, payload[pair[0]..pair[1]].to_vec())
            })
            .collect();
        let twice = pieces[again.index(pieces.len())].clone();
        pieces.push(twice);
        (Just(payload), Just(pieces).prop_shuffle())
    })
}

fn any_pieces() -> impl Strategy<Value = Vec<(u32, Piece)>> {
    let offset = prop_oneof![8 => 0u32..40, 1 => 0u32..8192];
    let len = prop_oneof![8 => 0usize..40, 1 => 0usize..2000];
    let piece = (offset, prop::bool::weighted(0.8), len, any::<u8>());
    let piece = piece.prop_map(|(offset, more, len, byte)| (offset * 8, more, vec![byte; len]));
    prop::collection::vec((0u32..4, piece), 0..200)
}

proptest! {
    #[test]
    fn any_order_gives_the_datagram((payload, pieces) in cut_up(), choice in 0usize..7) {
        let mut bench = Bench::new(DefragConfig::default());
        bench.policy = OverlapPolicy::ALL[choice];
        let mut whole = None;
        for (offset, more, data) in pieces {
            let outcome = bench.v4(1, offset, more, &data);
            whole = whole.or(outcome.payload().map(<[u8]>::to_vec));
        }
        prop_assert_eq!(whole, Some(payload));
        // A piece that came again too late is all that can be left.
        prop_assert!(bench.defrag.len() <= 1);
    }

    #[test]
    fn anything_goes_and_memory_is_bounded(
        pieces in any_pieces(), choice in 0usize..7, memcap in 500usize..20_000, steps in prop::collection::vec(-5i64..30, 200)
    ) {
        let config = DefragConfig { memcap, max_trackers: 3, max_fragments: 50, ..DefragConfig::default() };
        let mut bench = Bench::new(config);
        bench.policy = OverlapPolicy::ALL[choice];
        for ((id, (offset, more, data)), step) in pieces.into_iter().zip(steps) {
            bench.second += step;
            let outcome = bench.v4(id, offset, more, &data);
            if let Some(datagram) = &outcome.datagram {
                prop_assert_eq!(usize::from(u16::from_be_bytes([datagram[2], datagram[3]])), datagram.len());
            }
            prop_assert!(bench.memory() <= memcap, "{} of {}", bench.memory(), memcap);
            prop_assert!(bench.defrag.len() <= 3);
        }
        bench.defrag.expire(Timestamp::new(bench.second + 1000, 0));
        // With a clock that went back, what has a time from the future is left.
        let store = bench.defrag.store.take().unwrap_or_default();
        let held: usize = store.trackers.iter().flatten().map(Tracker::len).sum();
        let bytes: usize = store.trackers.iter().flatten()
            .map(|tracker| tracker.buffers.memory() + TRACKER_COST)
            .chain(store.spare.iter().map(Buffers::memory))
            .sum();
        prop_assert_eq!((store.fragments, store.memory), (held, bytes));
    }
}

mod packets {
    use super::*;
    use packet::{DecodeConfig, LinkType};
    use testkit::PacketBuilder;
    use testkit::layer::{Ipv4, Ipv6, Udp, Vlan};

    fn decode(bytes: &[u8]) -> Packet<'_> {
        let config = DecodeConfig::default();
        Packet::decode(bytes, LinkType::Ethernet, Timestamp(0), 1, &config)
    }

    /// The payload of the UDP datagram that the frames make, put in one by one.
    fn payload(defrag: &mut Defrag, frames: &[Vec<u8>]) -> Option<Vec<u8>> {
        let mut payload = None;
        for frame in frames {
            let packet = decode(frame);
            let added = defrag.add_packet(&packet, OverlapPolicy::Linux)?;
            assert!(added.events.is_empty());
            if let Some(bytes) = added.datagram {
                let config = DecodeConfig::default();
                let whole = Packet::decode_datagram(bytes, &packet, &config);
                assert!(whole.udp().is_some() && !whole.invalid, "{:?}", whole.events);
                assert_ne!(whole.ipv4_checksum_ok(), Some(false));
                assert_eq!(whole.l4_checksum_ok(), Some(true));
                assert_eq!(whole.vlan, packet.vlan);
                payload = Some(whole.payload.to_vec());
            }
        }
        payload
    }

    #[test]
    fn whole_datagrams_are_not_for_defrag() {
        let mut defrag = Defrag::new(Arc::new(DefragConfig::default()));
        let frame = PacketBuilder::between("10.0.0.1", "10.0.0.2")
            .layer(Udp::new(1, 2))
            .build();
        assert!(defrag.add_packet(&decode(&frame), OverlapPolicy::Bsd).is_none());
        assert!(defrag.is_empty());
    }

    #[test]
    fn vlans_count_unless_told_otherwise() {
        let frames: Vec<Vec<u8>> = (0..2)
            .map(|vlan| {
                let frame = PacketBuilder::ethernet()
                    .layer(Vlan::new(vlan + 1))
                    .layer(Ipv4::new("10.0.0.1", "10.0.0.2"))
                    .layer(Udp::new(1, 2))
                    .payload(&[9; 40]);
                frame.fragments(5, 24).swap_remove(vlan.into())
            })
            .collect();
        for vlans in [true, false] {
            let config = DefragConfig {
                vlans,
                ..DefragConfig::default()
            };
            let mut defrag = Defrag::new(Arc::new(config));
            assert_eq!(payload(&mut defrag, &frames).is_some(), !vlans);
        }
    }

    proptest! {
        #[test]
        fn fragments_of_packets_become_packets(
            data in prop::collection::vec(any::<u8>(), 9..3000), units in 1usize..100,
            v6: bool, options in 0usize..3, backwards: bool
        ) {
            let mut builder = PacketBuilder::ethernet();
            builder = if v6 {
                let mut ip = Ipv6::new("fe80::1", "fe80::2");
                for _ in 0..options {
                    ip = ip.destination_options(&[1, 4, 0, 0, 0, 0]);
                }
                builder.layer(ip)
            } else {
                builder.layer(Ipv4::new("10.0.0.1", "10.0.0.2").options(&[1; 4].repeat(options)))
            };
            let whole = builder.layer(Udp::new(1, 2)).payload(&data);
            let mut frames = whole.fragments(77, units * 8);
            prop_assume!(frames.len() > 1);
            if backwards {
                frames.reverse();
            }
            let mut defrag = Defrag::new(Arc::new(DefragConfig::default()));
            prop_assert_eq!(payload(&mut defrag, &frames), Some(data));
        }
    }
}
