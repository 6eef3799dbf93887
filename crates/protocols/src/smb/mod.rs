//! SMB 1, 2 and 3.

mod auth;
mod bounded;
mod file;
mod keywords;
mod log;
mod names;
mod nbss;
mod parser;
mod rpc;
mod smb1;
mod smb2;
mod state;
mod status;
#[cfg(test)]
mod tests;
mod text;
mod transfer;
mod tx;

use engine::app_layer::{Application, Detection, Logger, Pattern, Ports, Probe, Transport};
use engine::protocol::Protocol;
use packet::Direction;

pub use parser::SmbParser;
pub use tx::SmbTx;

pub(crate) use parser::Bulk;

use nbss::{Header, Magic};

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "SMB 1, 2 and 3",
    keywords: &[
        &keywords::SMB_NAMED_PIPE,
        &keywords::SMB_SHARE,
        &keywords::SMB_NTLMSSP_USER,
        &keywords::SMB_NTLMSSP_DOMAIN,
        &keywords::SMB_VERSION,
    ],
    pcre_buffers: &[],
    deviation: None,
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    // Suricata: rules for `dcerpc` are rules for the calls in pipes too.
    aliases: &["dcerpc"],
    detection: &[
        pattern(Direction::ToServer, b"\xffSMB"),
        pattern(Direction::ToClient, b"\xffSMB"),
        pattern(Direction::ToServer, b"\xfeSMB"),
        pattern(Direction::ToClient, b"\xfeSMB"),
        pattern(Direction::ToServer, b"\xfdSMB"),
        pattern(Direction::ToClient, b"\xfdSMB"),
        Detection::Probe {
            transport: Transport::Tcp,
            ports: Ports::These(&[139, 445]),
            direction: None,
            min: Header::SIZE,
            probe: probe_session,
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
pub const NAME: &str = "smb";

/// What can be wrong with a transaction: the numbers of [`EVENTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Event {
    /// Something went wrong here.
    InternalError,
    /// A message is shorter than it says, or has no meaning.
    MalformedData,
    /// LIMIT: a message is longer than can be.
    RecordOverflow,
    /// A message of NTLMSSP cannot be read.
    MalformedNtlmsspRequest,
    /// The texts of a message of NTLMSSP do not stand in the order in which everybody writes them.
    UnusualNtlmsspOrder,
    /// The list of dialects cannot be read.
    NegotiateMalformedDialects,
    /// A dialect was agreed on already.
    DuplicateNegotiate,
    /// The server sends commands.
    RequestToClient,
    /// The client sends answers.
    ResponseToServer,
    /// The server lets more be read at once than the configuration does.
    NegotiateMaxReadSizeTooLarge,
    /// The server lets more be written at once than the configuration does.
    NegotiateMaxWriteSizeTooLarge,
    /// The client asks for more at once than it may.
    ReadRequestTooLarge,
    /// The server sends more at once than it may.
    ReadResponseTooLarge,
    /// LIMIT: too many bytes that were read wait for those before them.
    ReadQueueSizeExceeded,
    /// LIMIT: too many pieces that were read wait for those before them.
    ReadQueueCntExceeded,
    /// The client writes more at once than it may.
    WriteRequestTooLarge,
    /// LIMIT: too many bytes that were written wait for those before them.
    WriteQueueSizeExceeded,
    /// LIMIT: too many pieces that were written wait for those before them.
    WriteQueueCntExceeded,
    /// Bytes of a file come a second time.
    FileOverlap,
    /// LIMIT: a flow had too many commands without an answer.
    TooManyTransactions,
}

/// The names of the events, as `app-layer-event:smb.` has them.
const EVENTS: &[&str] = &[
    "internal_error",
    "malformed_data",
    "record_overflow",
    "malformed_ntlmssp_request",
    "unusual_ntlmssp_order",
    "negotiate_malformed_dialects",
    "duplicate_negotiate",
    "request_to_client",
    "response_to_server",
    "negotiate_max_read_size_too_large",
    "negotiate_max_write_size_too_large",
    "read_request_too_large",
    "read_response_too_large",
    "read_queue_size_exceeded",
    "read_queue_cnt_exceeded",
    "write_request_too_large",
    "write_queue_size_exceeded",
    "write_queue_cnt_exceeded",
    "file_overlap",
    "too_many_transactions",
];

const fn pattern(direction: Direction, bytes: &'static [u8]) -> Detection {
    Detection::Pattern(Pattern {
        transport: Transport::Tcp,
        direction,
        bytes,
        nocase: false,
        offset: Header::SIZE,
        depth: 8,
        confirm: Some(probe_message),
    })
}

/// Whether a stream begins with a message, and which side sends it.
fn probe_message(data: &[u8], direction: Direction) -> Probe {
    let Some(header) = Header::read(data) else {
        return Probe::More;
    };
    let message = data.get(Header::SIZE..).unwrap_or_default();
    if header.kind != nbss::MESSAGE || header.length < 32 {
        return Probe::No;
    }
    let response = match Magic::of(message) {
        Some(Magic::Smb1) => smb1::is_response(message),
        Some(Magic::Smb2) => smb2::is_response(message),
        Some(Magic::Transform | Magic::Compressed) => return Probe::Yes,
        None => return Probe::No,
    };
    match (response, direction) {
        (None, _) => Probe::More,
        (Some(false), Direction::ToServer) | (Some(true), Direction::ToClient) => Probe::Yes,
        (Some(_), _) => Probe::Reversed,
    }
}

/// Whether a stream to a port of SMB begins with a message, or with what opens a session.
fn probe_session(data: &[u8], direction: Direction) -> Probe {
    let Some(header) = Header::read(data) else {
        return Probe::More;
    };
    if !header.is_known() {
        return Probe::No;
    }
    if header.kind != nbss::MESSAGE {
        return if header.length <= MAX_SESSION {
            Probe::Yes
        } else {
            Probe::No
        };
    }
    let message = data.get(Header::SIZE..).unwrap_or_default();
    if message.len() < 4 {
        return Probe::More;
    }
    probe_message(data, direction)
}

/// Bytes of what opens a session: two names, at most.
const MAX_SESSION: usize = 600;
