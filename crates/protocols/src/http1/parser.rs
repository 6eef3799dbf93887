//! The parser of one flow: what both directions share.

use std::sync::Arc;

use engine::app_layer::{Context, NewParser, Outcome, Parser, Settings, TransactionList, Transactions};
use packet::Direction;

use super::body::{Bodies, Events};
use super::config::{Config, Server};
use super::event::{Event, Found};
use super::headers::{OF_REQUESTS, OF_RESPONSES};
use super::request::RequestSide;
use super::response::ResponseSide;
use super::transaction::{HttpTx, progress};

/// Makes what makes parsers.
///
/// # Errors
/// What is wrong with a setting.
pub(super) fn setup(settings: &Settings) -> Result<NewParser, String> {
    let config = Arc::new(Config::read(settings)?);
    Ok(Arc::new(move || {
        Box::new(HttpParser {
            config: Arc::clone(&config),
            flow: None,
            transactions: Transactions::default(),
            request: RequestSide::default(),
            response: ResponseSide::default(),
        })
    }))
}

/// The parser of one flow.
///
/// It keeps what it needs of lines that are cut, so everything it is given is consumed, except behind a `CONNECT` that is
/// not answered yet.
#[derive(Debug)]
pub struct HttpParser {
    config: Arc<Config>,
    flow: Option<Flow>,
    transactions: Transactions<HttpTx>,
    request: RequestSide,
    response: ResponseSide,
}

/// What a flow has beside its transactions.
#[derive(Debug)]
pub(super) struct Flow {
    pub server: Arc<Server>,
    pub bodies: Bodies,
}

/// What the two directions work with.
pub(super) struct Work<'p, 'c> {
    pub flow: &'p mut Flow,
    pub transactions: &'p mut Transactions<HttpTx>,
    pub context: &'p mut Context<'c>,
}

/// What comes after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The next one.
    Go,
    /// It takes more data.
    Wait,
    /// The flow cannot be read any more.
    Fail,
}

impl Parser for HttpParser {
    fn parse(&mut self, data: &[u8], context: &mut Context<'_>) -> Outcome {
        let direction = context.direction;
        let flow = flow_of(&mut self.flow, &self.config, context);
        let mut work = Work {
            flow,
            transactions: &mut self.transactions,
            context,
        };
        let (mut at, step) = match direction {
            Direction::ToServer => self.request.feed(data, &mut work),
            Direction::ToClient => self.response.feed(data, &mut self.request, &mut work),
        };
        if step != Step::Fail && work.context.eof {
            at = data.len();
            match direction {
                Direction::ToServer => self.request.end(&mut work),
                Direction::ToClient => self.response.end(&mut work),
            }
        }
        if step == Step::Fail {
            return Outcome::Failed;
        }
        Outcome::Consumed(at)
    }

    fn gap(&mut self, bytes: u64, context: &mut Context<'_>) -> Outcome {
        let direction = context.direction;
        let flow = flow_of(&mut self.flow, &self.config, context);
        let mut work = Work {
            flow,
            transactions: &mut self.transactions,
            context,
        };
        match direction {
            Direction::ToServer => self.request.gap(bytes, &mut work),
            Direction::ToClient => self.response.gap(bytes, &mut work),
        }
        Outcome::Consumed(0)
    }

    fn transactions(&self) -> &dyn TransactionList {
        &self.transactions
    }

    fn transactions_mut(&mut self) -> &mut dyn TransactionList {
        &mut self.transactions
    }
}

fn flow_of<'f>(flow: &'f mut Option<Flow>, config: &Config, context: &Context<'_>) -> &'f mut Flow {
    flow.get_or_insert_with(|| {
        let server = Arc::clone(config.server(context.server.0));
        Flow {
            bodies: Bodies::new(Arc::clone(&server.bodies)),
            server,
        }
    })
}

impl Work<'_, '_> {
    /// Notes events on a transaction.
    pub fn note(&mut self, id: u64, found: &[Event]) {
        for event in found {
            self.transactions.event_on(id, *event as u8);
        }
    }

