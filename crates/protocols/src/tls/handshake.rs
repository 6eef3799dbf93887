//! Handshake messages: put together from records, and read.

use engine::app_layer::Context;
use packet::Direction;

use super::Event;
use super::certificate::{self, Certificate};
use super::hello::Hello;
use super::reader::Reader;
use super::transaction::{HandshakeState, TlsTx, client, server};
use super::version::Version;

/// Puts messages together.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// The message that is not whole yet, with its header.
    waiting: Vec<u8>,
    /// Bytes of a message that is too long to keep, still to come.
    skip: usize,
    /// There was such a message.
    pub(super) too_long: bool,
    /// There was a message of a type that is not known.
    pub(super) unknown: bool,
}

impl Messages {
    /// Takes bytes of handshake records, and gives each message that is whole now to `with`: its type and its body.
    pub(super) fn feed(&mut self, mut data: &[u8], with: &mut dyn FnMut(u8, &[u8])) {
        while !data.is_empty() {
            let skipped = self.skip.min(data.len());
            self.skip = self.skip.saturating_sub(skipped);
            data = data.get(skipped..).unwrap_or_default();
            if self.waiting.is_empty() {
                // PERF: messages that are there whole are not copied.
                let mut reader = Reader(data);
                while let Some((kind, body)) = whole(&mut reader) {
                    with(kind, body);
                }
                data = reader.0;
            }
            data = self.keep(data);
            let mut reader = Reader(&self.waiting);
            if let Some((kind, body)) = whole(&mut reader) {
                with(kind, body);
                self.waiting.clear();
            }
        }
    }

    /// Keeps what belongs to the message that is not whole; returns what is behind it.
    fn keep<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        let (head, data) = data.split_at(HEADER.saturating_sub(self.waiting.len()).min(data.len()));
        self.waiting.extend_from_slice(head);
        let Some(&[kind, a, b, c]) = self.waiting.first_chunk::<HEADER>() else {
            return data;
        };
        let length = usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap_or(usize::MAX);
        // LIMIT: a longer message is not kept, only passed over; so is what is none.
        if length > MAX_MESSAGE || !is_known(kind) {
            self.unknown |= !is_known(kind);
            self.too_long |= is_known(kind);
            self.waiting.clear();
            self.skip = length;
            return data;
        }
        let missing = length.saturating_add(HEADER).saturating_sub(self.waiting.len());
        let (body, behind) = data.split_at(missing.min(data.len()));
        self.waiting.extend_from_slice(body);
        behind
    }
}

/// The message at the start, if it is whole.
fn whole<'a>(reader: &mut Reader<'a>) -> Option<(u8, &'a [u8])> {
    let mut ahead = *reader;
    let kind = ahead.u8()?;
    let body = ahead.vec24()?;
    *reader = ahead;
    Some((kind, body))
}

/// Reads a message.
pub(super) fn message(kind: u8, body: &[u8], tx: &mut TlsTx, context: &Context<'_>, event: &mut dyn FnMut(Event)) {
    match (kind, context.direction) {
        (CLIENT_HELLO, Direction::ToServer) => client_hello(body, tx, event),
        (SERVER_HELLO, Direction::ToClient) => server_hello(body, tx, event),
        (CERTIFICATE, _) => certificates(body, tx, context, event),
        (SERVER_KEY_EXCHANGE, Direction::ToClient) => tx.state = Some(HandshakeState::ServerKeyx),
        (SERVER_HELLO_DONE, Direction::ToClient) => tx.server.reach(server::HELLO_DONE),
        (CLIENT_KEY_EXCHANGE, Direction::ToServer) => {
            tx.client.reach(client::CERT_DONE);
            tx.state = Some(HandshakeState::ClientKeyx);
        }
        (kind, _) if is_known(kind) => {}
        _ => event(Event::InvalidHandshakeMessage),
    }
}

/// Whether there is such a message in the clear: of TLS 1.3 only the hellos are.
const fn is_known(kind: u8) -> bool {
    matches!(kind, 0..=2 | 4 | 11..=16 | 20..=22)
}

fn client_hello(body: &[u8], tx: &mut TlsTx, event: &mut dyn FnMut(Event)) {
    tx.state = Some(HandshakeState::ClientHello);
    let again = tx.client.hello.is_some();
    match Hello::client(body, event) {
        // RFC 8446 section 4.1.2: a second hello answers a request to try again; what the first said stands.
        Some(hello) if again => {
            if hello.has_sni {
                event(Event::MultipleSniExtensions);
            }
        }
        Some(hello) => {
            tx.client.version = hello.real_version();
            tx.client.hello = Some(Box::new(hello));
        }
        None => {
            event(Event::HandshakeInvalidLength);
            if let Some(version) = Reader(body).u16() {
                tx.client.version = Version(version);
            }
        }
    }
    tx.client.reach(client::HELLO_DONE);
}

fn server_hello(body: &[u8], tx: &mut TlsTx, event: &mut dyn FnMut(Event)) {
    tx.state = Some(HandshakeState::ServerHello);
    match Hello::server(body, event) {
        Some(hello) => {
            tx.server.version = hello.versions.first().copied().unwrap_or(hello.version);
            // Suricata: a choice of an unknown version by extension is an event, and the end of it.
            if hello.versions.first().is_some_and(|version| !version.is_of_records()) {
                event(Event::InvalidRecordVersion);
                tx.lost = true;
            }
            // RFC 5246 section 7.4.1.2: the server goes on with the client's session by giving its id back.
            let same = |client: &Hello| !hello.session_id.is_empty() && client.session_id == hello.session_id;
            tx.same_session |= !tx.server.version.is_tls13() && tx.client.hello.as_deref().is_some_and(same);

            tx.server.hello = Some(Box::new(hello));
        }
        None => event(Event::HandshakeInvalidLength),
    }
    tx.server.reach(server::HELLO);
}

fn certificates(body: &[u8], tx: &mut TlsTx, context: &Context<'_>, event: &mut dyn FnMut(Event)) {
    let side = tx.side_mut(context.direction);
    if side.certificate.is_none()
        && let Some(chain) = certificate::chain(body)
        && let Some((own, issuers)) = chain.split_first()
    {
        match Certificate::read(own) {
            Ok(own) => {
                side.certificate = Some(Box::new(own));
                side.certificate_time = context.time;
                side.issuers = issuers.iter().map(|der| Box::from(*der)).collect();
            }
            Err(wrong) => event(wrong),
        }
    }
    side.reach(match context.direction {
        Direction::ToServer => client::CERT_DONE,
        Direction::ToClient => server::CERT_DONE,
    });
}

const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
const SERVER_KEY_EXCHANGE: u8 = 12;
const SERVER_HELLO_DONE: u8 = 14;
const CLIENT_KEY_EXCHANGE: u8 = 16;

/// Bytes of a message's header.
const HEADER: usize = 4;

/// LIMIT: bytes of a message that is kept, 256 KiB; certificates make the longest.
const MAX_MESSAGE: usize = 256 * 1024;
