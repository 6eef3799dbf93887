//! Capture groups, for `pcrexform`.

use super::expression::backtracking;
use super::flags::Options;
use super::meaning::ascii;
use crate::keyword::Parsed;

/// A regular expression of which the first capture group is wanted.
pub struct Captures(pcre2::bytes::Regex);

impl Captures {
    /// Compiles the expression.
    ///
    /// # Errors
    /// When its syntax is wrong.
    pub fn new(pattern: &str) -> Parsed<Self> {
        backtracking(&ascii(pattern), Options::default(), true).map(Self)
    }

    /// Where the first group matched: its first byte and the byte after it.
    pub fn first_group(&self, haystack: &[u8]) -> Option<(usize, usize)> {
        let captures = self.0.captures(haystack).ok()??;
        captures.get(1).map(|group| (group.start(), group.end()))
    }
}

/// How many capture groups the expression has.
///
/// # Errors
/// When its syntax is wrong.
pub fn group_count(pattern: &str) -> Parsed<usize> {
    Ok(backtracking(&ascii(pattern), Options::default(), false)?
        .captures_len()
        .saturating_sub(1))
}
