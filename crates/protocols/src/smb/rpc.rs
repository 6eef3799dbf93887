//! DCERPC in pipes.

use super::Event;
use super::state::{Key, State, Tree};
use super::status::Status;
use super::tx::{Body, Handle, SmbTx};
use crate::dcerpc::call::{Association, Call, Carrier};
use crate::dcerpc::pdu::{Header, Kind};

impl State {
    /// What is written to a file, or read from it, with these first bytes.
    ///
    /// Suricata: in SMB 1, every pipe carries calls; in SMB 2, those of a few services do, and what is in other pipes is
    /// passed over. What is in a tree that is not known carries calls from when it looks so.
    pub fn carries(&mut self, version: u8, handle: Handle, tree: (u64, u32), data: &[u8]) -> Carries {
        let in_file = |tx: &SmbTx| matches!(&tx.body, Body::File(t) if t.handle == handle) && tx.done != [true; 2];
        match self.is_pipe(tree) {
            Some(false) => Carries::File,
            Some(true) if version == 1 => Carries::Calls,
            Some(true) if self.find(in_file).is_some() => Carries::File,
            Some(true) if self.names.get(&handle).is_some_and(|name| is_service(name)) => Carries::Calls,
            Some(true) => Carries::Nothing,
            None if looks_like_calls(data) => {
                let name = UNKNOWN_SERVICE.to_vec();
                self.names.insert(handle, name.clone());
                self.trees.insert(tree, Tree { name, pipe: true });
                Carries::Calls
            }
            None => Carries::File,
        }
    }

    /// The client writes to a pipe: says which transaction that belongs to.
    pub fn ask_rpc(&mut self, handle: Handle, command: (u8, u16), key: Key, data: &[u8]) {
        for unit in self.units(handle, true, data) {
            let Some(header) = Header::read(&unit) else { continue };
            let known = self.find(|tx| {
                tx.call().is_some_and(|call| {
                    call.id == header.call_id && call.asked == Some(header.kind) && !tx.done.first().is_some_and(|d| *d)
                }) && tx.tree == key.tree
            });
            let id = match known {
                Some((id, _)) => id,
                None => self.begin(command.0, command.1, key, Body::Rpc(Box::default())),
            };
            self.with_call(id, handle, |call, association, limit| {
                // What is no unit is shown with the number that stands where its kind would.
                call.ask(&unit, &header, association, limit) && header.kind.name().is_some()
            });
            if let Some(tx) = self.transactions.by_id_mut(id) {
                tx.message = key.message;
            }
        }
    }

    /// The server answers in a pipe.
    pub fn answer_rpc(&mut self, handle: Handle, status: Status, data: &[u8]) {
        for unit in self.units(handle, false, data) {
            let Some(header) = Header::read(&unit) else { continue };
            let question = header.kind.answers();
            let known = self.find(|tx| {
                let waits = !tx.done.get(1).copied().unwrap_or(true);
                waits
                    && tx.call().is_some_and(|call| {
                        call.id == header.call_id && (call.asked == question || header.kind == Kind::FAULT)
                    })
            });
            let Some((id, tx)) = known else { continue };
            tx.status = Some(status);
            self.with_call(id, handle, |call, association, limit| {
                call.answer(&unit, &header, association, (Carrier::Pipe, limit))
            });
        }
    }

    fn with_call(&mut self, id: u64, handle: Handle, what: impl FnOnce(&mut Call, &mut Association, usize) -> bool) {
        let limit = self.config.stub;
        let Some(association) = self.pipes.entry(&handle, Association::default) else {
            return;
        };
        let Some(tx) = self.transactions.by_id_mut(id) else {
            return;
        };
        let SmbTx {
            body: Body::Rpc(call),
            done,
            ..
        } = tx
        else {
            return;
        };
        let sound = what(call, association, limit);
        *done = [
            call.sides.first().is_some_and(|side| side.done),
            call.sides.last().is_some_and(|side| side.done),
        ];
        if !sound {
            self.transactions.event_on(id, Event::MalformedData as u8);
        }
    }

    /// The units that are whole, with what came before; the rest is kept for what comes after.
    fn units(&mut self, handle: Handle, client: bool, data: &[u8]) -> Vec<Vec<u8>> {
        let mut all = self.fragments.remove(&(handle, client)).unwrap_or_default();
        all.extend_from_slice(data);
        let mut units = Vec::new();
        let mut rest = all.as_slice();
        while !rest.is_empty() {
            if !Header::plausible(rest) {
                // What is no unit is shown as one, to its end.
                units.push(rest.to_vec());
                break;
            }
            let length = Header::read(rest).map(|header| usize::from(header.length));
            match length.and_then(|length| rest.split_at_checked(length)) {
                Some((unit, after)) => {
                    units.push(unit.to_vec());
                    rest = after;
                }
                None => {
                    self.fragments.insert((handle, client), rest.to_vec());
                    break;
                }
            }
        }
        units
    }
}

/// What bytes of a file or a pipe are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// A part of a file.
    File,
    /// Units of DCERPC.
    Calls,
    /// What nobody looks at.
    Nothing,
}

fn looks_like_calls(data: &[u8]) -> bool {
    Header::plausible(data) && Header::read(data).is_some_and(|header| usize::from(header.length) == data.len())
}

/// Whether a pipe is that of a service whose calls are followed.
fn is_service(name: &[u8]) -> bool {
    let name = name.strip_prefix(b"\\").unwrap_or(name);
    SERVICES.contains(&name)
}

static SERVICES: &[&[u8]] = &[
    b"atsvc",
    b"lsarpc",
    b"samr",
    b"spoolss",
    b"srvsvc",
    b"svcctl",
    b"winreg",
    UNKNOWN_SERVICE,
];

/// What a pipe is called that was seen from its middle only.
const UNKNOWN_SERVICE: &[u8] = b"unknown::dcerpc";
