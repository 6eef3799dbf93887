//! DNS amplification (RFC 5358): queries with the victim's address draw large responses to the victim.

use super::{Attack, evenly};
use crate::dns::{ANY, MX, Message, TXT};
use crate::layer::Udp;
use crate::time::{ms, secs};
use crate::{Capture, PacketBuilder, Rng, Time, UdpExchange};

/// What the victim sees: responses it has not asked for.
pub(super) const VICTIM: Attack = Attack {
    name: "dns-amplification",
    about: "40 open resolvers of 198.51.100.0/24 send 10.0.0.9 a response of 1,100 bytes each in 4 seconds; it has asked none.",
    near_miss_about: "10 responses of 1,100 bytes and 30 of exactly 1,024.",
    attack: |start| responses(start, 40, 40),
    near_miss: |start| responses(start, 10, 40),
};

/// What the abused resolver sees: queries of type ANY from "the victim", and its own large responses.
pub(super) const REFLECTOR: Attack = Attack {
    name: "dns-amplification-reflector",
    about: "35 queries of type ANY in 4 seconds, said to be from 203.0.113.91, to the resolver 192.168.1.53, which answers with 1,100 bytes each.",
    near_miss_about: "The same with 30 queries.",
    attack: |start| reflector(start, 35),
    near_miss: |start| reflector(start, 30),
};

/// The same with TXT records, which resolvers answer that no longer answer ANY.
pub(super) const TXT_REFLECTOR: Attack = Attack {
    name: "dns-amplification-txt",
    about: "120 queries of type TXT in 4 seconds, said to be from 203.0.113.92, to the resolver 192.168.1.53, which answers with 400 bytes each.",
    near_miss_about: "The same with 100 queries.",
    attack: |start| texts(start, 120),
    near_miss: |start| texts(start, 100),
};

/// Responses that are large on average, of which none is over a fixed size.
pub(super) const AVERAGE: Attack = Attack {
    name: "dns-amplification-average",
    about: "In two minutes the resolver 192.168.1.53 answers 10.0.0.93 with 50 responses of 200 bytes, 100 of 600 and 100 of 1,200.",
    near_miss_about: "250 responses, of 120 and of 900 bytes in turn: half of them are large, and the last 100 have 510 bytes on average.",
    attack: |start| {
        let sizes = [[200; 50].as_slice(), &[600; 100], &[1200; 100]].concat();
        average(start, &sizes)
    },
    near_miss: |start| average(start, &[120, 900].repeat(125)),
};

fn texts(start: Time, count: usize) -> Capture {
    let mut rng = Rng::new(0xd530);
    let exchanges = (0..count).map(|i| {
        let query = Message::query(rng.next_u64() as u16, NAME, TXT);
        UdpExchange::new(("203.0.113.92", rng.ephemeral_port()), "192.168.1.53:53")
            .start(evenly(start, secs(4), i, count))
            .step(ms(2))
            .to_server(&query.clone().edns(1232).bytes())
            .to_client(&response(&query, 400))
            .capture()
    });
    Capture::merge(exchanges.collect::<Vec<_>>())
}

fn average(start: Time, sizes: &[usize]) -> Capture {
    let mut rng = Rng::new(0xd540);
    let exchanges = sizes.iter().enumerate().map(|(i, size)| {
        let query = Message::query(rng.next_u64() as u16, NAME, MX);
        UdpExchange::new(("10.0.0.93", rng.ephemeral_port()), "192.168.1.53:53")
            .start(evenly(start, secs(120), i, sizes.len()))
            .step(ms(2))
            .to_server(&query.clone().edns(1232).bytes())
            .to_client(&response(&query, *size))
            .capture()
    });
    Capture::merge(exchanges.collect::<Vec<_>>())
}

const NAME: &str = "amp.example";

fn responses(start: Time, large: usize, count: usize) -> Capture {
    let mut rng = Rng::new(0xd510);
    (0..count)
        .map(|i| {
            let query = Message::query(rng.next_u64() as u16, NAME, ANY);
            let size = if i < large { 1100 } else { 1024 };
            PacketBuilder::between([198, 51, 100, 1 + i as u8], "10.0.0.9")
                .layer(Udp::new(53, rng.ephemeral_port()))
                .payload(&response(&query, size))
                .at(evenly(start, secs(4), i, count))
        })
        .collect()
}

fn reflector(start: Time, count: usize) -> Capture {
    let mut rng = Rng::new(0xd520);
    let exchanges = (0..count).map(|i| {
        let query = Message::query(rng.next_u64() as u16, NAME, ANY);
        UdpExchange::new(("203.0.113.91", rng.ephemeral_port()), "192.168.1.53:53")
            .start(evenly(start, secs(4), i, count))
            .step(ms(2))
            .to_server(&query.clone().edns(4096).bytes())
            .to_client(&response(&query, 1100))
            .capture()
    });
    Capture::merge(exchanges.collect::<Vec<_>>())
}

/// A response of `size` bytes: one TXT record, as long as it takes.
fn response(query: &Message, size: usize) -> Vec<u8> {
    let text = |len: usize| query.response().txt(NAME, &vec![b'x'; len]).bytes();
    let mut len = size - text(0).len();
    // Every 255 bytes of text cost a length byte.
    while text(len).len() > size {
        len -= 1;
    }
    let bytes = text(len);
    assert_eq!(bytes.len(), size);
    bytes
}
