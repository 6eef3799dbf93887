//! Which worker a packet belongs to.

use crate::bytes::{array_at, from, u8_at, u16_at};
use crate::decode::{ethertype, protocol};
use crate::link::LinkType;

/// A symmetric hash of the outermost pair of IP addresses, for spreading packets over workers.
///
/// Both directions of a flow, all its fragments and the ICMP errors that quote it have the same key;
/// 0 for what is not IP. The key is the same in every run and on every machine.
pub fn shard_key(data: &[u8], link: LinkType) -> u64 {
    let Some(ip) = ip_header(data, link) else {
        return 0;
    };
    match u8_at(ip, 0) >> 4 {
        4 if ip.len() >= 20 => ipv4_key(ip),
        6 if ip.len() >= 40 => ipv6_key(ip),
        _ => 0,
    }
}

/// The bytes from the outermost IP header on.
fn ip_header(data: &[u8], link: LinkType) -> Option<&[u8]> {
    match link {
        LinkType::Ethernet => behind_ethertype(u16_at(data, 12), from(data, 14)),
        LinkType::RawIp | LinkType::RawIpv4 | LinkType::RawIpv6 => Some(data),
        LinkType::Null | LinkType::Loop => Some(from(data, 4)),
        LinkType::LinuxSll => behind_ethertype(u16_at(data, 14), from(data, 16)),
        LinkType::LinuxSll2 => behind_ethertype(u16_at(data, 0), from(data, 20)),
        LinkType::CiscoHdlc => behind_ethertype(u16_at(data, 2), from(data, 4)),
        LinkType::Ppp | LinkType::PppHdlc => behind_ppp(from(data, if u8_at(data, 0) == 0xff { 2 } else { 0 })),
        LinkType::PppEther => behind_ppp(from(data, 6)),
        LinkType::Other(_) => None,
    }
}

fn behind_ethertype(mut ethertype: u16, mut rest: &[u8]) -> Option<&[u8]> {
    // LIMIT: tags in the way of the IP header; more are an anomaly, and all such packets share a worker.
    for _ in 0..MAX_TAGS {
        let len = match ethertype {
            ethertype::IPV4 | ethertype::IPV6 => return Some(rest),
            ethertype::PPPOE_SESSION => return behind_ppp(from(rest, 6)),
            ethertype::MPLS_UNICAST | ethertype::MPLS_MULTICAST => {
                rest = behind_labels(rest)?;
                // A pseudowire: a control word and Ethernet.
                if u8_at(rest, 0) >> 4 != 0 {
                    return Some(rest);
                }
                18
            }
            ethertype::VLAN | ethertype::QINQ | ethertype::QINQ_OLD => 4,
            ethertype::VNTAG => 6,
            ethertype::ETAG => 8,
            ethertype::DCE => 16,
            ethertype::IEEE8021AH => 18,
            _ => return None,
        };
        // Each of them ends with the EtherType of what follows.
        let (tag, after) = rest.split_at_checked(len)?;
        ethertype = u16_at(tag, len.saturating_sub(2));
        rest = after;
    }
    None
}

fn behind_labels(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        let (label, after) = rest.split_first_chunk::<4>()?;
        rest = after;
        if label[2] & 1 != 0 {
            return Some(rest);
        }
    }
}

fn behind_ppp(rest: &[u8]) -> Option<&[u8]> {
    match *rest {
        [0x21 | 0x57, ..] => Some(from(rest, 1)),
        [0x00, 0x21 | 0x57, ..] => Some(from(rest, 2)),
        _ => None,
    }
}

fn ipv4_key(ip: &[u8]) -> u64 {
    let header_len = usize::from(u8_at(ip, 0) & 0x0f) << 2;
    let first = u16_at(ip, 6) & 0x1fff == 0;
    let icmp = from(ip, header_len);
    if u8_at(ip, 9) == protocol::ICMP && first && matches!(u8_at(icmp, 0), 3 | 4 | 5 | 11 | 12) {
        let quoted = from(icmp, 8);
        if quoted.len() >= 20 && u8_at(quoted, 0) >> 4 == 4 {
            return ipv4_pair(quoted);
        }
    }
    ipv4_pair(ip)
}

fn ipv4_pair(ip: &[u8]) -> u64 {
    let (src, dst) = (
        u32::from_be_bytes(array_at(ip, 12)),
        u32::from_be_bytes(array_at(ip, 16)),
    );
    mix(u64::from(src.min(dst)) << 32 | u64::from(src.max(dst)))
}

fn ipv6_key(ip: &[u8]) -> u64 {
    let icmp = from(ip, 40);
    if u8_at(ip, 6) == protocol::ICMPV6 && matches!(u8_at(icmp, 0), 1..=4) {
        let quoted = from(icmp, 8);
        if quoted.len() >= 40 && u8_at(quoted, 0) >> 4 == 6 {
            return ipv6_pair(quoted);
        }
    }
    ipv6_pair(ip)
}

fn ipv6_pair(ip: &[u8]) -> u64 {
    let (src, dst) = (
        u128::from_be_bytes(array_at(ip, 8)),
        u128::from_be_bytes(array_at(ip, 24)),
    );
    let (low, high) = (src.min(dst), src.max(dst));
    [low, high].iter().fold(0, |key, address| {
        mix(mix(key ^ (address >> 64) as u64) ^ *address as u64)
    })
}

