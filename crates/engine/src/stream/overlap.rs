//! Which data wins where segments overlap.

use super::config::OsPolicy;

/// Where a segment lies in its stream: absolute offsets, the end is the offset after its last byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) start: u64,
    pub(super) end: u64,
}

impl OsPolicy {
    /// Whether `new` replaces what it shares with `old`, which came before it.
    ///
    /// Source: J. Novak and S. Sturges, "Target-Based TCP Stream Reassembly", 2007; the details are those Suricata shows.
    pub(super) fn new_wins(self, new: Extent, old: Extent) -> bool {
        let earlier = new.start < old.start;
        let later_end = new.end > old.end;
        match self {
            Self::First => false,
            Self::Last => true,
            Self::Bsd => earlier,
            _ => earlier && later_end,
        }
    }
}
