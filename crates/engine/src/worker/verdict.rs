//! What becomes of a packet.

/// What becomes of a packet, inline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It goes on.
    #[default]
    Accept,
    /// It does not.
    Drop,
    /// It does not, and is answered.
    Reject(crate::rule::Reject),
}
