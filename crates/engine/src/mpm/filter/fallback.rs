//! The automaton that finishes what the filter gives up: its time does not depend on the traffic.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use daachorse::DoubleArrayAhoCorasick;

use super::super::literals::{LiteralId, Literals};
use super::super::{Hits, Scratch};

/// A double-array Aho-Corasick automaton, built when it is first needed.
///
/// PERF: most matchers never need it, and building it takes ten times as long as building the filter does.
#[derive(Default)]
pub(super) struct Fallback {
    automaton: OnceLock<Option<Automaton>>,
}

struct Automaton {
    states: DoubleArrayAhoCorasick<u32>,
    /// Which literals are the same without their case, end to end.
    literals: Vec<LiteralId>,
    /// Where in `literals` those of a value of the automaton start; one more for the end of the last.
    starts: Vec<u32>,
}

impl Fallback {
    /// Adds the patterns that occur to the hits; `false` when the set is too large for an automaton.
    pub(super) fn scan(&self, haystack: &[u8], literals: &Literals, scratch: &mut Scratch, hits: &mut Hits) -> bool {
        let Some(automaton) = self.automaton.get_or_init(|| Automaton::new(literals)) else {
            return false;
        };
        scratch.folded.clear();
        scratch.folded.extend(haystack.iter().map(u8::to_ascii_lowercase));
        // PERF: hostile traffic is full of matches, and most of them are old news.
        scratch.done.clear();
        scratch.done.resize(automaton.starts.len(), false);
        for found in automaton.states.find_overlapping_iter(&scratch.folded) {
            let value = found.value() as usize;
            if !scratch.done[value] {
                let report = |literal| {
                    if !literals.reported(literal, hits) && literals.occurs(literal, haystack, found.start()) {
                        literals.report(literal, hits);
                    }
                    literals.reported(literal, hits)
                };
                scratch.done[value] = automaton
                    .literals(value)
                    .iter()
                    .copied()
                    .map(report)
                    .fold(true, |all, one| all & one);
            }
        }
        true
    }

    /// Bytes of heap held.
    pub(super) fn memory(&self) -> usize {
        self.automaton.get().and_then(Option::as_ref).map_or(0, |automaton| {
            automaton.states.heap_bytes() + (automaton.literals.capacity() + automaton.starts.capacity()) * 4
        })
    }
}

impl Automaton {
    fn new(literals: &Literals) -> Option<Self> {
        let mut groups: BTreeMap<Vec<u8>, Vec<LiteralId>> = BTreeMap::new();
        for id in 0..literals.len() as LiteralId {
            groups
                .entry(literals.bytes(id).to_ascii_lowercase())
                .or_default()
                .push(id);
        }
        let mut starts = vec![0];
        let mut flat = Vec::with_capacity(literals.len());
        for group in groups.values() {
            flat.extend(group);
            starts.push(flat.len() as u32);
        }
        let states = DoubleArrayAhoCorasick::with_values(groups.keys().zip(0..)).ok()?;
        Some(Self {
            states,
            literals: flat,
            starts,
        })
    }

    fn literals(&self, value: usize) -> &[LiteralId] {
        &self.literals[self.starts[value] as usize..self.starts[value + 1] as usize]
    }
}

impl std::fmt::Debug for Fallback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fallback")
            .field("built", &self.automaton.get().is_some())
            .finish_non_exhaustive()
    }
}
