//! Traffic made in code: packets, conversations, attacks, and the captures under `fixtures/`.
//!
//! Everything is deterministic: what looks random comes from a seeded [`Rng`], and time is packet
//! time that the caller sets. The same code gives the same bytes on every machine.
//!
//! - [`PacketBuilder`] stacks layers and gives the bytes of one packet;
//! - [`TcpConversation`] and [`UdpExchange`] give all packets of two hosts that talk;
//! - [`Capture`] is a list of packets with their times; it merges with others and becomes a pcap;
//! - [`attacks`] holds the attacks that the bundled rules find, each with its near miss, and
//!   [`background`] the ordinary traffic they hide in;
//! - [`Workload`] is as much traffic as a benchmark wants.
//!
//! This crate is for tests, so a misuse (an address that is none, a payload over 65,535 bytes)
//! panics and says why.
//!
//! ```
//! use testkit::{TcpConversation, Segmentation};
//!
//! let capture = TcpConversation::new("10.0.0.5:40000", "192.0.2.80:80")
//!     .handshake()
//!     .segmentation(Segmentation::every(7).shuffled(1))
//!     .to_server(b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")
//!     .segmentation(Segmentation::default())
//!     .to_client(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
//!     .close()
//!     .capture();
//! std::fs::write(std::env::temp_dir().join("testkit-doc.pcap"), capture.to_pcap()).unwrap();
//! ```
#![forbid(unsafe_code)]

pub mod address;
pub mod attacks;
pub mod background;
mod builder;
mod capture;
pub mod checksum;
pub mod dns;
pub mod fixtures;
pub mod http;
pub mod layer;
mod rng;
mod segmentation;
pub mod smtp;
mod tcp_conversation;
pub mod time;
pub mod tls;
mod udp_exchange;
mod workload;
pub mod x509;

pub use builder::PacketBuilder;
pub use capture::{Capture, Frame, LINK_ETHERNET, LINK_RAW_IP};
pub use checksum::Checksum;
pub use rng::Rng;
pub use segmentation::{Piece, Segmentation};
pub use tcp_conversation::{Direction, TcpConversation};
pub use time::Time;
pub use udp_exchange::UdpExchange;
pub use workload::Workload;
