//! Packet time of the captures made here.

use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

/// A moment in packet time: microseconds since 1970-01-01T00:00:00Z, what a classic pcap can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

impl Time {
    /// Where captures begin unless told otherwise: 2026-01-05T12:00:00Z.
    pub const START: Self = Self(1_767_614_400_000_000);

    /// Whole seconds since the epoch.
    pub const fn secs(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Microseconds within the second, 0 to 999,999.
    pub const fn micros(self) -> u32 {
        (self.0 % 1_000_000) as u32
    }

    /// Nanoseconds since the epoch, the unit of the engine's timestamps.
    pub const fn nanos(self) -> i64 {
        (self.0 * 1000) as i64
    }
}

impl Default for Time {
    fn default() -> Self {
        Self::START
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, later: Duration) -> Self {
        Self(self.0 + later.as_micros() as u64)
    }
}

impl AddAssign<Duration> for Time {
    fn add_assign(&mut self, later: Duration) {
        *self = *self + later;
    }
}

impl Sub for Time {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0 - earlier.0)
    }
}

/// `n` microseconds.
pub const fn us(n: u64) -> Duration {
    Duration::from_micros(n)
}

/// `n` milliseconds.
pub const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// `n` seconds.
pub const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_time() {
        let t = Time(5_000_007) + ms(3);
        assert_eq!((t.secs(), t.micros(), t.nanos()), (5, 3007, 5_003_007_000));
        assert_eq!(t - Time(5_000_000), us(3007));
    }
}
