//! The Aho-Corasick matcher: one automaton over the literals without their case.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};

use super::literals::Literals;
use super::{Hits, Mpm, Pattern, Scratch};

/// An Aho-Corasick automaton that ignores case, with the case checked where it counts.
///
/// Its time depends little on the traffic, and much on the size of the set.
#[derive(Debug, Clone)]
pub struct Corasick {
    literals: Literals,
    automaton: Option<AhoCorasick>,
}

impl Corasick {
    /// Builds the automaton of the kind that aho-corasick thinks best.
    pub fn new(patterns: &[Pattern]) -> Self {
        Self::with_kind(patterns, None)
    }

    /// Builds the automaton of a given kind.
    pub fn with_kind(patterns: &[Pattern], kind: Option<AhoCorasickKind>) -> Self {
        let literals = Literals::new(patterns);
        // The automaton can only refuse sets beyond what `build` documents.
        let automaton = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(kind)
            .build((0..literals.len() as u32).map(|id| literals.bytes(id)))
            .ok();
        Self { literals, automaton }
    }
}

impl Mpm for Corasick {
    fn scan(&self, haystack: &[u8], _scratch: &mut Scratch, hits: &mut Hits) {
        let Some(automaton) = &self.automaton else {
            return;
        };
        for found in automaton.find_overlapping_iter(haystack) {
            let literal = found.pattern().as_u32();
            if !self.literals.reported(literal, hits) && self.literals.occurs(literal, haystack, found.start()) {
                self.literals.report(literal, hits);
            }
        }
        hits.sort();
    }

    fn memory(&self) -> usize {
        self.literals.memory() + self.automaton.as_ref().map_or(0, AhoCorasick::memory_usage)
    }

    fn len(&self) -> usize {
        self.literals.patterns()
    }

    fn max_len(&self) -> usize {
        self.literals.max_len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(patterns: &[Pattern], haystack: &[u8]) -> Vec<u32> {
        let mut hits = Hits::new();
        Corasick::new(patterns).scan(haystack, &mut Scratch::new(), &mut hits);
        hits.as_slice().to_vec()
    }

    #[test]
    fn reports_duplicates_overlaps_and_case() {
        let patterns = [
            Pattern::exact(*b"Host"),
            Pattern::nocase(*b"hOST"),
            Pattern::exact(*b"ost"),
            Pattern::nocase(*b"HOST"),
            Pattern::exact(*b"HOST"),
            Pattern::exact(*b""),
        ];
        assert_eq!(hits(&patterns, b"xxHostxx"), [0, 1, 2, 3]);
        assert_eq!(hits(&patterns, b"hOST"), [1, 3]);
        assert_eq!(hits(&patterns, b""), Vec::<u32>::new());
        assert_eq!(hits(&[], b"abc"), Vec::<u32>::new());
    }

    #[test]
    fn a_case_that_fails_first_does_not_hide_one_that_fits_later() {
        assert_eq!(hits(&[Pattern::exact(*b"AbC")], b"abc ABC AbC"), [0]);
    }
}
