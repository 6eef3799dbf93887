//! Addresses as EVE writes them.

use std::fmt;
use std::net::IpAddr;

use serde::{Serialize, Serializer};
use smallvec::SmallVec;

/// An address: IPv6 with all its digits, as Suricata writes it, unless it is asked to be short (RFC 5952).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub ip: IpAddr,
    /// IPv6 is written short: `2001:db8::1`.
    pub compress: bool,
}

impl Address {
    // PERF: most records have two or four, and `write!` takes ten times as long.
    fn text(self) -> SmallVec<[u8; 64]> {
        let mut text = SmallVec::new();
        match self.ip {
            IpAddr::V4(ip) => {
                for octet in ip.octets() {
                    if octet >= 100 {
                        text.push(b'0' + octet / 100);
                    }
                    if octet >= 10 {
                        text.push(b'0' + octet / 10 % 10);
                    }
                    text.extend([b'0' + octet % 10, b'.']);
                }
                text.pop();
            }
            IpAddr::V6(ip) if !self.compress => {
                for group in ip.segments() {
                    text.extend([12, 8, 4, 0].map(|shift| HEX[usize::from(group >> shift & 15)]));
                    text.push(b':');
                }
                text.pop();
            }
            IpAddr::V6(ip) => text.extend_from_slice(ip.to_string().as_bytes()),
        }
        text
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(str::from_utf8(&self.text()).unwrap_or_default())
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings() {
        let text = |ip: &str, compress| {
            Address {
                ip: ip.parse().expect("an address"),
                compress,
            }
            .to_string()
        };
        assert_eq!(text("2001:db8::1", false), "2001:0db8:0000:0000:0000:0000:0000:0001");
        assert_eq!(text("2001:db8::1", true), "2001:db8::1");
        assert_eq!(text("0.10.100.255", false), "0.10.100.255");
        assert_eq!(
            (text("192.0.2.1", false), text("192.0.2.1", true)),
            ("192.0.2.1".to_owned(), "192.0.2.1".to_owned())
        );
    }
}
