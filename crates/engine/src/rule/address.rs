//! Sets of IP addresses, as sorted intervals.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A set of IPv4 and IPv6 addresses. Look-ups are binary searches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AddressSet {
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u128)>,
    /// Somebody wrote it with an exclamation mark.
    pub excludes: bool,
}

impl AddressSet {
    /// Every address.
    pub fn any() -> Self {
        Self {
            v4: vec![(0, u32::MAX)],
            v6: vec![(0, u128::MAX)],
            excludes: false,
        }
    }

    /// The addresses from `first` to `last`, both included; nothing when the families differ or the order is wrong.
    pub fn range(first: IpAddr, last: IpAddr) -> Self {
        let mut set = Self::default();
        match (first, last) {
            (IpAddr::V4(a), IpAddr::V4(b)) if a <= b => set.v4.push((a.into(), b.into())),
            (IpAddr::V6(a), IpAddr::V6(b)) if a <= b => set.v6.push((a.into(), b.into())),
            _ => {}
        }
        set
    }

    /// The network of `address` with a prefix of `bits` bits (at most 32 or 128).
    pub fn network(address: IpAddr, bits: u8) -> Self {
        match address {
            IpAddr::V4(a) => {
                let host = u32::MAX.checked_shr(bits.into()).unwrap_or(0);
                let base = u32::from(a) & !host;
                Self::range(Ipv4Addr::from(base).into(), Ipv4Addr::from(base | host).into())
            }
            IpAddr::V6(a) => {
                let host = u128::MAX.checked_shr(bits.into()).unwrap_or(0);
                let base = u128::from(a) & !host;
                Self::range(Ipv6Addr::from(base).into(), Ipv6Addr::from(base | host).into())
            }
        }
    }

    /// Whether the address is in the set.
    #[inline]
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(a) => within(&self.v4, a.into()),
            IpAddr::V6(a) => within(&self.v6, a.into()),
        }
    }

    /// Every address of the IP versions that `other` has addresses of.
    // Suricata: `!10.0.0.0/8` says nothing of IPv6, so no IPv6 address is in it.
    pub fn families_of(other: &Self) -> Self {
        let any = Self::any();
        Self {
            v4: if other.v4.is_empty() { Vec::new() } else { any.v4 },
            v6: if other.v6.is_empty() { Vec::new() } else { any.v6 },
            excludes: false,
        }
    }

    /// Whether no address is in the set.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether every address is in the set.
    pub fn is_any(&self) -> bool {
        self.v4 == [(0, u32::MAX)] && self.v6 == [(0, u128::MAX)]
    }

    /// Adds the addresses of `other`, and whether it excludes any. Call [`AddressSet::normalise`] after the last.
    pub fn extend(&mut self, other: &Self) {
        self.v4.extend_from_slice(&other.v4);
        self.v6.extend_from_slice(&other.v6);
        self.excludes |= other.excludes;
    }

    /// Sorts and merges the intervals.
    pub fn normalise(&mut self) {
        merge(&mut self.v4, |x| x.checked_add(1));
        merge(&mut self.v6, |x| x.checked_add(1));
    }

    /// Takes the addresses of `other` away; both normalised.
    pub fn subtract(&mut self, other: &Self) {
        self.v4 = difference(&self.v4, &other.v4, |x| x.checked_add(1), |x| x.checked_sub(1));
        self.v6 = difference(&self.v6, &other.v6, |x| x.checked_add(1), |x| x.checked_sub(1));
    }

    /// The IPv4 intervals, sorted, ends included.
    pub fn v4(&self) -> &[(u32, u32)] {
        &self.v4
    }

    /// The IPv6 intervals, sorted, ends included.
    pub fn v6(&self) -> &[(u128, u128)] {
        &self.v6
    }
}

#[inline]
fn within<T: Ord + Copy>(intervals: &[(T, T)], x: T) -> bool {
    let after = intervals.partition_point(|(first, _)| *first <= x);
    after > 0 && intervals.get(after - 1).is_some_and(|(_, last)| x <= *last)
}

fn merge<T: Ord + Copy>(intervals: &mut Vec<(T, T)>, next: impl Fn(T) -> Option<T>) {
    intervals.sort_unstable();
    let mut out: Vec<(T, T)> = Vec::with_capacity(intervals.len());
    for &(first, last) in intervals.iter() {
        match out.last_mut() {
            Some(previous) if next(previous.1).is_none_or(|n| first <= n) => previous.1 = previous.1.max(last),
            _ => out.push((first, last)),
        }
    }
    *intervals = out;
}

fn difference<T: Ord + Copy>(
    from: &[(T, T)],
    take: &[(T, T)],
    next: impl Fn(T) -> Option<T>,
    previous: impl Fn(T) -> Option<T>,
) -> Vec<(T, T)> {
    let mut out = Vec::with_capacity(from.len());
    let mut at = 0;
    for &(first, last) in from {
        let mut start = Some(first);
        while let Some(&(_, end)) = take.get(at)
            && end < first
        {
            at += 1;
        }
        for &(a, b) in &take[at..] {
            let Some(s) = start else { break };
            if a > last {
                break;
            }
            if a > s
                && let Some(before) = previous(a)
            {
                out.push((s, before));
            }
            start = next(b).map(|n| n.max(s)).filter(|n| *n <= last);
        }
        if let Some(s) = start {
            out.push((s, last));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_network_holds_its_edges_and_no_more() {
        let net = AddressSet::network(ip("10.1.2.3"), 8);
        assert!(net.contains(ip("10.0.0.0")) && net.contains(ip("10.255.255.255")));
        assert!(!net.contains(ip("11.0.0.0")) && !net.contains(ip("::a00:0")));
        assert!(AddressSet::network(ip("0.0.0.0"), 0).contains(ip("255.255.255.255")));
        assert!(AddressSet::network(ip("2001:db8::"), 32).contains(ip("2001:db8:ffff::1")));
    }

    #[test]
    fn everything_less_a_network() {
        let mut set = AddressSet::any();
        set.subtract(&AddressSet::network(ip("10.0.0.0"), 8));
        assert!(set.contains(ip("9.255.255.255")) && !set.contains(ip("10.0.0.0")) && set.contains(ip("11.0.0.0")));
        assert!(set.contains(ip("::1")));
    }

    proptest! {
        #[test]
        fn sets_behave_like_sets(
            add in prop::collection::vec((0u8..40, 0u8..40), 0..8),
            take in prop::collection::vec((0u8..40, 0u8..40), 0..8),
        ) {
            let build = |list: &[(u8, u8)]| {
                let mut set = AddressSet::default();
                for (a, b) in list {
                    set.extend(&AddressSet::range(Ipv4Addr::new(0, 0, 0, *a).into(), Ipv4Addr::new(0, 0, 0, *b).into()));
                }
                set.normalise();
                set
            };
            let mut set = build(&add);
            set.subtract(&build(&take));
            for x in 0..42u8 {
                let inside = |list: &[(u8, u8)]| list.iter().any(|(a, b)| *a <= x && x <= *b);
                prop_assert_eq!(set.contains(Ipv4Addr::new(0, 0, 0, x).into()), inside(&add) && !inside(&take), "{}", x);
            }
        }
    }
}