    /// A header field is whole: it is taken out of `field`, if there is any.
    pub fn field(&mut self, id: u64, direction: Direction, field: &mut Vec<u8>) -> Step {
        if field.is_empty() {
            return Step::Go;
        }
        let limit = self.flow.server.headers;
        let mut found = Found::new();
        let fits = self.transactions.by_id_mut(id).is_none_or(|tx| match direction {
            Direction::ToServer => tx.request.headers.add(field, limit, &OF_REQUESTS, &mut found),
            Direction::ToClient => tx.response.headers.add(field, limit, &OF_RESPONSES, &mut found),
        });
        field.clear();
        self.note(id, &found);
        if fits {
            return Step::Go;
        }
        let event = match direction {
            Direction::ToServer => Event::RequestTooManyHeaders,
            Direction::ToClient => Event::ResponseTooManyHeaders,
        };
        self.note(id, &[event]);
        Step::Fail
    }

    /// A new transaction; `None` when there are too many.
    pub fn open(&mut self) -> Option<u64> {
        // LIMIT: transactions that wait for their end.
        if self.transactions.count() >= self.flow.server.transactions {
            self.transactions.event(Event::TooManyWarnings as u8);
            return None;
        }
        let id = self.transactions.total();
        self.transactions.push(HttpTx::default());
        Some(id)
    }

    /// The body of a message begins, if it has not yet.
    pub fn begin(&mut self, id: u64, direction: Direction) {
        let Some(tx) = self.transactions.by_id_mut(id) else {
            return;
        };
        let begun = match direction {
            Direction::ToServer => &mut tx.request.begun,
            Direction::ToClient => &mut tx.response.begun,
        };
        if std::mem::replace(begun, true) {
            return;
        }
        let mut body = std::mem::take(body_mut(tx, direction));
        let mut events = Events::new();
        body.begin(
            direction,
            &tx.head(direction),
            &mut self.flow.bodies,
            self.context,
            &mut events,
        );
        *body_mut(tx, direction) = body;
        self.body_events(id, &events);
    }

    /// Bytes of a body.
    pub fn append(&mut self, id: u64, direction: Direction, data: &[u8]) {
        let Some(tx) = self.transactions.by_id_mut(id) else {
            return;
        };
        let mut events = Events::new();
        body_mut(tx, direction).append(data, &mut self.flow.bodies, self.context, &mut events);
        self.body_events(id, &events);
    }

    /// Bytes of a body were lost.
    pub fn lose(&mut self, id: u64, direction: Direction, bytes: u64) {
        let Some(tx) = self.transactions.by_id_mut(id) else {
            return;
        };
        let mut events = Events::new();
        body_mut(tx, direction).gap(bytes, &mut self.flow.bodies, self.context, &mut events);
        self.body_events(id, &events);
    }

    /// A message is over; `cut` where its end is missing.
    pub fn finish(&mut self, id: u64, direction: Direction, cut: bool) {
        let Some(tx) = self.transactions.by_id_mut(id) else {
            return;
        };
        let mut events = Events::new();
        body_mut(tx, direction).end(cut, self.context, &mut events);
        match direction {
            Direction::ToServer => tx.request.progress = progress::COMPLETE,
            Direction::ToClient => tx.response.progress = progress::COMPLETE,
        }
        self.body_events(id, &events);
        // Suricata: the raw stream is looked at where messages end.
        if let Some(trigger) = self.context.effects.trigger_raw.get_mut(direction.index()) {
            *trigger = true;
        }
    }

    fn body_events(&mut self, id: u64, events: &Events) {
        let found: Found = events.iter().map(|event| Event::from(*event)).collect();
        self.note(id, &found);
    }
}

fn body_mut(tx: &mut HttpTx, direction: Direction) -> &mut super::body::Body {
    match direction {
        Direction::ToServer => &mut tx.request_body,
        Direction::ToClient => &mut tx.response_body,
    }
}
