//! Universally unique identifiers, as DCERPC writes them.

use std::fmt;

use super::reader::Reader;

/// An identifier, in the order in which it is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub u128);

impl Uuid {
    /// Reads one whose first three fields are little endian where said so (C706 appendix A).
    pub fn read(reader: &mut Reader<'_>, little: bool) -> Option<Self> {
        Some(Self::from_bytes(reader.array()?, little))
    }

    /// One of sixteen bytes whose first three fields are little endian where said so.
    pub const fn from_bytes(raw: [u8; 16], little: bool) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = raw;
        Self(u128::from_be_bytes(if little {
            [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]
        } else {
            raw
        }))
    }

    /// Reads one as text: `367abb81-9844-35f1-ad32-98f038001003`.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('-').collect();
        let lengths = parts.iter().map(|part| part.len());
        if !lengths.eq([8, 4, 4, 4, 12]) || !text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit()) {
            return None;
        }
        u128::from_str_radix(&parts.concat(), 16).ok().map(Self)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |shift: u32, bits: u32| (self.0 >> shift) & (1u128 << bits).wrapping_sub(1);
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            part(96, 32),
            part(80, 16),
            part(64, 16),
            part(48, 16),
            part(0, 48)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes() {
        let text = "367abb81-9844-35f1-ad32-98f038001003";
        let uuid = Uuid::parse(text).expect("an identifier");
        assert_eq!(uuid.to_string(), text);
        let raw = [
            0x81, 0xbb, 0x7a, 0x36, 0x44, 0x98, 0xf1, 0x35, 0xad, 0x32, 0x98, 0xf0, 0x38, 0x00, 0x10, 0x03,
        ];
        assert_eq!(Uuid::from_bytes(raw, true), uuid);
        assert_eq!(Uuid::parse("367abb81-9844-35f1-ad32-98f03800100"), None);
        assert_eq!(Uuid::parse("+67abb81-9844-35f1-ad32-98f038001003"), None);
    }
}
