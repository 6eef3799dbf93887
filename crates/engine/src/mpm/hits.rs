//! The set of patterns that a scan found.

use super::PatternId;

/// A reusable set of pattern ids.
///
/// Membership is a bit; clearing costs as much as there are hits, not as there are patterns.
#[derive(Debug, Clone, Default)]
pub struct Hits {
    bits: Vec<u64>,
    list: Vec<PatternId>,
    /// How much of `list` is known to be in ascending order.
    sorted: usize,
}

impl Hits {
    /// An empty set; it grows to the size of the largest matcher it is used with.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all hits and keeps the memory.
    pub fn clear(&mut self) {
        for id in self.list.drain(..) {
            if let Some(word) = self.bits.get_mut(id as usize / 64) {
                *word = 0;
            }
        }
        self.sorted = 0;
    }

    /// Number of patterns hit.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing was hit.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether pattern `id` was hit.
    #[inline]
    pub fn contains(&self, id: PatternId) -> bool {
        self.bits
            .get(id as usize / 64)
            .is_some_and(|word| word >> (id % 64) & 1 != 0)
    }

    /// The hits; in ascending order after a scan.
    pub fn as_slice(&self) -> &[PatternId] {
        &self.list
    }

    /// Iterates over the hits; in ascending order after a scan.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = PatternId> + '_ {
        self.list.iter().copied()
    }

    /// Adds `id`, and says whether it was new. The order is that of insertion until [`Hits::sort`].
    #[inline]
    pub fn insert(&mut self, id: PatternId) -> bool {
        let at = id as usize / 64;
        if at >= self.bits.len() {
            self.bits.resize(at + 1, 0);
        }
        let bit = 1 << (id % 64);
        let fresh = self.bits[at] & bit == 0;
        if fresh {
            self.bits[at] |= bit;
            self.list.push(id);
        }
        fresh
    }

    /// Puts the hits in ascending order, as every scan does at its end.
    #[inline]
    pub fn sort(&mut self) {
        if self.sorted != self.list.len() {
            self.list.sort_unstable();
            self.sorted = self.list.len();
        }
    }
}

impl<'a> IntoIterator for &'a Hits {
    type Item = PatternId;
    type IntoIter = std::iter::Copied<std::slice::Iter<'a, PatternId>>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_each_id_once_and_in_order() {
        let mut hits = Hits::new();
        assert!(hits.insert(700));
        assert!(hits.insert(3));
        assert!(!hits.insert(700));
        hits.sort();
        assert_eq!(hits.as_slice(), [3, 700]);
        assert!(hits.contains(3) && hits.contains(700));
        assert!(!hits.contains(4) && !hits.contains(100_000));
    }

    #[test]
    fn is_as_new_after_clearing() {
        let mut hits = Hits::new();
        hits.insert(65);
        hits.insert(64);
        hits.sort();
        hits.clear();
        assert!(hits.is_empty() && !hits.contains(64) && !hits.contains(65));
        assert!(hits.insert(65));
        hits.sort();
        assert_eq!(hits.iter().collect::<Vec<_>>(), [65]);
    }
}
