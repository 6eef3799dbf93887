//! TLS and SSL: SSL 2, SSL 3, TLS 1.0 to 1.3 and its drafts.
//!
//! A flow is one transaction. What is encrypted is passed over; by default payloads are not inspected any more once it
//! begins.

pub mod certificate;
mod date;
mod detection;
mod handshake;
mod heartbeat;
pub mod hello;
pub mod ja3;
pub mod ja4;
pub(crate) mod keywords;
mod log;
mod parser;
mod reader;
mod record;
mod ssl2;
mod transaction;
pub mod version;

use engine::app_layer::{Application, Logger};
use engine::protocol::Protocol;
use packet::Direction;

pub(crate) use parser::Encrypted;
pub use parser::TlsParser;
pub use transaction::{HandshakeState, Side, TlsTx};

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "TLS and SSL",
    keywords: keywords::ALL,
    pcre_buffers: &[],
    deviation: Some(
        "With `ja3-fingerprints: auto` and `ja4-fingerprints: auto`, the default, records show the fingerprints whether or \
         not a rule asks for them. With `no` rules that ask for them never match, where Suricata refuses them.",
    ),
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &[],
    detection: detection::ALL,
    first: Some(Direction::ToServer),
    setup: Some(parser::setup),
    progress: [
        &[
            "client_in_progress",
            "client_hello_done",
            "client_cert_done",
            "client_handshake_done",
            "client_finished",
        ],
        &[
            "server_in_progress",
            "server_hello",
            "server_cert_done",
            "server_hello_done",
            "server_handshake_done",
            "server_finished",
        ],
    ],
    events: EVENTS,
    loggers: &[Logger {
        event_type: NAME,
        at: [transaction::client::HELLO_DONE, transaction::server::CERT_DONE],
        in_alerts: true,
        write: log::write,
    }],
};

/// The name of the protocol.
pub const NAME: &str = "tls";

/// What can be wrong with a connection: the numbers of [`EVENTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Event {
    /// A record of SSL 2 is empty.
    InvalidSslv2Header,
    /// Kept for rules that name it.
    InvalidTlsHeader,
    /// A record has a version that there is not.
    InvalidRecordVersion,
    /// A record carries nothing that is known.
    InvalidRecordType,
    /// LIMIT: a record is too long, or empty.
    InvalidRecordLength,
    /// A handshake message is none that is known.
    InvalidHandshakeMessage,
    /// Kept for rules that name it.
    HeartbeatMessage,
    /// A heartbeat is none, or has too little padding.
    InvalidHeartbeatMessage,
    /// A heartbeat asks for more than it brings: Heartbleed.
    OverflowHeartbeatMessage,
    /// An encrypted heartbeat's answer is longer than it: Heartbleed.
    DataleakHeartbeatMismatch,
    /// LIMIT: a handshake message is too long, or one of its lengths does not fit.
    HandshakeInvalidLength,
    /// A client names its server more than once.
    MultipleSniExtensions,
    /// A client names its server by something else than a host name.
    InvalidSniType,
    /// The length of the server's name does not fit.
    InvalidSniLength,
    /// Kept for rules that name it.
    TooManyRecordsInPacket,
    /// A certificate is none.
    InvalidCertificate,
    /// A certificate is cut.
    CertificateInvalidLength,
    /// A certificate's version is none.
    CertificateInvalidVersion,
    /// A certificate's serial number is none.
    CertificateInvalidSerial,
    /// A certificate's algorithm is none.
    CertificateInvalidAlgorithmidentifier,
    /// A name in a certificate is none.
    CertificateInvalidX509name,
    /// A date in a certificate is none.
    CertificateInvalidDate,
    /// A certificate's extensions are wrong.
    CertificateInvalidExtensions,
    /// A certificate is no DER.
    CertificateInvalidDer,
    /// Kept for rules that name it.
    CertificateInvalidSubject,
    /// Kept for rules that name it.
    CertificateInvalidIssuer,
    /// Kept for rules that name it.
    CertificateInvalidValidity,
    /// Kept for rules that name it.
    ErrorMessageEncountered,
    /// Kept for rules that name it.
    InvalidSslRecord,
}

/// The names of the events, as `app-layer-event:tls.` has them. The last three are not raised any more by Suricata, which
/// still takes rules that ask for them.
const EVENTS: &[&str] = &[
    "invalid_sslv2_header",
    "invalid_tls_header",
    "invalid_record_version",
    "invalid_record_type",
    "invalid_record_length",
    "invalid_handshake_message",
    "heartbeat_message",
    "invalid_heartbeat_message",
    "overflow_heartbeat_message",
    "dataleak_heartbeat_mismatch",
    "handshake_invalid_length",
    "multiple_sni_extensions",
    "invalid_sni_type",
    "invalid_sni_length",
    "too_many_records_in_packet",
    "invalid_certificate",
    "certificate_invalid_length",
    "certificate_invalid_version",
    "certificate_invalid_serial",
    "certificate_invalid_algorithmidentifier",
    "certificate_invalid_x509name",
    "certificate_invalid_date",
    "certificate_invalid_extensions",
    "certificate_invalid_der",
    "certificate_invalid_subject",
    "certificate_invalid_issuer",
    "certificate_invalid_validity",
    "error_message_encountered",
    "invalid_ssl_record",
    "certificate_invalid_string",
    "certificate_missing_element",
    "certificate_unknown_element",
];

#[cfg(test)]
mod tests;
