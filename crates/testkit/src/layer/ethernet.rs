//! Ethernet II.

use super::{Context, Layer};
use crate::address::mac_of;

/// An Ethernet II header; its addresses come from the IP layer inside unless they are set.
#[derive(Clone, Debug, Default)]
pub struct Ethernet {
    src: Option<[u8; 6]>,
    dst: Option<[u8; 6]>,
    ether_type: Option<u16>,
    padded: bool,
}

impl Ethernet {
    /// A header that fills itself in.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the source address.
    pub const fn src(mut self, mac: [u8; 6]) -> Self {
        self.src = Some(mac);
        self
    }

    /// Sets the destination address.
    pub const fn dst(mut self, mac: [u8; 6]) -> Self {
        self.dst = Some(mac);
        self
    }

    /// Sets the EtherType, whatever follows.
    pub const fn ether_type(mut self, number: u16) -> Self {
        self.ether_type = Some(number);
        self
    }

    /// Pads the frame with zeros to 60 bytes, as the wire does (64 with the check sequence).
    pub const fn padded(mut self) -> Self {
        self.padded = true;
        self
    }

    pub(super) fn encode(&self, context: &Context<'_>, payload: Vec<u8>) -> Vec<u8> {
        // The builder hands an Ethernet layer the addresses of the IP layer inside it.
        let (src, dst) = match (context.next, context.ends) {
            (Some(Layer::Arp(arp)), _) => (arp.sender_mac, arp.frame_destination()),
            (_, Some((src, dst))) => (mac_of(src), mac_of(dst)),
            _ => ([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]),
        };
        let mut frame = Vec::with_capacity(14 + payload.len());
        frame.extend(self.dst.unwrap_or(dst));
        frame.extend(self.src.unwrap_or(src));
        frame.extend(context.ether_type(self.ether_type).to_be_bytes());
        frame.extend(payload);
        if self.padded && frame.len() < 60 {
            frame.resize(60, 0);
        }
        frame
    }
}
