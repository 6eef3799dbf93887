//! Packet time.

/// A moment in packet time: nanoseconds since 1970-01-01T00:00:00Z, as the capture recorded it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment `secs` seconds and `nanos` nanoseconds after the epoch; saturates instead of wrapping.
    pub const fn new(secs: i64, nanos: i64) -> Self {
        Self(secs.saturating_mul(1_000_000_000).saturating_add(nanos))
    }

    /// Whole seconds since the epoch, rounded down.
    #[inline]
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// The microseconds within the second, 0 to 999,999.
    pub const fn micros(self) -> u32 {
        (self.0.rem_euclid(1_000_000_000) / 1000) as u32
    }

    /// Nanoseconds from `earlier` to `self`; negative when the capture's clock went back.
    #[inline]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}
