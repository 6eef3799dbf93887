//! Bytes to decoded layers, and the decoder events of what is wrong with them.
//!
//! Decoding never fails: a malformed packet is data, and its malformation a decoder event.
//! One header is one file. Nothing here allocates, keeps state or reads a clock.
#![forbid(unsafe_code)]

mod direction;
pub mod time;

pub use direction::Direction;
pub use time::Timestamp;
