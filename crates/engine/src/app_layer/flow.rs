//! The application layer of one flow: recognition, then parsing, of both directions.

use std::net::IpAddr;

use packet::{Direction, Timestamp};

use super::application::{Application, ProtocolId};
use super::detection::Transport;
use super::event::{AppEvent, AppEventSet};
use super::file::{FileSettings, FileState};
use super::layer::{AppLayer, Other, Recognised};
use super::parser::{Context, Effects, Expectation, Outcome, Parser, Switch};
use super::shared::Shared;
use super::transaction::TransactionList;
use crate::flow::prefetch;

/// The application layer of one flow.
#[derive(Debug, Default)]
pub struct AppFlow {
    protocol: Option<ProtocolId>,
    parser: Option<Box<dyn Parser>>,
    /// By [`Direction::index`].
    sides: [Side; 2],
    /// Nobody reads the flow any more.
    off: bool,
    /// What was just looked at shows that client and server were taken for each other.
    turned: bool,
    /// What the flow spoke before it changed, and what it was to speak then.
    before: Option<ProtocolId>,
    agreed: Option<ProtocolId>,
    expecting: Option<Switch>,
    events: AppEventSet,
    /// Transactions that the parser made before its first byte.
    made_at_once: u64,
    /// Transactions may have changed, by direction, since rules looked.
    updated: [bool; 2],
    effects: Effects,
    /// Somebody had transactions in hand since [`AppFlow::settled`].
    touched: bool,
    /// So many files of the flow were stored.
    pub stored_files: u64,
}

/// One direction.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
    /// What its own bytes look like.
    looks: Option<ProtocolId>,
    /// Its bytes were looked at to the end.
    looked: bool,
    /// Bytes that the parser waits for.
    wanted: usize,
    /// The parser was told that nothing comes any more.
    ended: bool,
    /// Bytes came.
    spoke: bool,
    /// Bytes were given to the parser.
    fed: bool,
    /// A packet of this direction found its protocol settled.
    announced: bool,
}

impl Side {
    /// What the recognition of the other direction may know of this one.
    fn known(&self) -> Other {
        match self.looks {
            Some(id) => Other::Looks(id),
            None if self.looked || self.spoke => Other::Nothing,
            None => Other::Unknown,
        }
    }
}

/// The flow that bytes belong to.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// The protocols there are.
    pub layer: &'a AppLayer,
    /// Stream or datagrams.
    pub transport: Transport,
    /// Address and port of the client.
    pub client: (IpAddr, u16),
    /// Address and port of the server.
    pub server: (IpAddr, u16),
    /// What was taken for the client may be the server: of datagrams, and of a stream that was seen from its middle.
    pub turns: bool,
    /// The time of the packet.
    pub time: Timestamp,
    /// What is wanted of files.
    pub files: &'a FileSettings,
    /// What flows between the same hosts share.
    pub shared: &'a Shared,
}

/// What became of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fed {
    /// Bytes that are done with.
    pub consumed: u64,
    /// The other direction can be fed again: the protocol is known now.
    pub other: bool,
    /// Nobody reads the flow any more.
    pub off: bool,
    /// What was taken for the client is the server: nothing was read, and the same is to be fed again in the other
    /// direction after a [`swap`](AppFlow::swap).
    pub reversed: bool,
    /// There may be more to do with the same bytes.
    pub again: bool,
}

impl AppFlow {
    /// The protocol, once it is known.
    pub fn protocol(&self) -> Option<ProtocolId> {
        self.protocol
    }

    /// What a direction's own bytes look like, once that is known.
    pub fn looks(&self, direction: Direction) -> Option<ProtocolId> {
        self.sides[direction.index()].looks
    }

    /// What the flow spoke before it changed, and what it was to speak then, if that was agreed on.
    pub fn before(&self) -> (Option<ProtocolId>, Option<ProtocolId>) {
        (self.before, self.agreed)
    }

    /// Whether a direction was looked at and looks like nothing.
    pub fn looked_in_vain(&self, direction: Direction) -> bool {
        let side = &self.sides[direction.index()];
        side.looked && side.looks.is_none()
    }

    /// Whether both directions were looked at and look like nothing, or the parser gave up.
    pub fn is_off(&self) -> bool {
        self.off
    }

    /// Whether the protocol of a direction is settled, whatever it is.
    pub fn is_settled(&self, direction: Direction) -> bool {
        // Suricata: what looks like nothing is settled once the other direction looks like something, or like nothing too.
        let side = &self.sides[direction.index()];
        self.off || side.looks.is_some() || (side.looked && self.protocol.is_some())
    }

