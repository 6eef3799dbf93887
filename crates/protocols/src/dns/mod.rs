//! DNS over datagrams and streams (RFC 1035).
//!
//! Each message is a transaction: a question is complete to the server, an answer to the client. Nothing ties them
//! together, as answers may be lost, doubled, or come without a question.

mod keywords;
mod log;
mod message;
mod name;
mod numbers;
mod parser;
mod probe;
mod rdata;
mod rrtype;
#[cfg(test)]
mod tests;

use engine::app_layer::{Application, Detection, Logger, Ports, Transport};
use engine::protocol::Protocol;

pub(crate) use keywords::PDU;
pub use message::{Header, Message, Query, Record};
pub use name::Name;
pub use parser::{DnsParser, DnsTx};
pub use rdata::{Data, Soa, Span, Srv};

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "DNS over UDP and TCP",
    keywords: &[
        &keywords::DNS_QUERY,
        &keywords::DNS_QUERIES_RRNAME,
        &keywords::DNS_ANSWERS_RRNAME,
        &keywords::DNS_AUTHORITIES_RRNAME,
        &keywords::DNS_ADDITIONALS_RRNAME,
        &keywords::DNS_RESPONSE_RRNAME,
        &numbers::DNS_OPCODE,
        &numbers::DNS_RCODE,
        &numbers::DNS_RRTYPE,
    ],
    pcre_buffers: &[],
    deviation: None,
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &[],
    detection: &[
        Detection::Probe {
            transport: Transport::Udp,
            ports: Ports::These(&[53]),
            direction: None,
            min: Header::LEN,
            probe: probe::datagram,
        },
        Detection::Probe {
            transport: Transport::Tcp,
            ports: Ports::These(&[53]),
            direction: None,
            min: 2,
            probe: probe::stream,
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
pub const NAME: &str = "dns";

/// What can be wrong with a message: the numbers of [`EVENTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Event {
    /// It cannot be read.
    MalformedData,
    /// An answer goes to the server.
    NotRequest,
    /// A question goes to the client.
    NotResponse,
    /// A flag that must be zero is not.
    ZFlagSet,
    /// There is no such opcode.
    InvalidOpcode,
    /// LIMIT: a name was cut.
    NameTooLong,
    /// A pointer in a name leads to itself.
    InfiniteLoop,
    /// LIMIT: a name has more labels and pointers than are followed.
    TooManyLabels,
    /// The additional section cannot be read.
    InvalidAdditionals,
    /// The authority section cannot be read.
    InvalidAuthorities,
    /// LIMIT: more messages came at once than are kept.
    Flooded,
}

/// The names of the events, as `app-layer-event:dns.` has them.
const EVENTS: &[&str] = &[
    "malformed_data",
    "not_request",
    "not_response",
    "z_flag_set",
    "invalid_opcode",
    "name_too_long",
    "infinite_loop",
    "too_many_labels",
    "invalid_additionals",
    "invalid_authorities",
    "flooded",
];
