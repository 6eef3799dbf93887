//! Rules that only ask for addresses: looked at once per flow and direction.

use std::net::IpAddr;

use crate::rule::AddressSet;

/// Rules that only ask for addresses, by one of the two.
#[derive(Debug, Default)]
pub struct IpOnly {
    src: AddressIndex,
    dst: AddressIndex,
    /// Rules whose sets are too wide to be worth an index.
    wide: Vec<u32>,
}

/// Which rules an address belongs to: elementary intervals, each with its rules.
#[derive(Debug, Default)]
struct AddressIndex {
    v4: Vec<(u32, Vec<u32>)>,
    v6: Vec<(u128, Vec<u32>)>,
}

/// Collects the rules of an [`IpOnly`].
#[derive(Debug, Default)]
pub struct IpOnlyBuilder {
    src: Vec<(u32, std::sync::Arc<AddressSet>)>,
    dst: Vec<(u32, std::sync::Arc<AddressSet>)>,
    wide: Vec<u32>,
}

impl IpOnlyBuilder {
    /// Adds a rule under the narrower of its address sets.
    pub fn add(&mut self, rule: u32, header: &crate::rule::Header) {
        let narrow = |set: &Option<std::sync::Arc<AddressSet>>| set.clone().filter(|s| is_narrow(s));
        if header.both_ways {
            self.wide.push(rule);
        } else if let Some(set) = narrow(&header.src) {
            self.src.push((rule, set));
        } else if let Some(set) = narrow(&header.dst) {
            self.dst.push((rule, set));
        } else {
            self.wide.push(rule);
        }
    }

    /// Builds the index.
    pub fn build(self) -> IpOnly {
        IpOnly {
            src: AddressIndex::build(&self.src),
            dst: AddressIndex::build(&self.dst),
            wide: self.wide,
        }
    }
}

impl IpOnly {
    /// Appends the rules that may want a packet between these addresses.
    pub fn candidates(&self, src: IpAddr, dst: IpAddr, out: &mut Vec<u32>) {
        out.extend_from_slice(&self.wide);
        out.extend_from_slice(self.src.rules(src));
        out.extend_from_slice(self.dst.rules(dst));
    }

    /// Whether there is no such rule.
    pub fn is_empty(&self) -> bool {
        self.wide.is_empty() && self.src.is_empty() && self.dst.is_empty()
    }
}

impl AddressIndex {
    fn build(list: &[(u32, std::sync::Arc<AddressSet>)]) -> Self {
        let v4 = list
            .iter()
            .flat_map(|(rule, set)| set.v4().iter().map(|(a, b)| (*a, b.checked_add(1), *rule)));
        let v6 = list
            .iter()
            .flat_map(|(rule, set)| set.v6().iter().map(|(a, b)| (*a, b.checked_add(1), *rule)));
        Self {
            v4: sweep(v4),
            v6: sweep(v6),
        }
    }

    fn rules(&self, address: IpAddr) -> &[u32] {
        match address {
            IpAddr::V4(a) => look_up(&self.v4, a.into()),
            IpAddr::V6(a) => look_up(&self.v6, a.into()),
        }
    }

    fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }
}

fn look_up<T: Ord + Copy>(table: &[(T, Vec<u32>)], x: T) -> &[u32] {
    let after = table.partition_point(|(start, _)| *start <= x);
    after
        .checked_sub(1)
        .and_then(|at| table.get(at))
        .map_or(&[], |(_, rules)| rules)
}

/// Cuts overlapping intervals (start, end or none at the top, rule) where any begins or ends.
fn sweep<T: Ord + Copy>(intervals: impl Iterator<Item = (T, Option<T>, u32)>) -> Vec<(T, Vec<u32>)> {
    let mut edges: Vec<(T, bool, u32)> = Vec::new();
    for (start, end, rule) in intervals {
        edges.push((start, true, rule));
        edges.extend(end.map(|end| (end, false, rule)));
    }
    edges.sort_unstable();
    let mut table: Vec<(T, Vec<u32>)> = Vec::new();
    let mut open: Vec<u32> = Vec::new();
    let mut at = 0;
    while let Some(&(place, ..)) = edges.get(at) {
        while let Some(&(p, begins, rule)) = edges.get(at)
            && p == place
        {
            if begins {
                open.push(rule);
            } else if let Some(found) = open.iter().position(|r| *r == rule) {
                open.swap_remove(found);
            }
            at += 1;
        }
        let mut rules = open.clone();
        rules.sort_unstable();
        rules.dedup();
        table.push((place, rules));
    }
    table
}

/// Whether a set is small enough that an index of it tells anything.
fn is_narrow(set: &AddressSet) -> bool {
    let v4: u64 = set.v4().iter().map(|(a, b)| u64::from(b - a) + 1).sum();
    let v6_wide = set.v6().iter().any(|(a, b)| b - a > 1 << 96);
    v4 < 1 << 26 && !v6_wide && set.v4().len() + set.v6().len() <= 4096
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_sets_each_give_their_rule() {
        let table = sweep([(10u32, Some(20), 1), (15, Some(30), 2), (15, Some(16), 3)].into_iter());
        assert_eq!(look_up(&table, 9), [] as [u32; 0]);
        assert_eq!(look_up(&table, 10), [1]);
        assert_eq!(look_up(&table, 15), [1, 2, 3]);
        assert_eq!(look_up(&table, 19), [1, 2]);
        assert_eq!(look_up(&table, 29), [2]);
        assert_eq!(look_up(&table, 30), [] as [u32; 0]);
    }
}
