//! Transactions: MS-CIFS sections 2.2.4.33 and 2.2.4.46.

use super::command;
use super::header::{Command, Header};
use crate::dcerpc::reader::Reader;
use crate::smb::rpc::Carries;
use crate::smb::state::{Read, State};
use crate::smb::text;
use crate::smb::tx::{Body, Disposition, Handle, Rename, SetInfo};

/// Writes to a pipe and reads from it.
const TRANSACT_PIPE: u16 = 0x26;

const SET_PATH_INFO: u16 = 6;
const SET_FILE_INFO: u16 = 8;

/// Levels: MS-CIFS section 2.2.2.3.4; those of MS-FSCC stand 1000 above their own numbers.
const DISPOSITION: [u16; 2] = [0x0102, 1013];
const RENAME: u16 = 1010;

/// The parts of a transaction.
struct Parts<'a> {
    setup: Reader<'a>,
    parameters: &'a [u8],
    data: &'a [u8],
}

/// The parts of what a client sends.
fn parts<'a>(command: &Command<'a>) -> Option<Parts<'a>> {
    let mut words = command.words();
    words.skip(18)?;
    let (parameter_count, parameters, count, data) = (words.u16()?, words.u16()?, words.u16()?, words.u16()?);
    words.skip(2)?;
    Some(Parts {
        setup: words,
        parameters: cut(command.message, parameters, parameter_count)?,
        data: cut(command.message, data, count)?,
    })
}

fn cut(message: &[u8], at: u16, length: u16) -> Option<&[u8]> {
    if length == 0 {
        return Some(&[]);
    }
    let rest = message.get(usize::from(at)..)?;
    Some(rest.get(..usize::from(length)).unwrap_or(rest))
}

/// Reads a command: calls in pipes.
pub fn request(state: &mut State, command: &Command<'_>, header: &Header) -> Option<()> {
    let mut parts = parts(command)?;
    if parts.setup.u16() != Some(TRANSACT_PIPE) {
        return Some(());
    }
    let handle = Handle::Short(parts.setup.u16()?);
    let tree = (header.key.session, header.key.tree);
    if !parts.data.is_empty() && state.carries(1, handle, tree, parts.data) == Carries::Calls {
        // The answer says which transaction it is for, but not which pipe.
        let read = Read {
            handle,
            offset: 0,
            tree,
        };
        state.reads.insert(header.key.message, read);
        state.ask_rpc(handle, (1, command::TRANS.into()), header.key, parts.data);
    }
    Some(())
}

/// Reads an answer.
pub fn response(state: &mut State, command: &Command<'_>, header: &Header) -> Option<()> {
    let Some(read) = state.reads.remove(&header.key.message) else {
        return Some(());
    };
    if command.words.is_empty() {
        if let Some((_, tx)) = state.asked(1, command::TRANS.into(), header.key.message) {
            tx.status = Some(header.status);
            tx.finish();
        }
        return Some(());
    }
    let mut words = command.words();
    words.skip(12)?;
    let (count, at) = (words.u16()?, words.u16()?);
    state.answer_rpc(read.handle, header.status, cut(command.message, at, count)?);
    Some(())
}

/// Reads a command of the second kind: a new name of a file, or that it goes when it is closed.
pub fn request2(state: &mut State, command: &Command<'_>, header: &Header) -> Option<Option<Body>> {
    let mut parts = parts(command)?;
    let subcommand = parts.setup.u16()?;
    let mut parameters = Reader::little(parts.parameters);
    let (level, name, handle) = match subcommand {
        SET_PATH_INFO => {
            let level = parameters.u16()?;
            parameters.skip(4)?;
            let mut name = text::fixed(parameters.rest(), header.unicode);
            while name.last() == Some(&0) {
                name.pop();
            }
            (level, name, None)
        }
        SET_FILE_INFO => {
            let handle = Handle::Short(parameters.u16()?);
            (parameters.u16()?, state.name(handle), Some(handle))
        }
        _ => return Some(None),
    };
    let how = Some(SetInfo {
        subcommand: Some(subcommand),
        level,
    });
    let mut data = Reader::little(parts.data);
    Some(if DISPOSITION.contains(&level) {
        Some(Body::Disposition(Box::new(Disposition {
            name,
            handle,
            delete: data.u8()? & 1 != 0,
            how,
        })))
    } else if level == RENAME {
        data.skip(8)?;
        let length = data.u32()? as usize;
        Some(Body::Rename(Box::new(Rename {
            from: name,
            to: text::fixed(data.bytes(length)?, header.unicode),
            handle,
            how,
        })))
    } else {
        None
    })
}
