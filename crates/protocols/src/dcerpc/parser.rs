//! The parser of one flow, over a connection or in datagrams.

use std::sync::Arc;

use engine::app_layer::{Context, NewParser, Outcome, Parser, Settings, Transaction, TransactionList, Transactions};
use packet::Direction;

use super::Event;
use super::call::{Activity, Association, Call, Carrier};
use super::pdu::{Header, Interface, Kind};
use super::udp;

/// Makes what makes parsers.
///
/// # Errors
/// What is wrong with a setting.
pub(super) fn setup(settings: &Settings) -> Result<NewParser, String> {
    let limits = Limits {
        transactions: settings.number("max-tx", 1024)? as usize,
        stub: settings.size("max-stub-size", 1 << 20)? as usize,
    };
    Ok(Arc::new(move || Box::new(DcerpcParser::new(limits))))
}

/// What a flow may hold.
#[derive(Clone, Copy, Debug)]
struct Limits {
    transactions: usize,
    stub: usize,
}

/// The parser of one flow.
#[derive(Debug)]
pub struct DcerpcParser {
    transactions: Transactions<DcerpcTx>,
    association: Association,
    limits: Limits,
    /// By [`Direction::index`]: bytes were lost, and the next unit is looked for.
    lost: [bool; 2],
}

/// A call and its answer.
#[derive(Debug, Default)]
pub struct DcerpcTx {
    /// The call.
    pub call: Call,
}

impl Transaction for DcerpcTx {
    fn progress(&self, direction: Direction) -> u8 {
        u8::from(self.call.side(direction).done)
    }

    fn inspected(&mut self, direction: Direction) {
        self.call.inspected(direction);
    }

    fn little_endian(&self, direction: Direction) -> bool {
        self.call.side(direction).little
    }
}

impl Parser for DcerpcParser {
    fn parse(&mut self, data: &[u8], context: &mut Context<'_>) -> Outcome {
        if data.first() == Some(&4) {
            self.datagram(data);
            return Outcome::Consumed(data.len());
        }
        let mut consumed: usize = 0;
        let [lost_server, lost_client] = &mut self.lost;
        let lost = if context.direction == Direction::ToServer {
            lost_server
        } else {
            lost_client
        };
        if *lost {
            match resume(data) {
                (skipped, true) => {
                    consumed = skipped;
                    *lost = false;
                }
                (skipped, false) => return Outcome::Consumed(skipped),
            }
        }
        while let Some(rest) = data.get(consumed..).filter(|rest| !rest.is_empty()) {
            if !Header::plausible(rest) {
                self.transactions.event(Event::MalformedData as u8);
                return Outcome::Failed;
            }
            let Some(header) = Header::read(rest) else {
                return Outcome::NeedMore {
                    consumed,
                    wanted: Header::SIZE,
                };
            };
            let length = usize::from(header.length);
            let Some(unit) = rest.get(..length) else {
                return Outcome::NeedMore {
                    consumed,
                    wanted: length,
                };
            };
            self.unit(unit, &header);
            // Rules see the raw stream with each unit.
            if let Some(raw) = context.effects.trigger_raw.get_mut(context.direction.index()) {
                *raw = true;
            }
            consumed = consumed.saturating_add(length);
        }
        Outcome::Consumed(consumed)
    }

    fn gap(&mut self, _bytes: u64, context: &mut Context<'_>) -> Outcome {
        for tx in self.transactions.iter_mut() {
            let side = tx.call.side_mut(context.direction);
            side.done |= side.fragments > 0;
        }
        let [lost_server, lost_client] = &mut self.lost;
        *(if context.direction == Direction::ToServer {
            lost_server
        } else {
            lost_client
        }) = true;
        Outcome::Consumed(0)
    }

    fn transactions(&self) -> &dyn TransactionList {
        &self.transactions
    }

    fn transactions_mut(&mut self) -> &mut dyn TransactionList {
        &mut self.transactions
    }
}

impl DcerpcParser {
    fn new(limits: Limits) -> Self {
        Self {
            transactions: Transactions::default(),
            association: Association::default(),
            limits,
            lost: [false; 2],
        }
    }

