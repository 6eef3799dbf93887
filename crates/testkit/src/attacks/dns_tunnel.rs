//! DNS tunnels: data in the names that are asked for and in the answers.

use super::{Attack, evenly};
use crate::dns::{self, Message};
use crate::time::{ms, secs};
use crate::{Capture, Rng, Time, UdpExchange};

/// Data in names, answers in TXT records.
pub(super) const TXT_TUNNEL: Attack = Attack {
    name: "dns-tunnel",
    about: "10.0.0.66 asks the resolver 192.168.1.53 for TXT records of 30 names in 30 seconds, each with 110 random characters in three labels under tunnel.example, and gets 100 bytes back each time.",
    near_miss_about: "The same with 20 names, and 40 names of a content network, which are long but made of short labels of words.",
    attack: |start| tunnel(start, 30),
    near_miss: |start| Capture::merge([tunnel(start, 20), content_network(start, 40)]),
};

/// What iodine does first: NULL records.
pub(super) const NULL_TUNNEL: Attack = Attack {
    name: "dns-tunnel-null",
    about: "10.0.0.67 asks the resolver 192.168.1.53 for 12 records of type NULL in 10 seconds.",
    near_miss_about: "The same with 5 records.",
    attack: |start| nulls(start, 12),
    near_miss: |start| nulls(start, 5),
};

const RESOLVER: &str = "192.168.1.53:53";
const NULL: u16 = 10;

fn tunnel(start: Time, count: usize) -> Capture {
    let mut rng = Rng::new(0x7066);
    let port = rng.ephemeral_port();
    let exchanges = (0..count).map(|i| {
        let name = format!(
            "{}.{}.{}.tunnel.example",
            letters(&mut rng, 50),
            letters(&mut rng, 50),
            letters(&mut rng, 10)
        );
        let query = Message::query(rng.next_u64() as u16, &name, dns::TXT);
        let answer = query.response().txt(&name, letters(&mut rng, 100).as_bytes());
        exchange("10.0.0.66", port, evenly(start, secs(30), i, count), &query, &answer)
    });
    Capture::merge(exchanges.collect::<Vec<_>>())
}

fn content_network(start: Time, count: usize) -> Capture {
    let mut rng = Rng::new(0x7067);
    let words = [
        "images", "static", "video", "edge", "cache", "media", "north", "south", "europe", "shop",
    ];
    let exchanges = (0..count).map(|i| {
        let labels: Vec<&str> = (0..8).map(|_| *rng.pick(&words)).collect();
        let name = format!("{}.cdn.example", labels.join("."));
        let query = Message::query(rng.next_u64() as u16, &name, dns::A);
        let answer = query.response().a(&name, [192, 0, 2, 30]);
        exchange(
            "10.0.0.68",
            rng.ephemeral_port(),
            evenly(start, secs(30), i, count),
            &query,
            &answer,
        )
    });
    Capture::merge(exchanges.collect::<Vec<_>>())
}

fn nulls(start: Time, count: usize) -> Capture {
    let mut rng = Rng::new(0x7068);
    let exchanges = (0..count).map(|i| {
        let name = format!("{}.t.example", letters(&mut rng, 12));
        let query = Message::query(rng.next_u64() as u16, &name, NULL);
        let answer = query.response().record(&name, NULL, &rng.bytes(40));
        exchange(
            "10.0.0.67",
            rng.ephemeral_port(),
            evenly(start, secs(10), i, count),
            &query,
            &answer,
        )
    });
    Capture::merge(exchanges.collect::<Vec<_>>())
}

fn exchange(client: &str, port: u16, time: Time, query: &Message, answer: &Message) -> Capture {
    UdpExchange::new((client, port), RESOLVER)
        .start(time)
        .step(ms(8))
        .to_server(&query.bytes())
        .to_client(&answer.bytes())
        .capture()
}

/// So many characters as tunnels use them: base32.
fn letters(rng: &mut Rng, count: usize) -> String {
    let alphabet = b"abcdefghijklmnopqrstuvwxyz234567";
    (0..count).map(|_| char::from(*rng.pick(alphabet))).collect()
}
