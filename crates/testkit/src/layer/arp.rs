//! ARP over Ethernet for IPv4 (RFC 826).

use std::net::Ipv4Addr;

use crate::address::mac_of;

/// An ARP packet.
#[derive(Clone, Debug)]
pub struct Arp {
    operation: u16,
    pub(super) sender_mac: [u8; 6],
    sender: Ipv4Addr,
    target_mac: [u8; 6],
    target: Ipv4Addr,
}

impl Arp {
    /// "Who has `target`? Tell `sender`."
    pub fn request(sender: impl Into<Ipv4Addr>, target: impl Into<Ipv4Addr>) -> Self {
        let (sender, target) = (sender.into(), target.into());
        Self {
            operation: 1,
            sender_mac: mac_of(sender.into()),
            sender,
            target_mac: [0; 6],
            target,
        }
    }

    /// "`sender` is at its address", to `target`.
    pub fn reply(sender: impl Into<Ipv4Addr>, target: impl Into<Ipv4Addr>) -> Self {
        let (sender, target) = (sender.into(), target.into());
        Self {
            operation: 2,
            sender_mac: mac_of(sender.into()),
            sender,
            target_mac: mac_of(target.into()),
            target,
        }
    }

    /// Sets the hardware address that the sender claims.
    pub const fn sender_mac(mut self, mac: [u8; 6]) -> Self {
        self.sender_mac = mac;
        self
    }

    /// Sets the operation: 1 request, 2 reply, anything else unusual.
    pub const fn operation(mut self, operation: u16) -> Self {
        self.operation = operation;
        self
    }

    /// A request goes to all, a reply to one.
    pub(super) fn frame_destination(&self) -> [u8; 6] {
        if self.target_mac == [0; 6] {
            [0xff; 6]
        } else {
            self.target_mac
        }
    }

    pub(super) fn encode(&self, payload: Vec<u8>) -> Vec<u8> {
        let mut bytes = vec![0, 1, 8, 0, 6, 4];
        bytes.extend(self.operation.to_be_bytes());
        bytes.extend(self.sender_mac);
        bytes.extend(self.sender.octets());
        bytes.extend(self.target_mac);
        bytes.extend(self.target.octets());
        bytes.extend(payload);
        bytes
    }
}
