//! Which ICMP messages are two halves of one exchange.

/// The type of the message that answers `kind`, or that `kind` answers; `None` when there is none.
///
/// RFC 792, RFC 950 and RFC 1256.
pub(crate) const fn counterpart_v4(kind: u8) -> Option<u8> {
    Some(match kind {
        0 => 8,
        8 => 0,
        9 => 10,
        10 => 9,
        13 => 14,
        14 => 13,
        15 => 16,
        16 => 15,
        17 => 18,
        18 => 17,
        _ => return None,
    })
}

/// The same for ICMPv6.
///
/// Echo (RFC 4443), listener discovery (RFC 2710), neighbour discovery (RFC 4861), node information
/// (RFC 4620), home agent discovery (RFC 6275), certification path (RFC 3971), multicast router
/// discovery (RFC 4286), duplicate address (RFC 6775).
pub(crate) const fn counterpart_v6(kind: u8) -> Option<u8> {
    Some(match kind {
        128 => 129,
        129 => 128,
        130 => 131,
        131 => 130,
        133 => 134,
        134 => 133,
        135 => 136,
        136 => 135,
        139 => 140,
        140 => 139,
        144 => 145,
        145 => 144,
        146 => 147,
        147 => 146,
        148 => 149,
        149 => 148,
        151 => 152,
        152 => 151,
        157 => 158,
        158 => 157,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counterparts_come_in_pairs() {
        for counterpart in [counterpart_v4, counterpart_v6] {
            for kind in 0..=255 {
                if let Some(other) = counterpart(kind) {
                    assert_ne!(other, kind);
                    assert_eq!(counterpart(other), Some(kind));
                }
            }
        }
    }

    #[test]
    fn errors_have_no_counterpart() {
        for kind in [3, 4, 5, 11, 12] {
            assert_eq!(counterpart_v4(kind), None);
        }
        for kind in 1..=4 {
            assert_eq!(counterpart_v6(kind), None);
        }
    }
}
