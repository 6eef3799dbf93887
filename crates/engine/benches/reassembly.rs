//! What TCP costs: a conversation of a megabyte, from decoded packets to the bytes that a parser is given and those that
//! rules are shown.
//!
//! `cargo bench -p engine --bench reassembly --profile quick`

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use engine::config::Config;
use engine::stream::{AppData, Segment, StreamMemory, TcpSession, track};
use packet::{DecodeConfig, Direction, LinkType, Packet, Timestamp};
use testkit::{Rng, Segmentation, TcpConversation};

fn main() {
    divan::main();
}

#[divan::bench]
fn in_order(bencher: Bencher<'_, '_>) {
    reassemble(bencher, &Segmentation::default());
}

#[divan::bench]
fn in_segments_of_100_bytes(bencher: Bencher<'_, '_>) {
    reassemble(bencher, &Segmentation::every(100));
}

/// Each pair of segments changes places.
#[divan::bench]
fn in_pairs_that_are_exchanged(bencher: Bencher<'_, '_>) {
    let plan = (0..SEGMENTS / 2).fold(Segmentation::default(), |plan, pair| plan.swap(2 * pair, 2 * pair + 1));
    reassemble(bencher, &plan);
}

#[divan::bench]
fn in_any_order(bencher: Bencher<'_, '_>) {
    reassemble(bencher, &Segmentation::default().shuffled(7));
}

#[divan::bench]
fn with_overlaps(bencher: Bencher<'_, '_>) {
    reassemble(bencher, &Segmentation::every(1200).overlap(260));
}

fn reassemble(bencher: Bencher<'_, '_>, plan: &Segmentation) {
    let data = Rng::new(5).bytes(SEND);
    let mut talk = TcpConversation::new("10.0.0.1:40000", "192.0.2.1:80")
        .handshake()
        .segmentation(plan.clone());
    for _ in 0..SENDS {
        talk = talk.to_server(&data);
    }
    let capture = talk.capture();
    let decode = DecodeConfig::default();
    let packets: Vec<Packet<'_>> = (1..)
        .zip(&capture)
        .map(|(number, frame)| {
            let time = Timestamp(frame.time.nanos());
            Packet::decode(&frame.data, LinkType::Ethernet, time, number, &decode)
        })
        .collect();
    let config = Config::standard();
    assert_eq!(run(&config, &packets), SEND * SENDS);
    bencher
        .counter(BytesCount::new(SEND * SENDS))
        .counter(ItemsCount::new(packets.len()))
        .bench_local(|| run(&config, &packets));
}

/// Takes the packets through a session; the bytes that a parser was given.
fn run(config: &Config, packets: &[Packet<'_>]) -> usize {
    let (mut session, mut memory): (Option<Box<TcpSession>>, _) = (None, StreamMemory::default());
    let mut given = 0;
    for packet in packets {
        let direction = if packet.dst_port() == 80 {
            Direction::ToServer
        } else {
            Direction::ToClient
        };
        let Some(segment) = Segment::of(packet, true) else {
            continue;
        };
        track(&mut session, direction, &segment, &config.stream, &mut memory);
        let Some(session) = &mut session else { continue };
        for direction in [Direction::ToServer, Direction::ToClient] {
            let stream = session.stream_mut(direction);
            if let AppData::Bytes(data) = stream.app_data() {
                let n = data.len();
                given += n;
                stream.consume_app(n as u64);
            }
        }
        for direction in [Direction::ToServer, Direction::ToClient] {
            if session.raw_ready(direction, &config.stream) {
                let context = config.stream.reassembly.raw_context;
                divan::black_box(session.stream(direction).raw_chunks(context).count());
                session.stream_mut(direction).raw_done();
            }
            session
                .stream_mut(direction)
                .prune(config.stream.reassembly.raw_context, &mut memory);
        }
    }
    if let Some(mut session) = session {
        session.finish(&mut memory);
        session.release(&mut memory);
    }
    given
}

/// The bytes of a send, which fit the window in any order; how many sends, and the segments of each.
const SEND: usize = 32_768;
const SENDS: usize = 32;
const SEGMENTS: usize = SEND.div_ceil(1460);