    /// Whether nothing comes any more in a direction, so that every progress there counts as complete.
    pub fn has_ended(&self, direction: Direction) -> bool {
        self.off || self.sides[direction.index()].ended
    }

    /// A packet begins, before anything of it is parsed: whether no earlier packet of its direction found the protocol of
    /// the direction settled.
    pub fn announce(&mut self, direction: Direction) -> bool {
        let settled = self.is_settled(direction);
        let side = &mut self.sides[direction.index()];
        let fresh = !side.announced;
        side.announced |= settled;
        fresh
    }

    /// Whether nothing was said yet: the flow may still turn out to be an expected one.
    pub fn is_fresh(&self) -> bool {
        self.protocol.is_none() && !self.off && !self.sides.iter().any(|side| side.spoke || side.looked)
    }

    /// How many transactions the parser made before its first byte: of a protocol whose connections are one transaction.
    pub fn made_at_once(&self) -> u64 {
        self.made_at_once
    }

    /// The parser is needed soon: asks for its memory.
    #[inline]
    pub fn prefetch(&self) {
        if let Some(parser) = self.parser.as_deref() {
            prefetch(parser);
        }
    }

    /// The transactions.
    pub fn transactions(&self) -> Option<&dyn TransactionList> {
        self.parser.as_ref().map(|parser| parser.transactions())
    }

    /// The transactions.
    pub fn transactions_mut(&mut self) -> Option<&mut dyn TransactionList> {
        self.touched = true;
        self.parser.as_mut().map(|parser| parser.transactions_mut())
    }

    /// Whether transactions may have changed since [`AppFlow::settled`]: by more of the stream, its end, or by rules.
    pub fn is_touched(&self) -> bool {
        self.touched
    }

    /// All that transactions are ready for is done; `waiting` for a packet that goes the other way, some are looked at
    /// again with the next.
    pub fn settled(&mut self, waiting: bool) {
        self.touched = waiting;
    }

    /// What went wrong between protocols since this was asked last.
    pub fn take_events(&mut self) -> AppEventSet {
        std::mem::take(&mut self.events)
    }

    /// Whether transactions may have changed since this was asked last for the direction.
    pub fn take_updated(&mut self, direction: Direction) -> bool {
        std::mem::take(&mut self.updated[direction.index()])
    }

    /// Whether transactions may have changed, for the direction.
    pub fn is_updated(&self, direction: Direction) -> bool {
        self.updated[direction.index()]
    }

    /// What the parser asked for since this was asked last; a switch is carried out already.
    pub fn take_effects(&mut self) -> Effects {
        std::mem::take(&mut self.effects)
    }

    /// The flow was expected: its protocol is known before its first byte.
    pub fn expect(&mut self, expectation: &Expectation, layer: &AppLayer) {
        self.protocol = layer.by_name(expectation.protocol);
        self.parser = self.protocol.and_then(|id| layer.parser(id));
        for side in &mut self.sides {
            side.looked = true;
            side.looks = self.protocol;
        }
        if let Some(parser) = &mut self.parser {
            parser.expected(&expectation.about);
        }
    }

    /// Whether client and server were taken for each other, so that [`swap`](Self::swap) is to be called.
    pub fn is_turned(&self) -> bool {
        self.turned
    }

    /// Exchanges the two directions: client and server were taken for each other.
    pub fn swap(&mut self) {
        self.turned = false;
        self.sides.reverse();
        self.updated.reverse();
    }

    /// What comes next in a direction of a stream, from where the last [`Fed::consumed`] left off; or a datagram.
    ///
    /// With `eof` nothing comes after `data`, which may be empty.
    pub fn feed(&mut self, data: &[u8], eof: bool, direction: Direction, link: &Link<'_>) -> Fed {
        let length = data.len() as u64;
        if self.off {
            return Fed {
                consumed: length,
                off: true,
                ..Fed::default()
            };
        }
        let at = direction.index();
        if self.sides[at].ended {
            return Fed {
                consumed: length,
                ..Fed::default()
            };
        }
        self.sides[at].spoke |= !data.is_empty();
        let known_before = self.protocol.is_some();
        if !data.is_empty() && self.expecting.is_none() && !self.recognise_side(data, eof, direction, link) {
            if self.off {
                return Fed {
                    consumed: length,
                    off: true,
                    ..Fed::default()
                };
            }
            return Fed {
                reversed: self.turned,
                ..Fed::default()
            };
        }
        if self.expecting.is_some() && !data.is_empty() {
            return self.change(data, eof, direction, link);
        }
        let other = &self.sides[direction.reverse().index()];
        if !known_before && self.protocol.is_some() && other.spoke && !other.fed && link.transport == Transport::Tcp {
            // Who spoke first is read first: a server's welcome comes before its client's first command.
            return Fed {
                other: true,
                ..Fed::default()
            };
        }
        let known_now = !self.sides[at].fed && !data.is_empty();
        self.sides[at].fed |= !data.is_empty();
        if data.len() < self.sides[at].wanted && !eof {
            return Fed::default();
        }
        let mut fed = self.parse(data, eof, direction, link);
        fed.other |= known_now;
        fed
    }