/// Mixes all bits into all others (the finalizer of SplitMix64); never 0, which is for what is not IP.
fn mix(mut key: u64) -> u64 {
    key = (key ^ (key >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    key = (key ^ (key >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (key ^ (key >> 31)).max(1)
}

/// The most tags looked behind.
const MAX_TAGS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    fn key(frame: &[u8]) -> u64 {
        shard_key(frame, LinkType::Ethernet)
    }

    /// The frame with the addresses of its outermost IPv4 header, 14 bytes in, the other way round.
    fn reversed(frame: &[u8]) -> Vec<u8> {
        let mut frame = frame.to_vec();
        let (low, high) = frame.split_at_mut(30);
        low[26..].swap_with_slice(&mut high[..4]);
        frame
    }

    #[test]
    fn both_directions_and_all_fragments_share_a_worker() {
        let frame = ethernet(0x0800, &ipv4(6, &tcp(&[], b"x")));
        assert_eq!(key(&frame), key(&reversed(&frame)));
        let later = ethernet(0x0800, &ipv4_fragment(6, 1480, false, b"abc"));
        assert_eq!(key(&frame), key(&later));
    }

    #[test]
    fn errors_go_with_the_flow_they_quote() {
        let quote = ipv4(17, &udp(1, 2, b""));
        let mut error = ethernet(0x0800, &ipv4(1, &icmp(3, 1, &quote)));
        error[26..30].copy_from_slice(&[192, 0, 2, 1]);
        assert_eq!(key(&error), key(&ethernet(0x0800, &quote)));
        let mut echo = error.clone();
        echo[34] = 8;
        assert_ne!(key(&echo), key(&error));

        let quote = ipv6(17, &udp(1, 2, b""));
        let mut error = ethernet(0x86dd, &ipv6(58, &icmp(1, 0, &quote)));
        error[22] = 0x3f;
        assert_eq!(key(&error), key(&ethernet(0x86dd, &quote)));
    }

    #[test]
    fn tags_and_link_types_do_not_matter() {
        let ip = ipv4(6, &tcp(&[], b"x"));
        let bare = key(&ethernet(0x0800, &ip));
        let tagged = |head: &[u8]| [head, &ip].concat();
        assert_eq!(key(&ethernet(0x8100, &tagged(&[0, 5, 8, 0]))), bare);
        assert_eq!(key(&ethernet(0x88a8, &tagged(&[0, 5, 0x81, 0, 0, 6, 8, 0]))), bare);
        assert_eq!(key(&ethernet(0x8847, &tagged(&[0, 6, 0x40, 64, 0, 6, 0x41, 64]))), bare);
        assert_eq!(
            key(&ethernet(
                0x8847,
                &[&[0, 6, 0x41, 64, 0, 0, 0, 0], &ethernet(0x0800, &ip)[..]].concat()
            )),
            bare
        );
        assert_eq!(key(&ethernet(0x8864, &tagged(&[0x11, 0, 0, 7, 0, 0, 0, 0x21]))), bare);
        assert_eq!(
            key(&ethernet(0x8903, &[&[0, 5], &ethernet(0x0800, &ip)[..]].concat())),
            bare
        );
        assert_eq!(shard_key(&ip, LinkType::RawIp), bare);
        assert_eq!(shard_key(&tagged(&[2, 0, 0, 0]), LinkType::Null), bare);
        assert_eq!(shard_key(&tagged(&[0xff, 3, 0, 0x21]), LinkType::Ppp), bare);
        assert_eq!(shard_key(&tagged(&[0x0f, 0, 8, 0]), LinkType::CiscoHdlc), bare);
    }

    #[test]
    fn what_is_not_ip_has_none() {
        assert_eq!(key(&ethernet(0x0806, &[0; 28])), 0);
        assert_eq!(key(&ethernet(0x0800, &[0x45; 19])), 0);
        assert_eq!(key(&[]), 0);
        assert_eq!(shard_key(&[0x45; 40], LinkType::Other(147)), 0);
        assert_eq!(key(&ethernet(0x8100, &[0x81, 0, 0x81, 0].repeat(50))), 0);
    }

    #[test]
    fn the_key_is_the_same_on_every_machine() {
        assert_eq!(key(&ethernet(0x0800, &ipv4(6, &tcp(&[], b"")))), FOUR);
        assert_eq!(key(&ethernet(0x86dd, &ipv6(6, &tcp(&[], b"")))), SIX);
    }

    #[test]
    fn neighbours_are_spread() {
        let mut workers = [0u32; 4];
        for host in 0..=255 {
            let mut frame = ethernet(0x0800, &ipv4(6, &tcp(&[], b"")));
            frame[29] = host;
            workers[(key(&frame) % 4) as usize] += 1;
        }
        assert!(workers.iter().all(|packets| (40..90).contains(packets)), "{workers:?}");
    }

    const FOUR: u64 = 4_561_218_147_778_920_161;
    const SIX: u64 = 17_467_885_758_362_969_342;
}
