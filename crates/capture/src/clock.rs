//! The time stamps of a pcapng interface.

use packet::Timestamp;

/// What a unit of an interface's time stamps is, and where they start.
///
/// Source: draft-ietf-opsawg-pcapng section 4.2, options if_tsresol and if_tsoffset.
pub(crate) struct Clock {
    unit: Unit,
    /// Nanoseconds to add.
    offset: i128,
}

enum Unit {
    /// So many nanoseconds.
    Nanos(i128),
    /// So many to a nanosecond.
    PerNano(i128),
    /// Two to this power to a second.
    Binary(u32),
}

impl Clock {
    /// From the value of if_tsresol and the seconds of if_tsoffset.
    pub(crate) fn new(resolution: u8, offset: i64) -> Self {
        let exponent = u32::from(resolution & 0x7f);
        let unit = if resolution & 0x80 != 0 {
            Unit::Binary(exponent)
        } else if exponent <= 9 {
            Unit::Nanos(10_i128.pow(9 - exponent))
        } else {
            // No stamp of 64 bits makes a nanosecond of units that fine.
            Unit::PerNano(10_i128.checked_pow(exponent - 9).unwrap_or(i128::MAX))
        };
        Self {
            unit,
            offset: i128::from(offset) * NANOS,
        }
    }

    /// The moment of a time stamp, rounded down to nanoseconds; saturates at the years 1677 and 2262.
    #[inline]
    pub(crate) fn time(&self, stamp: u64) -> Timestamp {
        let stamp = i128::from(stamp);
        let nanos = match self.unit {
            Unit::Nanos(unit) => stamp * unit,
            Unit::PerNano(units) => stamp / units,
            Unit::Binary(exponent) => (stamp * NANOS) >> exponent,
        };
        let nanos = (nanos + self.offset).clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        Timestamp(nanos as i64)
    }
}

/// Nanoseconds in a second.
const NANOS: i128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resolution() {
        let at = |resolution, offset, stamp| Clock::new(resolution, offset).time(stamp).0;
        assert_eq!(at(6, 0, 1_500_000), 1_500_000_000);
        assert_eq!(at(9, 0, 7), 7);
        assert_eq!(at(0, 0, 7), 7_000_000_000);
        assert_eq!(at(12, 0, 7_999), 7);
        assert_eq!(at(19, 0, u64::MAX), 1_844_674_407);
        assert_eq!(at(100, 0, u64::MAX), 0);
        assert_eq!(at(0x80 | 10, 0, 1536), 1_500_000_000);
        assert_eq!(at(0x80 | 32, 0, (3 << 32) + (1 << 31)), 3_500_000_000);
        assert_eq!(at(0x80 | 127, 0, u64::MAX), 0);
        assert_eq!(at(6, -2, 1_500_000), -500_000_000);
        assert_eq!(at(6, 1_600_000_000, 1), 1_600_000_000_000_001_000);
    }

    #[test]
    fn absurd_stamps_saturate() {
        assert_eq!(Clock::new(0, i64::MAX).time(u64::MAX), Timestamp(i64::MAX));
        assert_eq!(Clock::new(9, i64::MIN).time(0), Timestamp(i64::MIN));
        assert_eq!(Clock::new(0x80, i64::MAX).time(u64::MAX), Timestamp(i64::MAX));
    }
}
