//! IMAP (RFC 9051): recognised only.

use engine::app_layer::{Application, Detection, Pattern, Ports, Probe, Transport};
use engine::protocol::Protocol;
use packet::Direction;

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "IMAP, recognised only",
    keywords: &[],
    pcre_buffers: &[],
    deviation: None,
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &[],
    detection: &[
        Pattern::tcp(Direction::ToClient, b"* OK "),
        Detection::Pattern(Pattern {
            transport: Transport::Tcp,
            direction: Direction::ToServer,
            bytes: b"1 capability",
            nocase: true,
            offset: 0,
            depth: 12,
            confirm: None,
        }),
        Detection::Probe {
            transport: Transport::Tcp,
            ports: Ports::These(&[143]),
            direction: None,
            min: 5,
            probe,
        },
    ],
    first: None,
    setup: None,
    progress: [&["complete"], &["complete"]],
    events: &[],
    loggers: &[],
};

/// The name of the protocol.
pub const NAME: &str = "imap";

/// Whether it begins with a greeting, or with a tag and a command.
fn probe(data: &[u8], direction: Direction) -> Probe {
    if direction == Direction::ToClient {
        let greets = [&b"* OK"[..], b"* PREAUTH", b"* BYE"]
            .iter()
            .any(|start| data.starts_with(start));
        return if greets { Probe::Yes } else { Probe::No };
    }
    let line = data.get(..data.len().min(MAX_LINE)).unwrap_or_default();
    let mut words = line.split(|b| matches!(b, b' ' | b'\r' | b'\n'));
    let tag = words.next().unwrap_or_default();
    if tag.is_empty()
        || !tag
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    {
        return Probe::No;
    }
    match words.next() {
        Some(word) if COMMANDS.iter().any(|name| word.eq_ignore_ascii_case(name)) => Probe::Yes,
        Some(word) if words.next().is_none() && word.len() < 13 => Probe::More,
        None if tag.len() < MAX_TAG => Probe::More,
        _ => Probe::No,
    }
}

/// What a client may begin with.
const COMMANDS: &[&[u8]] = &[
    b"capability",
    b"noop",
    b"logout",
    b"starttls",
    b"authenticate",
    b"login",
    b"select",
    b"examine",
    b"list",
    b"status",
    b"id",
    b"enable",
];

const MAX_TAG: usize = 32;
const MAX_LINE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Conversation;

    #[test]
    fn greetings_and_tagged_commands_are_imap() {
        for (data, expected) in [
            (&b"a001 LOGIN x y\r\n"[..], Probe::Yes),
            (b"1 id (\"name\" \"x\")\r\n", Probe::Yes),
            (b"a001 LOG", Probe::More),
            (b"a001 ", Probe::More),
            (b"GET / HTTP/1.1\r\n", Probe::No),
            (b"{} x", Probe::No),
        ] {
            assert_eq!(probe(data, Direction::ToServer), expected, "{data:?}");
        }
        let mut talk = Conversation::new(&APPLICATION).port(9999);
        talk.server(b"* OK IMAP4rev1 ready\r\n", 3);
        assert!(talk.flow.protocol().is_some());
    }
}
