//! The parser of one flow.

use std::sync::Arc;

use engine::app_layer::{Context, Outcome, Parser, Settings, TransactionList, Transactions};
use packet::Direction;

use super::Event;
use super::handshake::Messages;
use super::heartbeat::Heartbeats;
use super::record::{self, Content, Start};
use super::transaction::{TlsTx, client, server};

/// Makes what makes parsers.
///
/// # Errors
/// What is wrong with a setting.
pub(super) fn setup(settings: &Settings) -> Result<Arc<dyn Fn() -> Box<dyn Parser> + Send + Sync>, String> {
    let encrypted = Encrypted::read(settings.text("encryption-handling"))?;
    // `auto` is yes: they are made when something asks for them.
    let wanted = |name| match settings.text(name) {
        Some("auto") => Ok(true),
        _ => settings.flag(name, true),
    };
    let (ja3, ja4) = (wanted("ja3-fingerprints")?, wanted("ja4-fingerprints")?);
    Ok(Arc::new(move || {
        let mut transactions = Transactions::default();
        transactions.push(TlsTx {
            no_ja3: !ja3,
            no_ja4: !ja4,
            ..TlsTx::default()
        });
        Box::new(TlsParser {
            transactions,
            ways: Default::default(),
            heartbeats: Heartbeats::default(),
            early_data: false,
            encrypted,
        })
    }))
}

/// What becomes of a flow when encrypted data comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encrypted {
    /// Payloads are not inspected any more.
    TrackOnly,
    /// The flow is not looked at any more.
    Bypass,
    /// All goes on.
    Full,
}

/// The parser of one flow.
#[derive(Debug)]
pub struct TlsParser {
    transactions: Transactions<TlsTx>,
    /// By [`Direction::index`].
    ways: [Way; 2],
    heartbeats: Heartbeats,
    early_data: bool,
    encrypted: Encrypted,
}

/// One direction.
#[derive(Debug, Default)]
struct Way {
    /// The record whose bytes come, and how many of them are still to come.
    record: Option<(Content, usize)>,
    /// Handshake messages, which records may cut anywhere.
    messages: Messages,
    /// What comes is encrypted, so that handshake messages cannot be read.
    encrypted: bool,
    /// The side said that it encrypts from here on.
    changed: bool,
}

impl Encrypted {
    /// Reads `encryption-handling`.
    ///
    /// # Errors
    /// It is none of the three.
    pub(crate) fn read(text: Option<&str>) -> Result<Self, String> {
        match text {
            None | Some("track-only" | "default") => Ok(Self::TrackOnly),
            Some("bypass") => Ok(Self::Bypass),
            Some("full") => Ok(Self::Full),
            Some(other) => Err(format!(
                "`encryption-handling`: `{other}` is neither `track-only`, `bypass` nor `full`"
            )),
        }
    }
}

impl Parser for TlsParser {
    fn parse(&mut self, data: &[u8], context: &mut Context<'_>) -> Outcome {
        let direction = context.direction;
        if !data.is_empty()
            && let Some(tx) = self.transactions.last_mut()
        {
            tx.state = None;
        }
        let mut rest = data;
        let consumed = |rest: &[u8]| data.len().saturating_sub(rest.len());
        while !rest.is_empty() {
            let Some(way) = self.ways.get_mut(direction.index()) else {
                break;
            };
            if let Some((content, left)) = way.record {
                let (body, behind) = rest.split_at(left.min(rest.len()));
                let left = left.saturating_sub(body.len());
                way.record = (left > 0).then_some((content, left));
                // Suricata: rules see the raw stream after each record, so that what is encrypted later hides none.
                if left == 0 {
                    context.trigger_raw();
                }
                rest = behind;
                self.more(content, body, context);
                if self.transactions.last_mut().is_some_and(|tx| tx.lost) {
                    return Outcome::Failed;
                }
                continue;
            }
            let header = match record::header(rest) {
                Start::Header(header) => header,
                Start::Wanted(wanted) => {
                    return Outcome::NeedMore {
                        consumed: consumed(rest),
                        wanted,
                    };
                }
                Start::Wrong(event) => {
                    self.event(event);
                    return Outcome::Failed;
                }
            };
            // Of what is looked at whole, the start must be there; the rest of it does not matter.
            let body = rest.get(header.size..).unwrap_or_default();
            let needed = match header.content {
                Content::Heartbeat => header.length.min(3),
                Content::Ssl2 => header.length.min(MAX_SSL2),
                _ => 0,
            };
            let Some(start) = body.get(..needed) else {
                return Outcome::NeedMore {
                    consumed: consumed(rest),
                    wanted: header.size.saturating_add(needed),
                };
            };
            self.begin(&header, start, context);
            rest = body;
            if header.length > 0
                && let Some(way) = self.ways.get_mut(direction.index())
            {
                way.record = Some((header.content, header.length));
            }
        }
        Outcome::Consumed(consumed(rest))
    }

