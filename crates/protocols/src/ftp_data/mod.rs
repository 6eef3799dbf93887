//! FTP's data connections: a file or a list of names, in one direction.
//!
//! Nothing in them tells what they are: the control connection does, and makes the flow an expected one.

mod keywords;
mod parser;

use std::borrow::Cow;

use engine::app_layer::{Application, Fields, LogContext, Logger};
use engine::buffer::tx_as;
use engine::protocol::Protocol;
use packet::Direction;
use serde::Serialize;

use crate::text::text;

pub use parser::{FtpDataParser, FtpDataTx};

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "FTP's data connections",
    keywords: &[&keywords::FTPDATA_COMMAND],
    pcre_buffers: &[],
    deviation: None,
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &[],
    detection: &[],
    first: None,
    setup: Some(parser::setup),
    progress: [
        &["request_started", "request_complete"],
        &["response_started", "response_complete"],
    ],
    events: &[],
    loggers: &[Logger {
        event_type: "ftp_data",
        at: [1, 1],
        in_alerts: true,
        write,
    }],
};

/// The name of the protocol.
pub const NAME: &str = "ftp-data";

/// What the control connection said of the data that is to come.
#[derive(Clone, Debug)]
pub struct Announced {
    /// The command that asked for it: `RETR`.
    pub command: &'static str,
    /// The file's name, as the command has it, if it has one.
    pub filename: Option<Vec<u8>>,
    /// It is a file, not a list of names.
    pub is_file: bool,
    /// Which way it goes in the data connection.
    pub direction: Direction,
}

#[derive(Serialize)]
struct Record<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    filename: Option<Cow<'a, str>>,
    command: &'static str,
}

fn write(context: &LogContext<'_>, fields: &mut Fields) {
    let Some(announced) = tx_as::<FtpDataTx>(context.tx).and_then(|tx| tx.announced.as_ref()) else {
        return;
    };
    fields.add(
        "ftp_data",
        &Record {
            filename: announced.filename.as_deref().map(text),
            command: announced.command,
        },
    );
}
