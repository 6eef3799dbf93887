//! What parts of the engine are called in a profile.

use engine::app_layer::{AppLayer, ProtocolId};
use engine::buffer::BufferId;
use engine::detect::{Class, Inspected, Place, Reason, RuleSet, RuleWork, Scope};

use crate::run::Ready;

/// What parts of the engine are called.
pub struct Names<'r> {
    rules: &'r RuleSet,
    layer: &'r AppLayer,
}

impl<'r> Names<'r> {
    pub fn new(ready: &'r Ready) -> Self {
        Self {
            rules: &ready.rules,
            layer: &ready.config.app.layer,
        }
    }

    /// A buffer with its transforms, as rules name it.
    pub fn buffer(&self, id: BufferId) -> String {
        let Some(used) = self.rules.buffers.get(usize::from(id.0)) else {
            return String::new();
        };
        let transforms = used.transforms.iter().map(|transform| &*transform.key);
        std::iter::once(used.def.name)
            .chain(transforms)
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// What operations ran on.
    pub fn inspected(&self, what: Inspected) -> String {
        match what {
            Inspected::Packet => "payload of packets".to_owned(),
            Inspected::Stream => "payload of streams".to_owned(),
            Inspected::Buffer(id) => self.buffer(id),
        }
    }

    /// Whose literals were looked for.
    pub fn scope(&self, scope: Scope) -> String {
        let (name, to_client) = match scope {
            Scope::Packet(class, to_client) => (class_name(class), to_client),
            Scope::Transaction(protocol, to_client) => (self.protocol(protocol), to_client),
        };
        format!("{name} {}", if to_client { "to_client" } else { "to_server" })
    }

    /// Where literals were looked for.
    pub fn place(&self, place: Place) -> String {
        let name = match place {
            Place::PacketFront => "payload of packets, first 64 bytes",
            Place::PacketGated => "payload of packets, by what stands at its front",
            Place::PacketShort => "payload of packets, short",
            Place::PacketSmall => "payload of packets, if small",
            Place::PacketPorted => "payload of packets, by port",
            Place::Packet => "payload of packets",
            Place::StreamFront => "payload of streams, first 64 bytes",
            Place::Stream => "payload of streams",
            Place::Buffer(id) => return self.buffer(id),
        };
        name.to_owned()
    }

    fn protocol(&self, id: ProtocolId) -> &'static str {
        self.layer.get(id).map_or("", |app| app.name)
    }
}

/// What a reason to look at a rule is called.
pub const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Literal => "literal",
        Reason::Port => "port",
        Reason::Always => "always",
        Reason::Fields => "fields",
        Reason::Event => "event",
        Reason::Address => "address",
        Reason::Waiting => "waiting",
    }
}

/// The reasons why a rule was looked at.
pub fn reasons(work: &RuleWork) -> String {
    let there = Reason::ALL
        .into_iter()
        .filter(|reason| work.found[*reason as usize] > 0);
    there.map(reason).collect::<Vec<_>>().join("+")
}

/// A text that no terminal acts on.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// A literal as rules write it.
pub fn literal(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut hex = false;
    for &byte in bytes.iter().take(MAX_SHOWN) {
        let plain = (0x20..0x7f).contains(&byte) && !matches!(byte, b'"' | b'|' | b';' | b'\\');
        if plain == hex {
            text.push('|');
            hex = !plain;
        } else if hex {
            text.push(' ');
        }
        match plain {
            true => text.push(char::from(byte)),
            false => text.push_str(&format!("{byte:02x}")),
        }
    }
    if hex {
        text.push('|');
    }
    if bytes.len() > MAX_SHOWN {
        text.push_str("...");
    }
    text
}

const fn class_name(class: Class) -> &'static str {
    match class {
        Class::Tcp => "tcp",
        Class::Udp => "udp",
        Class::Icmp => "icmp",
        Class::OtherIp => "other ip",
        Class::NotIp => "not ip",
    }
}

/// So many bytes of a literal are shown.
const MAX_SHOWN: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_written_as_rules_write_them() {
        assert_eq!(literal(b"GET /"), "GET /");
        assert_eq!(literal(b"\x00\x01a\"\r\nb"), "|00 01|a|22 0d 0a|b");
        assert_eq!(literal(b"\xff"), "|ff|");
        assert!(literal(&[b'x'; 50]).ends_with("x..."));
    }
}
