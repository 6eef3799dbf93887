//! TCP: connection state and reassembly.
//!
//! [`track`] puts a segment into its flow's [`TcpSession`]: it follows the handshake, checks sequence and
//! acknowledgement numbers, windows and timestamps, raises [`StreamEvent`]s for what is wrong, and stores the data.
//! What the receiving side has acknowledged (or all of it, when inline) is visible to two readers of each [`Stream`]:
//! the application-layer parser, which consumes bytes in order, and the rules, which inspect windows of the raw stream.
//!
//! The behaviour is Suricata's, so that rules see what they were written for.

mod ack;
mod buffer;
mod config;
mod counters;
mod endpoint;
mod event;
mod memory;
mod overlap;
mod reader;
mod reassembly;
mod reset;
mod segment;
mod session;
mod state;
mod timestamp;
mod turn;
mod window;

pub use config::{HostOsPolicy, OsPolicy, ReassemblyConfig, StreamConfig, UrgentPolicy};
pub use counters::StreamCounters;
pub use endpoint::{Stream, StreamNumbers};
pub use event::{StreamEvent, StreamEventSet};
pub use memory::StreamMemory;
pub use reader::{AppData, RawChunk};
pub use segment::{Segment, flag};
pub use session::{SegmentOutcome, TcpSession, TcpState, track};
