//! Telnet (RFC 854): recognised only.

use engine::app_layer::{Application, Detection, Ports, Probe, Transport};
use engine::protocol::Protocol;
use packet::Direction;

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "Telnet, recognised only",
    keywords: &[],
    pcre_buffers: &[],
    deviation: None,
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &[],
    detection: &[Detection::Probe {
        transport: Transport::Tcp,
        ports: Ports::These(&[23]),
        direction: None,
        min: 3,
        probe,
    }],
    first: None,
    setup: None,
    progress: [&["complete"], &["complete"]],
    events: &[],
    loggers: &[],
};

/// The name of the protocol.
pub const NAME: &str = "telnet";

/// Whether it begins with a negotiation: IAC, then WILL, WON'T, DO, DON'T or SB.
fn probe(data: &[u8], _direction: Direction) -> Probe {
    match data {
        [0xff, 0xfa..=0xfe, ..] => Probe::Yes,
        _ => Probe::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Conversation;

    #[test]
    fn a_negotiation_is_telnet() {
        let mut talk = Conversation::new(&APPLICATION).port(23);
        talk.server(b"\xff\xfd\x18\xff\xfd\x20", 3);
        assert!(talk.flow.protocol().is_some());
        let mut talk = Conversation::new(&APPLICATION).port(23);
        talk.server(b"hello there", 3);
        assert!(talk.flow.protocol().is_none());
    }
}
