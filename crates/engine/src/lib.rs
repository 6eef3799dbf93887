//! The engine: bytes and packet time in, typed events out.
//!
//! It does no I/O and has no clock. A module imports only from those above it in this list
//! (`cargo xtask floors` checks it); `worker` alone sees every stage, `engine` is the face.
#![deny(unsafe_code)]

pub mod mpm;

pub mod defrag;
pub mod flow;

pub mod stream;
