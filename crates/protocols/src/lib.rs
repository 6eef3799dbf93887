//! Application protocols: for each a folder with its parser, its transactions, the buffers and keywords that rules have
//! for it, its events and its EVE record.
//!
//! A protocol is one `static PROTOCOL` in its folder, and one line in [`ALL`]. `template` is made to be copied:
//! `cargo xtask new-protocol NAME` does it.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    warn(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

#[cfg(test)]
pub(crate) mod harness;
pub mod template;

use engine::app_layer::Application;
use engine::keyword::Keyword;
use engine::protocol::Protocol;

/// Every protocol of the program, and keywords that belong to several. The order is that in which they are recognised.
pub static ALL: &[&Protocol] = &[];

/// Keywords that belong to several protocols.
pub static SHARED_KEYWORDS: &[&Keyword] = &[];

/// What the run time needs of them.
pub fn applications() -> Vec<&'static Application> {
    ALL.iter().map(|protocol| protocol.app).collect()
}

/// All their keywords.
pub fn keywords() -> Vec<&'static Keyword> {
    let own = ALL.iter().flat_map(|protocol| protocol.keywords.iter().copied());
    own.chain(SHARED_KEYWORDS.iter().copied()).collect()
}
