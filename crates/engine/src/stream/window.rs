//! Sequence numbers, which wrap, and what is valid in a window of them.

/// A sequence number (RFC 9293 section 3.4): compared by the shorter way round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seq(pub(super) u32);

impl Seq {
    /// The number `n` further on.
    pub(super) const fn plus(self, n: u32) -> Self {
        Self(self.0.wrapping_add(n))
    }

    /// The number `n` further back.
    pub(super) const fn minus(self, n: u32) -> Self {
        Self(self.0.wrapping_sub(n))
    }

    /// How far it is from `origin` to here; negative when it lies before.
    pub(super) const fn since(self, origin: Self) -> i32 {
        self.0.wrapping_sub(origin.0) as i32
    }

    /// Whether it lies before `other`.
    pub(super) const fn before(self, other: Self) -> bool {
        self.since(other) < 0
    }

    /// Whether it lies after `other`.
    pub(super) const fn after(self, other: Self) -> bool {
        self.since(other) > 0
    }

    /// Whether it is `other` or lies before it.
    pub(super) const fn at_or_before(self, other: Self) -> bool {
        !self.after(other)
    }

    /// Whether it is `other` or lies after it.
    pub(super) const fn at_or_after(self, other: Self) -> bool {
        !self.before(other)
    }

    /// The later of the two.
    pub(super) const fn later(self, other: Self) -> Self {
        if self.before(other) { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_wrap() {
        let high = Seq(0xffff_fff0);
        let low = high.plus(0x20);
        assert_eq!(low, Seq(0x10));
        assert!(high.before(low) && low.after(high) && high.at_or_before(high) && high.at_or_after(high));
        assert_eq!(low.since(high), 0x20);
        assert_eq!(low.minus(0x20), high);
        assert_eq!(high.later(low), low);
    }
}
