//! VLAN tags.

use super::Context;

/// An IEEE 802.1Q tag, or an 802.1ad one.
#[derive(Clone, Debug)]
pub struct Vlan {
    pub(super) tpid: u16,
    tag: u16,
    ether_type: Option<u16>,
}

impl Vlan {
    /// The tag (EtherType 0x8100) of VLAN `id`, 0 to 4095.
    pub const fn new(id: u16) -> Self {
        Self {
            tpid: 0x8100,
            tag: id & 0x0fff,
            ether_type: None,
        }
    }

    /// The outer tag of QinQ (IEEE 802.1ad, EtherType 0x88a8).
    pub const fn service(id: u16) -> Self {
        Self {
            tpid: 0x88a8,
            ..Self::new(id)
        }
    }

    /// Sets the priority, 0 to 7.
    pub const fn priority(mut self, priority: u16) -> Self {
        self.tag = self.tag & 0x1fff | (priority & 7) << 13;
        self
    }

    /// Sets the type of what follows, whatever it is.
    pub const fn ether_type(mut self, number: u16) -> Self {
        self.ether_type = Some(number);
        self
    }

    pub(super) fn encode(&self, context: &Context<'_>, payload: Vec<u8>) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(4 + payload.len());
        bytes.extend(self.tag.to_be_bytes());
        bytes.extend(context.ether_type(self.ether_type).to_be_bytes());
        bytes.extend(payload);
        bytes
    }
}
