//! A call and its answer, over whatever carries them.

use packet::Direction;

use super::pdu::{self, Header, Interface, Kind, PFC_FIRST_FRAG, PFC_LAST_FRAG};
use super::uuid::Uuid;

/// A call and its answer: a request and its response, or a bind and what the server says to it.
#[derive(Debug, Default)]
pub struct Call {
    /// What belongs together, as both sides number it.
    pub id: u32,
    /// Major and minor version of the protocol.
    pub version: (u8, u8),
    /// What was asked; `None` when only the answer was seen.
    pub asked: Option<Kind>,
    /// What was answered.
    pub answered: Option<Kind>,
    /// The operation of a request.
    pub opnum: u16,
    /// Which interface a request is for, as the bind called it.
    pub context: u16,
    /// What a bind asks for; the interface of a request, if the bind was seen.
    pub interfaces: Vec<Interface>,
    /// By [`Direction::index`].
    pub sides: [Side; 2],
    /// Of a call in datagrams.
    pub datagram: Option<Activity>,
}

/// What goes in one direction of a call.
#[derive(Debug, Default)]
pub struct Side {
    /// Arguments or results, of all fragments so far.
    pub stub: Vec<u8>,
    /// Fragments so far.
    pub fragments: u16,
    /// Integers are little endian.
    pub little: bool,
    /// There is nothing more to come.
    pub done: bool,
    /// Bytes of the stub, those that were not kept among them.
    pub size: u64,
    /// Rules have not seen all of the stub.
    pub fresh: bool,
}

/// What belongs together in datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// The activity.
    pub uuid: Uuid,
    /// The number of the call within it.
    pub sequence: u32,
}

/// What carries units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// A stream of their own.
    Stream,
    /// A pipe of SMB.
    Pipe,
}

/// The interfaces that a client and a server have agreed on.
#[derive(Debug, Default)]
pub struct Association {
    list: Vec<Interface>,
    /// Which of them the next answer is about: the first, and how many.
    asked: (usize, usize),
}

impl Call {
    /// What goes in `direction`.
    pub fn side(&self, direction: Direction) -> &Side {
        let [server, client] = &self.sides;
        if direction.index() == 0 { server } else { client }
    }

    /// What goes in `direction`.
    pub fn side_mut(&mut self, direction: Direction) -> &mut Side {
        let [server, client] = &mut self.sides;
        if direction.index() == 0 { server } else { client }
    }

    /// The stub in `direction`, if there is more of it than rules have seen.
    pub fn fresh_stub(&self, direction: Direction) -> Option<&[u8]> {
        let side = self.side(direction);
        (side.fresh && !side.stub.is_empty()).then_some(side.stub.as_slice())
    }

    /// Rules have seen all of the stub.
    pub fn inspected(&mut self, direction: Direction) {
        self.side_mut(direction).fresh = false;
    }

    /// Whether both sides have said all they have to say.
    pub fn is_over(&self) -> bool {
        self.sides.iter().all(|side| side.done)
    }

    /// Takes a unit that the client sent, or what its fragments add. False when it is malformed.
    pub fn ask(&mut self, unit: &[u8], header: &Header, association: &mut Association, limit: usize) -> bool {
        self.version = header.version;
        self.id = header.call_id;
        let first = self.asked.is_none();
        self.asked = Some(header.kind);
        let [side, _] = &mut self.sides;
        side.little = header.little;
        match header.kind {
            Kind::BIND | Kind::ALTER_CONTEXT => {
                side.done = true;
                let Some(asked) = pdu::asked_interfaces(unit, header) else {
                    return false;
                };
                association.ask(&asked, header.kind == Kind::BIND);
                self.interfaces = asked;
            }
            Kind::REQUEST => {
                let Some(body) = pdu::body(unit, header) else {
                    return false;
                };
                side.add(body.stub, limit);
                side.done |= header.flags & PFC_LAST_FRAG != 0;
                if first || header.flags & PFC_FIRST_FRAG != 0 {
                    (self.opnum, self.context) = (body.opnum, body.context);
                    self.interfaces = association.of_context(body.context);
                }
            }
            _ => side.done = true,
        }
        true
    }

    /// Takes a unit that the server sent, or what its fragments add. False when it is malformed.
    pub fn answer(
        &mut self,
        unit: &[u8],
        header: &Header,
        association: &mut Association,
        (carrier, limit): (Carrier, usize),
    ) -> bool {
        self.version = header.version;
        self.id = header.call_id;
        self.answered = Some(header.kind);
        let [_, side] = &mut self.sides;
        side.little = header.little;
        match header.kind {
            Kind::BINDACK | Kind::ALTER_CONTEXT_RESP => {
                side.done = true;
                let Some(results) = pdu::results(unit, header) else {
                    return false;
                };
                association.answer(&results);
                for (interface, result) in self.interfaces.iter_mut().zip(results) {
                    interface.result = Some(result);
                }
            }
            Kind::RESPONSE => {
                let Some(body) = pdu::body(unit, header) else {
                    return false;
                };
                let stub = match carrier {
                    Carrier::Pipe => body.stub,
                    // Suricata: over TCP, the stub of a response begins right behind the header (bug-6191).
                    Carrier::Stream => unit.get(Header::SIZE..).unwrap_or_default(),
                };
                side.add(stub, limit);
                side.done |= header.flags & PFC_LAST_FRAG != 0;
            }
            _ => side.done = true,
        }
        true
    }
}

impl Side {
    /// Adds the stub of a fragment.
    pub fn add(&mut self, stub: &[u8], limit: usize) {
        self.fragments = self.fragments.saturating_add(1);
        self.size = self.size.saturating_add(stub.len() as u64);
        // LIMIT: `max-stub-size` bytes of a stub are kept; the rest is counted only.
        let room = limit.saturating_sub(self.stub.len());
        self.stub
            .extend_from_slice(stub.get(..stub.len().min(room)).unwrap_or_default());
        self.fresh = true;
    }
}

impl Association {
    /// The client asks for interfaces: instead of those before, or beside them.
    fn ask(&mut self, asked: &[Interface], anew: bool) {
        if anew {
            self.list.clear();
        }
        self.list
            .retain(|known| asked.iter().all(|new| new.context != known.context));
        // LIMIT: the interfaces of a flow; the oldest go.
        let excess = self
            .list
            .len()
            .saturating_add(asked.len())
            .saturating_sub(MAX_INTERFACES);
        self.list.drain(..excess.min(self.list.len()));
        self.asked = (self.list.len(), asked.len());
        self.list.extend_from_slice(asked);
    }

    /// The server says which of them there are.
    fn answer(&mut self, results: &[(u16, u16)]) {
        let (first, count) = self.asked;
        for (interface, result) in self.list.iter_mut().skip(first).take(count).zip(results) {
            interface.result = Some(*result);
        }
    }

    /// The interface that requests call so.
    fn of_context(&self, context: u16) -> Vec<Interface> {
        self.list
            .iter()
            .rfind(|known| known.context == context)
            .cloned()
            .into_iter()
            .collect()
    }
}

/// Interfaces of one flow that are remembered: what one bind can ask for.
const MAX_INTERFACES: usize = 255;
