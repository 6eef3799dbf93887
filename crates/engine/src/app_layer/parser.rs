//! What a protocol's parser does, and what it may ask for.

use std::any::Any;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use packet::{Direction, Timestamp};

use super::detection::Transport;
use super::file::FileSettings;
use super::shared::Shared;
use super::transaction::TransactionList;

/// Makes a parser for a flow.
pub type NewParser = Arc<dyn Fn() -> Box<dyn Parser> + Send + Sync>;

/// The parser of one flow: both directions, from its first byte on.
///
/// It is given hostile bytes. It never panics, what it keeps is bounded, and it reads each byte a bounded number of
/// times: what it does not consume is given again with more behind it, so it says how much it waits for.
pub trait Parser: Send + fmt::Debug {
    /// Reads `data`: of a stream, what comes next in `context.direction`, beginning with what was not consumed the
    /// last time; a datagram whole. With `context.eof`, `data` may be empty, and nothing comes after it.
    fn parse(&mut self, data: &[u8], context: &mut Context<'_>) -> Outcome;

    /// So many bytes of a direction were lost; what comes next comes after them.
    ///
    /// The default gives up.
    fn gap(&mut self, bytes: u64, context: &mut Context<'_>) -> Outcome {
        let _ = (bytes, context);
        Outcome::Failed
    }

    /// The transactions that are not finished.
    fn transactions(&self) -> &dyn TransactionList;

    /// The transactions that are not finished.
    fn transactions_mut(&mut self) -> &mut dyn TransactionList;

    /// What an [`Expectation`] that led to this flow brought along; called before any data.
    fn expected(&mut self, about: &Arc<dyn Any + Send + Sync>) {
        let _ = about;
    }
}

/// What became of the bytes a parser was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The parser read so many bytes and can use any more that come.
    Consumed(usize),
    /// The parser read `consumed` bytes, and has use for the rest once there are at least `wanted` bytes of it.
    NeedMore {
        /// Bytes read.
        consumed: usize,
        /// How long what follows them must be; at most what a stream holds, or the end comes first.
        wanted: usize,
    },
    /// It cannot go on, in either direction: what comes is no longer parsed. Transactions stay as they are.
    Failed,
}

/// What a parser knows beside the bytes, and what it may ask for.
#[derive(Debug)]
pub struct Context<'a> {
    /// Where the bytes go.
    pub direction: Direction,
    /// A piece of a stream, or a datagram.
    pub transport: Transport,
    /// The time of the packet that brought them.
    pub time: Timestamp,
    /// Nothing comes after them in this direction.
    pub eof: bool,
    /// Address and port of the client.
    pub client: (IpAddr, u16),
    /// Address and port of the server.
    pub server: (IpAddr, u16),
    /// What is wanted of files.
    pub files: &'a FileSettings,
    /// What flows between the same hosts share.
    pub shared: &'a Shared,
    /// What the parser asks for.
    pub effects: &'a mut Effects,
}

/// What a parser asks for.
#[derive(Debug, Default)]
pub struct Effects {
    /// The flow goes on in another protocol, from the first byte that was not consumed.
    pub switch: Option<Switch>,
    /// By [`Direction::index`]: rules see the raw stream with the next packet, however little there is of it.
    pub trigger_raw: [bool; 2],
    /// Payloads are encrypted from here on: rules do not inspect the raw stream any more.
    pub no_payload: bool,
    /// Nothing more is to be parsed, in either direction; rules go on.
    pub stop: bool,
    /// The flow need not be looked at any more at all (`bypass`).
    pub bypass: bool,
    /// Flows that are to come.
    pub expect: Vec<Expectation>,
}

impl Effects {
    /// Whether nothing is asked for.
    #[inline]
    pub fn is_empty(&self) -> bool {
        let flags = self.trigger_raw != [false; 2] || self.no_payload || self.stop || self.bypass;
        !flags && self.switch.is_none() && self.expect.is_empty()
    }
}

/// A change to another protocol within a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// Which one was agreed on; recognised by its bytes where `None`.
    pub expected: Option<&'static str>,
    /// The server's port, for the probes: that of a proxied connection, say.
    pub port: Option<u16>,
}

/// A flow that a parser knows will come: FTP's data.
#[derive(Clone)]
pub struct Expectation {
    /// The protocol that it will speak.
    pub protocol: &'static str,
    /// Who will listen: address and port.
    pub listener: (IpAddr, u16),
    /// Who will connect.
    pub from: IpAddr,
    /// Given to the parser of that flow.
    pub about: Arc<dyn Any + Send + Sync>,
}

impl fmt::Debug for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Expectation({} at {:?} from {})",
            self.protocol, self.listener, self.from
        )
    }
}

impl Context<'_> {
    /// Rules see the raw stream of this direction with the next packet, however little there is of it.
    pub fn trigger_raw(&mut self) {
        self.effects.trigger_raw[self.direction.index()] = true;
    }

    /// The client or the server: who sent these bytes.
    pub fn sender(&self) -> (IpAddr, u16) {
        match self.direction {
            Direction::ToServer => self.client,
            Direction::ToClient => self.server,
        }
    }
}
