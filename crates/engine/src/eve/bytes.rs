//! Bytes as EVE shows them.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

/// Standard base64 with padding (RFC 4648 section 4).
pub fn base64(data: &[u8]) -> String {
    STANDARD.encode(data)
}

/// Bytes as lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Hex<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The bytes as text: what is not printable ASCII is a dot, save line breaks.
pub(super) fn printable(data: &[u8]) -> String {
    data.iter()
        .map(|b| {
            if matches!(b, 0x20..=0x7e | b'\r' | b'\n') {
                char::from(*b)
            } else {
                '.'
            }
        })
        .collect()
}

/// An Ethernet address: six pairs of hexadecimal digits with colons between.
pub(super) fn mac(address: [u8; 6]) -> String {
    address.map(|b| format!("{b:02x}")).join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_addresses() {
        assert_eq!(printable(b"a\0b\r\n\xff"), "a.b\r\n.");
        assert_eq!(mac([0, 1, 2, 0xaa, 0xbb, 0xcc]), "00:01:02:aa:bb:cc");
    }
}
