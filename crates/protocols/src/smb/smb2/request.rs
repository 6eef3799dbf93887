//! What clients ask.

use engine::app_layer::Context;
use packet::Direction;

use super::command;
use super::header::Header;
use super::set_info;
use crate::dcerpc::reader::Reader;
use crate::smb::Event;
use crate::smb::auth;
use crate::smb::rpc::Carries;
use crate::smb::state::{Read, State, Tree};
use crate::smb::transfer::Piece;
use crate::smb::tx::{Body, Create, Handle, Negotiate, SessionSetup, TreeConnect};
use crate::smb::{names, text};

/// What the commands of a compound say of those after them.
#[derive(Debug, Default)]
pub struct Compound {
    /// The name of the file that was opened last, which later commands do not name.
    pub name: Option<Vec<u8>>,
}

/// In a compound: the file that a command before this opened.
pub const RELATED: [u8; 16] = [0xff; 16];

/// Reads a command.
pub fn request(state: &mut State, header: &Header, record: &[u8], compound: &mut Compound, context: &mut Context<'_>) {
    let mut body = Reader::little(record);
    let read = body.skip(Header::SIZE).and_then(|()| match header.command {
        command::NEGOTIATE => Some(negotiate(&mut body)?),
        command::SESSION_SETUP => session_setup(state, record, &mut body, header),
        command::TREE_CONNECT => tree_connect(record, &mut body),
        command::TREE_DISCONNECT => {
            state.trees.remove(&(header.key.session, header.key.tree));
            Some(Some(Body::Other))
        }
        command::CREATE => create(record, &mut body, compound),
        command::CLOSE => close(state, &mut body, context),
        command::READ => read_file(state, &mut body, header),
        command::WRITE => write_file(state, record, &mut body, header, context),
        command::IOCTL => ioctl(state, record, &mut body, header),
        command::SET_INFO => set_info::read(state, record, &mut body, compound),
        command::QUERY_INFO => Some(None),
        _ => Some(Some(Body::Other)),
    });
    let malformed = read.is_none();
    let tracked = !matches!(
        header.command,
        command::READ | command::WRITE | command::QUERY_INFO | command::SET_INFO
    );
    if let Some(body) = read.unwrap_or_else(|| tracked.then_some(Body::Other)) {
        begin(state, header, body);
    }
    if malformed {
        state.event(Event::MalformedData);
    }
}

/// Begins the transaction of a command, and notes what is wrong with it.
fn begin(state: &mut State, header: &Header, body: Body) {
    let event = match &body {
        Body::SessionSetup(setup) if setup.ntlmssp.as_ref().is_some_and(|n| n.unusual_order) => {
            Some(Event::UnusualNtlmsspOrder)
        }
        Body::SessionSetup(setup) if setup.malformed => Some(Event::MalformedNtlmsspRequest),
        Body::Negotiate(_) if state.sizes != (0, 0) && &*state.dialect != "2.??" => Some(Event::DuplicateNegotiate),
        _ => None,
    };
    let id = state.begin(2, header.command, header.key, body);
    if let Some(event) = event {
        state.transactions.event_on(id, event as u8);
    }
}

fn negotiate(body: &mut Reader<'_>) -> Option<Option<Body>> {
    body.skip(2)?;
    let count = body.u16()?;
    body.skip(8)?;
    let client = body.array()?;
    body.skip(8)?;
    let mut dialects = Vec::new();
    for _ in 0..count {
        // LIMIT: nobody speaks so many.
        let Some(dialect) = body.u16().filter(|_| dialects.len() < MAX_DIALECTS) else {
            break;
        };
        dialects.push(names::smb2_dialect(dialect).into_owned());
    }
    Some(Some(Body::Negotiate(Box::new(Negotiate {
        dialects,
        client: Some(client),
        ..Negotiate::default()
    }))))
}

fn session_setup(_state: &State, record: &[u8], body: &mut Reader<'_>, _header: &Header) -> Option<Option<Body>> {
    body.skip(12)?;
    let (at, length) = (usize::from(body.u16()?), usize::from(body.u16()?));
    let blob = record.get(at..at.checked_add(length)?)?;
    let identity = auth::identity(blob);
    Some(Some(Body::SessionSetup(Box::new(SessionSetup {
        ntlmssp: identity.ntlmssp,
        ticket: identity.ticket,
        malformed: identity.malformed,
        ..SessionSetup::default()
    }))))
}

fn tree_connect(record: &[u8], body: &mut Reader<'_>) -> Option<Option<Body>> {
    body.skip(4)?;
    let (at, length) = (usize::from(body.u16()?), usize::from(body.u16()?));
    let share = text::narrow(record.get(at..at.checked_add(length)?)?);
    Some(Some(Body::TreeConnect(TreeConnect {
        share,
        ..TreeConnect::default()
    })))
}

