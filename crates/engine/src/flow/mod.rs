//! The flow table: who talks to whom, and for how long that is remembered.
//!
//! One [`FlowTable`] is one shard: it is used by one thread at a time, has no clock and no lock, and
//! its answers depend on nothing but the packets it was shown and its configuration. A [`Tuple`]
//! says which flow a packet belongs to; the table finds or makes the [`Flow`], counts the packet,
//! and hands out the flows that have ended, each with the state `S` that later stages keep in it.
//!
//! For each packet:
//!
//! ```
//! use engine::flow::{FlowTable, Seen, Tuple};
//! use packet::Timestamp;
//!
//! let mut table = FlowTable::<()>::new(Default::default());
//! let mut ended = |flow: engine::flow::Flow<()>| println!("{} is over", flow.id());
//!
//! let tuple = Tuple::with_ports("10.0.0.1:40000".parse()?, "10.0.0.2:53".parse()?, 17);
//! let seen = Seen { tuple, time: Timestamp::new(1, 0), number: 1, bytes: 74 };
//! table.expire(seen.time, &mut ended);
//! if let Some(found) = table.lookup(&seen, &mut ended) {
//!     table.record(&found, &seen);
//!     assert!(found.new);
//! }
//! # Ok::<(), std::net::AddrParseError>(())
//! ```
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

mod community_id;
mod config;
mod counters;
mod entry;
mod flags;
mod icmp;
mod id;
pub(crate) mod index;
mod key;
pub(crate) mod links;
pub(crate) mod lists;
mod packet_tuple;
mod prefetch;
mod slots;
mod store;
mod table;

pub use community_id::{CommunityId, community_id};
pub use config::{DEFAULT_HASH_SEED, FlowConfig, FlowTimeouts, ProtocolTimeouts, StateTimeouts};
pub use counters::FlowCounters;
pub use entry::{Count, EndReason, Flow, FlowState, IcmpFlow};
pub use flags::FlowFlags;
pub use key::{FlowKey, Tuple};
pub(crate) use prefetch::prefetch;
pub use table::{Awaited, FlowRef, FlowTable, Found, Seen};
