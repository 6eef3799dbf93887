//! Lenient base64, as `base64_decode` wants it: what can be decoded is.

/// Appends to `out` what `encoded` spells in base64.
///
/// With `skip_foreign` bytes outside the alphabet are skipped (RFC 2045 section 6.8); else decoding stops there
/// (RFC 4648 section 3.3). It ends at the first padding; a last group of two or three digits gives its whole bytes.
pub fn decode(encoded: &[u8], skip_foreign: bool, out: &mut Vec<u8>) {
    let (mut bits, mut digits) = (0u32, 0u8);
    for &byte in encoded {
        let Some(digit) = digit(byte) else {
            if byte != b'=' && skip_foreign {
                continue;
            }
            break;
        };
        bits = bits << 6 | u32::from(digit);
        digits += 1;
        if digits == 4 {
            out.extend_from_slice(&bits.to_be_bytes()[1..]);
            (bits, digits) = (0, 0);
        }
    }
    match digits {
        2 => out.push((bits >> 4) as u8),
        3 => out.extend_from_slice(&((bits >> 2) as u16).to_be_bytes()),
        _ => {}
    }
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str, skip_foreign: bool) -> Vec<u8> {
        let mut out = Vec::new();
        decode(text.as_bytes(), skip_foreign, &mut out);
        out
    }

    #[test]
    fn whole_and_partial_groups() {
        assert_eq!(decoded("Zm9vYmFy", false), b"foobar");
        assert_eq!(decoded("Zm9vYg==", false), b"foob");
        assert_eq!(decoded("Zm9vYmE", false), b"fooba");
        assert_eq!(decoded("Z", false), b"");
    }

    #[test]
    fn foreign_bytes_stop_it_or_are_skipped() {
        assert_eq!(decoded("Zm9v\r\nYmFy", true), b"foobar");
        assert_eq!(decoded("Zm9v\r\nYmFy", false), b"foo");
    }
}
