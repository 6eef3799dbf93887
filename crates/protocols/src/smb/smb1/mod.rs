//! SMB 1: MS-CIFS and MS-SMB.

mod bulk;
mod files;
mod header;
mod request;
mod response;
mod session;
mod trans;

use engine::app_layer::Context;
use packet::Direction;

pub use bulk::bulk;

use super::Event;
use super::state::State;
use header::{Command, Header};

pub(in crate::smb) use header::is_response;

/// Commands: MS-CIFS section 2.2.2.1.
pub(super) mod command {
    pub const CLOSE: u8 = 0x04;
    pub const RENAME: u8 = 0x07;
    pub const WRITE: u8 = 0x0b;
    pub const LOCKING_ANDX: u8 = 0x24;
    pub const TRANS: u8 = 0x25;
    pub const WRITE_AND_CLOSE: u8 = 0x2c;
    pub const OPEN_ANDX: u8 = 0x2d;
    pub const READ_ANDX: u8 = 0x2e;
    pub const WRITE_ANDX: u8 = 0x2f;
    pub const TRANS2: u8 = 0x32;
    pub const TREE_DISCONNECT: u8 = 0x71;
    pub const NEGOTIATE: u8 = 0x72;
    pub const SESSION_SETUP_ANDX: u8 = 0x73;
    pub const LOGOFF_ANDX: u8 = 0x74;
    pub const TREE_CONNECT_ANDX: u8 = 0x75;
    pub const NT_CREATE_ANDX: u8 = 0xa2;
    /// No other follows.
    pub const NONE: u8 = 0xff;
}

/// Reads a message: commands of a client, or answers of a server.
pub fn message(state: &mut State, message: &[u8], context: &mut Context<'_>) {
    let Some(header) = Header::read(message) else {
        state.event(Event::MalformedData);
        return;
    };
    match (context.direction, header.response) {
        (Direction::ToServer, true) => return state.event(Event::ResponseToServer),
        (Direction::ToClient, false) => return state.event(Event::RequestToClient),
        _ => {}
    }
    let (mut number, mut at) = (header.command, Header::SIZE);
    // LIMIT: commands of one message, each of which stands after the one before it.
    for _ in 0..MAX_CHAIN {
        let Some(command) = Command::read(message, at, number, &header) else {
            state.event(Event::MalformedData);
            return;
        };
        if header.response {
            response::response(state, &header, &command, context);
        } else {
            request::request(state, &header, &command, context);
        }
        match command.next {
            Some((next, to)) if to > at => (number, at) = (next, to),
            _ => return,
        }
    }
}

const MAX_CHAIN: usize = 32;
