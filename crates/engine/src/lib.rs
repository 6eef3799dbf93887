//! The engine: bytes and packet time in, typed events out.
//!
//! It does no I/O and has no clock. A module imports only from those above it in this list
//! (`cargo xtask floors` checks it); `worker` alone sees every stage, `engine` is the face.
#![deny(unsafe_code)]

pub mod event;
pub mod exception;
pub mod mpm;

pub mod defrag;
pub mod eve;
pub mod flow;

pub mod stream;

pub mod app_layer;

pub mod buffer;

pub mod rule;

pub mod keyword;

pub mod keywords;

pub mod protocol;

pub mod detect;
pub mod policy;

pub mod compile;
pub mod config;

pub mod worker;

mod engine;

pub use engine::{Engine, Settled, Settler, shard_of};
