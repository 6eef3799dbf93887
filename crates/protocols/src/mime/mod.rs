//! Mail messages: headers, parts, their encodings, attachments as files, and the URLs in their text.
//!
//! A [`Message`] is fed line by line and keeps what rules and records ask for. What it keeps is bounded; what is wrong
//! with the message is noted in [`Message::anomalies`].
//!
//! RFC 5322 (messages), RFC 2045 and 2046 (parts and encodings), RFC 2231 (parameters in pieces).

mod encoding;
mod header;
mod message;
mod part;
mod url;

pub use header::addresses;
pub(crate) use message::hexadecimal;
pub use message::{Message, Status};

/// What is decoded and kept of messages: `app-layer.protocols.smtp.mime`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MimeSettings {
    /// Bodies in base64 are decoded.
    pub decode_base64: bool,
    /// Bodies in quoted-printable are decoded.
    pub decode_quoted_printable: bool,
    /// LIMIT: bytes of a header's value that are kept.
    pub header_value_depth: usize,
    /// URLs are looked for in text.
    pub extract_urls: bool,
    /// Which ones: `http`, `ftp`, in lower case.
    pub url_schemes: Vec<Vec<u8>>,
    /// URLs are kept with their scheme.
    pub url_with_scheme: bool,
    /// The MD5 of the body is computed.
    pub body_md5: bool,
}

impl Default for MimeSettings {
    fn default() -> Self {
        Self {
            decode_base64: true,
            decode_quoted_printable: true,
            header_value_depth: 2000,
            extract_urls: true,
            url_schemes: vec![b"http".to_vec()],
            url_with_scheme: false,
            body_md5: false,
        }
    }
}

/// What can be wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Anomaly {
    /// A part whose headers cannot be understood, or too deep a nesting.
    Malformed,
    /// Base64 with bytes that are none.
    InvalidBase64,
    /// Quoted-printable with a `=` that says nothing.
    InvalidQuotedPrintable,
    /// A line of more than 998 bytes (RFC 5322 section 2.1.1).
    LongLine,
    /// An encoded line of more than 76 bytes (RFC 2045 sections 6.7 and 6.8).
    LongEncodedLine,
    /// The name of a header is longer than 75 bytes.
    LongHeaderName,
    /// The value of a header is longer than what is kept of it.
    LongHeaderValue,
    /// A boundary is longer than 254 bytes.
    LongBoundary,
    /// A file's name is longer than 255 bytes.
    LongFilename,
}

/// A set of [`Anomaly`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anomalies(u16);

impl Anomalies {
    /// Adds one.
    pub const fn insert(&mut self, anomaly: Anomaly) {
        self.0 |= 1 << anomaly as u8;
    }

    /// Whether it is there.
    pub const fn has(self, anomaly: Anomaly) -> bool {
        self.0 & 1 << anomaly as u8 != 0
    }
}
