//! The way from layer to layer.
//!
//! A decoder looks at one header, writes what it found into the packet, and returns the [`Step`]
//! that says what comes next and where it starts. The loop that takes the steps is here; it has no
//! recursion, and a bound on the number of layers.

use crate::arp;
use crate::config::DecodeConfig;
use crate::dce;
use crate::esp;
use crate::etag;
use crate::ethernet;
use crate::event::DecoderEvent;
use crate::gre;
use crate::icmpv4;
use crate::icmpv6;
use crate::ieee8021ah;
use crate::igmp;
use crate::ipv4;
use crate::ipv6;
use crate::layers::Layer;
use crate::mpls;
use crate::nsh;
use crate::packet::{Network, Packet, Transport};
use crate::ppp;
use crate::pppoe;
use crate::sctp;
use crate::tcp;
use crate::tunnel::{First, Inner, Tunnel};
use crate::udp;
use crate::vlan;
use crate::vntag;

/// What comes next in a packet, and the bytes where it starts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'a> {
    /// Nothing: the packet is decoded, or cannot be decoded further.
    Done,
    /// An Ethernet header.
    Ethernet(&'a [u8]),
    /// What this EtherType of this layer's header stands for.
    Ethertype(u16, &'a [u8], Layer),
    /// An IPv4 header.
    Ipv4(&'a [u8]),
    /// An IPv6 header.
    Ipv6(&'a [u8]),
    /// PPP.
    Ppp(&'a [u8]),
    /// What this IP protocol stands for.
    Transport(u8, &'a [u8]),
}

/// Takes steps until there is none left.
#[inline]
pub(crate) fn run<'a>(packet: &mut Packet<'a>, first: Step<'a>, config: &DecodeConfig) {
    let mut step = first;
    loop {
        step = match step {
            Step::Done => return,
            Step::Ethernet(bytes) => ethernet::decode(packet, bytes),
            Step::Ethertype(ethertype, bytes, of) => by_ethertype(packet, ethertype, bytes, of, config),
            Step::Ipv4(bytes) if enter(packet, config) => ipv4::decode(packet, bytes),
            Step::Ipv6(bytes) if enter(packet, config) => ipv6::decode(packet, bytes),
            Step::Ipv4(_) | Step::Ipv6(_) => Step::Done,
            Step::Ppp(bytes) => ppp::decode(packet, bytes),
            Step::Transport(protocol, bytes) => by_protocol(packet, protocol, bytes, config),
        };
    }
}

/// Counts a layer; `false`, with the event, when it is one too many.
// LIMIT: `DecodeConfig::max_layers` for a packet and all the packets around it.
#[inline(always)]
pub(crate) fn enter(packet: &mut Packet<'_>, config: &DecodeConfig) -> bool {
    packet.decoded = packet.decoded.saturating_add(1);
    if packet.decoded >= config.max_layers {
        packet.reject(DecoderEvent::TooManyLayers);
        return false;
    }
    true
}

/// Notes the packet that `packet` carries, unless that is a layer too many.
pub(crate) fn carry<'a>(packet: &mut Packet<'a>, kind: Tunnel, first: First, data: &'a [u8], config: &DecodeConfig) {
    // The tunnel is a layer, and whatever it carries another.
    if packet.decoded.saturating_add(2) >= config.max_layers {
        packet.events.insert(DecoderEvent::TooManyLayers);
        return;
    }
    packet.inner = Some(Inner { kind, data, first });
}

/// The step that an inner packet starts with.
pub(crate) fn first_step<'a>(packet: &mut Packet<'a>, first: First, bytes: &'a [u8]) -> Step<'a> {
    match first {
        First::Ethernet => Step::Ethernet(bytes),
        First::Ipv4 => Step::Ipv4(bytes),
        First::Ipv6 => Step::Ipv6(bytes),
        First::Ppp => Step::Ppp(bytes),
        First::Ethertype(ethertype) => Step::Ethertype(ethertype, bytes, Layer::Gre),
        First::Erspan => crate::erspan::decode(packet, bytes),
    }
}

/// EtherTypes that have a decoder.
pub(crate) mod ethertype {
    pub const IPV4: u16 = 0x0800;
    pub const ARP: u16 = 0x0806;
    pub const TRANSPARENT_ETHERNET: u16 = 0x6558;
    pub const VLAN: u16 = 0x8100;
    pub const IPV6: u16 = 0x86dd;
    pub const MPLS_UNICAST: u16 = 0x8847;
    pub const MPLS_MULTICAST: u16 = 0x8848;
    pub const PPP: u16 = 0x880b;
    pub const PPPOE_DISCOVERY: u16 = 0x8863;
    pub const PPPOE_SESSION: u16 = 0x8864;
    pub const QINQ: u16 = 0x88a8;
    pub const ERSPAN: u16 = 0x88be;
    pub const IEEE8021AH: u16 = 0x88e7;
    pub const DCE: u16 = 0x8903;
    pub const VNTAG: u16 = 0x8926;
    pub const ETAG: u16 = 0x893f;
    pub const NSH: u16 = 0x894f;
    pub const QINQ_OLD: u16 = 0x9100;
}

/// IP protocols that have a decoder.
pub(crate) mod protocol {
    pub const ICMP: u8 = 1;
    pub const IGMP: u8 = 2;
    pub const IPV4: u8 = 4;
    pub const TCP: u8 = 6;
    pub const UDP: u8 = 17;
    pub const IPV6: u8 = 41;
    pub const GRE: u8 = 47;
    pub const ESP: u8 = 50;
    pub const ICMPV6: u8 = 58;
    pub const SCTP: u8 = 132;
}

#[inline]
fn by_ethertype<'a>(
    packet: &mut Packet<'a>,
    ethertype: u16,
    bytes: &'a [u8],
    of: Layer,
    config: &DecodeConfig,
) -> Step<'a> {
    if !enter(packet, config) {
        return Step::Done;
    }
    match ethertype {
        // PERF: each IP decoder is called from one place only, so that it is inlined there.
        ethertype::IPV4 => Step::Ipv4(bytes),
        ethertype::IPV6 => Step::Ipv6(bytes),
        ethertype::VLAN | ethertype::QINQ | ethertype::QINQ_OLD => vlan::decode(packet, bytes),
        ethertype::ARP => arp::decode(packet, bytes),
        ethertype::PPPOE_SESSION => pppoe::decode_session(packet, bytes),
        ethertype::PPPOE_DISCOVERY => pppoe::decode_discovery(packet, bytes),
        ethertype::MPLS_UNICAST | ethertype::MPLS_MULTICAST if enter(packet, config) => mpls::decode(packet, bytes),
        ethertype::MPLS_UNICAST | ethertype::MPLS_MULTICAST => Step::Done,
        ethertype::DCE => dce::decode(packet, bytes),
        ethertype::VNTAG => vntag::decode(packet, bytes),
        ethertype::ETAG => etag::decode(packet, bytes),
        ethertype::IEEE8021AH => ieee8021ah::decode(packet, bytes),
        ethertype::NSH => nsh::decode(packet, bytes),
        other => {
            unknown_ethertype(packet, other, of);
            Step::Done
        }
    }
}

#[cold]
fn unknown_ethertype(packet: &mut Packet<'_>, ethertype: u16, of: Layer) {
    packet.layers.push(Layer::UnknownEthertype);
    packet.network = Network::Other(ethertype);
    match of {
        Layer::Ethernet => packet.note(DecoderEvent::EthernetUnknownEthertype),
        Layer::Vlan => packet.reject(DecoderEvent::VlanUnknownType),
        Layer::Vntag => packet.reject(DecoderEvent::VntagUnknownType),
        Layer::Etag => packet.reject(DecoderEvent::EtagUnknownType),
        _ => {}
    }
}

#[inline]
fn by_protocol<'a>(packet: &mut Packet<'a>, number: u8, bytes: &'a [u8], config: &DecodeConfig) -> Step<'a> {
    match number {
        protocol::TCP => tcp::decode(packet, bytes),
        protocol::UDP => udp::decode(packet, bytes, config),
        protocol::ICMP => icmpv4::decode(packet, bytes),
        protocol::ICMPV6 if packet.is_ipv6() => icmpv6::decode(packet, bytes),
        protocol::ICMPV6 => packet.reject(DecoderEvent::Ipv4Icmpv6),
        protocol::SCTP => sctp::decode(packet, bytes),
        protocol::ESP => esp::decode(packet, bytes),
        protocol::GRE => {
            if enter(packet, config) {
                gre::decode(packet, bytes, config);
            }
        }
        protocol::IPV4 => ipv4::decode_carried(packet, bytes, config),
        protocol::IPV6 => ipv6::decode_carried(packet, bytes, config),
        protocol::IGMP if packet.is_ipv4() => igmp::decode(packet, bytes),
        _ => {
            packet.transport = Transport::Other;
            packet.note(if packet.is_ipv4() {
                DecoderEvent::Ipv4UnknownProtocol
            } else {
                DecoderEvent::Ipv6UnknownNextHeader
            });
        }
    }
    Step::Done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{decoded, ethernet, events, inner, ipv4 as ip4, udp as datagram};
    use crate::{LinkType, Timestamp};

    fn nested(depth: usize) -> Vec<u8> {
        let mut bytes = ip4(17, &datagram(1, 2, b"x"));
        for _ in 0..depth {
            bytes = ip4(4, &bytes);
        }
        ethernet(0x0800, &bytes)
    }

    /// How many packets are within the frame, and the events of the innermost.
    fn depth_of(frame: &[u8]) -> (u8, Vec<&'static str>) {
        let mut packet = decoded(frame);
        while let Some(next) = packet.decode_inner(&DecodeConfig::default()) {
            packet = next;
        }
        (packet.depth, events(&packet))
    }

    #[test]
    fn tunnels_end_with_the_layers() {
        assert_eq!(depth_of(&nested(6)), (6, vec![]));
        assert_eq!(depth_of(&nested(7)), (6, vec!["too_many_layers"]));
        assert_eq!(depth_of(&nested(40)), (6, vec!["too_many_layers"]));
    }

    #[test]
    fn headers_end_with_the_layers() {
        // Pseudowires within pseudowires: a label, a control word, Ethernet.
        let mut frame = ethernet(0x0800, &ip4(17, &datagram(1, 2, b"x")));
        for _ in 0..20 {
            frame = ethernet(0x8847, &[&[0, 6, 0x41, 64, 0, 0, 0, 0][..], &frame].concat());
        }
        let packet = decoded(&frame);
        assert_eq!(events(&packet), ["too_many_layers"]);
        assert!(packet.invalid);
    }

    #[test]
    fn the_limit_is_that_of_the_settings() {
        let config = DecodeConfig {
            max_layers: 5,
            ..DecodeConfig::default()
        };
        let frame = nested(2);
        let outer = Packet::decode(&frame, LinkType::Ethernet, Timestamp::default(), 1, &config);
        let within = outer.decode_inner(&config).unwrap();
        assert!(within.decode_inner(&config).is_none());
        assert_eq!(events(&within), ["too_many_layers"]);
    }

    #[test]
    fn the_vlans_of_a_tunnel_are_not_those_within() {
        let tagged = [&[0, 5, 8, 0][..], &ip4(4, &ip4(17, &datagram(1, 2, b"x")))].concat();
        let frame = ethernet(0x8100, &tagged);
        let outer = decoded(&frame);
        assert_eq!((outer.vlan_count, inner(&outer).vlan_count), (1, 0));
        assert_eq!(inner(&outer).link, LinkType::RawIp);
    }

    #[test]
    fn a_datagram_keeps_what_is_known_of_its_fragment() {
        let tagged = [&[0, 5, 8, 0][..], &crate::fixture::ipv4_fragment(17, 8, false, b"abc")].concat();
        let frame = ethernet(0x8100, &tagged);
        let fragment = decoded(&frame);
        let bytes = ip4(17, &datagram(1, 2, b"whole"));
        let packet = Packet::decode_datagram(&bytes, &fragment, &DecodeConfig::default());
        assert_eq!((packet.payload, packet.tunnel), (&b"whole"[..], Tunnel::Defragmented));
        assert_eq!((packet.vlan, packet.vlan_count), ([5, 0, 0], 1));
        assert_eq!(
            (packet.time, packet.number, packet.depth),
            (fragment.time, fragment.number, 0)
        );
        assert_eq!(packet.link, LinkType::Ethernet);
    }

    #[test]
    fn a_link_type_without_a_decoder_is_left_alone() {
        let packet = crate::fixture::decoded_as(&[1, 2, 3], LinkType::Other(147));
        assert!(packet.network == Network::None && packet.events.is_empty() && !packet.invalid);
    }
}
