//! Ping of death (CVE-1999-0128): fragments that make a datagram longer than any may be.

use super::Attack;
use crate::layer::{Icmpv4, Icmpv6};
use crate::time::us;
use crate::{Capture, Frame, PacketBuilder, Time};

pub(super) const PING_OF_DEATH: Attack = Attack {
    name: "ping-of-death",
    about: "203.0.113.13 sends 10.0.0.13 an echo request in 45 fragments that make 65,900 bytes; 2001:db8:bad::13 sends the first and the last of as many over IPv6.",
    near_miss_about: "The same with 65,535 bytes, the most there may be.",
    attack: |start| pings(start, 65_900),
    near_miss: |start| pings(start, 65_535),
};

/// Payload of all fragments but the last.
const PIECE: usize = 1480;

/// `total` is the length of the IPv4 datagram with its header, and of the IPv6 payload.
fn pings(start: Time, total: usize) -> Capture {
    let v4 = PacketBuilder::between("203.0.113.13", "10.0.0.13")
        .layer(Icmpv4::echo_request(0xdead, 1))
        .payload(&vec![b'd'; total - 20 - 8])
        .fragments(0x0d1e, PIECE);
    let v6 = PacketBuilder::between("2001:db8:bad::13", "2001:db8:10::13")
        .layer(Icmpv6::echo_request(0xdead, 1))
        .payload(&vec![b'd'; total - 8])
        .fragments(0x0d1e, PIECE);
    let ends_of_v6 = v6.first().into_iter().chain(v6.last()).cloned();
    (0..)
        .zip(v4.into_iter().chain(ends_of_v6))
        .map(|(i, fragment)| Frame::new(start + us(120) * i, fragment))
        .collect()
}
