//! A protocol to copy: messages of a length in decimal, a colon, and so many bytes: `5:hello`.
//!
//! The client asks, the server answers in the same way; a question and its answer are a transaction.

mod keywords;
mod log;
mod parser;

use engine::app_layer::{Application, Detection, Logger, Pattern, Probe, Transport};
use engine::protocol::Protocol;
use packet::Direction;

pub use parser::{TemplateParser, TemplateTx};

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "length-prefixed messages: the protocol to copy",
    keywords: &[&keywords::TEMPLATE_BUFFER, &keywords::TEMPLATE_LENGTH],
    pcre_buffers: &[],
    deviation: None,
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &[],
    detection: &[Detection::Pattern(Pattern {
        transport: Transport::Tcp,
        direction: Direction::ToServer,
        bytes: b":",
        nocase: false,
        offset: 1,
        depth: 8,
        confirm: Some(probe),
    })],
    first: Some(Direction::ToServer),
    setup: Some(parser::setup),
    progress: [&["asked", "complete"], &["waiting", "complete"]],
    events: EVENTS,
    loggers: &[Logger {
        event_type: NAME,
        at: [1, 1],
        in_alerts: true,
        write: log::write,
    }],
};

/// The name of the protocol.
pub const NAME: &str = "template";

/// What can be wrong with a transaction: the numbers of [`EVENTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Event {
    /// There is an answer to no question.
    AnswerWithoutQuestion,
    /// LIMIT: a flow had too many questions without an answer.
    TooManyTransactions,
}

/// The names of the events, as `app-layer-event:template.` has them.
const EVENTS: &[&str] = &["answer_without_question", "too_many_transactions"];

/// Whether a stream begins with a length and a colon.
fn probe(data: &[u8], _direction: Direction) -> Probe {
    match parser::length(data) {
        parser::Length::Known(..) => Probe::Yes,
        parser::Length::Cut => Probe::More,
        parser::Length::Wrong => Probe::No,
    }
}
