//! Checksums: right ones, and wrong ones on request.

use std::net::IpAddr;

/// What goes into a checksum field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checksum {
    /// The right sum.
    #[default]
    Right,
    /// The right sum with its lowest bit flipped.
    Wrong,
    /// This value, whatever is right; 0 in UDP over IPv4 means that there is none (RFC 768).
    Value(u16),
}

impl Checksum {
    /// The field's value, where `right` would be right.
    pub const fn of(self, right: u16) -> u16 {
        match self {
            Self::Right => right,
            Self::Wrong => right ^ 1,
            Self::Value(value) => value,
        }
    }
}

/// The Internet checksum of `parts` laid end to end (RFC 1071); every part but the last has even length.
pub fn internet(parts: &[&[u8]]) -> u16 {
    let mut sum = 0u64;
    for part in parts {
        let (pairs, odd) = part.as_chunks::<2>();
        sum += pairs.iter().map(|p| u64::from(u16::from_be_bytes(*p))).sum::<u64>();
        sum += odd.first().map_or(0, |b| u64::from(*b) << 8);
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// The Internet checksum of `segment` with the pseudo header of RFC 9293 section 3.1 or RFC 8200 section 8.1.
///
/// Without addresses (a transport header that is in no IP packet) the sum covers the segment alone.
pub fn with_pseudo_header(ends: Option<(IpAddr, IpAddr)>, protocol: u8, segment: &[u8]) -> u16 {
    let mut pseudo = Vec::with_capacity(40);
    match ends {
        Some((IpAddr::V4(src), IpAddr::V4(dst))) => {
            pseudo.extend(src.octets());
            pseudo.extend(dst.octets());
            pseudo.extend([0, protocol]);
            pseudo.extend((segment.len() as u16).to_be_bytes());
        }
        Some((IpAddr::V6(src), IpAddr::V6(dst))) => {
            pseudo.extend(src.octets());
            pseudo.extend(dst.octets());
            pseudo.extend((segment.len() as u32).to_be_bytes());
            pseudo.extend([0, 0, 0, protocol]);
        }
        _ => {}
    }
    internet(&[&pseudo, segment])
}

/// CRC32c of `bytes`, SCTP's checksum (RFC 9260 appendix A).
pub fn crc32c(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let low_bit = crc & 1;
            crc >>= 1;
            if low_bit == 1 {
                crc ^= 0x82f6_3b78;
            }
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sums() {
        // RFC 1071 section 3: the sum of these is ddf2.
        assert_eq!(internet(&[&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]]), !0xddf2);
        // RFC 3720 appendix B.4: 32 bytes of zeros.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
    }

    #[test]
    fn an_odd_byte_counts_as_the_high_one() {
        assert_eq!(internet(&[&[1, 2], &[3]]), internet(&[&[1, 2, 3, 0]]));
    }
}
