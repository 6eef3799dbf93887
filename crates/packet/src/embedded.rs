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
