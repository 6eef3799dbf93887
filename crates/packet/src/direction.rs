//! Which way a packet goes within its flow.

/// Which way a packet goes within its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the client, who spoke first, to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

impl Direction {
    /// 0 to the server, 1 to the client: for arrays of two.
    #[inline]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The other way.
    #[inline]
    #[must_use]
    pub const fn reverse(self) -> Self {
        match self {
            Self::ToServer => Self::ToClient,
            Self::ToClient => Self::ToServer,
        }
    }
}
