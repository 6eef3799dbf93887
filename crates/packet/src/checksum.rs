//! The Internet checksum (RFC 1071).

use core::net::IpAddr;

/// Whether the ones' complement sum over `bytes`, which hold their checksum, is right.
pub(crate) fn verify(bytes: &[u8]) -> bool {
    verify_with(0, bytes)
}

/// The sum of the pseudo-header of an upper layer (RFC 9293 section 3.1, RFC 8200 section 8.1).
pub(crate) fn pseudo_header(src: IpAddr, dst: IpAddr, protocol: u8, len: usize) -> u64 {
    let addresses = match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => sum_of(&src.octets()).wrapping_add(sum_of(&dst.octets())),
        (IpAddr::V6(src), IpAddr::V6(dst)) => sum_of(&src.octets()).wrapping_add(sum_of(&dst.octets())),
        _ => 0,
    };
    addresses.wrapping_add(u64::from(protocol)).wrapping_add(len as u64)
}

/// Whether the ones' complement sum over `bytes`, with the `seed` of a pseudo-header, is right.
pub(crate) fn verify_with(seed: u64, bytes: &[u8]) -> bool {
    fold(seed.wrapping_add(sum_of(bytes))) == 0xffff
}

/// Whether the ones' complement sum over `head`, of a multiple of 4 bytes, and `tail` is right.
pub(crate) fn verify_parts(seed: u64, head: &[u8], tail: &[u8]) -> bool {
    verify_with(seed.wrapping_add(sum_of(head)), tail)
}

/// The sum of the big-endian 16-bit words of `bytes`, an odd last byte padded with zero; not folded.
///
/// 32 bits at a time: a packet has too few words to overflow 64 bits.
fn sum_of(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<4>();
    let mut sum = 0u64;
    for word in words {
        sum = sum.wrapping_add(u64::from(u32::from_be_bytes(*word)));
    }
    let tail = match *rest {
        [a] => u32::from_be_bytes([a, 0, 0, 0]),
        [a, b] => u32::from_be_bytes([a, b, 0, 0]),
        [a, b, c] => u32::from_be_bytes([a, b, c, 0]),
        _ => 0,
    };
    sum.wrapping_add(u64::from(tail))
}

/// Folds a sum to 16 bits with end-around carry.
fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff).wrapping_add(sum >> 16);
    }
    sum as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn agrees_with_the_sum_word_by_word() {
        let bytes: Vec<u8> = (0..67u8).map(|at| at.wrapping_mul(151)).collect();
        for len in 0..bytes.len() {
            let words = u16::from_be_bytes(fixture::checksum(&bytes[..len]));
            assert_eq!(fold(sum_of(&bytes[..len])), !words, "{len} bytes");
        }
    }

    #[test]
    fn carries_do_not_get_lost() {
        assert_eq!(fold(sum_of(&[0xff; 65535])), 0xff00);
        assert_eq!(fold(sum_of(&[0xff; 65536])), 0xffff);
    }

    #[test]
    fn a_known_header() {
        // RFC 1071 has no example of IPv4; this header is of a well-known exercise.
        let header = [
            0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7,
        ];
        assert!(verify(&header));
        assert!(verify_parts(0, &header[..8], &header[8..]));
    }

    #[test]
    fn transports_over_both_versions() {
        use crate::fixture::{decoded, ethernet, icmp, ipv4, ipv6, tcp, udp};
        // The pseudo-header of each packet, written out.
        let four = |protocol, len: u16| [&[10, 0, 0, 1, 10, 0, 0, 2, 0, protocol][..], &len.to_be_bytes()].concat();
        let six = |protocol, len: u16| [&ipv6(0, b"")[8..], &[0, 0], &len.to_be_bytes(), &[0, 0, 0, protocol]].concat();
        for (protocol, at, bytes) in [
            (6, 16, tcp(&[], b"odd")),
            (17, 6, udp(1, 2, b"odd")),
            (58, 2, icmp(128, 0, b"odd")),
        ] {
            for version in [4, 6] {
                if (version, protocol) == (4, 58) {
                    continue;
                }
                let (len, mut bytes) = (bytes.len() as u16, bytes.clone());
                let pseudo = if version == 4 {
                    four(protocol, len)
                } else {
                    six(protocol, len)
                };
                let right = fixture::checksum(&[&pseudo[..], &bytes].concat());
                bytes[at..at + 2].copy_from_slice(&right);
                let frame = |bytes: &[u8]| match version {
                    4 => ethernet(0x0800, &ipv4(protocol, bytes)),
                    _ => ethernet(0x86dd, &ipv6(protocol, bytes)),
                };
                assert_eq!(
                    decoded(&frame(&bytes)).l4_checksum_ok(),
                    Some(true),
                    "{protocol} over {version}"
                );
                *bytes.last_mut().unwrap() ^= 1;
                assert_eq!(
                    decoded(&frame(&bytes)).l4_checksum_ok(),
                    Some(false),
                    "{protocol} over {version}"
                );
            }
        }
    }

    #[test]
    fn where_there_is_none() {
        use crate::fixture::{decoded, ethernet, ipv4, ipv4_fragment, ipv6, tcp, udp};
        assert_eq!(
            decoded(&ethernet(0x0800, &ipv4(17, &udp(1, 2, b"x")))).l4_checksum_ok(),
            None
        );
        assert_eq!(
            decoded(&ethernet(0x86dd, &ipv6(17, &udp(1, 2, b"x")))).l4_checksum_ok(),
            Some(false)
        );
        assert_eq!(
            decoded(&ethernet(0x0800, &ipv4_fragment(6, 0, true, &tcp(&[], b"")))).l4_checksum_ok(),
            None
        );
        assert_eq!(decoded(&ethernet(0x0800, &ipv4(47, &[0; 8]))).l4_checksum_ok(), None);
    }
}
