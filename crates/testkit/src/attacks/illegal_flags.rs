//! Flags that contradict each other: SYN with FIN, SYN with RST.

use super::Attack;
use crate::layer::{Tcp, flag};
use crate::time::ms;
use crate::{Capture, PacketBuilder, TcpConversation, Time};

pub(super) const ILLEGAL_FLAGS: Attack = Attack {
    name: "illegal-flags",
    about: "203.0.113.61 sends 10.0.0.61 two packets with SYN and FIN and two with SYN and RST.",
    near_miss_about: "A connection that is opened and closed at once, and one that is refused: each flag in a packet of its own.",
    attack: probes,
    near_miss: short_connections,
};

fn probes(start: Time) -> Capture {
    let combinations = [
        flag::SYN | flag::FIN,
        flag::SYN | flag::FIN | flag::PSH | flag::URG,
        flag::SYN | flag::RST,
        flag::SYN | flag::RST | flag::ACK,
    ];
    (0..)
        .zip(combinations)
        .map(|(i, flags)| {
            PacketBuilder::between("203.0.113.61", "10.0.0.61")
                .layer(Tcp::new(46_100 + i, 80).seq(0x1f00).flags(flags))
                .at(start + ms(100) * u32::from(i))
        })
        .collect()
}

fn short_connections(start: Time) -> Capture {
    let open = TcpConversation::new("203.0.113.61:46100", "10.0.0.61:80")
        .start(start)
        .handshake()
        .close();
    let refused = TcpConversation::new("203.0.113.61:46101", "10.0.0.61:81")
        .start(open.now() + ms(100))
        .refused();
    Capture::merge([open.capture(), refused.capture()])
}
