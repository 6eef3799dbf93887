//! Addresses as EVE writes them.

use std::fmt;
use std::net::IpAddr;

use serde::{Serialize, Serializer};

/// An address: IPv6 with all its digits, as Suricata writes it, unless it is asked to be short (RFC 5952).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub ip: IpAddr,
    /// IPv6 is written short: `2001:db8::1`.
    pub compress: bool,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ip {
            IpAddr::V6(ip) if !self.compress => {
                for (nth, group) in ip.segments().into_iter().enumerate() {
                    if nth > 0 {
                        f.write_str(":")?;
                    }
                    write!(f, "{group:04x}")?;
                }
                Ok(())
            }
            ip => write!(f, "{ip}"),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

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
        assert_eq!(
            (text("192.0.2.1", false), text("192.0.2.1", true)),
            ("192.0.2.1".to_owned(), "192.0.2.1".to_owned())
        );
    }
}