fn create(record: &[u8], body: &mut Reader<'_>, compound: &mut Compound) -> Option<Option<Body>> {
    body.skip(36)?;
    let (disposition, options) = (body.u32()?, body.u32()?);
    let (at, length) = (usize::from(body.u16()?), usize::from(body.u16()?));
    let name = if length == 0 {
        ROOT.to_vec()
    } else {
        text::narrow(record.get(at..at.checked_add(length)?)?)
    };
    compound.name = Some(name.clone());
    Some(Some(Body::Create(Box::new(Create {
        directory: length != 0 && options & DIRECTORY_FILE != 0,
        delete_on_close: options & DELETE_ON_CLOSE != 0,
        name,
        disposition,
        ..Create::default()
    }))))
}

fn close(state: &mut State, body: &mut Reader<'_>, context: &Context<'_>) -> Option<Option<Body>> {
    body.skip(8)?;
    let handle = Handle::Long(body.array()?);
    state.close_file(handle, None, context.files);
    Some(Some(Body::Other))
}

fn read_file(state: &mut State, body: &mut Reader<'_>, header: &Header) -> Option<Option<Body>> {
    body.skip(4)?;
    let (length, offset) = (body.u32()?, body.u64()?);
    let handle = Handle::Long(body.array()?);
    if too_large(length, state.sizes.0, state.config.sizes.0) {
        state.event(Event::ReadRequestTooLarge);
        return Some(None);
    }
    let tree = (header.key.session, header.key.tree);
    state.reads.insert(header.key.message, Read { handle, offset, tree });
    Some(None)
}

/// Whether so many bytes are more than the server or the configuration lets be read or written at once.
pub fn too_large(length: u32, server: u32, configured: u64) -> bool {
    server != 0 && length > server || configured != 0 && u64::from(length) > configured
}

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
}

impl Write {
    /// Reads what stands behind the header.
    pub fn read(body: &mut Reader<'_>) -> Option<Self> {
        body.skip(2)?;
        let (at, length, offset) = (usize::from(body.u16()?), body.u32()?, body.u64()?);
        Some(Self {
            at,
            length,
            offset,
            handle: Handle::Long(body.array()?),
        })
    }

    /// The piece of a file that it brings.
    pub fn piece(&self, header: &Header) -> Piece {
        Piece {
            handle: self.handle,
            offset: self.offset,
            // Suricata: the share is shown of what is read only.
            share: Vec::new(),
            direction: Direction::ToServer,
            command: (2, command::WRITE),
            key: header.key,
        }
    }
}

fn write_file(
    state: &mut State,
    record: &[u8],
    body: &mut Reader<'_>,
    header: &Header,
    context: &Context<'_>,
) -> Option<Option<Body>> {
    let write = Write::read(body)?;
    if too_large(write.length, state.sizes.1, state.config.sizes.1) {
        state.event(Event::WriteRequestTooLarge);
        return Some(None);
    }
    let rest = record.get(write.at..)?;
    let data = rest.get(..write.length as usize).unwrap_or(rest);
    let tree = (header.key.session, header.key.tree);
    match state.carries(2, write.handle, tree, data) {
        Carries::Calls => state.ask_rpc(write.handle, (2, command::WRITE), header.key, data),
        Carries::File => {
            let id = state.begin_piece(write.piece(header), context.files);
            state.piece(id, data, context.files);
            state.end_piece(id, context.files);
        }
        Carries::Nothing => {}
    }
    Some(None)
}

fn ioctl(state: &mut State, record: &[u8], body: &mut Reader<'_>, header: &Header) -> Option<Option<Body>> {
    body.skip(4)?;
    let function = body.u32()?;
    let handle = Handle::Long(body.array()?);
    let (at, length) = (body.u32()? as usize, body.u32()? as usize);
    if function == PIPE_TRANSCEIVE {
        let data = record.get(at..).unwrap_or_default();
        let data = data.get(..length).unwrap_or(data);
        let tree = (header.key.session, header.key.tree);
        if !data.is_empty() && state.carries(2, handle, tree, data) == Carries::Calls {
            state.ask_rpc(handle, (2, command::IOCTL), header.key, data);
            return Some(None);
        }
    }
    Some(Some(Body::Ioctl(function)))
}

/// Writes to a pipe and reads from it.
pub const PIPE_TRANSCEIVE: u32 = 0x0011_c017;

/// What a share's own directory is called.
pub const ROOT: &[u8] = b"<share_root>";

const DIRECTORY_FILE: u32 = 1;
const DELETE_ON_CLOSE: u32 = 0x1000;
const MAX_DIALECTS: usize = 64;

impl Tree {
    /// The name to show with a file; none for pipes.
    pub fn shown(&self) -> Vec<u8> {
        if self.pipe { Vec::new() } else { self.name.clone() }
    }
}
