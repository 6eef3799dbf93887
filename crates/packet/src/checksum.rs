//! The Internet checksum (RFC 1071).

use core::net::IpAddr;

/// Whether the ones' complement sum over `bytes`, which hold their checksum, is right.
pub(crate) fn verify(bytes: &[u8]) -> bool {
    verify_with(0, bytes)
}

/// The sum of the pseudo-header of an upper layer (RFC 9293 section 3.1, RFC 8200 section 8.1).
pub(crate) fn pseudo_header(src: IpAddr, dst: IpAddr, protocol: u8, len: usize) -> u64 {
    let addresses = match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            sum_of(&src.octets()).wrapping_add(sum_of(&dst.octets()))
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            sum_of(&src.octets()).wrapping_add(sum_of(&dst.octets()))
        }
        _ => 0,
    };
    addresses
        .wrapping_add(u64::from(protocol))
        .wrapping_add(len as u64)
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
