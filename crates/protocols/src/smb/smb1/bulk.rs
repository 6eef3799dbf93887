//! Reads and writes whose bytes need not be waited for.

use engine::app_layer::Context;
use packet::Direction;

use super::header::{Command, Header};
use super::{command, files};
use crate::smb::Bulk;
use crate::smb::smb2::too_large;
use crate::smb::state::State;

/// Looks at the first bytes of a message, as many as `HEAD` or all: whether it is one that brings bytes
/// of a file, and where these stand.
pub fn bulk(state: &State, start: &[u8], context: &Context<'_>) -> Option<Bulk> {
    let header = Header::read(start)?;
    if header.response != (context.direction == Direction::ToClient) {
        return None;
    }
    let command = Command::read(start, Header::SIZE, header.command, &header)?;
    if command.next.is_some() {
        return None;
    }
    let tree = (header.key.session, header.key.tree);
    let (at, length, piece) = match (header.command, context.direction) {
        (command::WRITE_ANDX, Direction::ToServer) => {
            let write = files::Write::read(&command)?;
            let followed = !too_large(write.length, 0, state.config.sizes.1) && state.is_bulk(tree, write.length);
            followed.then(|| (write.at, write.length, write.piece(state, header.command, &header)))
        }
        (command::READ_ANDX, Direction::ToClient) => {
            let read = state.reads.get(&header.key.message)?;
            let (at, length) = files::found(&command)?;
            let followed =
                !too_large(length, 0, state.config.sizes.0) && length != 0 && state.is_bulk(read.tree, length);
            followed.then(|| (at, length, files::piece(state, read, &header)))
        }
        _ => None,
    }?;
    Some(Bulk {
        at: at.max(Header::SIZE),
        length,
        status: None,
        answers: header.response.then_some(header.key.message),
        piece,
    })
}
