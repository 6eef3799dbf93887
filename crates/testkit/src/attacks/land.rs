//! LAND (CVE-1999-0016): a SYN whose source is its destination, the port too or not.

use super::Attack;
use crate::layer::Tcp;
use crate::time::ms;
use crate::{Capture, PacketBuilder, Time};

pub(super) const LAND: Attack = Attack {
    name: "land",
    about: "10.0.0.139 is sent three SYNs from its own port 139 to the same, and 11 to port 139 from other ports of its own.",
    near_miss_about: "SYNs between neighbours at equal ports, one from loopback to itself, and 10 from 10.0.0.139 to itself at unequal ports.",
    attack: |start| syns(start, &[(SELF, SELF); 3], 11),
    near_miss: |start| syns(start, &[("10.0.0.138", SELF), (SELF, "10.0.0.138"), LOOPBACK], 10),
};

const SELF: &str = "10.0.0.139";
const LOOPBACK: (&str, &str) = ("127.0.0.1", "127.0.0.1");

/// A SYN at port 139 of both for each pair, then `others` from other ports of the target to itself.
fn syns(start: Time, pairs: &[(&str, &str)], others: u16) -> Capture {
    let equal = pairs.iter().map(|pair| (*pair, 139));
    let unequal = (0..others).map(|i| ((SELF, SELF), 40_000 + i));
    (0..)
        .zip(equal.chain(unequal))
        .map(|(i, ((src, dst), port))| {
            PacketBuilder::between(src, dst)
                .layer(Tcp::new(port, 139).syn().seq(0xf1c))
                .at(start + ms(100) * i)
        })
        .collect()
}
