//! What a scan needs besides the matcher, kept by the caller to be used again.

/// Working memory of scans: one per worker, whatever the number of matchers.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    /// The haystack in lower case, for the automaton that knows no case.
    pub(super) folded: Vec<u8>,
    /// Which values of the automaton have nothing more to report.
    pub(super) done: Vec<bool>,
}

impl Scratch {
    /// Empty working memory; it grows to the size of the longest haystack.
    pub fn new() -> Self {
        Self::default()
    }
}
