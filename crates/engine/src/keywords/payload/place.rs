//! What the modifiers that say where a content stands have in common.

use crate::keyword::{Parsed, Problem, RuleDraft};
use crate::rule::{Content, FastPattern, Num};

/// The largest `offset` and `depth`, in bytes.
pub(super) const MAX_PLACE: i64 = 65535;

/// The largest `distance` and `within` either way, in bytes.
pub(super) const MAX_RELATIVE: i64 = 1 << 20;

/// The value of a modifier: a number within bounds, or a variable.
pub(super) fn number(draft: &RuleDraft<'_>, text: &str, min: i64, max: i64) -> Parsed<Num> {
    draft.num(text, min, max)
}

/// Checks that a content can be placed from the start of the buffer.
pub(super) fn absolute(content: &Content) -> Parsed<()> {
    if content.distance.is_some() || content.within.is_some() {
        return Err(Problem::new(
            "a content stands either at a place in the buffer or at a distance from the previous match",
        )
        .help("use offset and depth, or distance and within, not both"));
    }
    not_fast_and_negated(content)
}

/// Checks that a content can be placed from the previous match.
pub(super) fn relative(content: &Content) -> Parsed<()> {
    if content.offset.is_some() || content.depth.is_some() {
        return Err(Problem::new(
            "a content stands either at a place in the buffer or at a distance from the previous match",
        )
        .help("use offset and depth (or startswith), or distance and within, not both"));
    }
    not_fast_and_negated(content)
}

/// Checks that the literal fits into a stretch of so many bytes.
pub(super) fn fits(content: &Content, name: &str, stretch: Num) -> Parsed<()> {
    let length = content.pattern.len();
    match stretch {
        Num::Const(n) if n < i64::try_from(length).unwrap_or(i64::MAX) => Err(Problem::new(format!(
            "the content has {length} bytes and cannot end within {n}"
        ))
        .help(format!("write {name}:{length} or more"))),
        _ => Ok(()),
    }
}

pub(super) fn twice(name: &str) -> Problem {
    Problem::new(format!("`{name}` is given twice for one content")).help("keep one of the two")
}

fn not_fast_and_negated(content: &Content) -> Parsed<()> {
    if content.negated && content.fast_pattern != FastPattern::Unset {
        return Err(negated_fast_pattern());
    }
    Ok(())
}

pub(super) fn negated_fast_pattern() -> Problem {
    Problem::new("a negated content that must stand somewhere cannot be the fast pattern")
        .help("take fast_pattern away, or put it behind another content")
}
