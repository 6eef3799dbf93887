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
use super::side::{Known, Marks, Side};
use super::transaction::TransactionList;
use crate::flow::prefetch;

/// The application layer of one flow.
// PERF: most flows of most networks are of no protocol that is parsed, and every packet asks for what is here: a quarter
// of a cache line, within the flow. What only a parser needs is behind a pointer.
#[derive(Debug, Default)]
pub struct AppFlow {
    parsing: Option<Box<Parsing>>,
    protocol: Known,
    /// By [`Direction::index`].
    sides: [Side; 2],
    /// Nobody reads the flow any more.
    off: bool,
    marks: Marks,
    events: AppEventSet,
}

/// What there is once a flow has a parser.
#[derive(Debug, Default)]
struct Parsing {
    parser: Option<Box<dyn Parser>>,
    /// Bytes that the parser waits for, by [`Direction::index`].
    wanted: [u32; 2],
    /// What the flow spoke before it changed, and what it was to speak then.
    before: Option<ProtocolId>,
    agreed: Option<ProtocolId>,
    expecting: Option<Switch>,
    /// Transactions that the parser made before its first byte.
    made_at_once: u64,
    effects: Effects,
    /// So many files of the flow were stored.
    stored_files: u64,
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
        self.protocol.get()
    }

    /// What a direction's own bytes look like, once that is known.
    pub fn looks(&self, direction: Direction) -> Option<ProtocolId> {
        self.sides[direction.index()].looks.get()
    }

    /// What the flow spoke before it changed, and what it was to speak then, if that was agreed on.
    pub fn before(&self) -> (Option<ProtocolId>, Option<ProtocolId>) {
        let parsing = self.parsing.as_deref();
        parsing.map_or((None, None), |parsing| (parsing.before, parsing.agreed))
    }

    /// Whether a direction was looked at and looks like nothing.
    pub fn looked_in_vain(&self, direction: Direction) -> bool {
        let side = &self.sides[direction.index()];
        side.has(Marks::LOOKED) && side.looks == Known::NOTHING
    }

    /// Whether both directions were looked at and look like nothing, or the parser gave up.
    pub fn is_off(&self) -> bool {
        self.off
    }

    /// Whether the protocol of a direction is settled, whatever it is.
    pub fn is_settled(&self, direction: Direction) -> bool {
        // Suricata: what looks like nothing is settled once the other direction looks like something, or like nothing too.
        let side = &self.sides[direction.index()];
        self.off || side.looks != Known::NOTHING || (side.has(Marks::LOOKED) && self.protocol != Known::NOTHING)
    }

    /// Whether nothing comes any more in a direction, so that every progress there counts as complete.
    pub fn has_ended(&self, direction: Direction) -> bool {
        self.off || self.sides[direction.index()].has(Marks::ENDED)
    }

    /// A packet begins, before anything of it is parsed: whether no earlier packet of its direction found the protocol of
    /// the direction settled.
    pub fn announce(&mut self, direction: Direction) -> bool {
        let settled = self.is_settled(direction);
        let marks = &mut self.sides[direction.index()].marks;
        let fresh = !marks.has(Marks::ANNOUNCED);
        marks.set_if(Marks::ANNOUNCED, settled);
        fresh
    }

    /// Whether nothing was said yet: the flow may still turn out to be an expected one.
    pub fn is_fresh(&self) -> bool {
        let heard = self.sides.iter().any(|side| side.has(Marks::SPOKE | Marks::LOOKED));
        self.protocol == Known::NOTHING && !self.off && !heard
    }

    /// How many transactions the parser made before its first byte: of a protocol whose connections are one transaction.
    pub fn made_at_once(&self) -> u64 {
        self.parsing.as_ref().map_or(0, |parsing| parsing.made_at_once)
    }

    /// How many files of the flow were stored.
    pub fn stored_files(&self) -> u64 {
        self.parsing.as_ref().map_or(0, |parsing| parsing.stored_files)
    }

    /// Notes how many files of the flow were stored; a flow without a parser has none.
    pub fn set_stored_files(&mut self, files: u64) {
        if let Some(parsing) = &mut self.parsing {
            parsing.stored_files = files;
        }
    }

    /// The parser is needed soon: asks for the memory of what leads to it.
    #[inline]
    pub fn prefetch(&self) {
        if let Some(parsing) = self.parsing.as_deref() {
            prefetch(parsing);
        }
    }

    /// The parser is needed soon: asks for its memory, once that which leads to it is there.
    #[inline]
    pub fn prefetch_parser(&self) {
        if let Some(parser) = self.parser() {
            prefetch(parser);
        }
    }

    /// Bytes on the heap, without what the parser holds.
    pub fn memory(&self) -> usize {
        self.parsing.as_deref().map_or(0, size_of_val)
    }

    /// The transactions.
    pub fn transactions(&self) -> Option<&dyn TransactionList> {
        self.parser().map(|parser| parser.transactions())
    }

    /// The transactions.
    pub fn transactions_mut(&mut self) -> Option<&mut dyn TransactionList> {
        self.marks.set(Marks::TOUCHED);
        let parser = self.parsing.as_deref_mut()?.parser.as_deref_mut()?;
        Some(parser.transactions_mut())
    }

    /// Whether transactions may have changed since [`AppFlow::settled`]: by more of the stream, its end, or by rules.
    pub fn is_touched(&self) -> bool {
        self.marks.has(Marks::TOUCHED)
    }

    /// All that transactions are ready for is done; `waiting` for a packet that goes the other way, some are looked at
    /// again with the next.
    pub fn settled(&mut self, waiting: bool) {
        self.marks.clear(Marks::TOUCHED);
        self.marks.set_if(Marks::TOUCHED, waiting);
    }

    /// What went wrong between protocols since this was asked last.
    pub fn take_events(&mut self) -> AppEventSet {
        std::mem::take(&mut self.events)
    }

    /// Whether transactions may have changed since this was asked last for the direction.
    pub fn take_updated(&mut self, direction: Direction) -> bool {
        self.marks.take(Marks::UPDATED[direction.index()])
    }

    /// Whether transactions may have changed, for the direction.
    pub fn is_updated(&self, direction: Direction) -> bool {
        self.marks.has(Marks::UPDATED[direction.index()])
    }

    /// What the parser asked for since this was asked last; a switch is carried out already.
    pub fn take_effects(&mut self) -> Effects {
        // PERF: parsers hardly ever ask for anything.
        match self.parsing.as_deref_mut() {
            Some(parsing) if !parsing.effects.is_empty() => std::mem::take(&mut parsing.effects),
            _ => Effects::default(),
        }
    }

    /// The flow was expected: its protocol is known before its first byte.
    pub fn expect(&mut self, expectation: &Expectation, layer: &AppLayer) {
        let id = layer.by_name(expectation.protocol);
        self.protocol = id.into();
        self.set_parser(id.and_then(|id| layer.parser(id)));
        for side in &mut self.sides {
            side.marks.set(Marks::LOOKED);
            side.looks = self.protocol;
        }
        if let Some(parser) = self.parsing.as_mut().and_then(|parsing| parsing.parser.as_mut()) {
            parser.expected(&expectation.about);
        }
    }

    /// Whether client and server were taken for each other, so that [`swap`](Self::swap) is to be called.
    pub fn is_turned(&self) -> bool {
        self.marks.has(Marks::TURNED)
    }

    /// Exchanges the two directions: client and server were taken for each other.
    pub fn swap(&mut self) {
        self.marks.clear(Marks::TURNED);
        self.sides.reverse();
        let updated = Marks::UPDATED.map(|bit| self.marks.take(bit));
        self.marks.set_if(Marks::UPDATED[0], updated[1]);
        self.marks.set_if(Marks::UPDATED[1], updated[0]);
        if let Some(parsing) = &mut self.parsing {
            parsing.wanted.reverse();
        }
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
        if self.sides[at].has(Marks::ENDED) {
            return Fed {
                consumed: length,
                ..Fed::default()
            };
        }
        self.sides[at].marks.set_if(Marks::SPOKE, !data.is_empty());
        let known_before = self.protocol != Known::NOTHING;
        if !data.is_empty() && !self.is_expecting() && !self.recognise_side(data, eof, direction, link) {
            if self.off {
                return Fed {
                    consumed: length,
                    off: true,
                    ..Fed::default()
                };
            }
            return Fed {
                reversed: self.is_turned(),
                ..Fed::default()
            };
        }
        if self.is_expecting() && !data.is_empty() {
            return self.change(data, eof, direction, link);
        }
        let other = &self.sides[direction.reverse().index()];
        let waits = other.has(Marks::SPOKE) && !other.has(Marks::FED);
        if !known_before && self.protocol != Known::NOTHING && waits && link.transport == Transport::Tcp {
            // Who spoke first is read first: a server's welcome comes before its client's first command.
            return Fed {
                other: true,
                ..Fed::default()
            };
        }
        let known_now = !self.sides[at].has(Marks::FED) && !data.is_empty();
        self.sides[at].marks.set_if(Marks::FED, !data.is_empty());
        let wanted = self.parsing.as_ref().map_or(0, |parsing| parsing.wanted[at] as usize);
        if data.len() < wanted && !eof {
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
        let at = direction.index();
        if self.protocol == Known::NOTHING {
            // What a stream speaks is told by its first bytes, which are lost.
            self.sides[at].marks.set(Marks::LOOKED);
            self.give_up_if_both_looked();
            return Fed {
                off: self.off,
                ..skipped
            };
        }
        let Some((parser, effects)) = self.parser_and_effects() else {
            return skipped;
        };
        let outcome = parser.gap(bytes, &mut context(direction, false, link, effects));
        self.marks.set(Marks::TOUCHED | Marks::UPDATED[at]);
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
        self.marks.set(Marks::ALL_TOUCHED);
    }

    /// Whether the flow's protocol is known and its parser can be fed.
    fn recognise_side(&mut self, data: &[u8], eof: bool, direction: Direction, link: &Link<'_>) -> bool {
        let (at, other) = (direction.index(), direction.reverse().index());
        if self.sides[at].has(Marks::LOOKED) {
            if self.protocol == Known::NOTHING {
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
                self.see_as(at, id);
                self.marks.clear(Marks::TURNED);
                self.marks.set_if(Marks::TURNED, reversed && link.turns);
                match self.protocol.get() {
                    None => self.begin(id, link),
                    Some(known) if known != id => self.events.insert(AppEvent::MismatchProtocolBothDirections),
                    Some(_) => {}
                }
                let first = link.layer.get(id).and_then(|app| app.first);
                if first.is_some_and(|first| first != direction)
                    && !self.sides[other].has(Marks::SPOKE | Marks::LOOKED)
                    && link.transport == Transport::Tcp
                {
                    self.events.insert(AppEvent::WrongDirectionFirstData);
                    self.stop();
                    return false;
                }
                !self.is_turned()
            }
            Recognised::NotYet if !eof => self.protocol != Known::NOTHING && self.sides[other].looks != Known::NOTHING,
            Recognised::NotYet | Recognised::Nothing => {
                self.sides[at].marks.set(Marks::LOOKED);
                if self.protocol != Known::NOTHING {
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
        self.protocol = Some(id).into();
        self.set_parser(link.layer.parser(id));
        let made = self.transactions().map_or(0, |list| list.len() as u64);
        if let Some(parsing) = &mut self.parsing {
            parsing.made_at_once = made;
        }
    }

    /// The bytes of a direction look like that protocol.
    fn see_as(&mut self, at: usize, id: ProtocolId) {
        self.sides[at].marks.set(Marks::LOOKED);
        self.sides[at].looks = Some(id).into();
    }

    /// Whether the protocol is about to change.
    fn is_expecting(&self) -> bool {
        self.parsing.as_ref().is_some_and(|parsing| parsing.expecting.is_some())
    }

    fn parser(&self) -> Option<&dyn Parser> {
        self.parsing.as_deref()?.parser.as_deref()
    }

    fn parser_and_effects(&mut self) -> Option<(&mut dyn Parser, &mut Effects)> {
        let parsing = self.parsing.as_deref_mut()?;
        Some((parsing.parser.as_deref_mut()?, &mut parsing.effects))
    }

    /// Another parser, or none: a protocol that is only recognised has none.
    fn set_parser(&mut self, parser: Option<Box<dyn Parser>>) {
        if parser.is_some() || self.parsing.is_some() {
            self.parsing.get_or_insert_default().parser = parser;
        }
    }

    fn give_up_if_both_looked(&mut self) {
        if self.protocol == Known::NOTHING && self.sides.iter().all(|side| side.has(Marks::LOOKED)) {
            self.stop();
        }
    }

    fn parse(&mut self, data: &[u8], eof: bool, direction: Direction, link: &Link<'_>) -> Fed {
        let at = direction.index();
        let Some((parser, effects)) = self.parser_and_effects() else {
            return Fed {
                consumed: data.len() as u64,
                ..Fed::default()
            };
        };
        let outcome = parser.parse(data, &mut context(direction, eof, link, effects));
        // Suricata: rules look at transactions in both directions, whichever of them brought something.
        self.marks.set(Marks::ALL_TOUCHED);
        self.sides[at].marks.set_if(Marks::ENDED, eof);
        let consumed = self.after(outcome, data.len(), direction, link);
        Fed {
            consumed: consumed as u64,
            off: self.off,
            again: self.is_expecting() && consumed < data.len(),
            ..Fed::default()
        }
    }

    /// Carries out what the parser asked for; returns how many bytes are done with.
    fn after(&mut self, outcome: Outcome, given: usize, direction: Direction, link: &Link<'_>) -> usize {
        let Some(parsing) = self.parsing.as_deref_mut() else {
            return given;
        };
        parsing.wanted[direction.index()] = 0;
        let consumed = match outcome {
            Outcome::Consumed(n) => n.min(given),
            Outcome::NeedMore { consumed, wanted } => {
                parsing.wanted[direction.index()] = wanted.min(MAX_WANTED) as u32;
                consumed.min(given)
            }
            Outcome::Failed => {
                self.stop();
                return given;
            }
        };
        if parsing.effects.stop || parsing.effects.bypass {
            self.stop();
            return given;
        }
        if let Some(switch) = parsing.effects.switch.take() {
            parsing.agreed = switch.expected.and_then(|name| link.layer.by_name(name));
            parsing.expecting = Some(switch);
            parsing.wanted = [0; 2];
            for side in &mut self.sides {
                side.marks.clear(Marks::LOOKED);
            }
        }
        consumed
    }

    /// The first bytes after a change of protocols was agreed on.
    fn change(&mut self, data: &[u8], eof: bool, direction: Direction, link: &Link<'_>) -> Fed {
        let at = direction.index();
        let Some(parsing) = self.parsing.as_deref_mut() else {
            return Fed::default();
        };
        let (switch, agreed) = (parsing.expecting, parsing.agreed);
        let port = switch.and_then(|switch| switch.port).unwrap_or(link.server.1);
        let found = link
            .layer
            .recognise(link.transport, direction, port, data, Other::Unknown);
        match found {
            Recognised::As(id, _) => {
                if agreed.is_some_and(|agreed| agreed != id) {
                    self.events.insert(AppEvent::UnexpectedProtocol);
                }
                parsing.before = self.protocol.get();
                parsing.expecting = None;
                parsing.wanted = [0; 2];
                self.sides = Default::default();
                self.see_as(at, id);
                self.begin(id, link);
                let mut fed = self.parse(data, eof, direction, link);
                self.sides[at].marks.set(Marks::SPOKE | Marks::FED);
                fed.other = true;
                fed
            }
            Recognised::NotYet if !eof => Fed::default(),
            _ => {
                self.sides[at].marks.set(Marks::LOOKED);
                if link.layer.by_name("tls").is_some_and(|tls| agreed == Some(tls)) {
                    self.events.insert(AppEvent::NoTlsAfterStarttls);
                }
                if self.sides.iter().all(|side| side.has(Marks::LOOKED)) {
                    parsing.expecting = None;
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
        self.protocol().and_then(|id| layer.get(id))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_without_a_parser_takes_next_to_nothing() {
        assert_eq!(size_of::<Option<AppFlow>>(), 16);
        assert_eq!(AppFlow::default().memory(), 0);
    }
}
