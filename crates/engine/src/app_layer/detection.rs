//! How a protocol is recognised: patterns where a stream begins, and probes.

use packet::Direction;

/// What protocols are carried by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A stream.
    Tcp,
    /// Datagrams.
    Udp,
}

/// One way to recognise a protocol.
#[derive(Clone, Copy, Debug)]
pub enum Detection {
    /// Bytes near the start of what goes in a direction, on any port.
    Pattern(Pattern),
    /// A look at the first bytes.
    Probe {
        /// Of streams or of datagrams.
        transport: Transport,
        /// The server's ports on which it is tried.
        ports: Ports,
        /// In which direction; both when `None`.
        direction: Option<Direction>,
        /// How many bytes it needs at least.
        min: usize,
        /// The look: `data` are the first bytes in `direction`, possibly more than are needed, or the datagram.
        probe: fn(data: &[u8], direction: Direction) -> Probe,
    },
}

/// The server's ports on which a probe is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ports {
    /// On any.
    Any,
    /// These; `app-layer.protocols.<name>.detection-ports` (`dp`, `toserver`, ...) replaces them.
    These(&'static [u16]),
}

/// Bytes near the start of what goes in a direction.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// Of streams or of datagrams.
    pub transport: Transport,
    /// In which direction.
    pub direction: Direction,
    /// The bytes.
    pub bytes: &'static [u8],
    /// ASCII case does not matter; `bytes` are in lower case then.
    pub nocase: bool,
    /// First byte where they may start.
    pub offset: usize,
    /// They end within so many bytes of the stream's start.
    pub depth: usize,
    /// A second look where the bytes alone are not enough.
    pub confirm: Option<fn(data: &[u8], direction: Direction) -> Probe>,
}

/// What a probe says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// It is the protocol.
    Yes,
    /// It is the protocol, and what was taken for the client is the server: the flow was seen from its middle.
    Reversed,
    /// It looks like it, and other protocols look the same: it is if the other direction looks like it too. A server's
    /// first words are also enough once its client spoke and looks like something else. Until the other direction spoke
    /// this is as good as [`More`](Self::More).
    Perhaps,
    /// It is not.
    No,
    /// Too few bytes to tell.
    More,
}

impl Detection {
    /// In what the protocol is recognised by it.
    pub const fn transport(&self) -> Transport {
        match self {
            Self::Pattern(pattern) => pattern.transport,
            Self::Probe { transport, .. } => *transport,
        }
    }
}

impl Pattern {
    /// Bytes with which what a client or a server says begins, at its very start, in this case.
    pub const fn tcp(direction: Direction, bytes: &'static [u8]) -> Detection {
        Detection::Pattern(Self::at_start(direction, bytes, false))
    }

    /// Bytes, in lower case, with which what a client says begins, in any case.
    pub const fn command(bytes: &'static [u8]) -> Detection {
        Detection::Pattern(Self::at_start(Direction::ToServer, bytes, true))
    }

    const fn at_start(direction: Direction, bytes: &'static [u8], nocase: bool) -> Self {
        Self {
            transport: Transport::Tcp,
            direction,
            bytes,
            nocase,
            offset: 0,
            depth: bytes.len(),
            confirm: None,
        }
    }

    /// What the first bytes say.
    pub(super) fn look(&self, data: &[u8], direction: Direction) -> Probe {
        let seen = data.get(..data.len().min(self.depth)).unwrap_or_default();
        let same = |window: &[u8]| {
            if self.nocase {
                window.eq_ignore_ascii_case(self.bytes)
            } else {
                window == self.bytes
            }
        };
        let found = seen
            .get(self.offset..)
            .is_some_and(|seen| seen.windows(self.bytes.len()).any(same));
        match (found, self.confirm) {
            (true, None) => Probe::Yes,
            (true, Some(confirm)) => confirm(data, direction),
            (false, _) if data.len() >= self.depth => Probe::No,
            (false, _) if self.depth == self.offset + self.bytes.len() => {
                // PERF: what already differs need not wait for the rest.
                let there = seen.get(self.offset..).unwrap_or_default();
                let start = self.bytes.get(..there.len()).unwrap_or_default();
                let alike = if self.nocase {
                    there.eq_ignore_ascii_case(start)
                } else {
                    there == start
                };
                if alike { Probe::More } else { Probe::No }
            }
            (false, _) => Probe::More,
        }
    }
}
