//! Integer conditions: what `ttl:<5`, `dsize:100<>300` or `itype:!8` ask of a number.

use std::fmt;

/// A condition on an unsigned integer. Bounds are kept as `u64`; every header field fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntPredicate {
    /// Equal to the value.
    Eq(u64),
    /// Different from the value.
    Ne(u64),
    /// Below the value.
    Lt(u64),
    /// At most the value.
    Le(u64),
    /// Above the value.
    Gt(u64),
    /// At least the value.
    Ge(u64),
    /// Between the two, both included; whoever parses an exclusive range narrows it first.
    Within(u64, u64),
    /// Outside the two, which are themselves outside of what matches.
    Outside(u64, u64),
    /// `(x & mask) == value`; negated when `negated`.
    Mask {
        /// The bits that count.
        mask: u64,
        /// What they must be.
        value: u64,
        /// Matches when they are not.
        negated: bool,
    },
}

impl IntPredicate {
    /// Whether `x` meets the condition.
    #[inline]
    pub const fn holds(&self, x: u64) -> bool {
        match *self {
            Self::Eq(v) => x == v,
            Self::Ne(v) => x != v,
            Self::Lt(v) => x < v,
            Self::Le(v) => x <= v,
            Self::Gt(v) => x > v,
            Self::Ge(v) => x >= v,
            Self::Within(a, b) => a <= x && x <= b,
            Self::Outside(a, b) => x < a || b < x,
            Self::Mask { mask, value, negated } => ((x & mask) == value) != negated,
        }
    }

    /// The smallest and largest value that can meet the condition, both included.
    pub const fn bounds(&self) -> (u64, u64) {
        match *self {
            Self::Eq(v) => (v, v),
            Self::Lt(v) => (0, v.saturating_sub(1)),
            Self::Le(v) => (0, v),
            Self::Gt(v) => (v.saturating_add(1), u64::MAX),
            Self::Ge(v) => (v, u64::MAX),
            Self::Within(a, b) => (a, b),
            Self::Ne(_) | Self::Outside(..) | Self::Mask { .. } => (0, u64::MAX),
        }
    }
}

impl fmt::Display for IntPredicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Eq(v) => write!(f, "{v}"),
            Self::Ne(v) => write!(f, "!{v}"),
            Self::Lt(v) => write!(f, "<{v}"),
            Self::Le(v) => write!(f, "<={v}"),
            Self::Gt(v) => write!(f, ">{v}"),
            Self::Ge(v) => write!(f, ">={v}"),
            Self::Within(a, b) => write!(f, "{a}..={b}"),
            Self::Outside(a, b) => write!(f, "!{a}..={b}"),
            Self::Mask { mask, value, negated } => {
                write!(f, "&{mask:#x}{}={value:#x}", if negated { "!" } else { "" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_condition_at_its_edges() {
        assert!(IntPredicate::Lt(5).holds(4) && !IntPredicate::Lt(5).holds(5));
        assert!(IntPredicate::Gt(5).holds(6) && !IntPredicate::Gt(5).holds(5));
        assert!(IntPredicate::Within(2, 4).holds(2) && IntPredicate::Within(2, 4).holds(4));
        assert!(!IntPredicate::Outside(2, 4).holds(2) && IntPredicate::Outside(2, 4).holds(5));
        let syn = IntPredicate::Mask {
            mask: 0x12,
            value: 0x02,
            negated: false,
        };
        assert!(syn.holds(0x42) && !syn.holds(0x12));
    }

    #[test]
    fn bounds_hold_every_match() {
        let all = [
            IntPredicate::Eq(3),
            IntPredicate::Ne(3),
            IntPredicate::Lt(3),
            IntPredicate::Le(3),
            IntPredicate::Gt(3),
            IntPredicate::Ge(3),
            IntPredicate::Within(2, 5),
            IntPredicate::Outside(2, 5),
        ];
        for p in all {
            let (low, high) = p.bounds();
            assert!((0..10).filter(|x| p.holds(*x)).all(|x| low <= x && x <= high), "{p}");
        }
    }
}
