//! Keywords that look at flows and at what rules remember.

pub mod bypass;
pub mod counters;
#[expect(clippy::module_inception, reason = "the keyword is called so")]
pub mod flow;
pub mod flowbits;
pub mod flowint;
pub mod tag;
pub mod tcp_session;
pub mod xbits;
