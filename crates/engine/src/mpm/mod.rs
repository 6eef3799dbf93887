//! Multi-pattern matching: which literals occur in a buffer.
//!
//! [`build`] turns the literals that the rules of one buffer are looked up by into a matcher, in
//! milliseconds for thousands of them. A scan yields the *set* of literals that occur, not every place
//! where they do: what the prefilter asks is "which rules are worth a look", and a short literal may occur
//! a million times in hostile traffic.

mod corasick;
mod filter;
mod hits;
mod literals;
mod scratch;

pub use corasick::Corasick;
pub use filter::{Filter, Simd};
pub use hits::Hits;
pub use scratch::Scratch;

/// Index of a pattern in the slice its matcher was built from.
pub type PatternId = u32;

/// A literal to look for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// What to look for, as raw bytes. An empty pattern is never reported.
    pub bytes: Box<[u8]>,
    /// Whether ASCII letters match in either case. Other bytes always match exactly.
    pub nocase: bool,
}

impl Pattern {
    /// A pattern whose letters match as they are written.
    pub fn exact(bytes: impl Into<Box<[u8]>>) -> Self {
        Self {
            bytes: bytes.into(),
            nocase: false,
        }
    }

    /// A pattern whose ASCII letters match in either case.
    pub fn nocase(bytes: impl Into<Box<[u8]>>) -> Self {
        Self {
            bytes: bytes.into(),
            nocase: true,
        }
    }
}

/// A set of literals, ready to be looked for.
///
/// All implementations report the same hits in the same order: which one serves a set is a matter of speed.
pub trait Mpm: Send + Sync {
    /// Adds every pattern that occurs in `haystack` to `hits`, and leaves `hits` in ascending order.
    ///
    /// Hits of earlier scans stay: clear them first, unless the union of several buffers is wanted.
    /// The haystack may be hostile: the time is linear in its length. Nothing is allocated once
    /// `scratch` and `hits` have grown to the size of the set and of the longest haystack.
    fn scan(&self, haystack: &[u8], scratch: &mut Scratch, hits: &mut Hits);

    /// Bytes of heap that the matcher holds.
    fn memory(&self) -> usize;

    /// Number of patterns, duplicates included.
    fn len(&self) -> usize;

    /// Whether there is nothing to look for.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Length of the longest pattern in bytes, 0 for an empty set.
    ///
    /// Who scans a growing buffer in pieces steps back by one byte less than this.
    fn max_len(&self) -> usize;
}

/// Builds the matcher that suits `patterns` best.
///
/// Duplicates are allowed, and every one of them is reported. At most 2^32 - 1 patterns of 2^32 - 1 bytes in all.
pub fn build(patterns: &[Pattern]) -> Box<dyn Mpm> {
    match Filter::new(patterns) {
        Some(filter) => Box::new(filter),
        None => Box::new(Corasick::new(patterns)),
    }
}
