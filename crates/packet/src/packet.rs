//! A decoded packet.

use core::net::IpAddr;

use crate::arp::Arp;
use crate::checksum;
use crate::config::DecodeConfig;
use crate::decode::{Step, first_step, protocol, run};
use crate::embedded::Embedded;
use crate::esp::Esp;
use crate::ethernet::Ethernet;
use crate::event::DecoderEvent;
use crate::event_set::EventSet;
use crate::gre::Gre;
use crate::icmpv4::Icmpv4;
use crate::icmpv6::Icmpv6;
use crate::igmp::Igmp;
use crate::ipv4::{self, Ipv4};
use crate::ipv6::Ipv6;
use crate::ipv6_ext;
use crate::layers::Layers;
use crate::link::{self, LinkType};
use crate::sctp::Sctp;
use crate::tcp::Tcp;
use crate::time::Timestamp;
use crate::tunnel::{First, Inner, Tunnel};
use crate::udp::Udp;

/// The network layer of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network<'a> {
    /// None was reached.
    None,
    /// IPv4.
    Ipv4(Ipv4<'a>),
    /// IPv6.
    Ipv6(Ipv6<'a>),
    /// ARP.
    Arp(Arp<'a>),
    /// Something with this EtherType.
    Other(u16),
}

/// The transport layer of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport<'a> {
    /// None was reached: no IP, a fragment, or a header that could not be decoded.
    None,
    /// TCP.
    Tcp(Tcp<'a>),
    /// UDP.
    Udp(Udp<'a>),
    /// ICMP.
    Icmpv4(Icmpv4<'a>),
    /// ICMPv6.
    Icmpv6(Icmpv6<'a>),
    /// SCTP.
    Sctp(Sctp<'a>),
    /// IGMP.
    Igmp(Igmp<'a>),
    /// GRE.
    Gre(Gre<'a>),
    /// ESP.
    Esp(Esp<'a>),
    /// Another IP protocol; [`Packet::ip_proto`] has its number.
    Other,
}

/// A packet, decoded to its transport layer.
///
/// Everything borrows from `data`. A packet within the packet is not decoded with it: see
/// [`decode_inner`](Self::decode_inner).
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// When it was captured.
    pub time: Timestamp,
    /// Its number in the capture, as the caller counts.
    pub number: u64,
    /// The bytes that were decoded: the whole capture, or those of an inner packet.
    pub data: &'a [u8],
    /// The link type of the captured packet.
    pub link: LinkType,
    /// How many packets this one is within; 0 for a packet as captured.
    pub depth: u8,
    /// What carried it.
    pub tunnel: Tunnel,
    /// The identifiers of its VLAN tags, outermost first; 12 bits each.
    pub vlan: [u16; 3],
    /// How many of `vlan` count.
    pub vlan_count: u8,
    /// The decoders it was handed to, from the outside in.
    pub layers: Layers,
    /// The Ethernet header.
    pub ethernet: Option<Ethernet<'a>>,
    /// The network layer.
    pub network: Network<'a>,
    /// The transport layer.
    pub transport: Transport<'a>,
    /// What rules inspect: the data of TCP, UDP, SCTP and ESP, of ICMP what follows the header.
    ///
    /// Suricata: empty for all else, fragments and GRE among it; `payload()` of the network layer has those bytes.
    pub payload: &'a [u8],
    /// What is wrong with it.
    pub events: EventSet,
    /// Whether a header could not be decoded: no flow, no inspection of the payload.
    pub invalid: bool,
    /// Whether it counts as invalid in the decoder's statistics: `invalid`, or a header that is broken
    /// but could be decoded nevertheless, such as IPv4 with an impossible option.
    pub malformed: bool,
    /// The packet that it carries.
    pub inner: Option<Inner<'a>>,
    /// The layers decoded so far, those of the packets around it included.
    pub(crate) decoded: u8,
    /// The IP protocol behind all extension headers, once an IP header was decoded.
    pub(crate) protocol: Option<u8>,
}

impl<'a> Packet<'a> {
    /// Decodes a packet as captured.
    ///
    /// Never fails: what is wrong is in `events`, and `invalid` says that a header could not be decoded.
    // PERF: inlined, so that the packet is built where the caller keeps it; a copy costs a quarter more.
    #[inline]
    pub fn decode(data: &'a [u8], link: LinkType, time: Timestamp, number: u64, config: &DecodeConfig) -> Self {
        let mut packet = Self::blank(data, link, time, number);
        let first = link::first_step(&mut packet, data);
        run(&mut packet, first, config);
        packet
    }

    /// Decodes the packet that this one carries.
    ///
    /// `None` when it carries none, or when the inner bytes turn out not to be a packet. The VLANs of
    /// this packet are not those of the inner one.
    pub fn decode_inner(&self, config: &DecodeConfig) -> Option<Self> {
        let inner = self.inner?;
        // Suricata: the link type of what a tunnel carries is raw IP, even with Ethernet inside.
        let mut packet = Self::blank(inner.data, LinkType::RawIp, self.time, self.number);
        packet.depth = self.depth.saturating_add(1);
        packet.tunnel = inner.kind;
        packet.decoded = self.decoded.saturating_add(1);
        let first = first_step(&mut packet, inner.first, inner.data);
        run(&mut packet, first, config);
        // Suricata: what fails at its first header leaves no trace, and Teredo, which is told by its looks,
        // must be right to its end.
        let is_packet = match inner.first {
            _ if !packet.invalid => true,
            _ if inner.kind == Tunnel::Teredo => false,
            First::Ethernet | First::Erspan if inner.kind != Tunnel::Vxlan => packet.ethernet.is_some(),
            _ => match packet.network {
                Network::None => packet.vlan_count > 0,
                Network::Other(_) => false,
                _ => true,
            },
        };
        is_packet.then_some(packet)
    }

    /// Decodes a datagram put together from fragments, of which `of` was the last to come.
    ///
    /// `bytes` start at the IP header. Time, number, link type and VLANs are those of the fragment.
    pub fn decode_datagram(bytes: &'a [u8], of: &Packet<'_>, config: &DecodeConfig) -> Self {
        let mut packet = Self::blank(bytes, of.link, of.time, of.number);
        packet.depth = of.depth;
        packet.tunnel = Tunnel::Defragmented;
        packet.vlan = of.vlan;
        packet.vlan_count = of.vlan_count;
        // Its IP header was counted with the fragment already.
        packet.decoded = of.decoded.saturating_sub(1);
        let first = if of.is_ipv6() {
            Step::Ipv6(bytes)
        } else {
            Step::Ipv4(bytes)
        };
        run(&mut packet, first, config);
        packet
    }

    #[inline(always)]
    fn blank(data: &'a [u8], link: LinkType, time: Timestamp, number: u64) -> Self {
        Self {
            time,
            number,
            data,
            link,
            depth: 0,
            tunnel: Tunnel::None,
            vlan: [0; 3],
            vlan_count: 0,
            layers: Layers::default(),
            ethernet: None,
            network: Network::None,
            transport: Transport::None,
            payload: &[],
            events: EventSet::new(),
            invalid: false,
            malformed: false,
            inner: None,
            decoded: 0,
            protocol: None,
        }
    }

    /// The source address.
    #[inline]
    pub fn src(&self) -> Option<IpAddr> {
        match self.network {
            Network::Ipv4(ip) => Some(IpAddr::V4(ip.src())),
            Network::Ipv6(ip) => Some(IpAddr::V6(ip.src())),
            _ => None,
        }
    }

    /// The destination address.
    #[inline]
    pub fn dst(&self) -> Option<IpAddr> {
        match self.network {
            Network::Ipv4(ip) => Some(IpAddr::V4(ip.dst())),
            Network::Ipv6(ip) => Some(IpAddr::V6(ip.dst())),
            _ => None,
        }
    }

    /// The source port; 0 for a transport without ports.
    #[inline]
    pub fn src_port(&self) -> u16 {
        match self.transport {
            Transport::Tcp(tcp) => tcp.src_port(),
            Transport::Udp(udp) => udp.src_port(),
            Transport::Sctp(sctp) => sctp.src_port(),
            _ => 0,
        }
    }

    /// The destination port; 0 for a transport without ports.
    #[inline]
    pub fn dst_port(&self) -> u16 {
        match self.transport {
            Transport::Tcp(tcp) => tcp.dst_port(),
            Transport::Udp(udp) => udp.dst_port(),
            Transport::Sctp(sctp) => sctp.dst_port(),
            _ => 0,
        }
    }

    /// The IP protocol, after IPv6 extension headers; `None` without IP.
    #[inline]
    pub fn ip_proto(&self) -> Option<u8> {
        self.protocol
    }

    /// Whether the network layer is IPv4.
    #[inline]
    pub fn is_ipv4(&self) -> bool {
        matches!(self.network, Network::Ipv4(_))
    }

    /// Whether the network layer is IPv6.
    #[inline]
    pub fn is_ipv6(&self) -> bool {
        matches!(self.network, Network::Ipv6(_))
    }

    /// The IPv4 header.
    #[inline]
    pub fn ipv4(&self) -> Option<Ipv4<'a>> {
        match self.network {
            Network::Ipv4(ip) => Some(ip),
            _ => None,
        }
    }

    /// The IPv6 header.
    #[inline]
    pub fn ipv6(&self) -> Option<Ipv6<'a>> {
        match self.network {
            Network::Ipv6(ip) => Some(ip),
            _ => None,
        }
    }

    /// The TCP segment.
    #[inline]
    pub fn tcp(&self) -> Option<Tcp<'a>> {
        match self.transport {
            Transport::Tcp(tcp) => Some(tcp),
            _ => None,
        }
    }

    /// The UDP datagram.
    #[inline]
    pub fn udp(&self) -> Option<Udp<'a>> {
        match self.transport {
            Transport::Udp(udp) => Some(udp),
            _ => None,
        }
    }

    /// The ICMP message.
    #[inline]
    pub fn icmpv4(&self) -> Option<Icmpv4<'a>> {
        match self.transport {
            Transport::Icmpv4(icmp) => Some(icmp),
            _ => None,
        }
    }

    /// The ICMPv6 message.
    #[inline]
    pub fn icmpv6(&self) -> Option<Icmpv6<'a>> {
        match self.transport {
            Transport::Icmpv6(icmp) => Some(icmp),
            _ => None,
        }
    }

    /// The SCTP packet.
    #[inline]
    pub fn sctp(&self) -> Option<Sctp<'a>> {
        match self.transport {
            Transport::Sctp(sctp) => Some(sctp),
            _ => None,
        }
    }

    /// Whether the packet is a piece of a datagram: more fragments follow, or the offset is not 0.
    ///
    /// Its transport is `None` then and its payload empty; [`fragment`](Self::fragment) has the piece.
    #[inline]
    pub fn is_fragment(&self) -> bool {
        match self.network {
            Network::Ipv4(ip) => ip.is_fragment(),
            Network::Ipv6(ip) => ip.is_fragment(),
            _ => false,
        }
    }

    /// What defragmentation needs to know of a fragment; `None` for a whole datagram.
    pub fn fragment(&self) -> Option<Fragment<'a>> {
        match self.network {
            Network::Ipv4(ip) if ip.is_fragment() => Some(Fragment {
                id: u32::from(ip.id()),
                offset: u32::from(ip.fragment_offset()),
                more: ip.more_fragments(),
                proto: ip.protocol(),
                payload: ip.payload(),
                unfragmentable: ip.header(),
                next_header_at: ipv4::PROTOCOL_AT,
            }),
            Network::Ipv6(ip) if ip.is_fragment() => {
                let header = ip.extension(ipv6_ext::kind::FRAGMENT)?;
                let (unfragmentable, next_header_at) = ip.unfragmentable();
                Some(Fragment {
                    id: header.fragment_id()?,
                    offset: u32::from(header.fragment_offset()?),
                    more: header.more_fragments()?,
                    proto: header.next_header(),
                    payload: ip.payload(),
                    unfragmentable,
                    next_header_at,
                })
            }
            _ => None,
        }
    }

    /// Where in `data` the network header starts; `None` without IP.
    pub fn network_offset(&self) -> Option<usize> {
        let header = match self.network {
            Network::Ipv4(ip) => ip.header(),
            Network::Ipv6(ip) => ip.header(),
            _ => return None,
        };
        // The header is a part of the data, so the difference of the addresses is the offset.
        Some(header.as_ptr().addr().wrapping_sub(self.data.as_ptr().addr()))
    }

    /// Whether the checksum of the transport layer is right.
    ///
    /// `None` where there is none: a transport other than TCP, UDP, ICMP, ICMPv6 and IGMP, a fragment,
    /// or UDP over IPv4 with the checksum 0.
    pub fn l4_checksum_ok(&self) -> Option<bool> {
        match self.transport {
            Transport::Tcp(_) => self.pseudo_checksum_ok(protocol::TCP),
            Transport::Udp(udp) if udp.checksum() == 0 && self.is_ipv4() => None,
            Transport::Udp(udp) => self.udp_checksum_ok(&udp),
            Transport::Icmpv6(_) => self.pseudo_checksum_ok(protocol::ICMPV6),
            Transport::Icmpv4(icmp) => Some(checksum::verify(icmp.message())),
            Transport::Igmp(igmp) => Some(igmp.checksum_ok()),
            _ => None,
        }
    }

    /// Whether the checksum of the IPv4 header is right; `None` without IPv4.
    pub fn ipv4_checksum_ok(&self) -> Option<bool> {
        self.ipv4().map(|ip| ip.checksum_ok())
    }

    /// Of an ICMP or ICMPv6 error, the packet that it quotes; `None` when it quotes none, or too little of one.
    pub fn icmp_embedded(&self) -> Option<Embedded> {
        match self.transport {
            Transport::Icmpv4(icmp) if icmp.is_error() => Embedded::of_ipv4(icmp.payload()),
            Transport::Icmpv6(icmp) if icmp.is_error() => Embedded::of_ipv6(icmp.payload()),
            _ => None,
        }
    }

    /// Raises an event.
    #[cold]
    pub(crate) fn note(&mut self, event: DecoderEvent) {
        self.events.insert(event);
    }

    /// Raises an event that makes the packet malformed, though decoding goes on.
    #[cold]
    pub(crate) fn blame(&mut self, event: DecoderEvent) {
        self.events.insert(event);
        self.malformed = true;
    }

    /// Raises an event that ends decoding: the packet is invalid.
    #[cold]
    pub(crate) fn reject(&mut self, event: DecoderEvent) {
        self.events.insert(event);
        self.malformed = true;
        self.invalid = true;
    }

    /// Adds a VLAN; `false` when there are three already.
    pub(crate) fn push_vlan(&mut self, id: u16) -> bool {
        match self.vlan.get_mut(usize::from(self.vlan_count)) {
            Some(slot) => {
                *slot = id;
                self.vlan_count = self.vlan_count.saturating_add(1);
                true
            }
            None => false,
        }
    }

    /// Whether the checksum over pseudo-header and IP payload is right.
    fn pseudo_checksum_ok(&self, protocol: u8) -> Option<bool> {
        let bytes = match self.network {
            Network::Ipv4(ip) => ip.payload(),
            Network::Ipv6(ip) => ip.payload(),
            _ => return None,
        };
        let seed = checksum::pseudo_header(self.src()?, self.dst()?, protocol, bytes.len());
        Some(checksum::verify_with(seed, bytes))
    }

    /// As the others, but over the length of the UDP header: the IP payload may be longer.
    fn udp_checksum_ok(&self, udp: &Udp<'_>) -> Option<bool> {
        let len = udp.header().len().saturating_add(udp.payload().len());
        let seed = checksum::pseudo_header(self.src()?, self.dst()?, protocol::UDP, len);
        Some(checksum::verify_parts(seed, udp.header(), udp.payload()))
    }
}

/// What defragmentation needs to know of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// The identification; 16 bits for IPv4.
    pub id: u32,
    /// Where its payload belongs, in bytes from the start of the fragmentable part.
    pub offset: u32,
    /// Whether more fragments follow.
    pub more: bool,
    /// The protocol of the datagram; for IPv6 the next header of the fragment header.
    pub proto: u8,
    /// The bytes of the fragment.
    pub payload: &'a [u8],
    /// What comes before the payload in the datagram: the IPv4 header, or the IPv6 header and those
    /// extension headers that come before the fragment header.
    pub unfragmentable: &'a [u8],
    /// Where in `unfragmentable` the next header stands that must become `proto`; 9 for IPv4, where it is so already.
    pub next_header_at: usize,
}
