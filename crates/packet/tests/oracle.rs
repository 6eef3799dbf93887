//! What `etherparse` builds, decoded: two readings of the same standards agree.

use std::net::IpAddr;

use etherparse::{PacketBuilder, PacketBuilderStep, TcpOptionElement, TransportHeader, UdpHeader};
use packet::{DecodeConfig, LinkType, Packet, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;

fn decode(frame: &[u8]) -> Packet<'_> {
    let packet = Packet::decode(
        frame,
        LinkType::Ethernet,
        Timestamp::default(),
        1,
        &DecodeConfig::default(),
    );
    assert!(packet.events.is_empty() && !packet.malformed, "{:?}", packet.events);
    packet
}

#[derive(Clone, Debug)]
enum Addresses {
    V4([u8; 4], [u8; 4]),
    V6([u8; 16], [u8; 16]),
}

fn addresses() -> impl Strategy<Value = Addresses> {
    prop_oneof![
        any::<([u8; 4], [u8; 4])>().prop_map(|(src, dst)| Addresses::V4(src, dst)),
        any::<([u8; 16], [u8; 16])>().prop_map(|(src, dst)| Addresses::V6(src, dst)),
    ]
}

impl Addresses {
    fn pair(&self) -> (IpAddr, IpAddr) {
        match *self {
            Self::V4(src, dst) => (src.into(), dst.into()),
            Self::V6(src, dst) => (src.into(), dst.into()),
        }
    }

    fn ip(&self, vlans: &[u16], ttl: u8) -> PacketBuilderStep<etherparse::IpHeaders> {
        let frame = PacketBuilder::ethernet2([2; 6], [4; 6]);
        let id = |vlan: u16| etherparse::VlanId::try_new(vlan & 0xfff).unwrap();
        match (self, vlans) {
            (Self::V4(src, dst), []) => frame.ipv4(*src, *dst, ttl),
            (Self::V6(src, dst), []) => frame.ipv6(*src, *dst, ttl),
            (Self::V4(src, dst), [one]) => frame.single_vlan(id(*one)).ipv4(*src, *dst, ttl),
            (Self::V6(src, dst), [one]) => frame.single_vlan(id(*one)).ipv6(*src, *dst, ttl),
            (Self::V4(src, dst), [one, two, ..]) => frame.double_vlan(id(*one), id(*two)).ipv4(*src, *dst, ttl),
            (Self::V6(src, dst), [one, two, ..]) => frame.double_vlan(id(*one), id(*two)).ipv6(*src, *dst, ttl),
        }
    }
}

