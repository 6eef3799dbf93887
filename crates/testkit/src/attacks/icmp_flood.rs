//! ICMP flood: echo requests as fast as the line takes them.

use super::{Attack, evenly};
use crate::layer::{Icmpv4, Icmpv6};
use crate::time::{ms, us};
use crate::{Capture, PacketBuilder, Time};

pub(super) const ICMP_FLOOD: Attack = Attack {
    name: "icmp-flood",
    about: "203.0.113.18 sends 150 echo requests in a second to 10.0.0.18, which answers each.",
    near_miss_about: "The same with 100 echo requests.",
    attack: |start| flood(start, 150),
    near_miss: |start| flood(start, 100),
};

pub(super) const ICMPV6_FLOOD: Attack = Attack {
    name: "icmpv6-flood",
    about: "2001:db8:bad::18 sends 150 echo requests in a second to 2001:db8:10::18, which answers each.",
    near_miss_about: "The same with 100 echo requests.",
    attack: |start| flood_v6(start, 150),
    near_miss: |start| flood_v6(start, 100),
};

fn flood(start: Time, count: usize) -> Capture {
    let (attacker, target) = ("203.0.113.18", "10.0.0.18");
    let mut capture = Capture::new();
    for i in 0..count {
        let time = evenly(start, ms(900), i, count);
        let request = PacketBuilder::between(attacker, target)
            .layer(Icmpv4::echo_request(0x1801, i as u16))
            .payload(b"abcdefgh");
        let reply = PacketBuilder::between(target, attacker)
            .layer(Icmpv4::echo_reply(0x1801, i as u16))
            .payload(b"abcdefgh");
        capture.push(request.at(time));
        capture.push(reply.at(time + us(300)));
    }
    capture
}

fn flood_v6(start: Time, count: usize) -> Capture {
    let (attacker, target) = ("2001:db8:bad::18", "2001:db8:10::18");
    let mut capture = Capture::new();
    for i in 0..count {
        let time = evenly(start, ms(900), i, count);
        let request = PacketBuilder::between(attacker, target)
            .layer(Icmpv6::echo_request(0x1802, i as u16))
            .payload(b"abcdefgh");
        let reply = PacketBuilder::between(target, attacker)
            .layer(Icmpv6::echo_reply(0x1802, i as u16))
            .payload(b"abcdefgh");
        capture.push(request.at(time));
        capture.push(reply.at(time + us(300)));
    }
    capture
}
