//! Bytes to decoded layers, and the decoder events of what is wrong with them.
//!
//! Decoding never fails: a malformed packet is data, and its malformation a decoder event.
//! One header is one file. Nothing here allocates, keeps state or reads a clock.
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
pub mod packet;
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
