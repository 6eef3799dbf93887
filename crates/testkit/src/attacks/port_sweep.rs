//! Port sweep: one host asks many at the same port.

use super::Attack;
use crate::time::{ms, us};
use crate::{Capture, TcpConversation, Time};

pub(super) const PORT_SWEEP: Attack = Attack {
    name: "port-sweep",
    about: "203.0.113.45 tries port 445 of the 50 hosts from 192.168.1.1 on in 5 seconds; every fifth refuses, the rest do not answer.",
    near_miss_about: "The same with 30 hosts.",
    attack: |start| sweep(start, 50),
    near_miss: |start| sweep(start, 30),
};

fn sweep(start: Time, hosts: u8) -> Capture {
    Capture::merge((1..=hosts).map(|host| {
        let target = ([192, 168, 1, host], 445);
        let probe = TcpConversation::new(("203.0.113.45", 50_000 + u16::from(host)), target)
            .start(start + ms(100) * u32::from(host - 1))
            .step(us(700));
        if host % 5 == 0 {
            probe.refused().capture()
        } else {
            probe.syn().capture()
        }
    }))
}
