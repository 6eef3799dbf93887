//! Tunnels: packets that carry packets.

/// What carried a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tunnel {
    /// Nothing: a packet as captured.
    #[default]
    None,
    /// IPv4 in IPv4 (RFC 2003).
    Ipip,
    /// IPv6 in IPv4 (RFC 4213).
    SixInFour,
    /// IPv4 in IPv6 (RFC 2473).
    FourInSix,
    /// IPv6 in IPv6 (RFC 2473).
    SixInSix,
    /// GRE (RFC 2784), PPTP included.
    Gre,
    /// ERSPAN in GRE.
    Erspan,
    /// Teredo (RFC 4380).
    Teredo,
    /// VXLAN (RFC 7348).
    Vxlan,
    /// Geneve (RFC 8926).
    Geneve,
    /// Fragments: a datagram put together again.
    Defragmented,
}

/// A packet within a packet, not decoded yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inner<'a> {
    /// What carries it.
    pub kind: Tunnel,
    /// Its bytes.
    pub data: &'a [u8],
    /// What its first byte means.
    pub first: First,
}

/// What the first byte of an inner packet means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum First {
    /// Ethernet.
    Ethernet,
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
    /// PPP.
    Ppp,
    /// What follows a link header with this EtherType.
    Ethertype(u16),
    /// The header of ERSPAN type II.
    Erspan,
}
