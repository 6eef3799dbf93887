//! Addresses in the forms that tests like to write.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What names one IP address: `"10.0.0.1"`, `"2001:db8::1"`, `[10, 0, 0, 1]`, any type of `std::net`.
pub trait ToIp {
    /// The address.
    ///
    /// # Panics
    /// When a text is no address.
    fn to_ip(&self) -> IpAddr;
}

/// What names an address and a port: `"10.0.0.1:80"`, `"[2001:db8::1]:80"`, `(ip, 80)`, a `SocketAddr`.
pub trait ToEndpoint {
    /// The address and port.
    ///
    /// # Panics
    /// When a text is none.
    fn to_endpoint(&self) -> SocketAddr;
}

impl ToIp for &str {
    fn to_ip(&self) -> IpAddr {
        self.parse().unwrap_or_else(|_| panic!("`{self}` is no IP address"))
    }
}

impl ToIp for IpAddr {
    fn to_ip(&self) -> IpAddr {
        *self
    }
}

impl ToIp for Ipv4Addr {
    fn to_ip(&self) -> IpAddr {
        (*self).into()
    }
}

impl ToIp for Ipv6Addr {
    fn to_ip(&self) -> IpAddr {
        (*self).into()
    }
}

impl ToIp for [u8; 4] {
    fn to_ip(&self) -> IpAddr {
        (*self).into()
    }
}

impl ToEndpoint for &str {
    fn to_endpoint(&self) -> SocketAddr {
        self.parse()
            .unwrap_or_else(|_| panic!("`{self}` is no address with a port"))
    }
}

impl ToEndpoint for SocketAddr {
    fn to_endpoint(&self) -> SocketAddr {
        *self
    }
}

impl<T: ToIp> ToEndpoint for (T, u16) {
    fn to_endpoint(&self) -> SocketAddr {
        SocketAddr::new(self.0.to_ip(), self.1)
    }
}

/// The Ethernet address of the host with this IP address: group addresses as RFC 1112 section 6.4
/// and RFC 2464 section 7 map them, all else a locally administered address made from its bytes.
pub fn mac_of(ip: IpAddr) -> [u8; 6] {
    match ip {
        IpAddr::V4(ip) if ip.is_broadcast() => [0xff; 6],
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            if ip.is_multicast() {
                [0x01, 0x00, 0x5e, b & 0x7f, c, d]
            } else {
                [0x02, 0x00, a, b, c, d]
            }
        }
        IpAddr::V6(ip) => {
            let o = ip.octets();
            if ip.is_multicast() {
                [0x33, 0x33, o[12], o[13], o[14], o[15]]
            } else {
                [0x02, 0x06, o[12], o[13], o[14], o[15]]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_agree() {
        assert_eq!("10.0.0.1".to_ip(), [10, 0, 0, 1].to_ip());
        assert_eq!("10.0.0.1:8".to_endpoint(), ("10.0.0.1", 8).to_endpoint());
        assert!("[2001:db8::1]:53".to_endpoint().is_ipv6());
    }

    #[test]
    fn group_addresses_have_group_macs() {
        assert_eq!(mac_of("224.0.0.251".to_ip()), [1, 0, 0x5e, 0, 0, 251]);
        assert_eq!(mac_of("ff02::1".to_ip()), [0x33, 0x33, 0, 0, 0, 1]);
        assert_eq!(mac_of("255.255.255.255".to_ip()), [0xff; 6]);
    }
}
