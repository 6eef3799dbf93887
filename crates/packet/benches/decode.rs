//! What one packet costs to decode.

use divan::{Bencher, black_box};
use packet::{DecodeConfig, LinkType, Packet, Timestamp, shard_key};

fn main() {
    divan::main();
}

/// Ethernet, IPv4 and TCP with timestamps: most of what any network carries.
#[divan::bench]
fn ethernet_ipv4_tcp(bencher: Bencher<'_, '_>) {
    decode(bencher, &frame(0x0800, &ipv4(6, &tcp())));
}

/// As [`ethernet_ipv4_tcp`], behind two VLAN tags.
#[divan::bench]
fn vlan_vlan_ipv4_tcp(bencher: Bencher<'_, '_>) {
    let mut tagged = vec![0, 5, 0x81, 0, 0, 6, 0x08, 0];
    tagged.extend(ipv4(6, &tcp()));
    decode(bencher, &frame(0x88a8, &tagged));
}

/// Ethernet, IPv6 and UDP.
#[divan::bench]
fn ethernet_ipv6_udp(bencher: Bencher<'_, '_>) {
    let udp = [0x04, 0xd2, 0x00, 0x35, 0, 40, 0, 0].iter().copied().chain([0; 32]);
    let mut ip = vec![0x60, 0, 0, 0, 0, 40, 17, 64];
    ip.extend([7; 32]);
    ip.extend(udp);
    decode(bencher, &frame(0x86dd, &ip));
}

/// The choice of a worker.
#[divan::bench]
fn shard_ethernet_ipv4_tcp(bencher: Bencher<'_, '_>) {
    let data = frame(0x0800, &ipv4(6, &tcp()));
    bencher.bench(|| shard_key(black_box(&data), LinkType::Ethernet));
}

fn decode(bencher: Bencher<'_, '_>, data: &[u8]) {
    let config = DecodeConfig::default();
    let packet = Packet::decode(data, LinkType::Ethernet, Timestamp::default(), 1, &config);
    assert!(!packet.invalid && packet.events.is_empty() && packet.payload.len() == 32);
    bencher.bench_local(|| {
        let packet = Packet::decode(
            black_box(data),
            LinkType::Ethernet,
            Timestamp::default(),
            1,
            black_box(&config),
        );
        black_box(&packet).payload.len()
    });
}

fn frame(ethertype: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![2; 12];
    bytes.extend(ethertype.to_be_bytes());
    bytes.extend(payload);
    bytes
}

fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let len = (20 + payload.len() as u16).to_be_bytes();
    let mut bytes = vec![
        0x45, 0, len[0], len[1], 0, 1, 0x40, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    ];
    bytes.extend(payload);
    bytes
}

fn tcp() -> Vec<u8> {
    let mut bytes = vec![0x04, 0xd2, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1, 0x80, 0x18, 1, 0, 0, 0, 0, 0];
    bytes.extend([1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]);
    bytes.extend([0x61; 32]);
    bytes
}