fn check_network(packet: &Packet<'_>, addresses: &Addresses, vlans: &[u16], ttl: u8) {
    let (src, dst) = addresses.pair();
    assert_eq!((packet.src(), packet.dst()), (Some(src), Some(dst)));
    let found: Vec<u16> = packet
        .vlan
        .iter()
        .copied()
        .take(usize::from(packet.vlan_count))
        .collect();
    assert_eq!(found, vlans.iter().map(|vlan| vlan & 0xfff).collect::<Vec<_>>());
    let hops = packet
        .ipv4()
        .map_or_else(|| packet.ipv6().unwrap().hop_limit(), |ip| ip.ttl());
    assert_eq!(hops, ttl);
    assert_eq!(packet.ipv4_checksum_ok(), packet.is_ipv4().then_some(true));
    assert_eq!(packet.l4_checksum_ok(), Some(true));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tcp(
        addresses in addresses(), vlans in vec(any::<u16>(), 0..3), ttl in any::<u8>(), ports in any::<(u16, u16)>(),
        numbers in any::<(u32, u32)>(), window in any::<u16>(), mss in any::<u16>(), times in any::<(u32, u32)>(),
        scale in any::<u8>(), payload in vec(any::<u8>(), 0..300),
    ) {
        let options = [
            TcpOptionElement::MaximumSegmentSize(mss),
            TcpOptionElement::SelectiveAcknowledgementPermitted,
            TcpOptionElement::Timestamp(times.0, times.1),
            TcpOptionElement::Noop,
            TcpOptionElement::WindowScale(scale),
        ];
        let builder = addresses.ip(&vlans, ttl).tcp(ports.0, ports.1, numbers.0, window).syn().ack(numbers.1).options(&options).unwrap();
        let mut frame = Vec::new();
        builder.write(&mut frame, &payload).unwrap();
        let packet = decode(&frame);
        check_network(&packet, &addresses, &vlans, ttl);
        let tcp = packet.tcp().unwrap();
        prop_assert_eq!((tcp.src_port(), tcp.dst_port()), ports);
        prop_assert_eq!((tcp.seq(), tcp.ack(), tcp.window(), tcp.flags()), (numbers.0, numbers.1, window, 0x12));
        prop_assert_eq!((tcp.mss(), tcp.wscale(), tcp.timestamps()), (Some(mss), Some(scale), Some(times)));
        prop_assert!(tcp.sack_permitted());
        prop_assert_eq!((packet.payload, packet.ip_proto()), (&payload[..], Some(6)));
    }

    #[test]
    fn udp(
        addresses in addresses(), vlans in vec(any::<u16>(), 0..3), ttl in any::<u8>(),
        ports in (1..3000u16, 1..3000u16), payload in vec(any::<u8>(), 0..300),
    ) {
        let mut frame = Vec::new();
        addresses.ip(&vlans, ttl).udp(ports.0, ports.1).write(&mut frame, &payload).unwrap();
        let packet = decode(&frame);
        check_network(&packet, &addresses, &vlans, ttl);
        prop_assert_eq!((packet.src_port(), packet.dst_port()), ports);
        prop_assert_eq!((packet.payload, packet.ip_proto()), (&payload[..], Some(17)));
    }

    #[test]
    fn echo(addresses in addresses(), id in any::<u16>(), seq in any::<u16>(), payload in vec(any::<u8>(), 0..300)) {
        let mut frame = Vec::new();
        let step = addresses.ip(&[], 64);
        match addresses {
            Addresses::V4(..) => step.icmpv4_echo_request(id, seq).write(&mut frame, &payload).unwrap(),
            Addresses::V6(..) => step.icmpv6_echo_request(id, seq).write(&mut frame, &payload).unwrap(),
        }
        let packet = decode(&frame);
        check_network(&packet, &addresses, &[], 64);
        let ids = match (packet.icmpv4(), packet.icmpv6()) {
            (Some(icmp), _) => (icmp.id(), icmp.seq()),
            (_, Some(icmp)) => (icmp.id(), icmp.seq()),
            _ => (None, None),
        };
        prop_assert_eq!(ids, (Some(id), Some(seq)));
        prop_assert_eq!(packet.payload, &payload[..]);
    }

    #[test]
    fn a_damaged_checksum_is_wrong(addresses in addresses(), payload in vec(any::<u8>(), 1..300), at in any::<prop::sample::Index>(), bit in 0..8u32) {
        let mut frame = Vec::new();
        addresses.ip(&[], 64).tcp(1, 2, 3, 4).write(&mut frame, &payload).unwrap();
        let place = frame.len() - payload.len() + at.index(payload.len());
        frame[place] ^= 1 << bit;
        prop_assert_eq!(decode(&frame).l4_checksum_ok(), Some(false));
    }

    #[test]
    fn udp_over_ipv4_may_have_no_checksum(payload in vec(any::<u8>(), 0..300)) {
        let header = UdpHeader { source_port: 1, destination_port: 2, length: (8 + payload.len()) as u16, checksum: 0 };
        let mut frame = Vec::new();
        let bytes = [&TransportHeader::Udp(header).udp().unwrap().to_bytes()[..], &payload].concat();
        PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4([1; 4], [2; 4], 64).write(&mut frame, 17.into(), &bytes).unwrap();
        prop_assert_eq!(decode(&frame).l4_checksum_ok(), None);
    }
}
