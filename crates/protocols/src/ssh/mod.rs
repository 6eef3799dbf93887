//! SSH (RFC 4253): the banners and the key exchange in the clear.
//!
//! A flow is one transaction. Once both sides have changed to the new keys nothing can be read, and by default payloads
//! are not inspected any more.

mod banner;
mod kex;
mod keywords;
mod log;
mod parser;

use engine::app_layer::{Application, Detection, Logger, Pattern};
use engine::protocol::Protocol;
use packet::Direction;

pub use parser::{Side, SshParser, SshTx};

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "SSH: banners and key exchange",
    keywords: keywords::ALL,
    pcre_buffers: &[],
    deviation: Some(
        "With `hassh: auto`, the default, records show HASSH whether or not a rule asks for it; `no` leaves it out.",
    ),
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &[],
    detection: DETECTION,
    first: None,
    setup: Some(parser::setup),
    progress: [
        &[
            "request_started",
            "request_banner_wait_eol",
            "request_banner_done",
            "request_finished",
        ],
        &[
            "response_started",
            "response_banner_wait_eol",
            "response_banner_done",
            "response_finished",
        ],
    ],
    events: EVENTS,
    loggers: &[Logger {
        event_type: NAME,
        at: [progress::FINISHED, progress::FINISHED],
        in_alerts: true,
        write: log::write,
    }],
};

/// The name of the protocol.
pub const NAME: &str = "ssh";

/// The progress of a side, by number.
pub mod progress {
    /// The banner is longer than it may be; its end is awaited.
    pub const BANNER_WAIT_EOL: u8 = 1;
    /// The banner was read.
    pub const BANNER_DONE: u8 = 2;
    /// The side changed to the new keys.
    pub const FINISHED: u8 = 3;
}

/// What can be wrong with a connection: the numbers of [`EVENTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Event {
    /// What a side begins with is no banner.
    InvalidBanner,
    /// LIMIT: a banner is longer than 255 bytes.
    LongBanner,
    /// A packet is too short for what every packet has.
    InvalidRecord,
    /// LIMIT: a key exchange is longer than 64 KiB.
    LongKexRecord,
}

/// The names of the events, as `app-layer-event:ssh.` has them.
const EVENTS: &[&str] = &["invalid_banner", "long_banner", "invalid_record", "long_kex_record"];

const DETECTION: &[Detection] = &[
    Pattern::tcp(Direction::ToServer, b"SSH-"),
    Pattern::tcp(Direction::ToClient, b"SSH-"),
];
