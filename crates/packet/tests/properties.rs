//! What holds for any bytes at all.

use packet::{DecodeConfig, LinkType, Network, Packet, PortList, Timestamp, Transport, shard_key};
use proptest::collection::vec;
use proptest::prelude::*;

const LINKS: [LinkType; 13] = [
    LinkType::Ethernet,
    LinkType::Null,
    LinkType::Loop,
    LinkType::Ppp,
    LinkType::PppHdlc,
    LinkType::PppEther,
    LinkType::RawIp,
    LinkType::RawIpv4,
    LinkType::RawIpv6,
    LinkType::CiscoHdlc,
    LinkType::LinuxSll,
    LinkType::LinuxSll2,
    LinkType::Other(147),
];

/// EtherTypes, IP protocols and ports that lead on to another decoder.
const ETHERTYPES: [u16; 19] = [
    0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x9100, 0x8847, 0x8848, 0x8863, 0x8864, 0x8903, 0x8926, 0x893f, 0x88e7,
    0x894f, 0x6558, 0x880b, 0x88be, 0x0026,
];
const PROTOCOLS: [u8; 19] = [
    6, 17, 1, 58, 4, 41, 47, 50, 132, 2, 0, 43, 44, 51, 60, 59, 135, 139, 140,
];
const PORTS: [u16; 4] = [3544, 4789, 6081, 53];

fn is_within(whole: &[u8], part: &[u8]) -> bool {
    let (whole, part) = (whole.as_ptr_range(), part.as_ptr_range());
    part.is_empty() || (whole.start <= part.start && part.end <= whole.end)
}

/// Checks one packet, and hands on the one within.
fn check<'a>(packet: &Packet<'a>, config: &DecodeConfig) -> Option<Packet<'a>> {
    let data = packet.data;
    assert!(is_within(data, packet.payload));
    assert!(!packet.invalid || packet.malformed);
    assert!(!packet.malformed || !packet.events.is_empty());
    assert!(usize::from(packet.vlan_count) <= packet.vlan.len());
    assert_eq!(packet.src().is_some(), packet.dst().is_some());
    assert_eq!(packet.is_fragment(), packet.fragment().is_some());
    match packet.network {
        Network::Ipv4(ip) => {
            assert!(is_within(data, ip.header()) && is_within(data, ip.payload()));
            assert!((20..=60).contains(&ip.header().len()));
            assert_eq!(ip.header().len() + ip.payload().len(), usize::from(ip.total_len()));
            assert!(ip.options().all(|option| is_within(data, option.data)));
        }
        Network::Ipv6(ip) => {
            assert!(is_within(data, ip.header()) && is_within(data, ip.extension_bytes()));
            assert!(is_within(data, ip.payload()));
            assert_eq!(
                ip.extension_bytes().len() + ip.payload().len(),
                usize::from(ip.payload_len())
            );
            let walked: usize = ip.extensions().map(|header| header.bytes.len()).sum();
            assert_eq!(walked, ip.extension_bytes().len());
            assert!(
                ip.extensions()
                    .flat_map(|header| header.options())
                    .all(|option| is_within(data, option.data))
            );
        }
        _ => assert_eq!((packet.transport, packet.ip_proto()), (Transport::None, None)),
    }
    match packet.transport {
        Transport::Tcp(tcp) => {
            assert!((20..=60).contains(&tcp.header().len()));
            assert!(is_within(data, tcp.header()) && is_within(data, tcp.payload()));
            assert!(tcp.options().all(|option| is_within(data, option.data)));
            assert!(tcp.sacks().count() <= 4);
            let _ = (tcp.mss(), tcp.wscale(), tcp.timestamps(), tcp.fast_open());
        }
        Transport::Sctp(sctp) => assert!(sctp.chunks().all(|chunk| is_within(data, chunk.bytes))),
        _ => {}
    }
    if let Some(fragment) = packet.fragment() {
        assert!(is_within(data, fragment.payload) && is_within(data, fragment.unfragmentable));
        assert!(fragment.next_header_at < fragment.unfragmentable.len());
        assert_eq!(packet.transport, Transport::None);
    }
    if let Some(inner) = packet.inner {
        assert!(is_within(data, inner.data));
    }
    let _ = (
        packet.l4_checksum_ok(),
        packet.ipv4_checksum_ok(),
        packet.icmp_embedded(),
    );
    let within = packet.decode_inner(config)?;
    assert_eq!(within.depth, packet.depth + 1);
    Some(within)
}

fn check_all(data: &[u8], link: LinkType, config: &DecodeConfig) {
    let _ = shard_key(data, link);
    let mut packet = Packet::decode(data, link, Timestamp(1), 2, config);
    for _ in 0..config.max_layers {
        match check(&packet, config) {
            Some(within) => packet = within,
            None => return,
        }
    }
    panic!("more packets within than layers");
}

/// Every tunnel on every port, so that bytes at random lead further.
fn eager() -> DecodeConfig {
    DecodeConfig {
        teredo_ports: PortList::any(),
        vxlan_ports: PortList::any(),
        geneve_ports: PortList::any(),
        vxlan_strict: false,
        erspan_type_i: true,
        ..DecodeConfig::default()
    }
}

/// A frame that is mostly right: headers one after another, with some bytes changed, and cut off.
fn mostly_right() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>());
    (
        vec(header(), 0..7),
        vec(any::<u8>(), 0..60),
        vec(change, 0..4),
        any::<prop::sample::Index>(),
        any::<bool>(),
    )
        .prop_map(|(headers, payload, changes, cut, whole)| {
            let mut bytes = payload;
            for header in headers.iter().rev() {
                bytes = header.before(&bytes);
            }
            for (at, value) in changes {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = value;
                }
            }
            if !whole && !bytes.is_empty() {
                bytes.truncate(cut.index(bytes.len()));
            }
            bytes
        })
}

