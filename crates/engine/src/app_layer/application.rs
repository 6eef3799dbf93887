//! A protocol, as the run time knows it.

use packet::Direction;

use super::detection::{Detection, Transport};
use super::log::Logger;
use super::parser::NewParser;
use super::settings::Settings;

/// A protocol, as the run time knows it: one `static` a protocol.
#[derive(Debug)]
pub struct Application {
    /// Its name in EVE's `app_proto`, and in the header of rules: `dns`.
    pub name: &'static str,
    /// Other names that headers of rules may have for it, alone or with others: `http` names `http1` and `http2`.
    pub aliases: &'static [&'static str],
    /// How it is recognised.
    pub detection: &'static [Detection],
    /// Who speaks first, where the other side speaking first means that this is not the protocol.
    pub first: Option<Direction>,
    /// Makes what makes parsers, from `app-layer.protocols.<name>`; `None` for a protocol that is recognised only.
    ///
    /// # Errors
    /// What is wrong with a setting, with its path.
    pub setup: Option<fn(&Settings) -> Result<NewParser, String>>,
    /// The names of its transactions' progress: to the server, to the client. The last means complete.
    pub progress: [&'static [&'static str]; 2],
    /// The names of its events, as `anomaly` records have them; `app-layer-event:<name>.` takes them in any case. At most
    /// 128.
    pub events: &'static [&'static str],
    /// Its EVE records.
    pub loggers: &'static [Logger],
}

/// The number of a protocol in the loaded [`AppLayer`](super::AppLayer).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProtocolId(pub u8);

/// A set of protocols, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AppSet(u64);

impl Application {
    /// The progress that means complete, in `direction`.
    pub fn complete(&self, direction: Direction) -> u8 {
        (self.progress[direction.index()].len().saturating_sub(1)) as u8
    }

    /// Whether it is carried by streams, and by datagrams. A protocol that is never recognised by its bytes has streams.
    pub fn transports(&self) -> [bool; 2] {
        let has = |wanted| {
            self.detection.iter().any(|detection| match detection {
                Detection::Pattern(pattern) => pattern.transport == wanted,
                Detection::Probe { transport, .. } => *transport == wanted,
            })
        };
        [has(Transport::Tcp) || self.detection.is_empty(), has(Transport::Udp)]
    }

    /// The number of the event of that name, in any case.
    pub fn event(&self, name: &str) -> Option<u8> {
        self.events
            .iter()
            .position(|e| e.eq_ignore_ascii_case(name))
            .map(|at| at as u8)
    }

    /// The progress of that name in `direction`.
    pub fn progress_named(&self, direction: Direction, name: &str) -> Option<u8> {
        self.progress[direction.index()]
            .iter()
            .position(|p| *p == name)
            .map(|at| at as u8)
    }
}

impl AppSet {
    /// None.
    pub const EMPTY: Self = Self(0);

    /// The number of the first protocol that does not fit.
    pub(super) const ROOM: u8 = u64::BITS as u8;

    /// The set with one more.
    #[must_use]
    pub const fn with(self, id: ProtocolId) -> Self {
        Self(self.0 | 1 << (id.0 & 63))
    }

    /// Whether the protocol is in it.
    #[inline]
    pub const fn has(self, id: ProtocolId) -> bool {
        self.0 & 1 << (id.0 & 63) != 0
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether nothing is.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The numbers in it, in order.
    pub fn iter(self) -> impl Iterator<Item = ProtocolId> {
        (0..64).map(ProtocolId).filter(move |id| self.has(*id))
    }
}
