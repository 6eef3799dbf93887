//! What a scan needs besides the matcher, kept by the caller to be used again.

/// Working memory of scans: one per worker, whatever the number of matchers.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    /// The haystack in lower case, for the automaton that knows no case.
    pub(super) folded: Vec<u8>,
    /// Which values of the automaton have nothing more to report.
    pub(super) done: Vec<bool>,
    /// Places of a haystack that are worth a look.
    pub(super) places: Places,
}

/// Some places.
// PERF: to be written before they are read: they need not be cleared for each scan.
#[derive(Debug, Clone)]
pub(super) struct Places(pub(super) [u8; Places::LEN]);

impl Places {
    /// Those of four vectors, and as many as are written ahead.
    pub(super) const LEN: usize = 4 * 64 + Self::AHEAD;
    /// How many places are written at once.
    pub(super) const AHEAD: usize = 4;
}

impl Default for Places {
    fn default() -> Self {
        Self([0; Self::LEN])
    }
}

impl Scratch {
    /// Empty working memory; it grows to the size of the longest haystack.
    pub fn new() -> Self {
        Self::default()
    }
}
