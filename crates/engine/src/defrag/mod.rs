//! IP defragmentation: fragments in, whole datagrams out.
//!
//! One [`Defrag`] is one shard: single-threaded, without a clock, and deterministic. Fragments that
//! overlap are resolved as the destination's system would, by an [`OverlapPolicy`]; memory, the
//! number of datagrams and the number of fragments are bounded.
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

mod config;
mod counters;
mod coverage;
mod event;
mod key;
mod overlap;
mod policy;
mod rebuild;
mod shard;
mod tracker;

pub use config::DefragConfig;
pub use counters::DefragCounters;
pub use event::{DefragEvent, DefragEvents};
pub use key::DatagramKey;
pub use policy::OverlapPolicy;
pub use shard::{Added, Defrag};