    /// Bytes of a direction of a stream were lost.
    pub fn gap(&mut self, bytes: u64, direction: Direction, link: &Link<'_>) -> Fed {
        let skipped = Fed {
            consumed: bytes,
            off: self.off,
            ..Fed::default()
        };
        if self.off {
            return skipped;
        }
        let side = &mut self.sides[direction.index()];
        side.wanted = 0;
        if self.protocol.is_none() {
            // What a stream speaks is told by its first bytes, which are lost.
            side.looked = true;
            self.give_up_if_both_looked();
            return Fed {
                off: self.off,
                ..skipped
            };
        }
        let Some(parser) = &mut self.parser else {
            return skipped;
        };
        let mut context = context(direction, false, link, &mut self.effects);
        let outcome = parser.gap(bytes, &mut context);
        self.touched = true;
        self.updated[direction.index()] = true;
        self.after(outcome, 0, direction, link);
        Fed {
            off: self.off,
            ..skipped
        }
    }

    /// What follows in the direction is not read: files that are not over are truncated.
    pub fn truncate_files(&mut self, direction: Direction) {
        let Some(list) = self.transactions_mut() else { return };
        for index in 0..list.len() {
            if let Some((_, tx)) = list.get_mut(index)
                && let Some(files) = tx.files_mut(direction)
            {
                files.iter_mut().for_each(|file| file.close(FileState::Truncated));
            }
        }
    }

    /// Nobody is to read the flow any more.
    pub fn stop(&mut self) {
        self.off = true;
        self.touched = true;
        self.updated = [true; 2];
    }

    /// Whether the flow's protocol is known and its parser can be fed.
    fn recognise_side(&mut self, data: &[u8], eof: bool, direction: Direction, link: &Link<'_>) -> bool {
        let (at, other) = (direction.index(), direction.reverse().index());
        if self.sides[at].looked {
            if self.protocol.is_none() {
                // LIMIT: data waits for the other direction to tell the protocol, but not for ever.
                if data.len() >= MAX_WAITING || eof {
                    self.events.insert(AppEvent::ProtoDetectionSkipped);
                    self.stop();
                }
                return false;
            }
            return true;
        }
        let found = link.layer.recognise(
            link.transport,
            direction,
            link.server.1,
            data,
            self.sides[other].known(),
        );
        match found {
            Recognised::As(id, reversed) => {
                self.sides[at].looked = true;
                self.sides[at].looks = Some(id);
                self.turned = reversed && link.turns;
                match self.protocol {
                    None => self.begin(id, link),
                    Some(known) if known != id => self.events.insert(AppEvent::MismatchProtocolBothDirections),
                    Some(_) => {}
                }
                let first = link.layer.get(id).and_then(|app| app.first);
                if first.is_some_and(|first| first != direction)
                    && !self.sides[other].spoke
                    && !self.sides[other].looked
                    && link.transport == Transport::Tcp
                {
                    self.events.insert(AppEvent::WrongDirectionFirstData);
                    self.stop();
                    return false;
                }
                !self.turned
            }
            Recognised::NotYet if !eof => self.protocol.is_some() && self.sides[other].looks.is_some(),
            Recognised::NotYet | Recognised::Nothing => {
                self.sides[at].looked = true;
                if self.protocol.is_some() {
                    if link.transport == Transport::Udp {
                        self.sides[at].looks = self.protocol;
                    }
                    if link.transport == Transport::Tcp {
                        self.events.insert(AppEvent::DetectProtocolOnlyOneDirection);
                    }
                    return true;
                }
                if link.transport == Transport::Udp {
                    return false;
                }
                self.give_up_if_both_looked();
                false
            }
        }
    }

