//! Vertical scans: one host asks another at port after port.

use super::Attack;
use crate::layer::Tcp;
use crate::time::{ms, us};
use crate::{Capture, Direction, PacketBuilder, Rng, TcpConversation, Time};

/// A scan by the system's own `connect`, against a host that refuses.
pub(super) const PORT_SCAN: Attack = Attack {
    name: "port-scan",
    about: "203.0.113.31 connects to 60 unusual ports of 10.0.0.31 in three seconds, which refuses all, and to 22 and 80, which are open.",
    near_miss_about: "The same with 30 unusual ports.",
    attack: |start| connect_scan(start, 60),
    near_miss: |start| connect_scan(start, 30),
};

/// A scan with packets of the scanner's own making, against a host behind a filter.
pub(super) const SYN_SCAN: Attack = Attack {
    name: "syn-scan",
    about: "203.0.113.32 sends SYNs with window 1024 to 20 ports of 10.0.0.32, as nmap -sS does; a filter drops them.",
    near_miss_about: "The same with 10 ports.",
    attack: |start| syn_scan(start, 20),
    near_miss: |start| syn_scan(start, 10),
};

fn connect_scan(start: Time, closed: u16) -> Capture {
    let (scanner, target) = ("203.0.113.31", "10.0.0.31");
    let mut ports: Vec<u16> = (1000..1000 + closed).chain([22, 80]).collect();
    let mut rng = Rng::new(0x5c10);
    rng.shuffle(&mut ports);
    let probes = ports.into_iter().zip(0..).map(|(port, i)| {
        let probe = TcpConversation::new((scanner, 41_000 + i), (target, port))
            .start(start + ms(50) * u32::from(i))
            .step(us(400));
        if port < 1000 {
            probe.handshake().reset(Direction::ToServer).capture()
        } else {
            probe.refused().capture()
        }
    });
    Capture::merge(probes)
}

fn syn_scan(start: Time, ports: u32) -> Capture {
    let mut rng = Rng::new(0x5c20);
    let mut list: Vec<u16> = (1..1024).collect();
    rng.shuffle(&mut list);
    // nmap keeps one source port and one sequence number for all probes of a run.
    (0..ports)
        .zip(list)
        .map(|(i, port)| {
            let tcp = Tcp::new(51_234, port).syn().seq(0x3c51_8a20).window(1024).mss(1460);
            PacketBuilder::between("203.0.113.32", "10.0.0.32")
                .layer(tcp)
                .at(start + ms(100) * i)
        })
        .collect()
}
