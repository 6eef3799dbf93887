//! POP3: RFC 1939, RFC 2449 (CAPA), RFC 2595 (STLS), RFC 5034 (AUTH).
//!
//! A transaction is a command and its response; the server's greeting is one of its own.

mod log;
mod parser;

use engine::app_layer::{Application, Detection, Logger, Ports, Probe, Transport};
use engine::protocol::Protocol;
use packet::Direction;

pub use parser::{Pop3Parser, Pop3Tx};

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "POP3",
    keywords: &[],
    pcre_buffers: &[],
    deviation: None,
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &[],
    detection: &[
        Detection::Probe {
            transport: Transport::Tcp,
            ports: Ports::These(&[110]),
            direction: None,
            min: 4,
            probe: on_its_port,
        },
        Detection::Probe {
            transport: Transport::Tcp,
            ports: Ports::Any,
            direction: None,
            min: 4,
            probe,
        },
    ],
    first: None,
    setup: Some(parser::setup),
    progress: [
        &["request_started", "request_complete"],
        &["response_started", "response_complete"],
    ],
    events: EVENTS,
    loggers: &[Logger {
        event_type: NAME,
        at: [1, 1],
        in_alerts: true,
        write: log::write,
    }],
};

/// The name of the protocol.
pub const NAME: &str = "pop3";

/// What can be wrong with a transaction: the numbers of [`EVENTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Event {
    /// LIMIT: a flow has too many transactions.
    TooManyTransactions,
    /// LIMIT: a command is longer than what is kept of it.
    RequestTooLong,
    /// A command has too many arguments, or too few.
    IncorrectArgumentCount,
    /// A command that is not known.
    UnknownCommand,
    /// LIMIT: a response is longer than what is kept of it.
    ResponseTooLong,
}

/// The names of the events, as `app-layer-event:pop3.` has them.
const EVENTS: &[&str] = &[
    "too_many_transactions",
    "request_too_long",
    "incorrect_argument_count",
    "unknown_command",
    "response_too_long",
];

/// On the port of POP3.
fn on_its_port(data: &[u8], direction: Direction) -> Probe {
    match (direction, data) {
        (Direction::ToClient, [b'+', b'O', b'K', ..] | [b'-', b'E', b'R', b'R', ..]) => Probe::Yes,
        (Direction::ToServer, [a, b, c, d, ..]) if parser::is_command(&[*a, *b, *c, *d]) => Probe::Yes,
        _ => Probe::No,
    }
}

/// On any port: a greeting that says so, or what goes with such a greeting. FTP and others have some of the commands.
fn probe(data: &[u8], direction: Direction) -> Probe {
    match on_its_port(data, direction) {
        Probe::Yes if direction == Direction::ToServer => Probe::Perhaps,
        Probe::Yes => {
            let line = data.get(..data.len().min(MAX_GREETING)).unwrap_or_default();
            if line.windows(3).any(|window| window.eq_ignore_ascii_case(b"pop")) {
                Probe::Yes
            } else if line.contains(&b'\n') || line.len() == MAX_GREETING {
                Probe::No
            } else {
                Probe::More
            }
        }
        other => other,
    }
}

/// Bytes of a greeting that are looked at.
const MAX_GREETING: usize = 128;

#[cfg(test)]
mod tests;
