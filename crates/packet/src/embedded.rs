//! The packets that ICMP errors quote.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::bytes::{array_at, from, u8_at, u16_at};
use crate::decode::protocol;
use crate::{ipv4, ipv6, ipv6_ext};

/// The packet that an ICMP error quotes: enough of it to find its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Embedded {
    /// Its source address.
    pub src: IpAddr,
    /// Its destination address.
    pub dst: IpAddr,
    /// Its IP protocol, after IPv6 extension headers.
    pub proto: u8,
    /// Its source port; 0 for a transport without ports, and when the quote ends before it.
    pub src_port: u16,
    /// Its destination port; 0 for a transport without ports, and when the quote ends before it.
    pub dst_port: u16,
    /// The type of a quoted ICMP message; 0 for another transport.
    pub icmp_type: u8,
    /// The code of a quoted ICMP message; 0 for another transport.
    pub icmp_code: u8,
    /// The identifier of a quoted ICMP message; 0 for another transport.
    pub icmp_id: u16,
}

impl Embedded {
    /// Reads the IPv4 packet, cut off anywhere, at the start of `bytes`; `None` when its header is not whole.
    pub(crate) fn of_ipv4(bytes: &[u8]) -> Option<Self> {
        let version_ihl = *bytes.first()?;
        let header_len = usize::from(version_ihl & 0x0f) << 2;
        if version_ihl >> 4 != 4 || header_len < ipv4::HEADER_LEN {
            return None;
        }
        let transport = bytes.get(header_len..)?;
        let src = Ipv4Addr::from(array_at::<4>(bytes, 12));
        let dst = Ipv4Addr::from(array_at::<4>(bytes, 16));
        // A later fragment has no transport header.
        let first = u16_at(bytes, 6) & 0x1fff == 0;
        Some(Self::new(
            src.into(),
            dst.into(),
            u8_at(bytes, ipv4::PROTOCOL_AT),
            if first { transport } else { &[] },
        ))
    }

    /// Reads the IPv6 packet, cut off anywhere, at the start of `bytes`; `None` when its header is not whole.
    pub(crate) fn of_ipv6(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < ipv6::HEADER_LEN || u8_at(bytes, 0) >> 4 != 6 {
            return None;
        }
        let src = Ipv6Addr::from(array_at::<16>(bytes, 8));
        let dst = Ipv6Addr::from(array_at::<16>(bytes, 24));
        let mut proto = u8_at(bytes, 6);
        let mut rest = from(bytes, ipv6::HEADER_LEN);
        // Each header takes 8 bytes at least, so this ends with the quote.
        while let Some(len) = ipv6_ext::header_len(proto, rest) {
            let later = proto == ipv6_ext::kind::FRAGMENT && u16_at(rest, 2) & 0xfff8 != 0;
            proto = u8_at(rest, 0);
            rest = if later { &[] } else { from(rest, len) };
        }
        Some(Self::new(src.into(), dst.into(), proto, rest))
    }

    fn new(src: IpAddr, dst: IpAddr, proto: u8, transport: &[u8]) -> Self {
        let has_ports = matches!(proto, protocol::TCP | protocol::UDP | protocol::SCTP);
        let is_icmp = matches!(proto, protocol::ICMP | protocol::ICMPV6);
        let (ports, icmp) = (
            if has_ports { transport } else { &[] },
            if is_icmp { transport } else { &[] },
        );
        Self {
            src,
            dst,
            proto,
            src_port: u16_at(ports, 0),
            dst_port: u16_at(ports, 2),
            icmp_type: u8_at(icmp, 0),
            icmp_code: u8_at(icmp, 1),
            icmp_id: u16_at(icmp, 4),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::*;

    #[test]
    fn the_quote_of_an_ipv4_error() {
        let quote = ipv4(17, &udp(1234, 53, b""));
        let frame = ethernet(0x0800, &ipv4(1, &icmp(3, 3, &quote)));
        let embedded = decoded(&frame).icmp_embedded().unwrap();
        assert_eq!(
            (embedded.src.to_string(), embedded.dst.to_string()),
            ("10.0.0.1".into(), "10.0.0.2".into())
        );
        assert_eq!((embedded.proto, embedded.src_port, embedded.dst_port), (17, 1234, 53));
    }

    #[test]
    fn the_quote_of_an_ipv6_error_behind_extension_headers() {
        let option = [17, 0, 5, 2, 0, 0, 0, 0];
        let quote = ipv6(60, &[&option[..], &udp(1234, 53, b"")].concat());
        let frame = ethernet(0x86dd, &ipv6(58, &icmp(1, 4, &quote)));
        let embedded = decoded(&frame).icmp_embedded().unwrap();
        assert_eq!(embedded.dst.to_string(), "2001:db8::2");
        assert_eq!((embedded.proto, embedded.src_port, embedded.dst_port), (17, 1234, 53));
    }

    #[test]
    fn a_quoted_echo() {
        let mut echo = icmp(8, 0, b"");
        echo[5] = 7;
        let frame = ethernet(0x0800, &ipv4(1, &icmp(11, 0, &ipv4(1, &echo))));
        let embedded = decoded(&frame).icmp_embedded().unwrap();
        assert_eq!(
            (
                embedded.icmp_type,
                embedded.icmp_code,
                embedded.icmp_id,
                embedded.src_port
            ),
            (8, 0, 7, 0)
        );
    }

    #[test]
    fn a_quote_cut_off_anywhere() {
        let quote = ipv4(17, &udp(1234, 53, b""));
        for len in 0..=quote.len() {
            let frame = ethernet(0x0800, &ipv4(1, &icmp(3, 3, &quote[..len])));
            let embedded = decoded(&frame).icmp_embedded();
            assert_eq!(embedded.is_some(), len >= 20, "{len} bytes");
            assert_eq!(embedded.is_some_and(|embedded| embedded.dst_port == 53), len >= 24);
        }
    }

    #[test]
    fn queries_and_later_fragments_quote_nothing() {
        assert!(
            decoded(&ethernet(0x0800, &ipv4(1, &icmp(8, 0, &ipv4(17, &udp(1, 2, b""))))))
                .icmp_embedded()
                .is_none()
        );
        let later = ipv4_fragment(17, 8, false, &udp(1234, 53, b""));
        let frame = ethernet(0x0800, &ipv4(1, &icmp(3, 3, &later)));
        assert_eq!(decoded(&frame).icmp_embedded().unwrap().src_port, 0);
    }
}
