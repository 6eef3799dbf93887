//! What servers answer.

use std::sync::Arc;

use engine::app_layer::Context;
use packet::Direction;

use super::command;
use super::header::Header;
use super::request::too_large;
use crate::dcerpc::reader::Reader;
use crate::smb::Event;
use crate::smb::rpc::Carries;
use crate::smb::state::{Read, State, Tree};
use crate::smb::status::{BUFFER_OVERFLOW, PENDING, Status};
use crate::smb::transfer::Piece;
use crate::smb::tx::{Body, Handle};
use crate::smb::{names, text};

const END_OF_FILE: u32 = 0xc000_0011;

/// Reads an answer.
pub fn response(state: &mut State, header: &Header, record: &[u8], context: &mut Context<'_>) {
    let mut body = Reader::little(record);
    if body.skip(Header::SIZE).is_none() {
        return;
    }
    // RFC: MS-SMB2 section 3.3.4.2, an interim answer: the real one comes later.
    let interim = header.status == Status::Nt(PENDING);
    if header.command == command::READ {
        if !interim && read_file(state, record, &mut body, header, context).is_none() {
            state.event(Event::MalformedData);
        }
        return;
    }
    if header.command == command::WRITE {
        wrote(state, header);
        return;
    }
    if header.command == command::NEGOTIATE {
        if negotiate(state, &mut body, header).is_none() {
            state.event(Event::MalformedData);
        }
        return;
    }
    let Some((id, tx)) = state.asked(2, header.command, header.key.message) else {
        return;
    };
    tx.status = Some(header.status);
    if interim {
        return;
    }
    let over = !matches!(tx.body, Body::Rpc(_));
    if over {
        tx.finish();
    }
    let read = match header.command {
        command::SESSION_SETUP => {
            tx.session = header.key.session;
            Some(())
        }
        command::TREE_CONNECT => tree_connect(state, id, &mut body, header),
        command::CREATE => create(state, id, &mut body, header),
        command::IOCTL => ioctl(state, id, record, &mut body, header),
        _ => Some(()),
    };
    if read.is_none() && header.status.is_success() {
        state.transactions.event_on(id, Event::MalformedData as u8);
    }
}

/// An answer to a negotiation, of SMB 2 or of SMB 1.
fn negotiate(state: &mut State, body: &mut Reader<'_>, header: &Header) -> Option<()> {
    let found = state.find(|tx| matches!(tx.body, Body::Negotiate(_)) && tx.done != [true; 2]);
    let id = found.map(|(id, tx)| {
        tx.status = Some(header.status);
        tx.finish();
        id
    });
    if !header.status.is_success() {
        return Some(());
    }
    body.skip(4)?;
    let dialect: Arc<str> = Arc::from(names::smb2_dialect(body.u16()?).as_ref());
    body.skip(2)?;
    let server = body.array()?;
    body.skip(8)?;
    let sizes = (body.u32()?, body.u32()?);
    state.dialect = Arc::clone(&dialect);
    state.sizes = sizes;
    let tx = state.transactions.by_id_mut(id?)?;
    tx.dialect = dialect;
    (tx.session, tx.tree) = (header.key.session, header.key.tree);
    if let Body::Negotiate(negotiate) = &mut tx.body {
        negotiate.server = Some(server);
        negotiate.sizes = Some(sizes);
    }
    let (most_read, most_written) = state.config.sizes;
    if most_read != 0 && u64::from(sizes.0) > most_read {
        state.event(Event::NegotiateMaxReadSizeTooLarge);
    }
    if most_written != 0 && u64::from(sizes.1) > most_written {
        state.event(Event::NegotiateMaxWriteSizeTooLarge);
    }
    Some(())
}

fn tree_connect(state: &mut State, id: u64, body: &mut Reader<'_>, header: &Header) -> Option<()> {
    if !header.status.is_success() {
        return Some(());
    }
    body.skip(2)?;
    let kind = body.u8()?;
    let tx = state.transactions.by_id_mut(id)?;
    tx.tree = header.key.tree;
    if let Body::TreeConnect(connect) = &mut tx.body {
        connect.kind = kind;
        connect.pipe = kind == 2;
        let tree = Tree {
            name: connect.share.clone(),
            pipe: connect.pipe,
        };
        state.trees.insert((header.key.session, header.key.tree), tree);
    }
    Some(())
}

