//! The parser of one flow.

use std::sync::Arc;

use engine::app_layer::{
    Context, Outcome, Parser, Probe, Settings, Transaction, TransactionList, Transactions, Transport,
};
use packet::Direction;

use super::message::Message;
use super::{Event, probe};

/// Makes what makes parsers.
///
/// # Errors
/// What is wrong with a setting.
pub(super) fn setup(settings: &Settings) -> Result<Arc<dyn Fn() -> Box<dyn Parser> + Send + Sync>, String> {
    let max_tx = usize::try_from(settings.number("max-tx", DEFAULT_MAX_TX)?).unwrap_or(usize::MAX);
    Ok(Arc::new(move || {
        Box::new(DnsParser {
            transactions: Transactions::default(),
            max_tx,
            lost: Lost::default(),
        })
    }))
}

/// The parser of one flow.
#[derive(Debug)]
pub struct DnsParser {
    transactions: Transactions<DnsTx>,
    max_tx: usize,
    /// Where bytes were lost, so that what comes need not begin with a message.
    lost: Lost,
}

/// The directions in which bytes were lost.
#[derive(Debug, Default)]
struct Lost {
    to_server: bool,
    to_client: bool,
}

/// A message: a question or an answer, each a transaction of its own.
#[derive(Debug)]
pub struct DnsTx {
    /// Where it goes: questions go to the server.
    pub direction: Direction,
    /// What it says.
    pub message: Message,
}

impl Transaction for DnsTx {
    fn progress(&self, _direction: Direction) -> u8 {
        1
    }
}

impl Parser for DnsParser {
    fn parse(&mut self, data: &[u8], context: &mut Context<'_>) -> Outcome {
        if context.transport == Transport::Udp {
            // A datagram that makes no sense says nothing of the next.
            if !data.is_empty() {
                self.message(data, context.direction);
            }
            return Outcome::Consumed(data.len());
        }
        let before = self.transactions.total();
        let outcome = self.stream(data, context.direction);
        if self.transactions.total() > before {
            // Suricata: the raw stream is inspected message by message.
            trigger_raw(context);
        }
        outcome
    }

    fn gap(&mut self, _bytes: u64, context: &mut Context<'_>) -> Outcome {
        *self.lost.of(context.direction) = true;
        Outcome::Consumed(0)
    }

    fn transactions(&self) -> &dyn TransactionList {
        &self.transactions
    }

    fn transactions_mut(&mut self) -> &mut dyn TransactionList {
        &mut self.transactions
    }
}

fn trigger_raw(context: &mut Context<'_>) {
    if let Some(trigger) = context.effects.trigger_raw.get_mut(context.direction.index()) {
        *trigger = true;
    }
}

impl Lost {
    fn of(&mut self, direction: Direction) -> &mut bool {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }
}

impl DnsParser {
    /// Reads messages, each behind its length in two bytes (RFC 1035 section 4.2.2).
    fn stream(&mut self, data: &[u8], direction: Direction) -> Outcome {
        let lost = self.lost.of(direction);
        if *lost && !data.is_empty() {
            match probe::stream(data, direction) {
                Probe::Yes | Probe::Perhaps => *lost = false,
                Probe::More => return Outcome::Consumed(0),
                // What comes next may begin with a message.
                Probe::No | Probe::Reversed => return Outcome::Consumed(data.len()),
            }
        }
        let mut consumed = 0usize;
        while let Some((length, rest)) = data.get(consumed..).and_then(<[u8]>::split_first_chunk::<2>) {
            let length = usize::from(u16::from_be_bytes(*length));
            let whole = length.saturating_add(2);
            let Some(message) = rest.get(..length) else {
                return Outcome::NeedMore {
                    consumed,
                    wanted: whole,
                };
            };
            if length > 0 && !self.message(message, direction) {
                return Outcome::Failed;
            }
            consumed = consumed.saturating_add(whole);
        }
        Outcome::Consumed(consumed)
    }

    /// Reads a message; whether it is one, and goes where it should.
    fn message(&mut self, bytes: &[u8], direction: Direction) -> bool {
        let Some(message) = Message::read(bytes, direction) else {
            self.event(Event::MalformedData);
            return false;
        };
        match (direction, message.header.is_response()) {
            (Direction::ToServer, true) => {
                self.event(Event::NotRequest);
                return false;
            }
            (Direction::ToClient, false) => self.event(Event::NotResponse),
            _ => {}
        }
        // LIMIT: messages that rules have not seen yet.
        if self.transactions.count() >= self.max_tx {
            self.event(Event::Flooded);
            return true;
        }
        let (header, flaws) = (message.header, message.flaws);
        self.transactions.push_one_way(DnsTx { direction, message }, direction);
        let odd = [
            (header.z(), Event::ZFlagSet),
            (header.opcode() > MAX_OPCODE, Event::InvalidOpcode),
            (flaws.names.too_long, Event::NameTooLong),
            (flaws.names.infinite_loop, Event::InfiniteLoop),
            (flaws.names.too_many_labels, Event::TooManyLabels),
            (flaws.additionals, Event::InvalidAdditionals),
            (flaws.authorities, Event::InvalidAuthorities),
        ];
        for (_, event) in odd.into_iter().filter(|(is, _)| *is) {
            self.event(event);
        }
        true
    }

    fn event(&mut self, event: Event) {
        self.transactions.event(event as u8);
    }
}

/// The highest opcode there is: that of stateful operations (RFC 8490).
const MAX_OPCODE: u8 = 6;

/// LIMIT: messages of a flow that rules have not seen yet, if the configuration has no `max-tx`.
const DEFAULT_MAX_TX: u64 = 4096;