    fn unit(&mut self, unit: &[u8], header: &Header) {
        let limit = self.limits.stub;
        let sound = if let Some(question) = header.kind.answers() {
            let known = self.find(|call| {
                call.id == header.call_id && call.asked == Some(question) && !call.sides[1].done
                    || call.id == header.call_id && call.asked.is_none() && !call.is_over()
            });
            let known = known.unwrap_or_else(|| {
                let call = self.begin();
                let [asked, _] = &mut call.sides;
                asked.done = true;
                self.transactions.total().saturating_sub(1)
            });
            let association = &mut self.association;
            self.transactions
                .by_id_mut(known)
                .is_some_and(|tx| tx.call.answer(unit, header, association, (Carrier::Stream, limit)))
        } else if matches!(header.kind, Kind::BIND | Kind::ALTER_CONTEXT | Kind::REQUEST) {
            let known =
                self.find(|call| call.id == header.call_id && call.asked == Some(header.kind) && !call.sides[0].done);
            let known = known.unwrap_or_else(|| {
                self.begin();
                self.transactions.total().saturating_sub(1)
            });
            let association = &mut self.association;
            self.transactions
                .by_id_mut(known)
                .is_some_and(|tx| tx.call.ask(unit, header, association, limit))
        } else {
            // What is left says nothing that rules or records ask for.
            true
        };
        if !sound {
            self.transactions.event(Event::MalformedData as u8);
        }
        let too_large = |tx: &mut DcerpcTx| tx.call.sides.iter().any(|side| side.size > limit as u64);
        if self.transactions.last_mut().is_some_and(too_large) {
            self.transactions.event(Event::StubDataTooLarge as u8);
        }
    }

    fn datagram(&mut self, data: &[u8]) {
        let Some(header) = udp::Header::read(data).filter(udp::Header::is_plausible) else {
            return;
        };
        let body = data.get(udp::Header::SIZE..).unwrap_or_default();
        let body = body.get(..usize::from(header.length)).unwrap_or(body);
        let activity = Activity {
            uuid: header.activity,
            sequence: header.sequence,
        };
        let (kind, direction) = match header.kind {
            0 => (Kind::REQUEST, Direction::ToServer),
            2 => (Kind::RESPONSE, Direction::ToClient),
            _ => return,
        };
        let known = self.find(|call| call.datagram == Some(activity) && !call.side(direction).done);
        let known = known.unwrap_or_else(|| {
            let call = self.begin();
            call.datagram = Some(activity);
            let [asked, _] = &mut call.sides;
            asked.done = kind == Kind::RESPONSE;
            self.transactions.total().saturating_sub(1)
        });
        let limit = self.limits.stub;
        let Some(tx) = self.transactions.by_id_mut(known) else {
            return;
        };
        let call = &mut tx.call;
        call.version = (4, 0);
        if kind == Kind::REQUEST {
            call.asked = Some(kind);
            call.opnum = header.opnum;
            call.interfaces = vec![Interface {
                context: 0,
                uuid: header.interface,
                version: header.interface_version,
                result: Some((0, 0)),
                first_fragment: true,
            }];
        } else {
            call.answered = Some(kind);
        }
        let side = call.side_mut(direction);
        side.little = header.little;
        side.add(body, limit);
        side.done |= header.is_last();
    }

    /// The newest call of which that is so.
    fn find(&mut self, fits: impl Fn(&Call) -> bool) -> Option<u64> {
        self.transactions
            .entries_mut()
            .rev()
            .find(|(_, tx)| fits(&tx.call))
            .map(|(state, _)| state.id)
    }

    fn begin(&mut self) -> &mut Call {
        // LIMIT: calls of a flow that are not answered; the oldest are given up.
        let excess = self.transactions.count().saturating_sub(self.limits.transactions);
        if excess > 0 {
            let mut oldest = None;
            for (state, tx) in self
                .transactions
                .entries_mut()
                .filter(|(_, tx)| !tx.call.is_over())
                .take(1)
            {
                for side in &mut tx.call.sides {
                    side.done = true;
                }
                oldest = Some(state.id);
            }
            if let Some(id) = oldest {
                self.transactions.event_on(id, Event::TooManyTransactions as u8);
            }
        }
        &mut self.transactions.push(DcerpcTx::default()).call
    }
}

