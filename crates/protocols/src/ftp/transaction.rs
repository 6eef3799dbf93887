//! A command and its replies.

use engine::app_layer::Transaction;
use packet::Direction;

/// Something is there.
pub(super) const STARTED: u8 = 0;
/// The last reply is there.
pub(super) const COMPLETE: u8 = 1;

/// A command and its replies; or the server's welcome, which no command asked for.
#[derive(Debug, Default)]
pub struct FtpTx {
    /// The command's name in upper case, if it is one of those that are known.
    pub command: Option<&'static str>,
    /// What follows it.
    pub data: Vec<u8>,
    /// The command was longer than what is kept of it.
    pub command_truncated: bool,
    /// The lines of the replies, without their codes.
    pub replies: Vec<Vec<u8>>,
    /// The codes, one for each line that has one.
    pub codes: Vec<[u8; 3]>,
    /// A reply was longer than what is kept of it.
    pub reply_truncated: bool,
    /// The port of the data connection that was agreed on.
    pub dynamic_port: Option<u16>,
    /// The server will connect to the client.
    pub active: bool,
    /// No command asked for it.
    pub unasked: bool,
    /// The last reply is there.
    pub(super) done: bool,
    /// Bytes of `replies`.
    pub(super) reply_bytes: usize,
}

impl Transaction for FtpTx {
    fn progress(&self, _direction: Direction) -> u8 {
        if self.done { COMPLETE } else { STARTED }
    }
}
