//! Link types: what the first byte of a captured packet means.
//!
//! Source: the tcpdump group's list of link-layer header types.

use crate::decode::Step;
use crate::packet::Packet;
use crate::{chdlc, null, pppoe, raw, sll};

/// What the first byte of a captured packet means, from the number in the capture file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum LinkType {
    /// BSD loopback (0): the address family in the byte order of the capturing host, then IP.
    Null,
    /// Ethernet (1).
    Ethernet,
    /// PPP (9), with or without the address and control bytes of HDLC framing.
    Ppp,
    /// IP without a link header (12, 14 or 101): the version field decides.
    RawIp,
    /// PPP in HDLC-like framing (50, RFC 1662): address 0xff, control 0x03, then PPP.
    PppHdlc,
    /// PPPoE without an Ethernet header (51).
    PppEther,
    /// Cisco HDLC (104): address, control, EtherType.
    CiscoHdlc,
    /// OpenBSD loopback (108): the address family in network order, then IP.
    Loop,
    /// Linux cooked capture (113).
    LinuxSll,
    /// IPv4 without a link header (228).
    RawIpv4,
    /// IPv6 without a link header (229).
    RawIpv6,
    /// Linux cooked capture, version 2 (276).
    LinuxSll2,
    /// A link type without a decoder.
    Other(u32),
}

impl LinkType {
    /// The link type with this number in a pcap or pcapng file.
    pub const fn from_pcap(number: u32) -> Self {
        match number {
            0 => Self::Null,
            1 => Self::Ethernet,
            9 => Self::Ppp,
            12 | 14 | 101 => Self::RawIp,
            50 => Self::PppHdlc,
            51 => Self::PppEther,
            104 => Self::CiscoHdlc,
            108 => Self::Loop,
            113 => Self::LinuxSll,
            228 => Self::RawIpv4,
            229 => Self::RawIpv6,
            276 => Self::LinuxSll2,
            other => Self::Other(other),
        }
    }

    /// The number of the link type as libpcap has it on Linux, where raw IP is 12 rather than the 101 of the file.
    pub const fn number(self) -> u32 {
        match self {
            Self::Null => 0,
            Self::Ethernet => 1,
            Self::Ppp => 9,
            Self::RawIp => 12,
            Self::PppHdlc => 50,
            Self::PppEther => 51,
            Self::CiscoHdlc => 104,
            Self::Loop => 108,
            Self::LinuxSll => 113,
            Self::RawIpv4 => 228,
            Self::RawIpv6 => 229,
            Self::LinuxSll2 => 276,
            Self::Other(number) => number,
        }
    }

    /// The name of the link type as EVE's `packet_info` has it, such as `EN10MB`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Ethernet => "EN10MB",
            Self::Ppp => "PPP",
            Self::RawIp => "RAW",
            Self::PppHdlc => "PPP_SERIAL",
            Self::PppEther => "PPP_ETHER",
            Self::CiscoHdlc => "C_HDLC",
            Self::Loop => "LOOP",
            Self::LinuxSll => "LINUX_SLL",
            Self::RawIpv4 => "IPv4",
            Self::RawIpv6 => "IPv6",
            Self::LinuxSll2 => "LINUX_SLL2",
            Self::Other(_) => "n/a",
        }
    }

    /// Whether there is a decoder for the link type.
    pub const fn is_supported(self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

/// The step that a captured packet starts with.
#[inline]
pub(crate) fn first_step<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    match packet.link {
        LinkType::Ethernet => Step::Ethernet(bytes),
        // Suricata: goes by the version field, whichever the link type promises.
        LinkType::RawIp | LinkType::RawIpv4 | LinkType::RawIpv6 => raw::decode(packet, bytes),
        LinkType::Null | LinkType::Loop => null::decode(packet, bytes),
        LinkType::LinuxSll => sll::decode(packet, bytes),
        LinkType::LinuxSll2 => sll::decode_v2(packet, bytes),
        LinkType::Ppp | LinkType::PppHdlc => Step::Ppp(bytes),
        LinkType::PppEther => pppoe::decode_session(packet, bytes),
        LinkType::CiscoHdlc => chdlc::decode(packet, bytes),
        LinkType::Other(_) => Step::Done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_round_trip() {
        for number in 0..400 {
            let link = LinkType::from_pcap(number);
            let same = LinkType::from_pcap(link.number());
            assert_eq!(link, same);
            assert_eq!(link.is_supported(), link.name() != "n/a");
            if number != 14 && number != 101 {
                assert_eq!(link.number(), number);
            }
        }
    }
}
