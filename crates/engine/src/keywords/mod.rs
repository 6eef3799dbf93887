//! The keywords of packets, payloads and flows: one file each, and one list.

use crate::keyword::Keyword;

/// Every keyword of the engine, grouped as the manual groups them.
pub static ALL: &[&Keyword] = &[];
