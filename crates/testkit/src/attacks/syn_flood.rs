//! SYN floods (RFC 4987): half-open connections until the target has no room for real ones.

use super::{Attack, evenly};
use crate::layer::Tcp;
use crate::time::ms;
use crate::{Capture, PacketBuilder, Rng, Time};

/// A flood from an address of the attacker's own.
pub(super) const ONE_SOURCE: Attack = Attack {
    name: "syn-flood-source",
    about: "203.0.113.66 sends two bursts of 150 SYNs to port 80 of 10.0.0.80, each within a second.",
    near_miss_about: "Three bursts of 100 SYNs, each within a second.",
    attack: |start| one_source(start, 2, 150),
    near_miss: |start| one_source(start, 3, 100),
};

/// A flood from forged addresses.
pub(super) const SPOOFED: Attack = Attack {
    name: "syn-flood-spoofed",
    about: "300 SYNs in a second to port 443 of 10.0.0.43, from random addresses of 198.51.100.0/24.",
    near_miss_about: "The same with 200 SYNs.",
    attack: |start| spoofed(start, 300),
    near_miss: |start| spoofed(start, 200),
};

/// Bursts of `count` SYNs in 900 ms; a pause of 200 ms keeps them apart however a window is aligned.
fn one_source(start: Time, bursts: u32, count: usize) -> Capture {
    let mut rng = Rng::new(0x5f10);
    let mut capture = Capture::new();
    for burst in 0..bursts {
        let start = start + ms(1100) * burst;
        for i in 0..count {
            let tcp = Tcp::new(rng.ephemeral_port(), 80)
                .syn()
                .seq(rng.next_u64() as u32)
                .mss(1460);
            let packet = PacketBuilder::between("203.0.113.66", "10.0.0.80").layer(tcp);
            capture.push(packet.at(evenly(start, ms(900), i, count)));
        }
    }
    capture
}

fn spoofed(start: Time, count: usize) -> Capture {
    let mut rng = Rng::new(0x5f20);
    (0..count)
        .map(|i| {
            let source = [198, 51, 100, rng.between(1, 254) as u8];
            let tcp = Tcp::new(rng.ephemeral_port(), 443)
                .syn()
                .seq(rng.next_u64() as u32)
                .mss(1460);
            PacketBuilder::between(source, "10.0.0.43")
                .layer(tcp)
                .at(evenly(start, ms(900), i, count))
        })
        .collect()
}
