//! What each message and each command in it begin with: MS-CIFS section 2.2.3.

use super::command;
use crate::dcerpc::reader::Reader;
use crate::smb::state::Key;
use crate::smb::status::Status;

/// What each message begins with.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// The first command.
    pub command: u8,
    /// What became of it, in an answer.
    pub status: Status,
    /// It is an answer.
    pub response: bool,
    /// Texts have units of two bytes.
    pub unicode: bool,
    /// Its number, tree and session.
    pub key: Key,
}

/// A command in a message.
#[derive(Clone, Copy, Debug)]
pub struct Command<'a> {
    /// Which.
    pub number: u8,
    /// The whole message.
    pub message: &'a [u8],
    /// Its parameters.
    pub words: &'a [u8],
    /// What stands behind them, and where: from the start of the message.
    pub data: &'a [u8],
    /// Where `data` begins, from the start of the message.
    pub data_at: usize,
    /// The command that follows, and where it stands.
    pub next: Option<(u8, usize)>,
}

const REPLY: u8 = 0x80;
const UNICODE: u16 = 0x8000;
const NT_STATUS: u16 = 0x4000;

impl Header {
    /// Its length, in bytes.
    pub const SIZE: usize = 32;

    /// Reads it; `None` when there are too few bytes, or others.
    pub fn read(message: &[u8]) -> Option<Self> {
        let mut reader = Reader::little(message.strip_prefix(b"\xffSMB")?);
        let command = reader.u8()?;
        let status: [u8; 4] = reader.array()?;
        let (flags, flags2) = (reader.u8()?, reader.u16()?);
        reader.skip(12)?;
        let (tree, process) = (reader.u16()?, reader.u16()?);
        let (user, message) = (reader.u16()?, reader.u16()?);
        let status = if flags2 & NT_STATUS != 0 {
            Status::Nt(u32::from_le_bytes(status))
        } else {
            let [class, _, low, high] = status;
            Status::Dos(class, u16::from_le_bytes([low, high]))
        };
        Some(Self {
            command,
            status,
            response: flags & REPLY != 0,
            unicode: flags2 & UNICODE != 0,
            key: Key {
                session: user.into(),
                tree: tree.into(),
                message: u64::from(process) << 16 | u64::from(message),
            },
        })
    }
}

impl<'a> Command<'a> {
    /// Reads the command of that number that stands at `at`.
    pub fn read(message: &'a [u8], at: usize, number: u8, header: &Header) -> Option<Self> {
        let mut reader = Reader::little(message.get(at..)?);
        let count = usize::from(reader.u8()?);
        let words = reader.bytes(count.checked_mul(2)?)?;
        // A count of bytes follows; large writes say less than there is, so that the message's end counts.
        let _ = reader.u16();
        let data_at = at.checked_add(reader.position())?;
        let followed = matches!(
            number,
            command::LOCKING_ANDX
                | command::OPEN_ANDX
                | command::READ_ANDX
                | command::WRITE_ANDX
                | command::SESSION_SETUP_ANDX
                | command::LOGOFF_ANDX
                | command::TREE_CONNECT_ANDX
                | command::NT_CREATE_ANDX
        );
        let next = followed
            .then(|| {
                let mut reader = Reader::little(words);
                let next = reader.u8()?;
                reader.skip(1)?;
                let to = usize::from(reader.u16()?);
                (next != command::NONE && !(header.response && count == 0)).then_some((next, to))
            })
            .flatten();
        Some(Self {
            number,
            message,
            words,
            data: reader.rest(),
            data_at,
            next,
        })
    }

    /// Its parameters, to read.
    pub fn words(&self) -> Reader<'a> {
        Reader::little(self.words)
    }

    /// A reader of the message that stands where the command's bytes begin, so that it knows which places are even.
    pub fn data_reader(&self) -> Reader<'a> {
        let mut reader = Reader::little(self.message);
        let _ = reader.skip(self.data_at);
        reader
    }
}

/// Whether a message is an answer; `None` when there are too few bytes to tell.
pub fn is_response(message: &[u8]) -> Option<bool> {
    message.get(9).map(|flags| flags & REPLY != 0)
}
