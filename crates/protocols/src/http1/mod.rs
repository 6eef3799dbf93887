//! HTTP/1: requests and responses, as servers and browsers read them rather than as they should be.
//!
//! What is malformed is read in the way that hides least from rules, and noted as an event. [`parser`](HttpParser) keeps a
//! state for each direction; a transaction is a request and its response.

mod best_fit;
pub mod body;
mod chunk;
mod config;
mod event;
mod first_line;
mod headers;
pub mod keywords;
mod lines;
mod log;
mod normalize;
mod parser;
mod request;
mod response;
#[cfg(test)]
mod tests;
mod transaction;
mod uri;

use engine::app_layer::{Application, Detection, Logger, Pattern, Transport};
use engine::protocol::Protocol;
use packet::Direction;

pub use event::Event;
pub use first_line::Version;
pub use headers::Headers;
pub use parser::HttpParser;
pub use transaction::{HttpTx, Request, Response, progress};

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "HTTP/1",
    keywords: keywords::KEYWORDS,
    pcre_buffers: keywords::PCRE_BUFFERS,
    deviation: None,
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &["http1"],
    detection: DETECTION,
    first: None,
    setup: Some(parser::setup),
    progress: [
        &[
            "request_started",
            "request_line",
            "request_headers",
            "request_body",
            "request_trailer",
            "request_complete",
        ],
        &[
            "response_started",
            "response_line",
            "response_headers",
            "response_body",
            "response_trailer",
            "response_complete",
        ],
    ],
    events: event::EVENTS,
    loggers: &[Logger {
        event_type: NAME,
        at: [progress::COMPLETE, progress::COMPLETE],
        in_alerts: true,
        write: log::write,
    }],
};

/// The name of the protocol.
pub const NAME: &str = "http";

macro_rules! methods {
    ($($name:literal),+ $(,)?) => {
        &[
            $(request(concat!($name, " ").as_bytes()), request(concat!($name, "\t").as_bytes()),)+
            response(b"http/0.9"),
            response(b"http/1.0"),
            response(b"http/1.1"),
        ]
    };
}

/// Methods and protocols at the very start, in any case, on any port.
const DETECTION: &[Detection] = methods![
    "get",
    "put",
    "post",
    "head",
    "trace",
    "options",
    "connect",
    "delete",
    "patch",
    "propfind",
    "proppatch",
    "mkcol",
    "copy",
    "move",
    "lock",
    "unlock",
    "checkout",
    "uncheckout",
    "checkin",
    "update",
    "label",
    "report",
    "mkworkspace",
    "mkactivity",
    "merge",
    "invalid",
    "version-control",
    "baseline-control",
];

const fn request(bytes: &'static [u8]) -> Detection {
    pattern(Direction::ToServer, bytes)
}

const fn response(bytes: &'static [u8]) -> Detection {
    pattern(Direction::ToClient, bytes)
}

const fn pattern(direction: Direction, bytes: &'static [u8]) -> Detection {
    Detection::Pattern(Pattern {
        transport: Transport::Tcp,
        direction,
        bytes,
        nocase: true,
        offset: 0,
        depth: bytes.len(),
        confirm: None,
    })
}
