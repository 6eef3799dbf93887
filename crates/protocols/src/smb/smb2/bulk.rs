//! Reads and writes whose bytes need not be waited for.

use engine::app_layer::Context;
use packet::Direction;

use super::command;
use super::header::Header;
use super::request::{Write, too_large};
use super::response::{self, Found};
use crate::dcerpc::reader::Reader;
use crate::smb::Bulk;
use crate::smb::state::State;
use crate::smb::status::{BUFFER_OVERFLOW, Status};

/// Looks at the first bytes of a message of `length` bytes, as many as `HEAD` or all: whether it is one
/// that brings bytes of a file, and where these stand.
///
/// Nothing is changed: what is found is begun by [`Bulk::begin`].
pub fn bulk(state: &State, start: &[u8], context: &Context<'_>) -> Option<Bulk> {
    let header = Header::read(start)?;
    if header.next != 0 || header.response != (context.direction == Direction::ToClient) {
        return None;
    }
    let mut body = Reader::little(start);
    body.skip(Header::SIZE)?;
    let read_or_written = match (header.command, context.direction) {
        (command::WRITE, Direction::ToServer) => {
            let write = Write::read(&mut body)?;
            let tree = (header.key.session, header.key.tree);
            let followed =
                !too_large(write.length, state.sizes.1, state.config.sizes.1) && state.is_bulk(tree, write.length);
            followed.then(|| (write.at, write.length, write.piece(&header)))
        }
        (command::READ, Direction::ToClient) => {
            let read = state.reads.get(&header.key.message)?;
            let found = Found::read(&mut body)?;
            let followed = (header.status.is_success() || header.status == Status::Nt(BUFFER_OVERFLOW))
                && !too_large(found.length, state.sizes.0, state.config.sizes.0)
                && state.is_bulk((header.key.session, header.key.tree), found.length);
            followed.then(|| (found.at, found.length, response::piece(state, read, &header)))
        }
        _ => None,
    };
    let (at, length, piece) = read_or_written?;
    Some(Bulk {
        at: at.max(Header::SIZE),
        length,
        status: header.response.then_some(header.status),
        answers: header.response.then_some(header.key.message),
        piece,
    })
}
