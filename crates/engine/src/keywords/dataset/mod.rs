//! Sets of values: `dataset` and `datarep`.

pub mod datarep;
#[expect(clippy::module_inception, reason = "the keyword is called so")]
pub mod dataset;
mod definition;
mod file;

pub use file::write_value;
