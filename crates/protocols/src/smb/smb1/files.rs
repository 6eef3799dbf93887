//! Reads and writes: MS-CIFS sections 2.2.4.12, 2.2.4.40, 2.2.4.42 and 2.2.4.43.

use engine::app_layer::Context;
use packet::Direction;

use super::command;
use super::header::{Command, Header};
use crate::smb::Event;
use crate::smb::rpc::Carries;
use crate::smb::smb2::too_large;
use crate::smb::state::{Key, Read, State, Tree};
use crate::smb::transfer::Piece;
use crate::smb::tx::Handle;

/// A write: where its bytes stand, and where in which file they go.
#[derive(Clone, Copy, Debug)]
pub struct Write {
    /// From the start of the message.
    pub at: usize,
    /// Bytes.
    pub length: u32,
    /// From the start of the file.
    pub offset: u64,
    /// The file.
    pub handle: Handle,
    /// The file is closed after it.
    pub closes: bool,
}

impl Write {
    /// Reads the parameters of any of the commands that write.
    pub fn read(command: &Command<'_>) -> Option<Self> {
        let mut words = command.words();
        if command.number == command::WRITE_ANDX {
            words.skip(4)?;
            let (handle, low) = (Handle::Short(words.u16()?), words.u32()?);
            words.skip(8)?;
            let (length_high, length, at) = (words.u16()?, words.u16()?, words.u16()?);
            let high = words.u32().unwrap_or(0);
            return Some(Self {
                at: at.into(),
                length: u32::from(length_high) << 16 | u32::from(length),
                offset: u64::from(high) << 32 | u64::from(low),
                handle,
                closes: false,
            });
        }
        let (handle, length, offset) = (Handle::Short(words.u16()?), words.u16()?, words.u32()?);
        // A write has the format and the length of its bytes before them, the other a byte.
        let (before, closes) = if command.number == command::WRITE {
            (3, false)
        } else {
            (1, true)
        };
        Some(Self {
            at: command.data_at.checked_add(before)?,
            length: length.into(),
            offset: offset.into(),
            handle,
            closes,
        })
    }

    /// The piece of a file that it brings.
    pub fn piece(&self, state: &State, number: u8, header: &Header) -> Piece {
        Piece {
            handle: self.handle,
            offset: self.offset,
            share: share(state, header),
            direction: Direction::ToServer,
            command: (1, number.into()),
            key: file_key(header),
        }
    }
}

/// Suricata: the transaction of a file shows neither session nor tree.
fn file_key(header: &Header) -> Key {
    Key {
        message: header.key.message,
        ..Key::default()
    }
}

fn share(state: &State, header: &Header) -> Vec<u8> {
    let tree = state.trees.get(&(header.key.session, header.key.tree));
    tree.map(Tree::shown).unwrap_or_default()
}

/// Reads a command that writes.
pub fn write(state: &mut State, command: &Command<'_>, header: &Header, context: &Context<'_>) -> Option<()> {
    let write = Write::read(command)?;
    if too_large(write.length, 0, state.config.sizes.1) {
        state.event(Event::WriteRequestTooLarge);
        return Some(());
    }
    let rest = command.message.get(write.at..)?;
    let data = rest.get(..write.length as usize).unwrap_or(rest);
    let tree = (header.key.session, header.key.tree);
    if state.carries(1, write.handle, tree, data) == Carries::Calls {
        state.ask_rpc(write.handle, (1, command.number.into()), header.key, data);
    } else {
        let id = state.begin_piece(write.piece(state, command.number, header), context.files);
        state.piece(id, data, context.files);
        state.end_piece(id, context.files);
    }
    if write.closes {
        state.close_file(write.handle, None, context.files);
    }
    Some(())
}

/// Reads a command that reads.
pub fn read(state: &mut State, command: &Command<'_>, header: &Header) -> Option<()> {
    let mut words = command.words();
    words.skip(4)?;
    let (handle, low, most) = (Handle::Short(words.u16()?), words.u32()?, words.u16()?);
    words.skip(8)?;
    let high = words.u32().unwrap_or(0);
    if too_large(most.into(), 0, state.config.sizes.0) {
        state.event(Event::ReadRequestTooLarge);
        return Some(());
    }
    let read = Read {
        handle,
        offset: u64::from(high) << 32 | u64::from(low),
        tree: (header.key.session, header.key.tree),
    };
    state.reads.insert(header.key.message, read);
    Some(())
}

/// What was read: where its bytes stand, and how many.
pub fn found(command: &Command<'_>) -> Option<(usize, u32)> {
    let mut words = command.words();
    words.skip(10)?;
    let (length, at, high) = (words.u16()?, words.u16()?, words.u16()?);
    Some((at.into(), u32::from(high) << 16 | u32::from(length)))
}

/// The piece of a file that was read.
pub fn piece(state: &State, read: &Read, header: &Header) -> Piece {
    Piece {
        handle: read.handle,
        offset: read.offset,
        share: share(state, header),
        direction: Direction::ToClient,
        command: (1, command::READ_ANDX.into()),
        key: file_key(header),
    }
}

/// Reads an answer to a command that reads.
pub fn was_read(state: &mut State, command: &Command<'_>, header: &Header, context: &Context<'_>) -> Option<()> {
    let Some(read) = state.reads.remove(&header.key.message) else {
        return Some(());
    };
    if command.words.is_empty() {
        return Some(());
    }
    let (at, length) = found(command)?;
    if too_large(length, 0, state.config.sizes.0) {
        state.event(Event::ReadResponseTooLarge);
        return Some(());
    }
    let rest = command.message.get(at..)?;
    let data = rest.get(..length as usize).unwrap_or(rest);
    if state.carries(1, read.handle, read.tree, data) == Carries::Calls {
        state.answer_rpc(read.handle, header.status, data);
    } else if !data.is_empty() {
        let id = state.begin_piece(piece(state, &read, header), context.files);
        state.piece(id, data, context.files);
        state.end_piece(id, context.files);
    }
    Some(())
}
