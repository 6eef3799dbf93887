//! FTP's control connection: RFC 959, RFC 2428, RFC 4217.
//!
//! A transaction is a command and its replies; the server's welcome is one of its own. What is agreed on for a data
//! connection makes that an expected flow of [`ftp_data`](crate::ftp_data).

mod command;
mod keywords;
mod log;
mod parser;
mod transaction;

use engine::app_layer::{Application, Detection, Logger, Pattern, Ports, Probe, Transport};
use engine::protocol::Protocol;
use packet::Direction;

pub use parser::FtpParser;
pub use transaction::FtpTx;

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "FTP's control connection",
    keywords: &[
        &keywords::FTP_COMMAND,
        &keywords::FTP_COMMAND_DATA,
        &keywords::FTP_REPLY,
        &keywords::FTP_COMPLETION_CODE,
        &keywords::FTP_REPLY_RECEIVED,
        &keywords::FTP_MODE,
        &keywords::FTP_DYNAMIC_PORT,
    ],
    pcre_buffers: &[],
    deviation: None,
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &[],
    detection: &[
        Pattern::command(b"user "),
        Pattern::command(b"pass "),
        Pattern::command(b"port "),
        Pattern::command(b"eprt "),
        Pattern::command(b"auth tls"),
        Pattern::command(b"pasv\r"),
        Pattern::command(b"epsv\r"),
        Pattern::tcp(Direction::ToClient, b"220 ("),
        Detection::Probe {
            transport: Transport::Tcp,
            ports: Ports::These(&[21]),
            direction: Some(Direction::ToClient),
            min: 5,
            probe: banner,
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
        at: [transaction::COMPLETE, transaction::COMPLETE],
        in_alerts: true,
        write: log::write,
    }],
};

/// The name of the protocol.
pub const NAME: &str = "ftp";

/// What can be wrong with a transaction: the numbers of [`EVENTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Event {
    /// LIMIT: a command is longer than what is kept of it.
    RequestCommandTooLong,
    /// LIMIT: a line of a reply is longer than what is kept of it.
    ResponseCommandTooLong,
    /// LIMIT: a flow has too many transactions.
    TooManyTransactions,
    /// A file is asked for, and no port was agreed on.
    FileBeforePort,
}

/// The names of the events, as `app-layer-event:ftp.` has them.
const EVENTS: &[&str] = &[
    "request_command_too_long",
    "response_command_too_long",
    "too_many_transactions",
    "file_before_port",
];

/// A server that begins with 220: SMTP's servers do so too.
fn banner(data: &[u8], _direction: Direction) -> Probe {
    match data {
        [b'2', b'2', b'0', b' ' | b'-', ..] => Probe::Perhaps,
        _ => Probe::No,
    }
}

#[cfg(test)]
mod tests;
