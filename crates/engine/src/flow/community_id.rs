//! The Community ID: a number for a flow on which different programs agree.
//!
//! Community ID Flow Hashing, version 1 (<https://github.com/corelight/community-id-spec>).

use std::fmt;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use super::icmp::{counterpart_v4, counterpart_v6};
use super::key::{ICMP, ICMPV6, SCTP, TCP, UDP};

/// A Community ID, such as `1:LQU9qZlK+B5F3KDmev6m5PMibrg=`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CommunityId([u8; Self::LEN]);

impl CommunityId {
    /// The length of its text.
    pub const LEN: usize = 30;

    /// Its text.
    pub fn as_str(&self) -> &str {
        // It is ASCII, so this cannot fail.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for CommunityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CommunityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// The Community ID of what `src` sends to `dst`: the same for both directions.
///
/// The numbers beside the addresses are the ports, for ICMP and ICMPv6 type and code of the
/// message; other protocols have no use for them.
pub fn community_id(seed: u16, src: (IpAddr, u16), dst: (IpAddr, u16), proto: u8) -> CommunityId {
    let (src, dst) = in_order(src, dst, proto);
    let mut hash = Sha1::new();
    hash.update(seed.to_be_bytes());
    update_address(&mut hash, src.0);
    update_address(&mut hash, dst.0);
    hash.update([proto, 0]);
    if has_ports(proto) {
        hash.update(src.1.to_be_bytes());
        hash.update(dst.1.to_be_bytes());
    }
    let mut text = [b'='; CommunityId::LEN];
    let [version, colon, code @ ..] = &mut text;
    (*version, *colon) = (b'1', b':');
    // A digest of 20 bytes always gives 28 characters, so there is room.
    let _ = STANDARD.encode_slice(hash.finalize(), code);
    CommunityId(text)
}

/// The ends in the order in which they are hashed, with what stands for their ports.
fn in_order(src: (IpAddr, u16), dst: (IpAddr, u16), proto: u8) -> ((IpAddr, u16), (IpAddr, u16)) {
    let (src, dst) = match icmp_counterpart(proto, src.1) {
        Some(Some(answer)) => (src, (dst.0, u16::from(answer))),
        // A message that nothing answers goes one way: its ends keep their order.
        Some(None) => return (src, dst),
        None => (src, dst),
    };
    if src <= dst { (src, dst) } else { (dst, src) }
}

/// For ICMP, the type that answers `kind`, if any.
fn icmp_counterpart(proto: u8, kind: u16) -> Option<Option<u8>> {
    let kind = kind as u8;
    match proto {
        ICMP => Some(counterpart_v4(kind)),
        ICMPV6 => Some(counterpart_v6(kind)),
        _ => None,
    }
}

fn has_ports(proto: u8) -> bool {
    matches!(proto, TCP | UDP | SCTP | ICMP | ICMPV6)
}

fn update_address(hash: &mut Sha1, address: IpAddr) {
    match address {
        IpAddr::V4(v4) => hash.update(v4.octets()),
        IpAddr::V6(v6) => hash.update(v6.octets()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Flow, Seen, Tuple};
    use packet::Timestamp;

    fn id(seed: u16, src: (&str, u16), dst: (&str, u16), proto: u8) -> String {
        let end = |(address, port): (&str, u16)| (address.parse().unwrap(), port);
        community_id(seed, end(src), end(dst), proto).to_string()
    }

    #[test]
    fn the_published_examples() {
        let (a, b) = (("128.232.110.120", 34855), ("66.35.250.204", 80));
        assert_eq!(id(0, a, b, TCP), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_eq!(id(0, b, a, TCP), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_eq!(id(1, a, b, TCP), "1:3V71V58M3Ksw/yuFALMcW0LAHvc=");
        let (a, b) = (("192.168.1.52", 54585), ("8.8.8.8", 53));
        assert_eq!(id(0, a, b, UDP), "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
        assert_eq!(id(0, b, a, UDP), "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
        let (a, b) = (("192.168.170.8", 7), ("192.168.170.56", 80));
        assert_eq!(id(0, a, b, SCTP), "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ=");
        let (a, b) = ("192.168.0.89", "192.168.0.1");
        assert_eq!(id(0, (a, 8), (b, 0), ICMP), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
        assert_eq!(id(0, (b, 0), (a, 0), ICMP), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
        let (a, b) = ("fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea");
        assert_eq!(id(0, (a, 135), (b, 0), ICMPV6), "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=");
        assert_eq!(id(0, (b, 136), (a, 0), ICMPV6), "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=");
    }

    #[test]
    fn a_message_without_an_answer_goes_one_way() {
        let (a, b) = (("10.0.0.2", 3), ("10.0.0.1", 1));
        assert_ne!(id(0, a, b, ICMP), id(0, b, a, ICMP));
    }

    #[test]
    fn a_flow_has_the_id_of_its_packets() {
        let (a, b): (IpAddr, IpAddr) = ("10.0.6.2".parse().unwrap(), "10.0.6.1".parse().unwrap());
        let cases = [
            (Tuple::icmp(a, b, ICMP, 0, 0), community_id(9, (a, 0), (b, 0), ICMP)),
            (Tuple::icmp(a, b, ICMP, 42, 3), community_id(9, (a, 42), (b, 3), ICMP)),
            (Tuple::icmp(b, a, ICMP, 42, 3), community_id(9, (b, 42), (a, 3), ICMP)),
            (Tuple::esp(a, b, 77), community_id(9, (a, 0), (b, 0), 50)),
            (
                Tuple::with_ports((a, 5).into(), (b, 6).into(), TCP),
                community_id(9, (b, 6), (a, 5), TCP),
            ),
        ];
        for (tuple, expected) in cases {
            let seen = Seen {
                tuple,
                time: Timestamp(0),
                number: 1,
                bytes: 1,
            };
            assert_eq!(Flow::<()>::new(&seen, 0).community_id(9), expected);
        }
    }
}
