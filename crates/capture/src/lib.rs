//! Capture files and live interfaces to frames.
//!
//! [`expand`] turns what a command line names into [`Input`]s, [`CaptureFile`] reads one of them,
//! `Live` reads network interfaces (feature `live`: the kernel's ring, or libpcap), and `Filter` is a BPF expression for either. A [`Frame`] is
//! lent, not copied: its bytes lie in the reader's buffer until the next one is asked for.
//!
//! Captures are hostile input. Lengths are checked before they are believed, memory is bounded
//! whatever a file says or decompresses to, and damage is a [`CaptureError`] that names the file,
//! the byte and the packet, after all packets before it were handed out.
#![deny(unsafe_code)]

#[cfg(all(feature = "live", target_os = "linux"))]
mod af_packet;
mod block;
mod clock;
mod decompress;
mod error;
mod file;
#[cfg(feature = "live")]
mod filter;
mod input;
mod legacy;
#[cfg(feature = "live")]
mod live;
mod pcapng;
mod record;
mod window;
mod writer;

#[cfg(all(feature = "live", target_os = "linux"))]
pub use af_packet::{Fanout, FanoutMode, RingStats};
pub use decompress::Compression;
pub use error::{CaptureError, Item, Place};
pub use file::{Batch, Block, CaptureFile, Frame};
#[cfg(feature = "live")]
pub use filter::Filter;
pub use input::{Input, Inputs, expand};
#[cfg(feature = "live")]
pub use live::{CaptureMethod, Interface, Live, LiveOptions, LiveStats, Opened, interfaces};
pub use writer::{PcapWriter, Resolution};
