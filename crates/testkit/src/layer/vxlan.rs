//! VXLAN (RFC 7348).

/// A VXLAN header; an [`Ethernet`](super::Ethernet) layer follows, a [`Udp`](super::Udp) one to port 4789 goes before.
#[derive(Clone, Debug)]
pub struct Vxlan {
    network: u32,
    flags: u8,
}

impl Vxlan {
    /// The header of the network with this identifier, 24 bits.
    pub const fn new(network: u32) -> Self {
        Self { network, flags: 0x08 }
    }

    /// Sets the flags; 0x08 says that the identifier is valid.
    pub const fn flags(mut self, flags: u8) -> Self {
        self.flags = flags;
        self
    }

    pub(super) fn encode(&self, payload: Vec<u8>) -> Vec<u8> {
        let mut bytes = vec![self.flags, 0, 0, 0];
        bytes.extend((self.network << 8).to_be_bytes());
        bytes.extend(payload);
        bytes
    }
}
