//! Sinks: where events go.
#![forbid(unsafe_code)]
