//! Messages of SSL 2, and the hellos of SSL 3 and TLS in its form (RFC 5246 appendix E.2).

use engine::app_layer::Context;
use packet::Direction;

use super::reader::Reader;
use super::transaction::{HandshakeState, TlsTx, client, server};
use super::version::Version;

/// Reads the start of a message.
pub(super) fn message(start: &[u8], tx: &mut TlsTx, context: &mut Context<'_>) {
    let mut reader = Reader(start);
    let kind = reader.u8();
    let side = tx.side_mut(context.direction);
    side.version = Version::SSL2;
    match (kind, context.direction) {
        (Some(1), Direction::ToServer) => {
            let version = reader.u16().map(Version).filter(|version| version.is_of_records());
            side.version = version.unwrap_or(Version::SSL2);
            side.reach(client::HELLO_DONE);
            tx.state = Some(HandshakeState::ClientHello);
        }
        (Some(2), Direction::ToServer) => {
            side.reach(client::HANDSHAKE_DONE);
            tx.state = Some(HandshakeState::ClientKeyx);
        }
        (Some(4), Direction::ToClient) => {
            side.reach(server::HELLO_DONE);
            tx.state = Some(HandshakeState::ServerHello);
        }
        (Some(5), Direction::ToClient) => side.reach(server::HANDSHAKE_DONE),
        _ => {}
    }
}
