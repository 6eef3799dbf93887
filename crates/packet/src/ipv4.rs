//! IPv4 (RFC 791).

use core::net::Ipv4Addr;

use crate::bytes::{array_at, from, u8_at, u16_at, upto};
use crate::checksum;
use crate::config::DecodeConfig;
use crate::decode::{Step, carry};
use crate::event::DecoderEvent;
use crate::ipv4_options::{self, Ipv4Options};
use crate::layers::Layer;
use crate::packet::{Network, Packet, Transport};
use crate::tunnel::{First, Tunnel};

mod field {
    pub const VERSION_IHL: usize = 0;
    pub const TOS: usize = 1;
    pub const TOTAL_LEN: usize = 2;
    pub const ID: usize = 4;
    pub const FLAGS_OFFSET: usize = 6;
    pub const TTL: usize = 8;
    pub const PROTOCOL: usize = 9;
    pub const CHECKSUM: usize = 10;
    pub const SRC: usize = 12;
    pub const DST: usize = 16;
    pub const OPTIONS: usize = 20;
}

/// The length of the header without options.
pub const HEADER_LEN: usize = field::OPTIONS;

/// Where in the header the protocol stands.
pub(crate) const PROTOCOL_AT: usize = field::PROTOCOL;

/// An IPv4 header and what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4<'a> {
    /// Header and payload, cut at the total length.
    bytes: &'a [u8],
    header_len: u8,
}

impl<'a> Ipv4<'a> {
    /// The header with its options, 20 to 60 bytes.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        upto(self.bytes, self.header_len())
    }

    /// What follows the header, up to the total length.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        from(self.bytes, self.header_len())
    }

    /// The length of the header in bytes.
    #[inline]
    pub fn header_len(&self) -> usize {
        usize::from(self.header_len)
    }

    /// The type of service: DSCP and ECN.
    #[inline]
    pub fn tos(&self) -> u8 {
        u8_at(self.bytes, field::TOS)
    }

    /// The total length in bytes, header included, as the header has it.
    #[inline]
    pub fn total_len(&self) -> u16 {
        u16_at(self.bytes, field::TOTAL_LEN)
    }

    /// The identification.
    #[inline]
    pub fn id(&self) -> u16 {
        u16_at(self.bytes, field::ID)
    }

    /// The three flags: reserved 4, don't fragment 2, more fragments 1.
    #[inline]
    pub fn flags(&self) -> u8 {
        u8_at(self.bytes, field::FLAGS_OFFSET) >> 5
    }

    /// Whether the reserved flag is set.
    #[inline]
    pub fn reserved_flag(&self) -> bool {
        self.flags() & 4 != 0
    }

    /// Whether the datagram must not be fragmented.
    #[inline]
    pub fn dont_fragment(&self) -> bool {
        self.flags() & 2 != 0
    }

    /// Whether more fragments follow.
    #[inline]
    pub fn more_fragments(&self) -> bool {
        self.flags() & 1 != 0
    }

    /// The fragment offset in bytes.
    #[inline]
    pub fn fragment_offset(&self) -> u16 {
        // The field counts in units of 8 bytes in its low 13 bits.
        u16_at(self.bytes, field::FLAGS_OFFSET) << 3
    }

    /// Whether the packet is a piece of a datagram.
    #[inline]
    pub fn is_fragment(&self) -> bool {
        u16_at(self.bytes, field::FLAGS_OFFSET) & 0x3fff != 0
    }

    /// The time to live.
    #[inline]
    pub fn ttl(&self) -> u8 {
        u8_at(self.bytes, field::TTL)
    }

    /// The protocol of the payload.
    #[inline]
    pub fn protocol(&self) -> u8 {
        u8_at(self.bytes, field::PROTOCOL)
    }

    /// The header checksum.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16_at(self.bytes, field::CHECKSUM)
    }

    /// Whether the header checksum is right.
    pub fn checksum_ok(&self) -> bool {
        checksum::verify(self.header())
    }

    /// The source address.
    #[inline]
    pub fn src(&self) -> Ipv4Addr {
        Ipv4Addr::from(array_at::<4>(self.bytes, field::SRC))
    }

    /// The destination address.
    #[inline]
    pub fn dst(&self) -> Ipv4Addr {
        Ipv4Addr::from(array_at::<4>(self.bytes, field::DST))
    }

    /// The bytes of the options, 0 to 40.
    #[inline]
    pub fn option_bytes(&self) -> &'a [u8] {
        from(self.header(), field::OPTIONS)
    }

    /// The options in order, up to the end-of-list option or the first without room for its length.
    #[inline]
    pub fn options(&self) -> Ipv4Options<'a> {
        Ipv4Options::new(self.option_bytes())
    }
}

#[inline]
pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.insert(Layer::Ipv4);
    let ip = match check(bytes) {
        Ok(ip) => ip,
        Err(event) => {
            packet.reject(event);
            return Step::Done;
        }
    };
    let options = ip.option_bytes();
    if !options.is_empty() && !ipv4_options::check(packet, options) {
        return Step::Done;
    }
    packet.network = Network::Ipv4(ip);
    packet.protocol = Some(ip.protocol());
    if ip.is_fragment() {
        return Step::Done;
    }
    Step::Transport(ip.protocol(), ip.payload())
}

#[inline]
fn check(bytes: &[u8]) -> Result<Ipv4<'_>, DecoderEvent> {
    if bytes.len() < HEADER_LEN {
        return Err(DecoderEvent::Ipv4PktTooSmall);
    }
    let version_ihl = u8_at(bytes, field::VERSION_IHL);
    if version_ihl >> 4 != 4 {
        return Err(DecoderEvent::Ipv4WrongIpVersion);
    }
    // RFC 791 section 3.1: the header length counts words of 4 bytes.
    let header_len = (version_ihl & 0x0f) << 2;
    if usize::from(header_len) < HEADER_LEN {
        return Err(DecoderEvent::Ipv4HlenTooSmall);
    }
    let total_len = usize::from(u16_at(bytes, field::TOTAL_LEN));
    if total_len < usize::from(header_len) {
        return Err(DecoderEvent::Ipv4IplenSmallerThanHlen);
    }
    let bytes = bytes.get(..total_len).ok_or(DecoderEvent::Ipv4TruncPkt)?;
    Ok(Ipv4 { bytes, header_len })
}

/// Notes the IPv4 packet that another IP packet carries.
pub(crate) fn decode_carried<'a>(packet: &mut Packet<'a>, bytes: &'a [u8], config: &DecodeConfig) {
    packet.transport = Transport::Other;
    if packet.is_ipv4() {
        packet.layers.insert(Layer::Ipv4InIpv4);
        carry(packet, Tunnel::Ipip, First::Ipv4, bytes, config);
        return;
    }
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::Ipv6Ipv4InIpv6TooSmall);
    } else if u8_at(bytes, field::VERSION_IHL) >> 4 != 4 {
        packet.reject(DecoderEvent::Ipv6Ipv4InIpv6WrongVersion);
    } else {
        packet.layers.insert(Layer::Ipv4InIpv6);
        carry(packet, Tunnel::FourInSix, First::Ipv4, bytes, config);
    }
}
