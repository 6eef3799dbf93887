//! Attacks that the bundled rules find, each with its near miss.
//!
//! A near miss has the shape of its attack and stays at the threshold, which a rule that says "over"
//! does not alert on. Attackers have documentation addresses (RFC 5737, RFC 3849), each attack its
//! own, so that attacks in one capture do not add up; the home side has 10/8, 192.168/16 and 2001:db8:10::/48.
//!
//! ```
//! use testkit::{Time, attacks::ATTACKS};
//!
//! let land = ATTACKS.iter().find(|a| a.name == "land").unwrap();
//! assert!(!(land.attack)(Time::START).frames.is_empty());
//! ```

mod brute_force;
mod certificate;
mod dns_amplification;
mod dns_tunnel;
mod flag_scan;
mod icmp_flood;
mod illegal_flags;
mod land;
mod ping_of_death;
mod port_scan;
mod port_sweep;
mod smurf;
mod syn_flood;
mod teardrop;
mod udp_flood;
mod web;

use std::time::Duration;

use crate::{Capture, Time};

/// One attack, and the traffic just short of it.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    /// The name of its capture.
    pub name: &'static str,
    /// What happens, in one sentence.
    pub about: &'static str,
    /// What its near miss does instead.
    pub near_miss_about: &'static str,
    /// The packets of the attack, from this time on.
    pub attack: fn(Time) -> Capture,
    /// The packets of the near miss, from this time on.
    pub near_miss: fn(Time) -> Capture,
}

/// All attacks, in the order of the rule files.
pub const ATTACKS: &[Attack] = &[
    syn_flood::ONE_SOURCE,
    syn_flood::SPOOFED,
    udp_flood::UDP_FLOOD,
    icmp_flood::ICMP_FLOOD,
    icmp_flood::ICMPV6_FLOOD,
    smurf::SMURF,
    port_scan::PORT_SCAN,
    port_scan::SYN_SCAN,
    port_sweep::PORT_SWEEP,
    flag_scan::FIN_SCAN,
    flag_scan::NULL_SCAN,
    flag_scan::XMAS_SCAN,
    dns_amplification::VICTIM,
    dns_amplification::REFLECTOR,
    dns_amplification::TXT_REFLECTOR,
    dns_amplification::AVERAGE,
    land::LAND,
    ping_of_death::PING_OF_DEATH,
    teardrop::TEARDROP,
    illegal_flags::ILLEGAL_FLAGS,
    brute_force::SSH,
    brute_force::FTP,
    brute_force::RDP,
    web::SQL_INJECTION,
    web::CROSS_SITE_SCRIPTING,
    web::PATH_TRAVERSAL,
    web::COMMAND_INJECTION,
    web::LOG4SHELL,
    web::SCANNER,
    dns_tunnel::TXT_TUNNEL,
    dns_tunnel::NULL_TUNNEL,
    certificate::EXPIRED,
    certificate::SELF_SIGNED,
];

/// The moment of packet `i` of `count`, spread evenly over `window` from `start` on, the window's end excluded.
fn evenly(start: Time, window: Duration, i: usize, count: usize) -> Time {
    start + window * i as u32 / count as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<_> = ATTACKS.iter().map(|a| a.name).collect();
        assert_eq!(names.len(), ATTACKS.len());
    }

    #[test]
    fn captures_are_in_order_of_time_and_begin_when_told() {
        let start = Time(1_000_000);
        for attack in ATTACKS {
            for make in [attack.attack, attack.near_miss] {
                let frames = make(start).frames;
                assert_eq!(frames[0].time, start, "{}", attack.name);
                assert!(frames.is_sorted_by_key(|f| f.time), "{} is out of order", attack.name);
            }
        }
    }

    #[test]
    fn an_attack_is_more_than_its_near_miss() {
        for attack in ATTACKS {
            assert_ne!(
                (attack.attack)(Time::START),
                (attack.near_miss)(Time::START),
                "{}",
                attack.name
            );
        }
    }
}
