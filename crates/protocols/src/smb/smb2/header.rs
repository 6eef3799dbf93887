//! What each message begins with: MS-SMB2 section 2.2.1.

use crate::dcerpc::reader::Reader;
use crate::smb::state::Key;
use crate::smb::status::Status;

/// What each message begins with.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// The command.
    pub command: u16,
    /// What became of it, in an answer.
    pub status: Status,
    /// It is an answer.
    pub response: bool,
    /// Bytes from this message to the next; 0 when it is the last.
    pub next: u32,
    /// Its number, tree and session.
    pub key: Key,
}

const SERVER_TO_REDIR: u32 = 1;
const ASYNC_COMMAND: u32 = 2;

impl Header {
    /// Its length, in bytes.
    pub const SIZE: usize = 64;

    /// Reads it; `None` when there are too few bytes, or others.
    pub fn read(message: &[u8]) -> Option<Self> {
        let mut reader = Reader::little(message.strip_prefix(b"\xfeSMB")?);
        if reader.u16()? != Self::SIZE as u16 {
            return None;
        }
        reader.skip(2)?;
        let (status, command) = (reader.u32()?, reader.u16()?);
        reader.skip(2)?;
        let (flags, next, message) = (reader.u32()?, reader.u32()?, reader.u64()?);
        let asynchronous = flags & ASYNC_COMMAND != 0;
        reader.skip(4)?;
        let tree = reader.u32()?;
        let session = reader.u64()?;
        reader.skip(16)?;
        Some(Self {
            command,
            status: Status::Nt(status),
            response: flags & SERVER_TO_REDIR != 0,
            next,
            key: Key {
                session,
                tree: if asynchronous { 0 } else { tree },
                message,
            },
        })
    }
}

/// Whether a message is an answer; `None` when there are too few bytes to tell.
pub fn is_response(message: &[u8]) -> Option<bool> {
    message.get(16).map(|flags| flags & 1 != 0)
}
