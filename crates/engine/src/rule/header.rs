//! The header of a rule: protocol, addresses, ports, and what `flow` asks.

use std::sync::Arc;

use packet::{Direction, Network, Packet};

use super::{AddressSet, PortSet};

/// What the header of a rule asks.
#[derive(Clone, Debug)]
pub struct Header {
    /// Which packets.
    pub protocols: ProtocolSet,
    /// The source's addresses; `None` for any.
    pub src: Option<Arc<AddressSet>>,
    /// The destination's addresses; `None` for any.
    pub dst: Option<Arc<AddressSet>>,
    /// The source's ports; `None` for any.
    pub src_ports: Option<Arc<PortSet>>,
    /// The destination's ports; `None` for any.
    pub dst_ports: Option<Arc<PortSet>>,
    /// `<>`: the two sides may be exchanged.
    pub both_ways: bool,
}

impl Header {
    /// How often addresses and ports fit the packet: a rule for both ways that fits in each of them matches twice.
    // Suricata: `<>` makes two rules of one (parity: 2100528 on loopback traffic).
    #[inline]
    pub fn fits(&self, packet: &Packet<'_>) -> u8 {
        u8::from(self.one_way(packet, false)) + u8::from(self.both_ways && self.one_way(packet, true))
    }

    fn one_way(&self, packet: &Packet<'_>, exchanged: bool) -> bool {
        self.ports_fit(packet, exchanged) && self.addresses_fit(packet, exchanged)
    }

    fn ports_fit(&self, packet: &Packet<'_>, exchanged: bool) -> bool {
        if self.src_ports.is_none() && self.dst_ports.is_none() {
            return true;
        }
        // Suricata: a fragment has no ports; a packet whose transport cannot be decoded has port 0 (parity: 2100525).
        if packet.is_fragment() {
            return false;
        }
        let (mut src, mut dst) = (packet.src_port(), packet.dst_port());
        if exchanged {
            std::mem::swap(&mut src, &mut dst);
        }
        self.src_ports.as_ref().is_none_or(|p| p.contains(src))
            && self.dst_ports.as_ref().is_none_or(|p| p.contains(dst))
    }

    fn addresses_fit(&self, packet: &Packet<'_>, exchanged: bool) -> bool {
        if self.src.is_none() && self.dst.is_none() {
            return true;
        }
        let (Some(mut src), Some(mut dst)) = (packet.src(), packet.dst()) else {
            return false;
        };
        if exchanged {
            std::mem::swap(&mut src, &mut dst);
        }
        self.src.as_ref().is_none_or(|set| set.contains(src)) && self.dst.as_ref().is_none_or(|set| set.contains(dst))
    }
}

/// Which packets a rule is for: a set of IP protocols, an IP version, or a layer below.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProtocolSet {
    /// Bit n: IP protocol n.
    pub ip: [u64; 4],
    /// IPv4 packets count.
    pub v4: bool,
    /// IPv6 packets count.
    pub v6: bool,
    /// Packets that are not IP count, or cannot be decoded (`pkthdr`, `ether`).
    pub any_packet: bool,
    /// ARP packets count.
    pub arp: bool,
}

impl ProtocolSet {
    /// Nothing yet.
    pub const NONE: Self = Self {
        ip: [0; 4],
        v4: false,
        v6: false,
        any_packet: false,
        arp: false,
    };
    /// `ip`: every IP packet.
    pub const IP: Self = Self {
        ip: [u64::MAX; 4],
        v4: true,
        v6: true,
        any_packet: false,
        arp: false,
    };

    /// Packets of one IP protocol, over either version.
    pub const fn one(protocol: u8) -> Self {
        let mut set = Self {
            v4: true,
            v6: true,
            ..Self::NONE
        };
        set.ip[(protocol >> 6) as usize] |= 1 << (protocol & 63);
        set
    }

    /// The set with one more IP protocol.
    #[must_use]
    pub const fn with(mut self, protocol: u8) -> Self {
        self.ip[(protocol >> 6) as usize] |= 1 << (protocol & 63);
        self
    }

    /// Whether it is TCP alone.
    pub fn is_tcp(&self) -> bool {
        !self.any_packet && !self.arp && self.ip == Self::one(6).ip
    }

    /// Whether it is every packet of one IP version or of both, whatever the protocol.
    pub fn is_ip(&self) -> bool {
        !self.any_packet && !self.arp && self.ip == Self::IP.ip
    }

    /// Whether the set has the IP protocol.
    #[inline]
    pub const fn has(&self, protocol: u8) -> bool {
        self.ip[(protocol >> 6) as usize] & (1 << (protocol & 63)) != 0
    }

    /// Whether the packet is one of these.
    #[inline]
    pub fn matches(&self, packet: &Packet<'_>) -> bool {
        if self.any_packet {
            return true;
        }
        match packet.ip_proto() {
            Some(protocol) => self.has(protocol) && if packet.is_ipv4() { self.v4 } else { self.v6 },
            None => self.arp && matches!(packet.network, Network::Arp(_)),
        }
    }
}

/// What `flow` asks of a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlowCondition {
    /// `to_server`, `to_client`.
    pub direction: Option<Direction>,
    /// `established` (true), `not_established` (false).
    pub established: Option<bool>,
    /// `stateless`: neither is asked, though `flow` is there.
    pub stateless: bool,
    /// `only_stream`, `no_stream`.
    pub stream: Option<StreamCondition>,
    /// `only_frag`, `no_frag`.
    pub fragment: Option<FragmentCondition>,
}

impl FlowCondition {
    /// Whether it asks for nothing, or for a direction and nothing else.
    pub fn asks_direction_alone(&self) -> bool {
        let direction = self.direction;
        *self
            == Self {
                direction,
                ..Self::default()
            }
    }
}

/// `flow:only_stream` and `no_stream`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamCondition {
    /// Reassembled data only.
    Only,
    /// Packets only.
    Never,
}

/// `flow:only_frag` and `no_frag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FragmentCondition {
    /// Datagrams out of defragmentation only.
    Only,
    /// Anything else.
    Never,
}
