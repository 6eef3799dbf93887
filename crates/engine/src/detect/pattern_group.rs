//! Rules by a literal that they cannot match without.

use hashbrown::HashMap;

use crate::mpm::{self, Hits, Mpm, Pattern, Scratch};

/// The literals of one buffer, each with the rules that cannot match where it is absent.
pub struct PatternGroup {
    matcher: Box<dyn Mpm>,
    /// Where the rules of a pattern begin in `rules`; one more at the end.
    starts: Box<[u32]>,
    rules: Box<[u32]>,
}

/// Collects the literals of a [`PatternGroup`].
#[derive(Clone, Debug, Default)]
pub struct PatternGroupBuilder {
    patterns: HashMap<(Box<[u8]>, bool), Vec<u32>>,
}

/// What scanning reuses.
#[derive(Default)]
pub struct ScanState {
    scratch: Scratch,
    hits: Hits,
}

impl PatternGroupBuilder {
    /// Adds a rule under its literal.
    pub fn add(&mut self, literal: &[u8], nocase: bool, rule: u32) {
        let folded: Box<[u8]> = if nocase {
            literal.to_ascii_lowercase().into()
        } else {
            literal.into()
        };
        let rules = self.patterns.entry((folded, nocase)).or_default();
        if rules.last() != Some(&rule) {
            rules.push(rule);
        }
    }

    /// Builds the group; `None` when no rule was added.
    pub fn build(self) -> Option<PatternGroup> {
        if self.patterns.is_empty() {
            return None;
        }
        let mut list: Vec<_> = self.patterns.into_iter().collect();
        // The order of a HashMap is not the same from run to run.
        list.sort_unstable();
        let (mut patterns, mut starts, mut rules) = (Vec::with_capacity(list.len()), vec![0], Vec::new());
        for ((bytes, nocase), of) in list {
            patterns.push(Pattern { bytes, nocase });
            rules.extend(of);
            starts.push(rules.len() as u32);
        }
        Some(PatternGroup {
            matcher: mpm::build(&patterns),
            starts: starts.into(),
            rules: rules.into(),
        })
    }
}

impl PatternGroup {
    /// Appends the rules whose literal occurs in `data` to `candidates`; a rule may come more than once.
    pub fn scan(&self, data: &[u8], state: &mut ScanState, candidates: &mut Vec<u32>) {
        state.hits.clear();
        self.matcher.scan(data, &mut state.scratch, &mut state.hits);
        for pattern in state.hits.iter() {
            let at = pattern as usize;
            if let (Some(&from), Some(&to)) = (self.starts.get(at), self.starts.get(at + 1)) {
                candidates.extend_from_slice(&self.rules[from as usize..to as usize]);
            }
        }
    }

    /// How many literals the last scan with `state` found.
    pub fn found(state: &ScanState) -> usize {
        state.hits.len()
    }

    /// How many literals.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are none; never so in a group that was built.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.matcher.memory() + (self.starts.len() + self.rules.len()) * 4
    }
}

impl std::fmt::Debug for PatternGroup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PatternGroup({} literals, {} rules)", self.len(), self.rules.len())
    }
}
