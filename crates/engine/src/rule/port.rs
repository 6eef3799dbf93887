//! Sets of ports, as sorted intervals.

/// A set of TCP, UDP or SCTP ports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PortSet(Vec<(u16, u16)>);

impl PortSet {
    /// Every port.
    pub fn any() -> Self {
        Self(vec![(0, u16::MAX)])
    }

    /// The set of the given intervals, ends included; an interval whose ends are the wrong way round holds nothing.
    pub fn new(intervals: impl IntoIterator<Item = (u16, u16)>) -> Self {
        let mut list: Vec<_> = intervals.into_iter().filter(|(a, b)| a <= b).collect();
        list.sort_unstable();
        let mut out: Vec<(u16, u16)> = Vec::with_capacity(list.len());
        for (a, b) in list {
            match out.last_mut() {
                Some(last) if u32::from(a) <= u32::from(last.1) + 1 => last.1 = last.1.max(b),
                _ => out.push((a, b)),
            }
        }
        Self(out)
    }

    /// Whether the port is in the set.
    #[inline]
    pub fn contains(&self, port: u16) -> bool {
        self.0.iter().any(|&(a, b)| a <= port && port <= b)
    }

    /// The set without the ports of `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut out = Vec::new();
        for &(first, last) in &self.0 {
            let mut start = Some(first);
            for &(a, b) in &other.0 {
                let Some(s) = start else { break };
                if b < s {
                    continue;
                }
                if a > last {
                    break;
                }
                if a > s {
                    out.push((s, a - 1));
                }
                start = b.checked_add(1).filter(|n| *n <= last);
            }
            if let Some(s) = start {
                out.push((s, last));
            }
        }
        Self(out)
    }

    /// Both sets together.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::new(self.0.iter().chain(&other.0).copied())
    }

    /// Whether no port is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every port is in the set.
    pub fn is_any(&self) -> bool {
        self.0 == [(0, u16::MAX)]
    }

    /// The intervals, sorted and apart, ends included.
    pub fn intervals(&self) -> &[(u16, u16)] {
        &self.0
    }

    /// How many ports are in the set.
    pub fn len(&self) -> usize {
        self.0.iter().map(|(a, b)| usize::from(b - a) + 1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn neighbours_merge() {
        assert_eq!(
            PortSet::new([(10, 20), (21, 30), (5, 5)]).intervals(),
            [(5, 5), (10, 30)]
        );
        assert!(PortSet::new([(0, 100), (101, u16::MAX)]).is_any());
    }

    proptest! {
        #[test]
        fn sets_behave_like_sets(
            add in prop::collection::vec((0u16..60, 0u16..60), 0..6),
            take in prop::collection::vec((0u16..60, 0u16..60), 0..6),
        ) {
            let set = PortSet::new(add.clone()).without(&PortSet::new(take.clone()));
            for x in 0..64u16 {
                let inside = |list: &[(u16, u16)]| list.iter().any(|(a, b)| *a <= x && x <= *b);
                prop_assert_eq!(set.contains(x), inside(&add) && !inside(&take), "{}", x);
            }
        }
    }
}
