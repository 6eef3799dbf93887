//! DCERPC over TCP and in datagrams, and what SMB shares with it: units, calls and their keywords.

pub mod call;
mod iface;
mod keywords;
mod log;
mod opnum;
mod parser;
pub mod pdu;
mod procedures;
pub mod reader;
#[cfg(test)]
pub(crate) mod samples;
mod stub;
mod udp;
pub mod uuid;

use engine::app_layer::{Application, Detection, Logger, Pattern, Probe, Transport};
use engine::protocol::Protocol;
use packet::Direction;

pub use log::interfaces;
pub use parser::{DcerpcParser, DcerpcTx};

use pdu::Header;

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "DCERPC over TCP and UDP",
    keywords: &[&iface::DCERPC_IFACE, &opnum::DCERPC_OPNUM, &stub::DCERPC_STUB_DATA],
    pcre_buffers: &[],
    deviation: None,
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &[],
    detection: &[
        stream(Direction::ToServer),
        stream(Direction::ToClient),
        datagram(Direction::ToServer),
        datagram(Direction::ToClient),
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
pub const NAME: &str = "dcerpc";

/// What can be wrong with a transaction: the numbers of [`EVENTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Event {
    /// LIMIT: a flow had too many calls without an answer.
    TooManyTransactions,
    /// A unit is shorter than it says, or has no meaning.
    MalformedData,
    /// LIMIT: arguments or results are longer than `max-stub-size`.
    StubDataTooLarge,
}

/// The names of the events, as `app-layer-event:dcerpc.` has them.
const EVENTS: &[&str] = &["too_many_transactions", "malformed_data", "stub_data_too_large"];

const fn stream(direction: Direction) -> Detection {
    Detection::Pattern(Pattern {
        transport: Transport::Tcp,
        direction,
        bytes: &[5, 0],
        nocase: false,
        offset: 0,
        depth: 2,
        confirm: Some(probe_stream),
    })
}

const fn datagram(direction: Direction) -> Detection {
    Detection::Pattern(Pattern {
        transport: Transport::Udp,
        direction,
        bytes: &[4, 0],
        nocase: false,
        offset: 0,
        depth: 2,
        confirm: Some(probe_datagram),
    })
}

/// Whether a stream begins with a unit.
fn probe_stream(data: &[u8], direction: Direction) -> Probe {
    if !Header::plausible(data) {
        return Probe::No;
    }
    let Some(header) = Header::read(data) else {
        return Probe::More;
    };
    let from_client = header.kind.answers().is_none() && header.kind != pdu::Kind::FAULT;
    if from_client == (direction == Direction::ToServer) {
        Probe::Yes
    } else {
        Probe::Reversed
    }
}

/// Whether a datagram is one of version 4.
fn probe_datagram(data: &[u8], _direction: Direction) -> Probe {
    if udp::Header::read(data).is_some_and(|header| header.is_plausible()) {
        Probe::Yes
    } else {
        Probe::No
    }
}
