//! FIN, NULL and XMAS scans: flags that no connection begins with, so that filters that look for SYN let them pass.
//! A closed port answers with a reset, an open one keeps silent (RFC 9293 section 3.10.7).

use super::Attack;
use crate::layer::{Tcp, flag};
use crate::time::{ms, us};
use crate::{Capture, PacketBuilder, Time};

pub(super) const FIN_SCAN: Attack = Attack {
    name: "fin-scan",
    about: "203.0.113.51 sends packets with FIN alone to 10 ports of 10.0.0.51.",
    near_miss_about: "The same with 5 ports.",
    attack: |start| scan(start, 51, flag::FIN, 10),
    near_miss: |start| scan(start, 51, flag::FIN, 5),
};

pub(super) const NULL_SCAN: Attack = Attack {
    name: "null-scan",
    about: "203.0.113.52 sends packets without flags to 10 ports of 10.0.0.52.",
    near_miss_about: "The same with 5 ports.",
    attack: |start| scan(start, 52, 0, 10),
    near_miss: |start| scan(start, 52, 0, 5),
};

pub(super) const XMAS_SCAN: Attack = Attack {
    name: "xmas-scan",
    about: "203.0.113.53 sends packets with FIN, PSH and URG to 10 ports of 10.0.0.53.",
    near_miss_about: "The same with 5 ports.",
    attack: |start| scan(start, 53, XMAS, 10),
    near_miss: |start| scan(start, 53, XMAS, 5),
};

const XMAS: u8 = flag::FIN | flag::PSH | flag::URG;
const SEQ: u32 = 0x7b21_0c11;

/// Probes of `203.0.113.host` to `10.0.0.host`, of which the open ports 22 and 80 stay unanswered.
fn scan(start: Time, host: u8, flags: u8, ports: usize) -> Capture {
    let (scanner, target) = ([203, 0, 113, host], [10, 0, 0, host]);
    let mut capture = Capture::new();
    for (i, port) in PORTS.into_iter().take(ports).enumerate() {
        let time = start + ms(100) * i as u32;
        let probe = Tcp::new(43_210, port).seq(SEQ).flags(flags).window(1024);
        capture.push(PacketBuilder::between(scanner, target).layer(probe).at(time));
        if port != 22 && port != 80 {
            // RFC 9293 section 3.10.7.1: a FIN takes a sequence number, so it is acknowledged as one byte.
            let ack = SEQ + u32::from(flags & flag::FIN);
            let reset = Tcp::new(port, 43_210).flags(flag::RST).ack(ack).window(0);
            let reset = PacketBuilder::between(target, scanner).layer(reset);
            capture.push(reset.at(time + us(400)));
        }
    }
    capture
}

const PORTS: [u16; 10] = [22, 23, 80, 110, 113, 139, 443, 445, 993, 3306];
