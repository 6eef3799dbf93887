//! Smurf: echo requests to a broadcast address with the victim as source, so that a whole network answers the victim.

use super::{Attack, evenly};
use crate::layer::Icmpv4;
use crate::time::{ms, us};
use crate::{Capture, PacketBuilder, Time};

pub(super) const SMURF: Attack = Attack {
    name: "smurf",
    about: "12 echo requests in a second, said to be from 192.168.1.10, to 10.0.9.255; 15 hosts answer each to 192.168.1.10.",
    near_miss_about: "The same with 10 requests and 10 hosts.",
    attack: |start| smurf(start, 12, 15),
    near_miss: |start| smurf(start, 10, 10),
};

fn smurf(start: Time, requests: usize, hosts: u8) -> Capture {
    let victim = "192.168.1.10";
    let mut capture = Capture::new();
    for i in 0..requests {
        let time = evenly(start, ms(900), i, requests);
        let seq = i as u16;
        let request = PacketBuilder::between(victim, "10.0.9.255")
            .layer(Icmpv4::echo_request(0x5f1f, seq))
            .payload(b"abcdefgh");
        capture.push(request.at(time));
        for host in 1..=hosts {
            let reply = PacketBuilder::between([10, 0, 9, host], victim)
                .layer(Icmpv4::echo_reply(0x5f1f, seq))
                .payload(b"abcdefgh");
            capture.push(reply.at(time + us(500 + 100 * u64::from(host))));
        }
    }
    capture
}
