//! Bytes to decoded layers, and the decoder events of what is wrong with them.
//!
//! [`Packet::decode`] takes a captured packet apart, from its link header down to its transport.
//! It never fails: a malformed packet is data, its malformation a [`DecoderEvent`] with the name that
//! Suricata's `decode-event` keyword has for it. Nothing here allocates, keeps state or reads a clock,
//! and nothing panics, whatever the bytes are.
//!
//! ```
//! use packet::{DecodeConfig, DecoderEvent, LinkType, Packet, Timestamp};
//!
//! // UDP over IPv4 over Ethernet, with a UDP length that the packet does not hold.
//! let frame = [
//!     2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00, // Ethernet
//!     0x45, 0, 0, 30, 0, 1, 0, 0, 64, 17, 0x66, 0xcc, 10, 0, 0, 1, 10, 0, 0, 2, // IPv4
//!     0x04, 0xd2, 0, 53, 0, 99, 0, 0, b'h', b'i', // UDP
//! ];
//! let config = DecodeConfig::default();
//! let packet = Packet::decode(&frame, LinkType::Ethernet, Timestamp::new(1_700_000_000, 0), 1, &config);
//!
//! assert_eq!(packet.src().unwrap().to_string(), "10.0.0.1");
//! assert_eq!((packet.ip_proto(), packet.ipv4_checksum_ok()), (Some(17), Some(true)));
//! assert!(packet.invalid && packet.udp().is_none() && packet.payload.is_empty());
//! assert!(packet.events.contains(DecoderEvent::UdpPktTooSmall));
//! assert_eq!(DecoderEvent::from_name("udp.pkt_too_small"), Some(DecoderEvent::UdpPktTooSmall));
//! ```
//!
//! # What is decoded
//!
//! | layer | decoders |
//! |---|---|
//! | link ([`LinkType`]) | Ethernet, raw IP, BSD loopback in both byte orders, Linux cooked capture 1 and 2, PPP with and without HDLC framing, PPPoE, Cisco HDLC |
//! | between link and network | VLAN (three tags), MPLS with pseudowires, PPPoE, VN-Tag, E-Tag, 802.1ah, FabricPath, NSH |
//! | network ([`Network`]) | IPv4 with its options, IPv6 with its extension headers, ARP |
//! | transport ([`Transport`]) | TCP with its options, UDP, ICMP, ICMPv6, SCTP, IGMP, ESP, GRE |
//! | tunnels ([`Tunnel`]) | IP in IP in all four ways, GRE with IP, PPP, Ethernet and ERSPAN in it, VXLAN, Geneve, Teredo |
//!
//! # Packets within packets
//!
//! A packet that a tunnel carries is a packet of its own: `inner` says where it is, and
//! [`Packet::decode_inner`] decodes it. All the packets one within another share
//! [`DecodeConfig::max_layers`].
//!
//! ```
//! # use packet::{DecodeConfig, LinkType, Packet, Timestamp};
//! # let frame = [0u8; 14];
//! # let config = DecodeConfig::default();
//! let mut next = Some(Packet::decode(&frame, LinkType::Ethernet, Timestamp::default(), 1, &config));
//! while let Some(packet) = next {
//!     // ... look at `packet` ...
//!     next = packet.decode_inner(&config);
//! }
//! ```
//!
//! Fragments have no transport. [`Packet::fragment`] has what it takes to put the datagram together,
//! and [`Packet::decode_datagram`] decodes the result.
//!
//! # What `invalid` and `malformed` mean
//!
//! A header that cannot be decoded ends decoding and makes the packet `invalid`. What was decoded before
//! stays: a segment with half a TCP header has its addresses and its IP protocol, but no ports, no
//! payload and no flow. Some faults leave the header readable, such as an IPv4 option with an
//! impossible pointer: such a packet is `malformed` and goes on. Both count as `decoder.invalid` in
//! Suricata's statistics. Other events, such as an unknown ICMP code, are only events.
//!
//! # How a decoder is made
//!
//! One header is one file, in the same order everywhere: where the fields are, a view with an accessor
//! for each, `decode`, and tests for every length and every event. The views are `Copy`, lie over bytes
//! whose length was checked, and read 0 rather than outside of them. `decode` returns the step that
//! comes next, so the way from layer to layer is a loop without recursion.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic
    )
)]

pub mod arp;
mod bytes;
mod chdlc;
mod checksum;
pub mod config;
mod dce;
mod decode;
mod direction;
mod embedded;
mod erspan;
pub mod esp;
mod etag;
pub mod ethernet;
pub mod event;
pub mod event_set;
#[cfg(test)]
mod fixture;
pub mod geneve;
pub mod gre;
pub mod icmpv4;
pub mod icmpv6;
mod ieee8021ah;
pub mod igmp;
pub mod ipv4;
pub mod ipv4_options;
pub mod ipv6;
pub mod ipv6_ext;
pub mod layers;
pub mod link;
pub mod mpls;
mod nsh;
mod null;
mod packet;
mod ppp;
mod pppoe;
mod raw;
pub mod sctp;
pub mod shard;
mod sll;
pub mod tcp;
pub mod tcp_options;
mod teredo;
pub mod time;
pub mod tunnel;
pub mod udp;
pub mod vlan;
mod vntag;
pub mod vxlan;

pub use arp::Arp;
pub use config::{DecodeConfig, PortList};
pub use direction::Direction;
pub use embedded::Embedded;
pub use esp::Esp;
pub use ethernet::Ethernet;
pub use event::DecoderEvent;
pub use event_set::EventSet;
pub use geneve::Geneve;
pub use gre::Gre;
pub use icmpv4::Icmpv4;
pub use icmpv6::Icmpv6;
pub use igmp::Igmp;
pub use ipv4::Ipv4;
pub use ipv4_options::{Ipv4Option, Ipv4Options};
pub use ipv6::Ipv6;
pub use ipv6_ext::{Extension, Extensions, Ipv6Option, Ipv6Options};
pub use layers::{Layer, Layers};
pub use link::LinkType;
pub use mpls::Mpls;
pub use packet::{Fragment, Network, Packet, Transport};
pub use sctp::{Chunk, Chunks, Sctp};
pub use shard::shard_key;
pub use tcp::Tcp;
pub use tcp_options::{TcpOption, TcpOptions};
pub use time::Timestamp;
pub use tunnel::{First, Inner, Tunnel};
pub use udp::Udp;
pub use vlan::Vlan;
pub use vxlan::Vxlan;
