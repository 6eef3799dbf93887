//! As much traffic as is wanted, for benchmarks: many hosts that browse, download, send mail and look up names.

mod conversations;

use std::net::{IpAddr, Ipv6Addr};

use crate::time::{ms, secs};
use crate::{Capture, Rng, Segmentation, Time};

/// Traffic without end, a second of it at a time, about a megabyte each.
///
/// In bytes, half of it is TLS (the handshake, then what looks encrypted), a third HTTP (pages, forms, downloads), and
/// the rest mail, SSH, DNS, datagrams of calls and of what is encrypted, fragments, pings. One TCP send in six comes as
/// no textbook has it: in small segments, out of order, twice or overlapping. One conversation in ten is over IPv6, one
/// in twenty within a VLAN. The same seed gives the same bytes on every machine.
///
/// ```
/// use testkit::Workload;
///
/// let second = Workload::new(1).next().unwrap();
/// assert!(second.frames.len() > 500);
/// assert_eq!(Some(second), Workload::new(1).next());
/// ```
#[derive(Clone, Debug)]
pub struct Workload {
    rng: Rng,
    now: Time,
}

impl Workload {
    /// Traffic that is fixed by `seed`.
    pub const fn new(seed: u64) -> Self {
        Self {
            rng: Rng::new(seed),
            now: Time::START,
        }
    }

    /// Seconds of it until there are `bytes` bytes of packets, or more.
    pub fn of_size(self, bytes: u64) -> Capture {
        let mut all = Capture::new();
        let mut size = 0;
        for second in self {
            size += bytes_of(&second);
            all.append(second);
            if size >= bytes {
                break;
            }
        }
        all
    }
}

impl Iterator for Workload {
    type Item = Capture;

    fn next(&mut self) -> Option<Capture> {
        let mut parts = Vec::new();
        let mut size = 0;
        while size < BYTES_A_SECOND {
            let part = Talk::new(&mut self.rng, self.now).any();
            size += bytes_of(&part);
            parts.push(part);
        }
        self.now += secs(1);
        let mut second = Capture::merge(parts);
        // What takes longer ends with its second, so that each second can be written before the next is made.
        let last = self.now;
        for frame in &mut second.frames {
            frame.time = frame.time.min(Time(last.0 - 1));
        }
        Some(second)
    }
}

/// Two hosts that are about to talk.
struct Talk<'r> {
    rng: &'r mut Rng,
    start: Time,
    client: IpAddr,
    server: IpAddr,
    vlan: Option<u16>,
}

impl<'r> Talk<'r> {
    fn new(rng: &'r mut Rng, second: Time) -> Self {
        let start = second + ms(rng.below(600));
        let (c, s) = (rng.below(2000) as u16, rng.below(300) as u16);
        let (client, server): (IpAddr, IpAddr) = if rng.below(10) == 0 {
            let host = |net, host| Ipv6Addr::from([0x2001, 0xdb8, net, 0, 0, 0, 0, host]);
            (host(0x10, c).into(), host(0x99, s).into())
        } else {
            // RFC 2544 section C.2.2: 198.18/15 is for benchmarks.
            let ([c1, c2], [s1, s2]) = (c.to_be_bytes(), s.to_be_bytes());
            ([10, 20, c1, c2].into(), [198, 18, s1, s2].into())
        };
        let vlan = (rng.below(20) == 0).then(|| 100 + c % 4);
        Self {
            rng,
            start,
            client,
            server,
            vlan,
        }
    }

    /// How the segments of one send arrive.
    fn segmentation(&mut self) -> Segmentation {
        let (rng, seed) = (&mut *self.rng, 3);
        let at = rng.below(4) as usize;
        match rng.below(60) {
            0..=1 => Segmentation::random(rng.next_u64(), 200),
            2..=3 => Segmentation::every(536),
            4..=6 => Segmentation::default().swap(at, at + 1).swap(at + 4, at + 6),
            7 => Segmentation::every(1200).overlap(100),
            8 => Segmentation::default().duplicate(at),
            9 => Segmentation::every(700).shuffled(seed),
            _ => Segmentation::default(),
        }
    }
}

fn bytes_of(capture: &Capture) -> u64 {
    capture.frames.iter().map(|frame| frame.data.len() as u64).sum()
}

/// About so many bytes go by in a second.
const BYTES_A_SECOND: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_do_not_overlap() {
        let seconds: Vec<Capture> = Workload::new(4).take(3).collect();
        for pair in seconds.windows(2) {
            let first = pair[1].frames.iter().map(|frame| frame.time).min();
            assert!(pair[0].end() < first);
        }
    }

    #[test]
    fn it_is_as_large_as_was_asked_for() {
        let size = bytes_of(&Workload::new(2).of_size(3_000_000));
        assert!((3_000_000..5_000_000).contains(&size), "{size}");
    }

    #[test]
    fn another_seed_is_other_traffic() {
        assert_ne!(Workload::new(1).next(), Workload::new(2).next());
    }
}