    fn begin(&mut self, id: ProtocolId, link: &Link<'_>) {
        self.protocol = Some(id);
        self.parser = link.layer.parser(id);
        self.made_at_once = self.transactions().map_or(0, |list| list.len() as u64);
    }

    fn give_up_if_both_looked(&mut self) {
        if self.protocol.is_none() && self.sides.iter().all(|side| side.looked) {
            self.stop();
        }
    }

    fn parse(&mut self, data: &[u8], eof: bool, direction: Direction, link: &Link<'_>) -> Fed {
        let at = direction.index();
        let Some(parser) = &mut self.parser else {
            return Fed {
                consumed: data.len() as u64,
                ..Fed::default()
            };
        };
        let outcome = parser.parse(data, &mut context(direction, eof, link, &mut self.effects));
        // Suricata: rules look at transactions in both directions, whichever of them brought something.
        self.touched = true;
        self.updated = [true; 2];
        self.sides[at].ended |= eof;
        let consumed = self.after(outcome, data.len(), direction, link);
        Fed {
            consumed: consumed as u64,
            off: self.off,
            again: self.expecting.is_some() && consumed < data.len(),
            ..Fed::default()
        }
    }

    /// Carries out what the parser asked for; returns how many bytes are done with.
    fn after(&mut self, outcome: Outcome, given: usize, direction: Direction, link: &Link<'_>) -> usize {
        let side = &mut self.sides[direction.index()];
        side.wanted = 0;
        let consumed = match outcome {
            Outcome::Consumed(n) => n.min(given),
            Outcome::NeedMore { consumed, wanted } => {
                side.wanted = wanted.min(MAX_WANTED);
                consumed.min(given)
            }
            Outcome::Failed => {
                self.stop();
                return given;
            }
        };
        if self.effects.stop || self.effects.bypass {
            self.stop();
            return given;
        }
        if let Some(switch) = self.effects.switch.take() {
            self.agreed = switch.expected.and_then(|name| link.layer.by_name(name));
            self.expecting = Some(switch);
            for side in &mut self.sides {
                side.looked = false;
                side.wanted = 0;
            }
        }
        consumed
    }

    /// The first bytes after a change of protocols was agreed on.
    fn change(&mut self, data: &[u8], eof: bool, direction: Direction, link: &Link<'_>) -> Fed {
        let at = direction.index();
        let port = self.expecting.and_then(|switch| switch.port).unwrap_or(link.server.1);
        let found = link
            .layer
            .recognise(link.transport, direction, port, data, Other::Unknown);
        match found {
            Recognised::As(id, _) => {
                if self.agreed.is_some_and(|agreed| agreed != id) {
                    self.events.insert(AppEvent::UnexpectedProtocol);
                }
                self.before = self.protocol;
                self.expecting = None;
                self.sides = Default::default();
                self.sides[at].looked = true;
                self.sides[at].looks = Some(id);
                self.begin(id, link);
                let mut fed = self.parse(data, eof, direction, link);
                self.sides[at].spoke = true;
                self.sides[at].fed = true;
                fed.other = true;
                fed
            }
            Recognised::NotYet if !eof => Fed::default(),
            _ => {
                self.sides[at].looked = true;
                if link.layer.by_name("tls").is_some_and(|tls| self.agreed == Some(tls)) {
                    self.events.insert(AppEvent::NoTlsAfterStarttls);
                }
                if self.sides.iter().all(|side| side.looked) {
                    self.expecting = None;
                    self.stop();
                    return Fed {
                        consumed: data.len() as u64,
                        off: true,
                        ..Fed::default()
                    };
                }
                Fed::default()
            }
        }
    }
}

impl AppFlow {
    /// The protocol's description, once it is known.
    pub fn application(&self, layer: &AppLayer) -> Option<&'static Application> {
        self.protocol.and_then(|id| layer.get(id))
    }
}

fn context<'a>(direction: Direction, eof: bool, link: &Link<'a>, effects: &'a mut Effects) -> Context<'a> {
    Context {
        direction,
        transport: link.transport,
        time: link.time,
        eof,
        client: link.client,
        server: link.server,
        files: link.files,
        shared: link.shared,
        effects,
    }
}

/// Bytes of one direction that wait for the other to tell the protocol, at most.
const MAX_WAITING: usize = 100_000;

/// Bytes a parser may wait for.
const MAX_WANTED: usize = 1 << 20;
