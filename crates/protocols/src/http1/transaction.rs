//! A request and its response.

use engine::app_layer::{Files, Transaction};
use packet::Direction;

use super::body::{Body, Head};
use super::first_line::{Part, Version, cut};
use super::headers::Headers;

/// How far a message has come: the numbers of the progress names.
pub mod progress {
    /// Nothing is known of it.
    pub const STARTED: u8 = 0;
    /// Its first line is read.
    pub const LINE: u8 = 1;
    /// Its first line is known, its headers are read.
    pub const HEADERS: u8 = 2;
    /// Its headers are known, its body is read.
    pub const BODY: u8 = 3;
    /// Its body is over, trailers are read.
    pub const TRAILER: u8 = 4;
    /// It is over.
    pub const COMPLETE: u8 = 5;
}

/// A request and its response.
#[derive(Debug, Default)]
pub struct HttpTx {
    /// The request.
    pub request: Request,
    /// The response.
    pub response: Response,
    /// The body of the request.
    pub request_body: Body,
    /// The body of the response.
    pub response_body: Body,
}

/// A request.
#[derive(Debug, Default)]
pub struct Request {
    /// How far it has come.
    pub progress: u8,
    /// Its headers.
    pub headers: Headers,
    /// What stands in its protocol's place.
    pub version: Version,
    /// The port that it names.
    pub port: Option<u16>,
    pub(super) line: Vec<u8>,
    pub(super) method: Part,
    pub(super) uri: Option<Part>,
    pub(super) protocol: Option<Part>,
    /// The URI, decoded.
    pub(super) normalized: Vec<u8>,
    /// The path that it begins with, decoded.
    pub(super) path: Vec<u8>,
    /// The host that it names.
    pub(super) host: Option<Vec<u8>>,
    /// It is the URI that names the host.
    pub(super) host_in_uri: bool,
    /// The port in the URI.
    pub(super) uri_port: Option<u16>,
    /// The request was not seen, only the response.
    pub(super) missing: bool,
    /// The body has begun.
    pub(super) begun: bool,
}

/// A response.
#[derive(Debug, Default)]
pub struct Response {
    /// How far it has come.
    pub progress: u8,
    /// Its headers.
    pub headers: Headers,
    /// What stands in its protocol's place.
    pub version: Version,
    /// Its status; 0 where it has none.
    pub code: u16,
    pub(super) line: Vec<u8>,
    pub(super) protocol: Option<Part>,
    pub(super) status: Option<Part>,
    pub(super) message: Option<Part>,
    /// Bytes behind the headers, chunk lengths among them.
    pub(super) length: u64,
    /// `100 Continue` came.
    pub(super) continued: bool,
    pub(super) begun: bool,
}

impl HttpTx {
    /// The body in a direction.
    pub fn body(&self, direction: Direction) -> &Body {
        match direction {
            Direction::ToServer => &self.request_body,
            Direction::ToClient => &self.response_body,
        }
    }

    /// The headers in a direction.
    pub fn headers(&self, direction: Direction) -> &Headers {
        match direction {
            Direction::ToServer => &self.request.headers,
            Direction::ToClient => &self.response.headers,
        }
    }

    /// The first line in a direction.
    pub fn line(&self, direction: Direction) -> &[u8] {
        match direction {
            Direction::ToServer => &self.request.line,
            Direction::ToClient => &self.response.line,
        }
    }

    /// What the bodies need to know of the headers.
    pub(super) fn head(&self, direction: Direction) -> Head<'_> {
        let headers = self.headers(direction);
        let path: &[u8] = if self.request.missing {
            NOT_SEEN
        } else {
            &self.request.path
        };
        Head {
            method: self.request.method(),
            path,
            host: self.request.host().unwrap_or_default(),
            status: match direction {
                Direction::ToServer => 0,
                Direction::ToClient => self.response.code,
            },
            content_encoding: headers.get("content-encoding"),
            content_type: headers.get("content-type"),
            content_disposition: headers.get("content-disposition"),
            content_range: headers.get("content-range"),
        }
    }
}

impl Request {
    /// Its method.
    pub fn method(&self) -> &[u8] {
        cut(&self.line, self.method)
    }

    /// Its URI, as it was sent.
    pub fn uri(&self) -> Option<&[u8]> {
        if self.missing {
            return Some(NOT_SEEN);
        }
        self.uri.map(|part| cut(&self.line, part))
    }

    /// Its URI, decoded.
    pub fn normalized_uri(&self) -> &[u8] {
        &self.normalized
    }

    /// Its protocol.
    pub fn protocol(&self) -> Option<&[u8]> {
        self.protocol.map(|part| cut(&self.line, part))
    }

    /// The host that it names, without a port.
    pub fn host(&self) -> Option<&[u8]> {
        self.host.as_deref()
    }

    /// The host as it is written: that of the URI, or all of `Host`.
    pub fn raw_host(&self) -> Option<&[u8]> {
        if self.host_in_uri {
            self.host()
        } else {
            self.headers.get("host")
        }
    }
}

impl Response {
    /// Its protocol.
    pub fn protocol(&self) -> Option<&[u8]> {
        self.protocol.map(|part| cut(&self.line, part))
    }

    /// Its status, as it was sent.
    pub fn status(&self) -> Option<&[u8]> {
        self.status.map(|part| cut(&self.line, part))
    }

    /// What stands behind the status.
    pub fn message(&self) -> Option<&[u8]> {
        self.message.map(|part| cut(&self.line, part))
    }

    /// Bytes behind the headers, with the lengths of chunks: EVE's `length`.
    pub fn length(&self) -> u64 {
        self.length
    }
}

impl Transaction for HttpTx {
    fn progress(&self, direction: Direction) -> u8 {
        match direction {
            Direction::ToServer => self.request.progress,
            Direction::ToClient => self.response.progress,
        }
    }

    // Suricata: a header is there as soon as its line is (parity: http-protocol-nodup).
    fn settled(&self, direction: Direction, at: u8) -> bool {
        at != progress::HEADERS || self.progress(direction) > progress::HEADERS
    }

    fn files(&self, direction: Direction) -> Option<&Files> {
        Some(self.body(direction).files())
    }

    fn files_mut(&mut self, direction: Direction) -> Option<&mut Files> {
        Some(match direction {
            Direction::ToServer => self.request_body.files_mut(),
            Direction::ToClient => self.response_body.files_mut(),
        })
    }

    fn window_start(&self, buffer: &str, direction: Direction, index: usize) -> u64 {
        match (buffer, direction) {
            ("file.data", Direction::ToServer) => self.request_body.files().window_start(index),
            ("file.data" | "http.request_body" | "http.response_body", _) => self.body(direction).window_start(index),
            _ => 0,
        }
    }

    fn inspected(&mut self, direction: Direction) {
        match direction {
            Direction::ToServer => self.request_body.inspected(),
            Direction::ToClient => self.response_body.inspected(),
        }
    }
}

/// What stands for the URI where only the response was seen.
const NOT_SEEN: &[u8] = b"/libhtp::request_uri_not_seen";
