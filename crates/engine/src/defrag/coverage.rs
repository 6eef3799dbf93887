//! Which bytes of a datagram have come.

/// A bit for each byte of a datagram.
///
/// It takes an eighth of what it covers, and adding a fragment takes a step for each 64 bytes of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    words: Vec<u64>,
}

/// What a fragment changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Covered {
    /// Bytes that had not come before, those from `end` on left out.
    pub(super) new: u32,
    /// Whether bytes came again.
    pub(super) overlap: bool,
}

impl Coverage {
    /// The words needed for so many bytes.
    pub(super) fn words_for(end: u32) -> usize {
        end.div_ceil(u64::BITS) as usize
    }

    /// Covers `start..stop`; the caller has reserved the words.
    pub(super) fn add(&mut self, start: u32, stop: u32, end: u32) -> Covered {
        let words = Self::words_for(stop);
        if words > self.words.len() {
            self.words.resize(words, 0);
        }
        let mut covered = Covered::default();
        let (counted, first) = (mask_below, (start / u64::BITS) as usize);
        for (word, base) in self.words.iter_mut().zip(bases()).take(words).skip(first) {
            let bits = counted(stop, base) & !counted(start, base);
            covered.overlap |= *word & bits != 0;
            covered.new += (bits & !*word & counted(end, base)).count_ones();
            *word |= bits;
        }
        covered
    }

    /// How many of the first `end` bytes have come.
    pub(super) fn count(&self, end: u32) -> u32 {
        self.words
            .iter()
            .zip(bases())
            .take(Self::words_for(end))
            .map(|(word, base)| (word & mask_below(end, base)).count_ones())
            .sum()
    }

    pub(super) fn words(&mut self) -> &mut Vec<u64> {
        &mut self.words
    }

    pub(super) fn capacity(&self) -> usize {
        self.words.capacity()
    }
}

/// The first byte of each word.
fn bases() -> impl Iterator<Item = u32> {
    (0..).step_by(u64::BITS as usize)
}

/// The bits of the word at `base` that stand for bytes before `end`.
fn mask_below(end: u32, base: u32) -> u64 {
    match end.saturating_sub(base) {
        count @ 0..u64::BITS => (1 << count) - 1,
        _ => u64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fragments_of_odd_lengths_fit() {
        let mut coverage = Coverage::default();
        let whole = |new, overlap| Covered { new, overlap };
        assert_eq!(coverage.add(0, 13, 100), whole(13, false));
        assert_eq!(coverage.add(8, 16, 100), whole(3, true));
        assert_eq!(coverage.add(120, 200, 130), whole(10, false));
        assert_eq!(coverage.count(130), 26);
        assert_eq!(coverage.count(u32::MAX), 96);
    }

    proptest! {
        #[test]
        fn counts_like_a_list_of_bytes(
            ranges in prop::collection::vec((0u32..300, 1u32..100), 0..20), end in 0u32..400
        ) {
            let mut coverage = Coverage::default();
            let mut model = [false; 400];
            for (start, len) in ranges {
                let range = start as usize..(start + len) as usize;
                let expected = Covered {
                    new: range.clone().filter(|at| !model[*at] && *at < end as usize).count() as u32,
                    overlap: model[range.clone()].contains(&true),
                };
                model[range].fill(true);
                prop_assert_eq!(coverage.add(start, start + len, end), expected);
                let count = model[..end as usize].iter().filter(|set| **set).count();
                prop_assert_eq!(coverage.count(end) as usize, count);
            }
        }
    }
}
