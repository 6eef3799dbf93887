//! Teardrop (CVE-1999-0015): fragments that overlap.

use super::Attack;
use crate::layer::{Ipv4, Ipv6, Udp};
use crate::time::ms;
use crate::{Capture, PacketBuilder, Time};

pub(super) const TEARDROP: Attack = Attack {
    name: "teardrop",
    about: "203.0.113.15 sends 10.0.0.15 two fragments, of which the second begins inside the first; 2001:db8:bad::15 does the same over IPv6.",
    near_miss_about: "The same with fragments that adjoin.",
    attack: |start| fragments(start, 24),
    near_miss: |start| fragments(start, 40),
};

/// Two fragments of a UDP datagram in each family: the bytes 0 to 39, and 24 bytes from `second` on.
fn fragments(start: Time, second: usize) -> Capture {
    let first = PacketBuilder::raw()
        .layer(Udp::new(40_015, 9).length(second as u16 + 24))
        .payload(&[b't'; 32])
        .build();
    let pieces = [(0, true, first), (second, false, vec![b'd'; 24])];
    let mut capture = Capture::new();
    for ((offset, more, data), i) in pieces.iter().zip(0..) {
        let v4 = Ipv4::new("203.0.113.15", "10.0.0.15")
            .fragment(0x0242, *offset, *more)
            .protocol(17);
        let v6 = Ipv6::new("2001:db8:bad::15", "2001:db8:10::15")
            .fragment(0x0242, *offset, *more)
            .next_header(17);
        let time = start + ms(1) * i;
        capture.push(PacketBuilder::ethernet().layer(v4).payload(data).at(time));
        capture.push(PacketBuilder::ethernet().layer(v6).payload(data).at(time));
    }
    capture
}