/// Looks for the next unit after a loss: how many bytes come before it, and whether it is there.
fn resume(data: &[u8]) -> (usize, bool) {
    for at in memchr::memchr_iter(5, data) {
        let rest = data.get(at..).unwrap_or_default();
        if Header::plausible(rest) {
            return (at, rest.len() >= Header::SIZE);
        }
    }
    (data.len(), false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcerpc::{APPLICATION, samples};
    use crate::harness::Conversation;
    use engine::buffer::tx_as;

    fn calls(talk: &Conversation) -> Vec<&Call> {
        let list = talk.transactions();
        (0..list.len())
            .filter_map(|n| list.get(n))
            .filter_map(|(_, tx)| tx_as::<DcerpcTx>(tx))
            .map(|tx| &tx.call)
            .collect()
    }

    fn talk(piece: usize) -> Conversation {
        let mut talk = Conversation::new(&APPLICATION);
        talk.client(
            &samples::bind(1, &[(0, samples::SVCCTL, 2), (1, samples::SVCCTL, 3)]),
            piece,
        )
        .server(&samples::bind_ack(1, &[2, 0]), piece)
        .client(&samples::request(1, 1, (1, 15), b"ab"), piece)
        .client(&samples::request(1, 2, (1, 15), b"cd"), piece)
        .server(&samples::response(1, 3, b"xyz"), piece)
        .client(&samples::alter(2, &[(7, samples::SVCCTL, 9)]), piece)
        .server(&samples::alter_ack(2, &[0]), piece)
        .client(&samples::request(3, 3, (7, 0), b""), piece);
        talk
    }

    #[test]
    fn calls_in_any_pieces() {
        for piece in [1, 3, 16, 40, 1000] {
            let talk = talk(piece);
            let calls = calls(&talk);
            assert_eq!(calls.len(), 4, "pieces of {piece}");
            assert_eq!(
                (calls[0].asked, calls[0].answered),
                (Some(Kind::BIND), Some(Kind::BINDACK))
            );
            assert_eq!(calls[0].interfaces[0].result, Some((2, 0)));
            let request = calls[1];
            assert_eq!((request.opnum, request.context), (15, 1));
            assert_eq!(
                (request.sides[0].stub.as_slice(), request.sides[0].fragments),
                (&b"abcd"[..], 2)
            );
            assert_eq!(
                (request.sides[1].stub.as_slice(), request.is_over()),
                (&b"\x03\0\0\0\0\0\0\0xyz"[..], true)
            );
            assert_eq!(request.interfaces.iter().map(|i| i.version.0).collect::<Vec<_>>(), [3]);
            assert_eq!(calls[3].interfaces.iter().map(|i| i.version.0).collect::<Vec<_>>(), [9]);
            assert!(!calls[3].is_over());
        }
    }

    #[test]
    fn an_answer_alone() {
        let mut talk = Conversation::new(&APPLICATION);
        talk.client(&samples::bind(1, &[(0, samples::SVCCTL, 2)]), 99)
            .server(&samples::response(8, 3, b"r"), 99);
        let calls = calls(&talk);
        assert_eq!((calls[1].asked, calls[1].answered), (None, Some(Kind::RESPONSE)));
    }

    #[test]
    fn goes_on_after_a_loss() {
        let mut talk = Conversation::new(&APPLICATION);
        talk.client(&samples::bind(1, &[(0, samples::SVCCTL, 2)]), 99)
            .client(&samples::request(2, 1, (0, 4), b"half"), 99)
            .lose(Direction::ToServer, 100)
            .client(b"the end of something \x05 else", 7)
            .client(&samples::request(3, 3, (0, 5), b"whole"), 7);
        let calls = calls(&talk);
        assert_eq!(calls.len(), 3);
        assert!(calls[1].sides[0].done);
        assert_eq!((calls[2].opnum, calls[2].sides[0].stub.as_slice()), (5, &b"whole"[..]));
    }

    #[test]
    fn too_many_calls_and_too_long_a_stub() {
        let mut settings = Settings::default();
        settings.set("dcerpc.max-tx", "2");
        settings.set("dcerpc.max-stub-size", "4");
        let mut talk = Conversation::with(&[&APPLICATION], settings);
        for call in 0..4 {
            talk.client(&samples::request(call, 3, (0, 4), b"123456"), 99);
        }
        let list = talk.transactions();
        let has = |at, event| list.get(at).is_some_and(|(state, _)| state.events.has(event as u8));
        assert!(has(0, Event::TooManyTransactions) && !has(1, Event::TooManyTransactions));
        assert!(has(0, Event::StubDataTooLarge));
        assert_eq!(
            (calls(&talk)[0].sides[0].stub.as_slice(), calls(&talk)[0].sides[0].size),
            (&b"1234"[..], 6)
        );
    }

    #[test]
    fn what_is_no_unit_ends_it() {
        let mut talk = Conversation::new(&APPLICATION);
        talk.client(&samples::bind(1, &[(0, samples::SVCCTL, 2)]), 99)
            .client(b"GET / HTTP/1.0", 99);
        assert!(talk.flow.is_off());
    }

    #[test]
    fn datagrams() {
        let mut talk = Conversation::new(&APPLICATION).udp();
        let mut asked = vec![4, 0, 0, 0, 0x10];
        asked.resize(80, 0);
        asked[68] = 9;
        asked[74] = 3;
        asked.extend(b"abc");
        let mut answered = asked.clone();
        answered[1] = 2;
        talk.client(&asked, 999).server(&answered, 999);
        let calls = calls(&talk);
        assert_eq!(calls.len(), 1);
        assert_eq!(
            (calls[0].opnum, calls[0].sides[0].stub.as_slice(), calls[0].is_over()),
            (9, &b"abc"[..], true)
        );
    }
}
