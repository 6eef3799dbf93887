//! Keywords that look at headers.

mod bits;
pub mod csum;
pub mod events;
pub mod fragbits;
pub mod fragoffset;
pub mod ftpbounce;
pub mod geoip;
pub mod headers;
pub mod integers;
pub mod ip_proto;
pub mod ipopts;
pub mod iprep;
pub mod l3_proto;
pub mod rpc;
pub mod sameip;
pub mod sip;
pub mod tcp_flags;
pub mod tos;
pub mod vlan_id;
