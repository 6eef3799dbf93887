//! The layers that a [`PacketBuilder`](crate::PacketBuilder) stacks: one header, one file.
//!
//! Every layer has sensible values from the start, fills in lengths, checksums and the number of
//! the next protocol by itself, and lets a test override each of them.

mod arp;
mod ethernet;
mod gre;
mod icmp;
mod ipv4;
mod ipv6;
mod sctp;
mod tcp;
mod udp;
mod vlan;
mod vxlan;

use std::net::IpAddr;

pub use arp::Arp;
pub use ethernet::Ethernet;
pub use gre::Gre;
pub use icmp::{Icmpv4, Icmpv6};
pub use ipv4::Ipv4;
pub use ipv6::Ipv6;
pub use sctp::Sctp;
pub use tcp::{Tcp, flag};
pub use udp::Udp;
pub use vlan::Vlan;
pub use vxlan::Vxlan;

/// One layer of a packet.
#[derive(Clone, Debug)]
pub enum Layer {
    /// An Ethernet II header.
    Ethernet(Ethernet),
    /// An IEEE 802.1Q or 802.1ad tag.
    Vlan(Vlan),
    /// An ARP packet.
    Arp(Arp),
    /// An IPv4 header.
    Ipv4(Ipv4),
    /// An IPv6 header and its extension headers.
    Ipv6(Ipv6),
    /// A TCP header.
    Tcp(Tcp),
    /// A UDP header.
    Udp(Udp),
    /// An ICMP header.
    Icmpv4(Icmpv4),
    /// An ICMPv6 header.
    Icmpv6(Icmpv6),
    /// An SCTP header.
    Sctp(Sctp),
    /// A GRE header.
    Gre(Gre),
    /// A VXLAN header.
    Vxlan(Vxlan),
    /// Bytes as they are.
    Raw(Vec<u8>),
}

/// What the encoding of a layer must know of its neighbours.
pub(crate) struct Context<'a> {
    /// The addresses of the nearest IP layer outside.
    pub ends: Option<(IpAddr, IpAddr)>,
    /// The layer inside, if any.
    pub next: Option<&'a Layer>,
}

impl Layer {
    /// The header and, behind it, `payload`, the encoding of the layers inside.
    pub(crate) fn encode(&self, context: &Context<'_>, payload: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Ethernet(layer) => layer.encode(context, payload),
            Self::Vlan(layer) => layer.encode(context, payload),
            Self::Arp(layer) => layer.encode(payload),
            Self::Ipv4(layer) => layer.encode(context, payload),
            Self::Ipv6(layer) => layer.encode(context, payload),
            Self::Tcp(layer) => layer.encode(context, payload),
            Self::Udp(layer) => layer.encode(context, payload),
            Self::Icmpv4(layer) => layer.encode(payload),
            Self::Icmpv6(layer) => layer.encode(context, payload),
            Self::Sctp(layer) => layer.encode(payload),
            Self::Gre(layer) => layer.encode(context, payload),
            Self::Vxlan(layer) => layer.encode(payload),
            Self::Raw(bytes) => [bytes.as_slice(), &payload].concat(),
        }
    }

    /// The addresses, where this is an IP layer.
    pub(crate) fn ends(&self) -> Option<(IpAddr, IpAddr)> {
        match self {
            Self::Ipv4(ip) => Some((ip.src.into(), ip.dst.into())),
            Self::Ipv6(ip) => Some((ip.src.into(), ip.dst.into())),
            _ => None,
        }
    }

    /// The number that announces this layer in an Ethernet or GRE header.
    const fn ether_type(&self) -> u16 {
        match self {
            Self::Ethernet(_) => 0x6558,
            Self::Vlan(tag) => tag.tpid,
            Self::Arp(_) => 0x0806,
            Self::Ipv6(_) => 0x86dd,
            _ => 0x0800,
        }
    }

    /// The number that announces this layer in an IP header; 253 (RFC 3692) where there is none.
    pub(crate) const fn ip_protocol(&self) -> u8 {
        match self {
            Self::Icmpv4(_) => 1,
            Self::Ipv4(_) => 4,
            Self::Tcp(_) => 6,
            Self::Udp(_) => 17,
            Self::Ipv6(_) => 41,
            Self::Gre(_) => 47,
            Self::Icmpv6(_) => 58,
            Self::Sctp(_) => 132,
            _ => 253,
        }
    }
}

impl Context<'_> {
    fn ether_type(&self, set: Option<u16>) -> u16 {
        set.or(self.next.map(Layer::ether_type)).unwrap_or(0x0800)
    }

    fn ip_protocol(&self, set: Option<u8>) -> u8 {
        set.or(self.next.map(Layer::ip_protocol)).unwrap_or(253)
    }
}

macro_rules! layer_from {
    ($($name:ident)*) => {
        $(impl From<$name> for Layer {
            fn from(layer: $name) -> Self {
                Self::$name(layer)
            }
        })*
    };
}

layer_from! { Ethernet Vlan Arp Ipv4 Ipv6 Tcp Udp Icmpv4 Icmpv6 Sctp Gre Vxlan }

impl From<Vec<u8>> for Layer {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Raw(bytes)
    }
}

impl From<&[u8]> for Layer {
    fn from(bytes: &[u8]) -> Self {
        Self::Raw(bytes.to_vec())
    }
}

/// The length of a packet as the 16-bit field it goes into.
fn len16(len: usize, what: &str) -> u16 {
    u16::try_from(len).unwrap_or_else(|_| panic!("{what} of {len} bytes is over 65,535"))
}
