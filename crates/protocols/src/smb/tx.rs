//! A command and its answer.

use std::sync::Arc;

use engine::app_layer::{Files, Transaction};
use packet::Direction;

use super::auth::{Authenticate, Ticket};
use super::file::Tracker;
use super::status::Status;
use crate::dcerpc::call::Call;

/// A command and its answer, or a file that is read or written.
#[derive(Debug)]
pub struct SmbTx {
    /// 1, or 2 for SMB 2 and 3.
    pub version: u8,
    /// The command.
    pub command: u16,
    /// The dialect that was agreed on when it began; of a negotiation, that it led to.
    pub dialect: Arc<str>,
    /// What the server says became of it.
    pub status: Option<Status>,
    /// The session.
    pub session: u64,
    /// The tree.
    pub tree: u32,
    /// What the answer repeats of the command: the number of the message.
    pub message: u64,
    /// By [`Direction::index`]: it is over.
    pub done: [bool; 2],
    /// What the command is about.
    pub body: Body,
}

/// What a command is about.
#[derive(Debug, Default)]
pub enum Body {
    /// Nothing that is looked at.
    #[default]
    Other,
    /// Which dialect to speak.
    Negotiate(Box<Negotiate>),
    /// Who logs in.
    SessionSetup(Box<SessionSetup>),
    /// Which share to use.
    TreeConnect(TreeConnect),
    /// Opens a file or a pipe.
    Create(Box<Create>),
    /// The bytes of a file.
    File(Box<Transfer>),
    /// A DCERPC call in a pipe.
    Rpc(Box<Call>),
    /// A function of a file system or a device.
    Ioctl(u32),
    /// A new name.
    Rename(Box<Rename>),
    /// A file goes, or stays, when it is closed.
    Disposition(Box<Disposition>),
}

/// Which dialect to speak.
#[derive(Debug, Default)]
pub struct Negotiate {
    /// What the client speaks.
    pub dialects: Vec<String>,
    /// The client.
    pub client: Option<[u8; 16]>,
    /// The server.
    pub server: Option<[u8; 16]>,
    /// The most that can be read and written at once, in bytes; of SMB 2.
    pub sizes: Option<(u32, u32)>,
}

/// Who logs in.
#[derive(Debug, Default)]
pub struct SessionSetup {
    /// By NTLMSSP.
    pub ntlmssp: Option<Authenticate>,
    /// By Kerberos.
    pub ticket: Option<Ticket>,
    /// There is NTLMSSP that cannot be read.
    pub malformed: bool,
    /// What the client says of its system: its name, and the name of its program.
    pub client: Option<(Vec<u8>, Vec<u8>)>,
    /// What the server says of its.
    pub server: Option<(Vec<u8>, Vec<u8>)>,
}

/// Which share to use.
#[derive(Debug, Default)]
pub struct TreeConnect {
    /// Its name.
    pub share: Vec<u8>,
    /// It is for pipes.
    pub pipe: bool,
    /// What the client asks for, and what the server says it is; of SMB 1.
    pub service: Option<(Vec<u8>, Vec<u8>)>,
    /// What the server says it is; of SMB 2.
    pub kind: u8,
}

/// Opens a file or a pipe.
#[derive(Debug, Default)]
pub struct Create {
    /// Its name.
    pub name: Vec<u8>,
    /// It is a directory.
    pub directory: bool,
    /// What is done when it is there or not.
    pub disposition: u32,
    /// It goes when it is closed.
    pub delete_on_close: bool,
    /// When it was made, read, written and changed: seconds since 1970.
    pub times: [u64; 4],
    /// Its size, in bytes.
    pub size: u64,
    /// What later commands call it.
    pub handle: Option<Handle>,
}

/// What commands call a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Handle {
    /// In SMB 1.
    Short(u16),
    /// In SMB 2.
    Long([u8; 16]),
}

/// The bytes of a file.
#[derive(Debug)]
pub struct Transfer {
    /// Where they go.
    pub direction: Direction,
    /// The file.
    pub handle: Handle,
    /// Its name.
    pub name: Vec<u8>,
    /// The share that it is on.
    pub share: Vec<u8>,
    /// Which bytes came.
    pub tracker: Tracker,
    /// The file.
    pub files: Files,
}

/// A new name.
#[derive(Debug, Default)]
pub struct Rename {
    /// The old one.
    pub from: Vec<u8>,
    /// The new one.
    pub to: Vec<u8>,
    /// What the command calls the file, if it does.
    pub handle: Option<Handle>,
    /// What kind of information is set, and which; `None` for a command of its own.
    pub how: Option<SetInfo>,
}

/// A file goes, or stays, when it is closed.
#[derive(Debug, Default)]
pub struct Disposition {
    /// Its name.
    pub name: Vec<u8>,
    /// What the command calls the file, if it does.
    pub handle: Option<Handle>,
    /// It goes.
    pub delete: bool,
    /// What kind of information is set, and which; of SMB 1.
    pub how: Option<SetInfo>,
}

/// What a command sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetInfo {
    /// Of SMB 1: the subcommand of its transaction. `None` in SMB 2.
    pub subcommand: Option<u16>,
    /// Which information.
    pub level: u16,
}

impl SmbTx {
    /// The DCERPC call that it carries.
    pub fn call(&self) -> Option<&Call> {
        match &self.body {
            Body::Rpc(call) => Some(call),
            _ => None,
        }
    }

    /// The bytes of a file that it carries.
    pub fn transfer_mut(&mut self) -> Option<&mut Transfer> {
        match &mut self.body {
            Body::File(transfer) => Some(transfer),
            _ => None,
        }
    }

    /// Both directions are over.
    pub fn finish(&mut self) {
        self.done = [true; 2];
    }
}

impl Transaction for SmbTx {
    fn progress(&self, direction: Direction) -> u8 {
        u8::from(self.done.get(direction.index()).copied().unwrap_or(true))
    }

    fn files(&self, direction: Direction) -> Option<&Files> {
        match &self.body {
            Body::File(transfer) if transfer.direction == direction => Some(&transfer.files),
            _ => None,
        }
    }

    fn files_mut(&mut self, direction: Direction) -> Option<&mut Files> {
        match &mut self.body {
            Body::File(transfer) if transfer.direction == direction => Some(&mut transfer.files),
            _ => None,
        }
    }

    fn inspected(&mut self, direction: Direction) {
        match &mut self.body {
            Body::File(transfer) if transfer.direction == direction => transfer.files.inspected(),
            Body::Rpc(call) => call.inspected(direction),
            _ => {}
        }
    }

    fn little_endian(&self, direction: Direction) -> bool {
        self.call().is_some_and(|call| call.side(direction).little)
    }
}
