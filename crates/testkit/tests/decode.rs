//! What is built here is what crate `packet` decodes: two readings of the same RFCs, held against each other.

use packet::{DecodeConfig, LinkType, Packet, Timestamp};
use testkit::layer::{Ethernet, Gre, Ipv4, Ipv6, Tcp, Udp, Vlan, Vxlan};
use testkit::{Checksum, PacketBuilder, fixtures};

#[test]
fn fixtures_have_right_checksums_and_no_decoder_events() {
    let config = DecodeConfig::default();
    for fixture in fixtures::all() {
        for (frame, number) in fixture.capture.frames.iter().zip(1..) {
            let time = Timestamp(frame.time.nanos());
            let packet = Packet::decode(&frame.data, LinkType::Ethernet, time, number, &config);
            let place = format!("{} packet {number}", fixture.path);
            assert!(!packet.invalid, "{place}");
            assert!(packet.events.is_empty(), "{place}: {:?}", packet.events);
            assert_ne!(packet.l4_checksum_ok(), Some(false), "{place}");
            assert_ne!(packet.ipv4_checksum_ok(), Some(false), "{place}");
        }
    }
}

#[test]
fn wrong_checksums_are_found() {
    for wrong in [
        PacketBuilder::between("192.0.2.1", "10.0.0.1").layer(Tcp::new(1, 2).checksum(Checksum::Wrong)),
        PacketBuilder::between("2001:db8::1", "2001:db8::2").layer(Udp::new(1, 2).checksum(Checksum::Wrong)),
    ] {
        let bytes = wrong.build();
        assert_eq!(decode(&bytes).l4_checksum_ok(), Some(false), "{wrong:?}");
    }
    let header = PacketBuilder::ethernet()
        .layer(Ipv4::new("192.0.2.1", "10.0.0.1").checksum(Checksum::Wrong))
        .layer(Udp::new(1, 2))
        .build();
    assert_eq!(decode(&header).ipv4_checksum_ok(), Some(false));
}

#[test]
fn layers_are_where_they_were_put() {
    let bytes = PacketBuilder::ethernet()
        .layer(Vlan::service(5))
        .layer(Vlan::new(6))
        .layer(
            Ipv6::new("2001:db8::1", "2001:db8::2")
                .hop_by_hop(&[])
                .destination_options(&[]),
        )
        .layer(Tcp::new(40_000, 80).syn().mss(1460).window_scale(7).sack_permitted())
        .payload(b"early")
        .build();
    let packet = decode(&bytes);
    assert_eq!((packet.vlan_count, packet.vlan[0], packet.vlan[1]), (2, 5, 6));
    assert_eq!(packet.ip_proto(), Some(6));
    assert_eq!((packet.src_port(), packet.dst_port()), (40_000, 80));
    assert_eq!(packet.payload, b"early");
    assert_eq!(packet.l4_checksum_ok(), Some(true));
}

#[test]
fn tunnels_open() {
    let config = DecodeConfig::default();
    let gre = PacketBuilder::between("192.0.2.1", "192.0.2.2")
        .layer(Gre::new().key(7))
        .layer(Ipv4::new("10.0.0.1", "10.0.0.2"))
        .layer(Udp::new(1, 2))
        .payload(b"inside")
        .build();
    let vxlan = PacketBuilder::between("192.0.2.1", "192.0.2.2")
        .layer(Udp::new(9, 4789))
        .layer(Vxlan::new(5))
        .layer(Ethernet::new())
        .layer(Ipv4::new("10.0.0.1", "10.0.0.2"))
        .layer(Udp::new(1, 2))
        .payload(b"inside")
        .build();
    for bytes in [gre, vxlan] {
        let outer = decode(&bytes);
        let inner = outer.decode_inner(&config).expect("a packet inside");
        assert_eq!(inner.payload, b"inside");
        assert_eq!(inner.l4_checksum_ok(), Some(true));
    }
}

fn decode(bytes: &[u8]) -> Packet<'_> {
    Packet::decode(bytes, LinkType::Ethernet, Timestamp(0), 1, &DecodeConfig::default())
}
