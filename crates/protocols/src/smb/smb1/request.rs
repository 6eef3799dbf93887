//! What clients ask.

use engine::app_layer::Context;

use super::header::{Command, Header};
use super::{command, files, session, trans};
use crate::dcerpc::reader::Reader;
use crate::smb::Event;
use crate::smb::smb2::ROOT;
use crate::smb::state::State;
use crate::smb::text;
use crate::smb::tx::{Body, Create, Handle, Negotiate, Rename, TreeConnect};

/// Reads a command.
pub fn request(state: &mut State, header: &Header, command: &Command<'_>, context: &mut Context<'_>) {
    let read = match command.number {
        command::NEGOTIATE => negotiate(command),
        command::SESSION_SETUP_ANDX => session::request(command, header),
        command::TREE_CONNECT_ANDX => tree_connect(command, header),
        command::TREE_DISCONNECT => {
            state.trees.remove(&(header.key.session, header.key.tree));
            Some(Some(Body::Other))
        }
        command::NT_CREATE_ANDX => create(command, header),
        command::CLOSE => close(state, command, context),
        command::READ_ANDX => files::read(state, command, header).map(|()| None),
        command::WRITE | command::WRITE_ANDX => files::write(state, command, header, context).map(|()| None),
        command::WRITE_AND_CLOSE => files::write(state, command, header, context).map(|()| Some(Body::Other)),
        command::RENAME => rename(command, header),
        command::TRANS => trans::request(state, command, header).map(|()| None),
        command::TRANS2 => trans::request2(state, command, header),
        _ => Some(Some(Body::Other)),
    };
    let malformed = read.is_none();
    let tracked = !matches!(
        command.number,
        command::READ_ANDX | command::WRITE | command::WRITE_ANDX | command::TRANS | command::TRANS2
    );
    if let Some(body) = read.unwrap_or_else(|| tracked.then_some(Body::Other)) {
        let event = match &body {
            Body::SessionSetup(setup) if setup.ntlmssp.as_ref().is_some_and(|n| n.unusual_order) => {
                Some(Event::UnusualNtlmsspOrder)
            }
            Body::SessionSetup(setup) if setup.malformed => Some(Event::MalformedNtlmsspRequest),
            Body::Negotiate(_) if state.negotiated => Some(Event::DuplicateNegotiate),
            _ => None,
        };
        if let Body::Negotiate(negotiate) = &body {
            state.dialects.clone_from(&negotiate.dialects);
        }
        let id = state.begin(1, command.number.into(), header.key, body);
        if let Some(event) = event {
            state.transactions.event_on(id, event as u8);
        }
    }
    if malformed {
        let event = if command.number == command::NEGOTIATE {
            Event::NegotiateMalformedDialects
        } else {
            Event::MalformedData
        };
        state.event(event);
    }
}

fn negotiate(command: &Command<'_>) -> Option<Option<Body>> {
    let mut reader = Reader::little(command.data);
    let mut dialects = Vec::new();
    while let Some(format) = reader.u8() {
        // LIMIT: nobody speaks so many.
        if format != 2 || dialects.len() >= MAX_DIALECTS {
            return None;
        }
        let name = text::terminated(&mut reader, false)?;
        dialects.push(String::from_utf8_lossy(&name).into_owned());
    }
    Some(Some(Body::Negotiate(Box::new(Negotiate {
        dialects,
        ..Negotiate::default()
    }))))
}

fn tree_connect(command: &Command<'_>, header: &Header) -> Option<Option<Body>> {
    let mut words = command.words();
    words.skip(6)?;
    let password = usize::from(words.u16()?);
    let mut data = command.data_reader();
    data.skip(password)?;
    let path = text::terminated(&mut data, header.unicode)?;
    let service = text::terminated(&mut data, false).unwrap_or_default();
    // Suricata: the first of the two strokes is not shown.
    let share = path.strip_prefix(b"\\").map(<[u8]>::to_vec).unwrap_or(path);
    Some(Some(Body::TreeConnect(TreeConnect {
        share,
        service: Some((service, Vec::new())),
        ..TreeConnect::default()
    })))
}

fn create(command: &Command<'_>, header: &Header) -> Option<Option<Body>> {
    let mut words = command.words();
    words.skip(5)?;
    let length = usize::from(words.u16()?);
    words.skip(28)?;
    let (disposition, options) = (words.u32()?, words.u32()?);
    let mut data = command.data_reader();
    if header.unicode {
        data.align(2)?;
    }
    let rest = data.rest();
    let raw = rest.get(..length).unwrap_or(rest);
    let mut name = text::fixed(raw, header.unicode);
    while name.last() == Some(&0) {
        name.pop();
    }
    if name.is_empty() {
        name = ROOT.to_vec();
    }
    Some(Some(Body::Create(Box::new(Create {
        directory: options & 1 != 0,
        delete_on_close: options & 0x1000 != 0,
        name,
        disposition,
        ..Create::default()
    }))))
}

fn close(state: &mut State, command: &Command<'_>, context: &Context<'_>) -> Option<Option<Body>> {
    let handle = Handle::Short(command.words().u16()?);
    state.close_file(handle, None, context.files);
    Some(Some(Body::Other))
}

fn rename(command: &Command<'_>, header: &Header) -> Option<Option<Body>> {
    let mut data = command.data_reader();
    let mut name = || {
        if data.u8()? != 4 {
            return None;
        }
        text::terminated(&mut data, header.unicode)
    };
    let (from, to) = (name()?, name()?);
    Some(Some(Body::Rename(Box::new(Rename {
        from,
        to,
        handle: None,
        how: None,
    }))))
}

const MAX_DIALECTS: usize = 64;
