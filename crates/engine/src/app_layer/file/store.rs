//! Whether a file is stored, and what of it was handed out for that.

/// Whether a file is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Store {
    /// It is not, or not yet.
    #[default]
    Undecided,
    /// It is to be.
    Wanted,
    /// It cannot be any more: bytes of it were let go.
    Never,
}

/// Bytes of a file that is stored, to be written behind those that came before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Where they begin in the file.
    pub offset: u64,
    /// The bytes.
    pub data: Vec<u8>,
}