/// A header that says of what follows it whatever it likes.
#[derive(Clone, Debug)]
enum Header {
    Ethernet(u16),
    Tag(u16),
    Label(bool),
    Ipv4(u8, Vec<u8>),
    Ipv6(u8),
    Extension(u8, Vec<u8>),
    Tcp(Vec<u8>),
    Udp(u16),
    Icmp(u8, u8),
    Gre(u8, u8, u16),
}

fn header() -> impl Strategy<Value = Header> {
    let ethertype = prop::sample::select(&ETHERTYPES[..]);
    let protocol = prop::sample::select(&PROTOCOLS[..]);
    let options = vec(any::<u8>(), 0..40);
    prop_oneof![
        ethertype.clone().prop_map(Header::Ethernet),
        ethertype.clone().prop_map(Header::Tag),
        any::<bool>().prop_map(Header::Label),
        (protocol.clone(), options.clone()).prop_map(|(protocol, options)| Header::Ipv4(protocol, options)),
        protocol.clone().prop_map(Header::Ipv6),
        (protocol, options.clone()).prop_map(|(protocol, options)| Header::Extension(protocol, options)),
        options.prop_map(Header::Tcp),
        prop::sample::select(&PORTS[..]).prop_map(Header::Udp),
        (any::<u8>(), 0..5u8).prop_map(|(kind, code)| Header::Icmp(kind, code)),
        (any::<u8>(), 0..3u8, ethertype).prop_map(|(flags, version, ethertype)| Header::Gre(flags, version, ethertype)),
    ]
}

impl Header {
    fn before(&self, payload: &[u8]) -> Vec<u8> {
        let mut bytes = match self {
            Self::Ethernet(ethertype) => [&[2; 12][..], &ethertype.to_be_bytes()].concat(),
            Self::Tag(ethertype) => [&[0, 5][..], &ethertype.to_be_bytes()].concat(),
            Self::Label(bottom) => vec![0, 6, 0x40 | u8::from(*bottom), 64],
            Self::Ipv4(protocol, options) => {
                let options = &options[..options.len() & !3];
                let len = (20 + options.len() + payload.len()) as u16;
                let mut bytes = vec![0x45 + (options.len() / 4) as u8, 0];
                bytes.extend(len.to_be_bytes());
                bytes.extend([0, 1, 0, 0, 64, *protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
                bytes.extend(options);
                bytes
            }
            Self::Ipv6(next) => {
                let mut bytes = vec![0x60, 0, 0, 0];
                bytes.extend((payload.len() as u16).to_be_bytes());
                bytes.extend([*next, 1]);
                bytes.extend([0x20; 32]);
                bytes
            }
            Self::Extension(next, options) => {
                let units = options.len() / 8;
                let mut bytes = vec![*next, units as u8];
                bytes.extend(options);
                bytes.resize(8 + units * 8, 0);
                bytes
            }
            Self::Tcp(options) => {
                let options = &options[..options.len() & !3];
                let mut bytes = vec![0, 1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4];
                bytes.extend([(5 + options.len() / 4) as u8 * 16, 2, 0, 0, 0, 0, 0, 0]);
                bytes.extend(options);
                bytes
            }
            Self::Udp(port) => {
                let mut bytes = vec![4, 210];
                bytes.extend(port.to_be_bytes());
                bytes.extend((8 + payload.len() as u16).to_be_bytes());
                bytes.extend([0, 0]);
                bytes
            }
            Self::Icmp(kind, code) => vec![*kind, *code, 0, 0, 0, 0, 0, 0],
            Self::Gre(flags, version, protocol) => [&[*flags, *version][..], &protocol.to_be_bytes()].concat(),
        };
        bytes.extend(payload);
        bytes
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(data in vec(any::<u8>(), 0..200), link in prop::sample::select(&LINKS[..])) {
        check_all(&data, link, &DecodeConfig::default());
        check_all(&data, link, &eager());
    }

    #[test]
    fn any_headers(data in mostly_right(), link in prop::sample::select(&LINKS[..])) {
        check_all(&data, link, &DecodeConfig::default());
        check_all(&data, link, &eager());
    }

    #[test]
    fn any_headers_in_ethernet(data in mostly_right(), ethertype in prop::sample::select(&ETHERTYPES[..])) {
        let frame = Header::Ethernet(ethertype).before(&data);
        check_all(&frame, LinkType::Ethernet, &DecodeConfig::default());
        check_all(&frame, LinkType::Ethernet, &eager());
    }

    #[test]
    fn any_payload_of_ip(data in mostly_right(), protocol in prop::sample::select(&PROTOCOLS[..]), options in vec(any::<u8>(), 0..40)) {
        check_all(&Header::Ipv4(protocol, options).before(&data), LinkType::RawIp, &eager());
        check_all(&Header::Ipv6(protocol).before(&data), LinkType::RawIp, &eager());
    }

    #[test]
    fn the_same_bytes_decode_alike(data in mostly_right(), link in prop::sample::select(&LINKS[..])) {
        let copy = data.clone();
        let config = DecodeConfig::default();
        let (one, two) = (Packet::decode(&data, link, Timestamp(1), 2, &config), Packet::decode(&copy, link, Timestamp(1), 2, &config));
        prop_assert_eq!(format!("{one:?}"), format!("{two:?}"));
        prop_assert_eq!(shard_key(&data, link), shard_key(&copy, link));
    }
}
