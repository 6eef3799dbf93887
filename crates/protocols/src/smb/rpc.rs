//! DCERPC in pipes.

use super::Event;
use super::state::{Key, State};
use super::status::Status;
use super::tx::{Body, Handle, SmbTx};
use crate::dcerpc::call::{Association, Call};
use crate::dcerpc::pdu::{Header, Kind};

impl State {
    /// Whether what is written to a file, or read from it, is DCERPC: it is a pipe, and not one of those that speak
    /// otherwise; or nothing is known of it, and the bytes look like it.
    pub fn is_rpc(&self, handle: Handle, tree: (u64, u32), data: &[u8]) -> bool {
        let looks = data.len() >= Header::SIZE && Header::plausible(data);
        match self.is_pipe(tree) {
            Some(false) => false,
            None => looks && Header::read(data).is_some_and(|header| usize::from(header.length) == data.len()),
            Some(true) => match self.names.get(&handle) {
                None => true,
                Some(name) => {
                    looks
                        || is_service(name)
                        || self.fragments.get(&(handle, true)).is_some()
                        || self.fragments.get(&(handle, false)).is_some()
                }
            },
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
                call.ask(&unit, &header, association, limit)
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
                call.answer(&unit, &header, association, limit)
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

/// Whether a pipe is that of a service known to speak DCERPC.
fn is_service(name: &[u8]) -> bool {
    let name = name.strip_prefix(b"\\").unwrap_or(name);
    SERVICES
        .iter()
        .any(|service| service.as_bytes().eq_ignore_ascii_case(name))
}

static SERVICES: &[&str] = &[
    "atsvc", "browser", "epmapper", "eventlog", "lsarpc", "lsass", "netdfs", "netlogon", "ntsvcs", "samr", "spoolss",
    "srvsvc", "svcctl", "winreg", "wkssvc",
];
