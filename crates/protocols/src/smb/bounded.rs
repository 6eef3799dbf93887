//! Tables that hold the newest entries, up to a number of them.

use std::collections::{BTreeMap, VecDeque};

/// A table that holds the newest entries, up to a number of them.
#[derive(Debug)]
pub struct Bounded<K, V> {
    map: BTreeMap<K, (u64, V)>,
    /// Keys by age, with the stamps they had; those that are gone or were set anew are passed over.
    order: VecDeque<(u64, K)>,
    stamp: u64,
    limit: usize,
}

impl<K: Ord + Clone, V> Bounded<K, V> {
    /// A table for so many entries.
    pub fn new(limit: usize) -> Self {
        Self {
            map: BTreeMap::new(),
            order: VecDeque::new(),
            stamp: 0,
            limit: limit.max(1),
        }
    }

    /// The entry of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.map.get(key).map(|(_, value)| value)
    }

    /// The entry of a key, made if there is none.
    pub fn entry(&mut self, key: &K, make: impl FnOnce() -> V) -> Option<&mut V> {
        if !self.map.contains_key(key) {
            self.insert(key.clone(), make());
        }
        self.map.get_mut(key).map(|(_, value)| value)
    }

    /// Sets an entry; the oldest goes when there are too many.
    pub fn insert(&mut self, key: K, value: V) {
        self.stamp = self.stamp.wrapping_add(1);
        self.map.insert(key.clone(), (self.stamp, value));
        self.order.push_back((self.stamp, key));
        // LIMIT: entries of the table; and of the list of their ages, which holds at most as many that are gone.
        while self.map.len() > self.limit || self.order.len() > self.limit.saturating_mul(2) {
            let Some((stamp, key)) = self.order.pop_front() else {
                break;
            };
            if self.map.get(&key).is_some_and(|(current, _)| *current == stamp) {
                if self.map.len() > self.limit {
                    self.map.remove(&key);
                } else {
                    self.order.push_back((stamp, key));
                    self.order
                        .retain(|(stamp, key)| self.map.get(key).is_some_and(|(current, _)| current == stamp));
                    self.order.make_contiguous().sort_unstable_by_key(|(stamp, _)| *stamp);
                }
            }
        }
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.map.remove(key).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go() {
        let mut table = Bounded::new(2);
        for (key, value) in [(1, 'a'), (2, 'b'), (1, 'c'), (3, 'd')] {
            table.insert(key, value);
        }
        assert_eq!(
            (table.get(&1), table.get(&2), table.get(&3)),
            (Some(&'c'), None, Some(&'d'))
        );
        for n in 0..100 {
            table.insert(5, 'x');
            table.remove(&5);
            table.insert(6 + n % 2, 'y');
        }
        assert!(table.order.len() <= 5 && table.map.len() <= 2);
    }
}
