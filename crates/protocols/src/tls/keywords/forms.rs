//! The forms that values have: contents of rules are put into them.

use std::sync::Arc;

use engine::keyword::{Parsed, Problem, Section};
use engine::rule::{Content, Op};

/// Values are in lower case.
pub(crate) fn lower(section: &mut Section) -> Parsed<()> {
    each(section, |content| {
        content.pattern = Arc::from(content.pattern.to_ascii_lowercase());
        Ok(())
    })
}

/// Values are in upper case.
pub(super) fn upper(section: &mut Section) -> Parsed<()> {
    each(section, |content| {
        // A content that ignores case is kept in lower case.
        if !content.nocase {
            content.pattern = Arc::from(content.pattern.to_ascii_uppercase());
        }
        Ok(())
    })
}

/// Values are MD5 hashes in lower-case hexadecimal: a content of another length could never match, and is refused as
/// Suricata does.
pub(crate) fn lower_hash(section: &mut Section) -> Parsed<()> {
    lower(section)?;
    each(section, |content| of_length(content, 32, "32 hexadecimal digits"))
}

/// Values are SHA-1 hashes in lower-case hexadecimal, with colons.
pub(super) fn lower_fingerprint(section: &mut Section) -> Parsed<()> {
    lower(section)?;
    each(section, |content| {
        of_length(content, 59, "20 bytes in hexadecimal, with colons between them")
    })
}

fn of_length(content: &Content, length: usize, form: &str) -> Parsed<()> {
    if content.pattern.len() == length {
        return Ok(());
    }
    Err(Problem::new(format!(
        "the content has {} bytes and could never match",
        content.pattern.len()
    ))
    .help(format!("write {form}")))
}

fn each(section: &mut Section, mut with: impl FnMut(&mut Content) -> Parsed<()>) -> Parsed<()> {
    for op in &mut section.ops {
        if let Op::Content(content) = op {
            with(content)?;
        }
    }
    Ok(())
}
