//! The one transaction of a flow: the whole connection.
//!
//! Fingerprints, and what certificates say, are made of the messages when they are first asked for: by a rule or by a record.
//! So nothing need be known of rules, which may be replaced meanwhile, and who asks for nothing pays with no memory.

use std::cell::OnceCell;

use engine::app_layer::Transaction;
use packet::{Direction, Timestamp};

use super::certificate::Certificate;
use super::hello::Hello;
use super::ja3::Ja3;
use super::ja4::{self, Carrier};
use super::version::Version;

/// A connection.
#[derive(Debug, Default)]
pub struct TlsTx {
    /// What the client said.
    pub client: Side,
    /// What the server said.
    pub server: Side,
    /// Which handshake message came last with the newest data.
    pub state: Option<HandshakeState>,
    /// What follows cannot be read.
    pub(super) lost: bool,
    /// The server gave the client's session id back.
    pub same_session: bool,
    /// JA3 and JA3S are not wanted.
    pub(super) no_ja3: bool,
    /// JA4 is not wanted.
    pub(super) no_ja4: bool,
    /// JA4, once it was asked for.
    pub(super) ja4: OnceCell<Box<str>>,
}

/// What one side said.
#[derive(Debug, Default)]
pub struct Side {
    /// How far it has come: an index into the names of progress.
    pub progress: u8,
    /// The version, of the hello where there was one, else of the records.
    pub version: Version,
    /// Its hello.
    pub hello: Option<Box<Hello>>,
    /// Its own certificate.
    pub certificate: Option<Box<Certificate>>,
    /// The certificates it sent behind its own, in DER.
    pub issuers: Box<[Box<[u8]>]>,
    /// When its certificate came.
    pub certificate_time: Timestamp,
    ja3: OnceCell<Box<Ja3>>,
}

/// What `ssl_state` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum HandshakeState {
    /// The client's hello.
    ClientHello = 1,
    /// The server's hello.
    ServerHello = 2,
    /// The client's key exchange.
    ClientKeyx = 4,
    /// The server's key exchange.
    ServerKeyx = 8,
    /// None of these.
    Unknown = 16,
}

/// The progress of clients, by number.
pub mod client {
    /// Their hello was read.
    pub const HELLO_DONE: u8 = 1;
    /// Their certificate was read, or they have none.
    pub const CERT_DONE: u8 = 2;
    /// What follows is encrypted.
    pub const HANDSHAKE_DONE: u8 = 3;
}

/// The progress of servers, by number.
pub mod server {
    /// Their hello was read.
    pub const HELLO: u8 = 1;
    /// Their certificate was read.
    pub const CERT_DONE: u8 = 2;
    /// They have said what they say before the client goes on.
    pub const HELLO_DONE: u8 = 3;
    /// What follows is encrypted.
    pub const HANDSHAKE_DONE: u8 = 4;
}

impl Transaction for TlsTx {
    fn progress(&self, direction: Direction) -> u8 {
        self.side(direction).progress
    }
}

impl TlsTx {
    /// Who speaks in that direction.
    pub fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::ToServer => &self.client,
            Direction::ToClient => &self.server,
        }
    }

    /// Who speaks in that direction.
    pub(super) fn side_mut(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.client,
            Direction::ToClient => &mut self.server,
        }
    }

    /// Whether the client could go on with an earlier session by a ticket (RFC 5077), and nobody sent a certificate.
    pub fn may_resume(&self) -> bool {
        let ticket = self.client.hello.as_ref().is_some_and(|hello| hello.ticket);
        ticket && self.server.certificate.is_none() && !self.server.version.is_tls13()
    }

    /// Whether the two go on with an earlier session, as far as can be told.
    pub fn resumed(&self) -> bool {
        self.same_session || self.server.hello.is_some() && self.may_resume()
    }

    /// The version: the server's, or what the client offers as long as there is none.
    pub fn version(&self) -> Version {
        match self.server.version {
            Version::UNDETERMINED => self.client.version,
            version => version,
        }
    }

    /// JA3 of the client.
    pub fn ja3(&self) -> Option<&Ja3> {
        self.client.fingerprint(Ja3::client).filter(|_| !self.no_ja3)
    }

    /// JA3S of the server.
    pub fn ja3s(&self) -> Option<&Ja3> {
        self.server.fingerprint(Ja3::server).filter(|_| !self.no_ja3)
    }

    /// JA4 of the client.
    pub fn ja4(&self) -> Option<&str> {
        let hello = self.client.hello.as_deref().filter(|_| !self.no_ja4)?;
        Some(self.ja4.get_or_init(|| ja4::client(hello, Carrier::Tcp).into()))
    }
}

impl Side {
    /// It has come at least so far.
    pub(super) fn reach(&mut self, progress: u8) {
        self.progress = self.progress.max(progress);
    }

    /// Its certificates in DER, its own first.
    pub fn chain(&self) -> impl Iterator<Item = &[u8]> {
        let own = self.certificate.iter().map(|own| own.der());
        own.chain(self.issuers.iter().map(|der| &**der))
    }

    fn fingerprint(&self, of: fn(&Hello) -> Ja3) -> Option<&Ja3> {
        let hello = self.hello.as_deref()?;
        Some(self.ja3.get_or_init(|| Box::new(of(hello))))
    }
}
