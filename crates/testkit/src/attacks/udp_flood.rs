//! UDP flood: datagrams to random ports, which nobody answers.

use super::{Attack, evenly};
use crate::layer::Udp;
use crate::time::{ms, us};
use crate::{Capture, PacketBuilder, Rng, Time, UdpExchange};

pub(super) const UDP_FLOOD: Attack = Attack {
    name: "udp-flood",
    about: "203.0.113.17 sends 600 datagrams in a second to random ports of 192.168.1.20.",
    near_miss_about: "500 datagrams in a second, and beside them a game of 100 datagrams each way, which is answered.",
    attack: |start| flood(start, 600),
    near_miss: |start| Capture::merge([flood(start, 500), game(start + us(500))]),
};

fn flood(start: Time, count: usize) -> Capture {
    let mut rng = Rng::new(0xdf10);
    (0..count)
        .map(|i| {
            let port = rng.between(1024, 60_000) as u16;
            PacketBuilder::between("203.0.113.17", "192.168.1.20")
                .layer(Udp::new(rng.ephemeral_port(), port))
                .payload(&rng.bytes(8))
                .at(evenly(start, ms(900), i, count))
        })
        .collect()
}

fn game(start: Time) -> Capture {
    let mut rng = Rng::new(0xdf11);
    let mut game = UdpExchange::new("192.168.1.20:50000", "192.0.2.27:27015")
        .start(start)
        .step(ms(4));
    for _ in 0..100 {
        game = game.to_server(&rng.bytes(8)).to_client(&rng.bytes(8));
    }
    game.capture()
}
