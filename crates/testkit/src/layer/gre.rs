//! GRE (RFC 2784, with key and sequence number of RFC 2890).

use super::Context;

/// A GRE header; the packet inside follows as the next layers.
#[derive(Clone, Debug, Default)]
pub struct Gre {
    protocol: Option<u16>,
    key: Option<u32>,
    sequence: Option<u32>,
    version: u8,
}

impl Gre {
    /// A header of four bytes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the protocol type, whatever follows.
    pub const fn protocol(mut self, ether_type: u16) -> Self {
        self.protocol = Some(ether_type);
        self
    }

    /// Adds a key.
    pub const fn key(mut self, key: u32) -> Self {
        self.key = Some(key);
        self
    }

    /// Adds a sequence number.
    pub const fn sequence(mut self, number: u32) -> Self {
        self.sequence = Some(number);
        self
    }

    /// Sets the version, 0 to 7.
    pub const fn version(mut self, version: u8) -> Self {
        self.version = version & 7;
        self
    }

    pub(super) fn encode(&self, context: &Context<'_>, payload: Vec<u8>) -> Vec<u8> {
        let flags = u8::from(self.key.is_some()) << 5 | u8::from(self.sequence.is_some()) << 4;
        let mut bytes = vec![flags, self.version];
        bytes.extend(context.ether_type(self.protocol).to_be_bytes());
        for word in [self.key, self.sequence].into_iter().flatten() {
            bytes.extend(word.to_be_bytes());
        }
        bytes.extend(payload);
        bytes
    }
}
