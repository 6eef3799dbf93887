//! Files that transactions carry: their names, sizes, hashes, kinds, and the part of their bytes that is kept.
//!
//! A parser opens a file in the [`Files`] of a transaction, appends to it, tells of gaps and closes it. Rules look at
//! [`File::window`]; what neither rules nor a store wait for is let go.

mod hash;
mod list;
mod magic;
mod settings;
mod store;
mod tracked;

pub use hash::Digests;
pub use list::Files;
pub use magic::magic;
pub use settings::FileSettings;
pub use store::{Chunk, Store};
pub use tracked::{File, FileState};