fn create(state: &mut State, id: u64, body: &mut Reader<'_>, header: &Header) -> Option<()> {
    if !header.status.is_success() {
        return Some(());
    }
    body.skip(8)?;
    let times = [body.u64()?, body.u64()?, body.u64()?, body.u64()?].map(text::seconds);
    body.skip(8)?;
    let size = body.u64()?;
    body.skip(8)?;
    let handle = Handle::Long(body.array()?);
    let tx = state.transactions.by_id_mut(id)?;
    if let Body::Create(create) = &mut tx.body {
        create.times = times;
        create.size = size;
        create.handle = Some(handle);
        state.names.insert(handle, create.name.clone());
    }
    Some(())
}

fn ioctl(state: &mut State, id: u64, record: &[u8], body: &mut Reader<'_>, header: &Header) -> Option<()> {
    let tx = state.transactions.by_id_mut(id)?;
    if !matches!(tx.body, Body::Rpc(_)) {
        return Some(());
    }
    if !header.status.is_success() && header.status != Status::Nt(BUFFER_OVERFLOW) {
        // Nothing more comes.
        tx.finish();
        return Some(());
    }
    body.skip(8)?;
    let handle = Handle::Long(body.array()?);
    body.skip(8)?;
    let (at, length) = (body.u32()? as usize, body.u32()? as usize);
    let data = record.get(at..)?;
    state.answer_rpc(handle, header.status, data.get(..length).unwrap_or(data));
    Some(())
}

/// The status of a write, which the transaction of the file or of the call shows.
fn wrote(state: &mut State, header: &Header) {
    let found = state.find(|tx| tx.version == 2 && tx.command == command::WRITE && tx.message == header.key.message);
    if let Some((_, tx)) = found {
        tx.status = Some(header.status);
    }
}

/// What was read: where its bytes stand.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// From the start of the message.
    pub at: usize,
    /// Bytes.
    pub length: u32,
}

impl Found {
    /// Reads what stands behind the header.
    pub fn read(body: &mut Reader<'_>) -> Option<Self> {
        body.skip(2)?;
        let at = usize::from(body.u8()?);
        body.skip(1)?;
        Some(Self {
            at,
            length: body.u32()?,
        })
    }
}

/// The piece of a file that was read.
pub fn piece(state: &State, read: &Read, header: &Header) -> Piece {
    Piece {
        handle: read.handle,
        offset: read.offset,
        share: state
            .trees
            .get(&(header.key.session, header.key.tree))
            .map(Tree::shown)
            .unwrap_or_default(),
        direction: Direction::ToClient,
        command: (2, command::READ),
        key: header.key,
    }
}

fn read_file(
    state: &mut State,
    record: &[u8],
    body: &mut Reader<'_>,
    header: &Header,
    context: &Context<'_>,
) -> Option<()> {
    let Some(read) = state.reads.remove(&header.key.message) else {
        return Some(());
    };
    if header.status == Status::Nt(END_OF_FILE) {
        state.close_file(read.handle, Some(Direction::ToClient), context.files);
        return Some(());
    }
    if !header.status.is_success() && header.status != Status::Nt(BUFFER_OVERFLOW) {
        return Some(());
    }
    let found = Found::read(body)?;
    if too_large(found.length, state.sizes.0, state.config.sizes.0) {
        state.event(Event::ReadResponseTooLarge);
        return Some(());
    }
    let rest = record.get(found.at..)?;
    let data = rest.get(..found.length as usize).unwrap_or(rest);
    // Suricata: the tree is that of the answer, which one that came later has none of.
    let tree = (header.key.session, header.key.tree);
    let carries = state.carries(2, read.handle, tree, data);
    if carries == Carries::Calls {
        state.answer_rpc(read.handle, header.status, data);
    } else if carries == Carries::File {
        let id = state.begin_piece(piece(state, &read, header), context.files);
        if let Some(tx) = state.transactions.by_id_mut(id) {
            tx.status = Some(header.status);
        }
        state.piece(id, data, context.files);
        state.end_piece(id, context.files);
    }
    Some(())
}
