//! What servers answer.

use std::sync::Arc;

use engine::app_layer::Context;

use super::header::{Command, Header};
use super::{command, files, session, trans};
use crate::dcerpc::reader::Reader;
use crate::smb::Event;
use crate::smb::state::{State, Tree};
use crate::smb::text;
use crate::smb::tx::{Body, Handle};

/// Reads an answer.
pub fn response(state: &mut State, header: &Header, command: &Command<'_>, context: &mut Context<'_>) {
    match command.number {
        command::READ_ANDX => {
            if files::was_read(state, command, header, context).is_none() {
                state.event(Event::MalformedData);
            }
            return;
        }
        command::TRANS => {
            if trans::response(state, command, header).is_none() {
                state.event(Event::MalformedData);
            }
            return;
        }
        command::WRITE_ANDX | command::WRITE => {
            // A call in a pipe shows what became of its write.
            let number = u16::from(command.number);
            let found = state.find(|tx| {
                tx.version == 1 && tx.command == number && tx.message == header.key.message && tx.call().is_some()
            });
            if let Some((_, tx)) = found {
                tx.status = Some(header.status);
            }
            return;
        }
        _ => {}
    }
    let Some((id, tx)) = state.asked(1, command.number.into(), header.key.message) else {
        return;
    };
    tx.status = Some(header.status);
    tx.finish();
    let read = match command.number {
        command::NEGOTIATE => {
            (tx.session, tx.tree) = (header.key.session, header.key.tree);
            negotiate(state, id, command)
        }
        command::SESSION_SETUP_ANDX => session::response(state, id, command, header),
        command::TREE_CONNECT_ANDX => tree_connect(state, id, command, header),
        command::NT_CREATE_ANDX => create(state, id, command, header),
        _ => Some(()),
    };
    if read.is_none() && header.status.is_success() {
        state.transactions.event_on(id, Event::MalformedData as u8);
    }
}

fn negotiate(state: &mut State, id: u64, command: &Command<'_>) -> Option<()> {
    let chosen = usize::from(command.words().u16()?);
    let dialect: Arc<str> = Arc::from(state.dialects.get(chosen).map_or("unknown", String::as_str));
    state.dialect = Arc::clone(&dialect);
    state.negotiated = true;
    let tx = state.transactions.by_id_mut(id)?;
    tx.dialect = dialect;
    if let Body::Negotiate(negotiate) = &mut tx.body {
        negotiate.server = command.data.first_chunk().copied();
    }
    Some(())
}

fn tree_connect(state: &mut State, id: u64, command: &Command<'_>, header: &Header) -> Option<()> {
    if !header.status.is_success() {
        return Some(());
    }
    let mut data = Reader::little(command.data);
    let service = text::terminated(&mut data, false)?;
    let tx = state.transactions.by_id_mut(id)?;
    tx.tree = header.key.tree;
    if let Body::TreeConnect(connect) = &mut tx.body {
        connect.pipe = service == b"IPC";
        let tree = Tree {
            name: connect.share.clone(),
            pipe: connect.pipe,
        };
        if let Some((_, answered)) = &mut connect.service {
            *answered = service;
        }
        state.trees.insert((header.key.session, header.key.tree), tree);
    }
    Some(())
}

fn create(state: &mut State, id: u64, command: &Command<'_>, header: &Header) -> Option<()> {
    if !header.status.is_success() {
        return Some(());
    }
    let mut words = command.words();
    words.skip(5)?;
    let handle = Handle::Short(words.u16()?);
    words.skip(4)?;
    let times = [words.u64()?, words.u64()?, words.u64()?, words.u64()?].map(text::seconds);
    words.skip(4)?;
    // Suricata: what is shown is the space that the file takes, which stands before its size.
    let size = words.u64()?;
    let tx = state.transactions.by_id_mut(id)?;
    if let Body::Create(create) = &mut tx.body {
        create.times = times;
        create.size = size;
        create.handle = Some(handle);
        state.names.insert(handle, create.name.clone());
    }
    Some(())
}