    fn transactions(&self) -> &dyn TransactionList {
        &self.transactions
    }

    fn transactions_mut(&mut self) -> &mut dyn TransactionList {
        &mut self.transactions
    }
}

impl TlsParser {
    /// A record begins; `start` is as much of it as is looked at apart from the rest.
    fn begin(&mut self, header: &record::Header, start: &[u8], context: &mut Context<'_>) {
        let direction = context.direction;
        let Some(tx) = self.transactions.last_mut() else { return };
        if header.content == Content::Ssl2 {
            super::ssl2::message(start, tx, context);
            return;
        }
        let side = tx.side_mut(direction);
        if side.progress == 0 {
            side.version = header.version;
        }
        match header.content {
            Content::ChangeCipherSpec => self.change_cipher(direction),
            Content::Application => self.application(context),
            Content::Heartbeat => {
                let encrypted = self.ways.iter().all(|way| way.changed);
                if let Some(event) = self.heartbeats.record(start, header.length, encrypted, direction) {
                    self.event(event);
                }
            }
            _ => {}
        }
    }

    /// More bytes of a record came.
    fn more(&mut self, content: Content, body: &[u8], context: &mut Context<'_>) {
        let direction = context.direction;
        let Some(way) = self.ways.get_mut(direction.index()) else {
            return;
        };
        if content != Content::Handshake || way.encrypted {
            return;
        }
        let Some((state, tx)) = self.transactions.entries_mut().next_back() else {
            return;
        };
        let events = &mut state.events;
        way.messages.feed(body, &mut |kind, message| {
            super::handshake::message(kind, message, tx, context, &mut |event| events.insert(event as u8));
        });
        if std::mem::take(&mut way.messages.too_long) {
            events.insert(Event::HandshakeInvalidLength as u8);
        }
        if std::mem::take(&mut way.messages.unknown) {
            events.insert(Event::InvalidHandshakeMessage as u8);
        }
        if let Some(hello) = &tx.client.hello {
            self.early_data = hello.early_data;
        }
    }

    /// What the side says from here on is encrypted.
    fn change_cipher(&mut self, direction: Direction) {
        let Some(tx) = self.transactions.last_mut() else { return };
        match direction {
            Direction::ToServer => tx.client.reach(client::HANDSHAKE_DONE),
            Direction::ToClient => tx.server.reach(server::HANDSHAKE_DONE),
        }
        // RFC 8446 appendix D.4: in TLS 1.3 it means nothing, and a second hello may follow it.
        let tls13 = tx.server.version.is_tls13();
        if let Some(way) = self.ways.get_mut(direction.index()) {
            way.changed = true;
            way.encrypted = !tls13 || direction == Direction::ToClient;
        }
    }

    /// Encrypted data came: the handshake is over, as far as it can be seen.
    fn application(&mut self, context: &mut Context<'_>) {
        let changed = self.ways.get(context.direction.index()).is_some_and(|way| way.changed);
        if self.early_data && context.direction == Direction::ToServer && !changed {
            return;
        }
        if let Some(tx) = self.transactions.last_mut() {
            match context.direction {
                Direction::ToServer => tx.client.reach(client::HANDSHAKE_DONE),
                Direction::ToClient => tx.server.reach(server::HANDSHAKE_DONE),
            }
        }
        match self.encrypted {
            Encrypted::TrackOnly => context.effects.no_payload = true,
            Encrypted::Bypass => {
                context.effects.no_payload = true;
                context.effects.bypass = true;
            }
            Encrypted::Full => {}
        }
    }

    fn event(&mut self, event: Event) {
        self.transactions.event(event as u8);
    }
}

/// LIMIT: bytes of a message of SSL 2 that are looked at.
const MAX_SSL2: usize = 11;
