//! Bits on hosts and on pairs of hosts: `xbits`, `hostbits`.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use packet::Timestamp;

use super::Subject;
use crate::rule::{NameId, SharedBit, SharedTrack};

/// All bits that are set, with the time until which they are.
#[derive(Debug, Default)]
pub struct SharedBits {
    until: HashMap<Key, Timestamp>,
    ages: VecDeque<Key>,
    /// How many bits were given up because there were too many.
    pub evicted: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    name: NameId,
    whose: (IpAddr, Option<IpAddr>),
}

impl SharedBits {
    /// Whether the bit is set for the subject now.
    pub fn is_set(&self, bit: SharedBit, subject: &Subject) -> bool {
        key(bit, subject)
            .and_then(|key| self.until.get(&key))
            .is_some_and(|until| subject.time < *until)
    }

    /// Sets the bit for so many seconds of packet time.
    pub fn set(&mut self, bit: SharedBit, subject: &Subject, seconds: u32) {
        let Some(key) = key(bit, subject) else { return };
        let until = Timestamp(subject.time.0.saturating_add(i64::from(seconds) * 1_000_000_000));
        if self.until.insert(key, until).is_none() {
            self.ages.push_back(key);
        }
        // LIMIT: MAX_BITS; beyond it the bit that was set first goes. `ages` may hold a bit twice, once for each time it was set anew.
        while self.until.len() > MAX_BITS || self.ages.len() > 2 * MAX_BITS {
            let Some(oldest) = self.ages.pop_front() else { break };
            if self.until.remove(&oldest).is_some() {
                self.evicted += 1;
            }
        }
    }

    /// Clears the bit.
    pub fn clear(&mut self, bit: SharedBit, subject: &Subject) {
        if let Some(key) = key(bit, subject) {
            self.until.remove(&key);
        }
    }

    /// Sets the bit if it is clear, and clears it if it is set.
    pub fn toggle(&mut self, bit: SharedBit, subject: &Subject, seconds: u32) {
        if self.is_set(bit, subject) {
            self.clear(bit, subject);
        } else {
            self.set(bit, subject, seconds);
        }
    }
}

fn key(bit: SharedBit, subject: &Subject) -> Option<Key> {
    let (src, dst) = subject.addresses?;
    let whose = match bit.track {
        SharedTrack::Source => (src, None),
        SharedTrack::Destination => (dst, None),
        SharedTrack::Pair => (src.min(dst), Some(src.max(dst))),
    };
    Some(Key { name: bit.name, whose })
}

/// How many bits are held at most; a bit takes about 100 bytes.
const MAX_BITS: usize = 1 << 18;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64, src: u8, dst: u8) -> Subject {
        let host = |n| IpAddr::from([10, 0, 0, n]);
        Subject {
            time: Timestamp::new(seconds, 0),
            addresses: Some((host(src), host(dst))),
            ports: (0, 0),
            flow: None,
            size: 0,
        }
    }

    #[test]
    fn a_bit_belongs_to_its_host_and_expires() {
        let bit = SharedBit {
            name: NameId(1),
            track: SharedTrack::Source,
            asked_first: false,
        };
        let mut bits = SharedBits::default();
        bits.set(bit, &at(0, 1, 2), 10);
        assert!(bits.is_set(bit, &at(9, 1, 3)));
        assert!(!bits.is_set(bit, &at(10, 1, 3)) && !bits.is_set(bit, &at(0, 2, 1)));
        // The other side of the connection is asked through its destination.
        assert!(bits.is_set(
            SharedBit {
                track: SharedTrack::Destination,
                asked_first: false,
                ..bit
            },
            &at(1, 2, 1)
        ));
    }

    #[test]
    fn a_pair_has_no_direction() {
        let bit = SharedBit {
            name: NameId(1),
            track: SharedTrack::Pair,
            asked_first: false,
        };
        let mut bits = SharedBits::default();
        bits.toggle(bit, &at(0, 1, 2), 10);
        assert!(bits.is_set(bit, &at(1, 2, 1)));
        bits.toggle(bit, &at(1, 2, 1), 10);
        assert!(!bits.is_set(bit, &at(1, 1, 2)));
    }
}
