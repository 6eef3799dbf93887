//! SMB 2 and 3: MS-SMB2.

mod bulk;
mod header;
mod request;
mod response;
mod set_info;

use engine::app_layer::Context;
use packet::Direction;

pub use bulk::bulk;

use super::Event;
use super::state::State;
use header::Header;

pub(in crate::smb) use header::is_response;
pub(in crate::smb) use request::{ROOT, too_large};

/// Commands: MS-SMB2 section 2.2.1.2.
pub(super) mod command {
    pub const NEGOTIATE: u16 = 0;
    pub const SESSION_SETUP: u16 = 1;
    pub const TREE_CONNECT: u16 = 3;
    pub const TREE_DISCONNECT: u16 = 4;
    pub const CREATE: u16 = 5;
    pub const CLOSE: u16 = 6;
    pub const READ: u16 = 8;
    pub const WRITE: u16 = 9;
    pub const IOCTL: u16 = 11;
    pub const QUERY_INFO: u16 = 16;
    pub const SET_INFO: u16 = 17;
}

/// Reads a message: commands of a client, or answers of a server.
pub fn message(state: &mut State, message: &[u8], context: &mut Context<'_>) {
    let mut compound = request::Compound::default();
    let mut rest = message;
    loop {
        let Some(header) = Header::read(rest) else {
            state.event(Event::MalformedData);
            return;
        };
        let next = header.next as usize;
        let record = if next == 0 {
            rest
        } else {
            rest.get(..next).unwrap_or(rest)
        };
        match (context.direction, header.response) {
            (Direction::ToServer, false) => request::request(state, &header, record, &mut compound, context),
            (Direction::ToClient, true) => response::response(state, &header, record, context),
            (Direction::ToServer, true) => state.event(Event::ResponseToServer),
            (Direction::ToClient, false) => state.event(Event::RequestToClient),
        }
        // RFC: MS-SMB2 section 3.3.5.2.7, each message of a compound begins with a header of its own.
        match rest.get(next..) {
            Some(after) if next >= Header::SIZE && !after.is_empty() => rest = after,
            _ => return,
        }
    }
}
