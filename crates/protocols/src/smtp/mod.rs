//! SMTP, with MIME: RFC 5321, RFC 3030 (BDAT), RFC 3207 (STARTTLS), RFC 4954 (AUTH).
//!
//! A transaction is a mail: from the first command behind the one before to the server's reply to its last byte, or to
//! RSET, to a second EHLO, to QUIT.

mod client;
mod email;
mod keywords;
mod log;
mod parser;
mod server;
mod settings;
mod transaction;

use engine::app_layer::{Application, Detection, Logger, Pattern, Ports, Probe, Transport};
use engine::protocol::Protocol;
use packet::Direction;

pub use parser::SmtpParser;
pub use transaction::SmtpTx;

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "SMTP, with MIME",
    keywords: &[
        &keywords::SMTP_HELO,
        &keywords::SMTP_MAIL_FROM,
        &keywords::SMTP_RCPT_TO,
        &email::EMAIL_FROM,
        &email::EMAIL_TO,
        &email::EMAIL_CC,
        &email::EMAIL_SUBJECT,
        &email::EMAIL_DATE,
        &email::EMAIL_MESSAGE_ID,
        &email::EMAIL_X_MAILER,
        &email::EMAIL_URL,
        &email::EMAIL_RECEIVED,
        &email::EMAIL_BODY_MD5,
    ],
    pcre_buffers: &[],
    deviation: None,
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &[],
    detection: &[
        Pattern::command(b"ehlo"),
        Pattern::command(b"helo"),
        Pattern::command(b"quit"),
        Detection::Probe {
            transport: Transport::Tcp,
            ports: Ports::These(&[25, 465]),
            direction: Some(Direction::ToClient),
            min: 5,
            probe: banner,
        },
    ],
    first: None,
    setup: Some(parser::setup),
    progress: [
        &["request_started", "request_data", "request_complete"],
        &["response_started", "response_data", "response_complete"],
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
pub const NAME: &str = "smtp";

/// What can be wrong with a transaction: the numbers of [`EVENTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Event {
    /// A reply begins with no code.
    InvalidReply,
    /// A reply to no command.
    UnableToMatchReplyWithRequest,
    /// A command is longer than 510 bytes.
    MaxCommandLineLenExceeded,
    /// A line of a reply is longer than 510 bytes.
    MaxReplyLineLenExceeded,
    /// Something follows a command that must be the last before its reply.
    InvalidPipelinedSequence,
    /// The size of a chunk is out of bounds.
    BdatChunkLenExceeded,
    /// The server's first reply is no welcome.
    NoServerWelcomeMessage,
    /// The server does not want TLS.
    TlsRejected,
    /// The server does not want the mail.
    DataCommandRejected,
    /// The change to TLS failed.
    FailedProtocolChange,
    /// The message cannot be read.
    MimeParseFailed,
    /// The message is malformed.
    MimeMalformedMsg,
    /// Base64 that is none.
    MimeInvalidBase64,
    /// The name of a header is too long.
    MimeLongHeaderName,
    /// The value of a header is too long.
    MimeLongHeaderValue,
    /// Quoted-printable that is none.
    MimeInvalidQp,
    /// A line is too long.
    MimeLongLine,
    /// An encoded line is too long.
    MimeLongEncLine,
    /// A boundary is too long.
    MimeLongBoundary,
    /// The name of a file is too long.
    MimeLongFilename,
    /// A command was given twice.
    DuplicateFields,
    /// A second mail in a transaction.
    UnparsableContent,
    /// LIMIT: a line is longer than what is kept of it.
    TruncatedLine,
    /// A BDAT that has no size.
    InvalidBdat,
    /// LIMIT: a flow has too many transactions.
    TooManyTransactions,
}

/// The names of the events, as records have them; rules have them in lower case.
const EVENTS: &[&str] = &[
    "INVALID_REPLY",
    "UNABLE_TO_MATCH_REPLY_WITH_REQUEST",
    "MAX_COMMAND_LINE_LEN_EXCEEDED",
    "MAX_REPLY_LINE_LEN_EXCEEDED",
    "INVALID_PIPELINED_SEQUENCE",
    "BDAT_CHUNK_LEN_EXCEEDED",
    "NO_SERVER_WELCOME_MESSAGE",
    "TLS_REJECTED",
    "DATA_COMMAND_REJECTED",
    "FAILED_PROTOCOL_CHANGE",
    "MIME_PARSE_FAILED",
    "MIME_MALFORMED_MSG",
    "MIME_INVALID_BASE64",
    "MIME_LONG_HEADER_NAME",
    "MIME_LONG_HEADER_VALUE",
    "MIME_INVALID_QP",
    "MIME_LONG_LINE",
    "MIME_LONG_ENC_LINE",
    "MIME_LONG_BOUNDARY",
    "MIME_LONG_FILENAME",
    "DUPLICATE_FIELDS",
    "UNPARSABLE_CONTENT",
    "TRUNCATED_LINE",
    "INVALID_BDAT",
    "TOO_MANY_TRANSACTIONS",
];

/// A server that begins with 220: FTP's servers do so too.
fn banner(data: &[u8], _direction: Direction) -> Probe {
    match data {
        [b'2', b'2', b'0', b' ' | b'-', ..] => Probe::Perhaps,
        _ => Probe::No,
    }
}

#[cfg(test)]
mod tests;
