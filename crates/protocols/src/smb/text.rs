//! Texts of messages: of bytes, or of units of two bytes.

use crate::dcerpc::reader::Reader;

/// UTF-16 as Suricata gives it to rules: the low byte of each unit.
pub fn narrow(data: &[u8]) -> Vec<u8> {
    data.chunks_exact(2).filter_map(|unit| unit.first().copied()).collect()
}

/// A text of known length.
pub fn fixed(data: &[u8], unicode: bool) -> Vec<u8> {
    if unicode { narrow(data) } else { data.to_vec() }
}

/// A text that ends with a zero, or with the message. Units of two bytes begin at an even place.
pub fn terminated(reader: &mut Reader<'_>, unicode: bool) -> Option<Vec<u8>> {
    if unicode {
        reader.align(2)?;
        let mut text = Vec::new();
        while let Some([low, high]) = reader.array() {
            if [low, high] == [0, 0] {
                break;
            }
            text.push(low);
        }
        return Some(text);
    }
    let rest = reader.rest();
    let end = memchr::memchr(0, rest).unwrap_or(rest.len());
    let text = reader.bytes(end)?.to_vec();
    let _ = reader.skip(1);
    Some(text)
}

/// An identifier of sixteen bytes, as EVE shows those of SMB.
pub fn guid(raw: [u8; 16]) -> String {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = raw;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}",
        u32::from_le_bytes([a, b, c, d]),
        u16::from_le_bytes([e, f]),
        u16::from_le_bytes([g, h]),
        u16::from_le_bytes([i, j]),
        u16::from_le_bytes([k, l]),
        u32::from_le_bytes([m, n, o, p]),
    )
}

/// Seconds since 1970 of a count of 100 nanoseconds since 1601; 0 for none.
pub fn seconds(filetime: u64) -> u64 {
    (filetime / 10_000_000).saturating_sub(11_644_473_600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_at_zeros() {
        let mut reader = Reader::little(b"ab\0cd");
        assert_eq!(terminated(&mut reader, false), Some(b"ab".to_vec()));
        assert_eq!(terminated(&mut reader, false), Some(b"cd".to_vec()));
        let mut reader = Reader::little(b"x\0a\0b\0\0\0c\0d");
        reader.skip(1);
        assert_eq!(terminated(&mut reader, true), Some(b"ab".to_vec()));
        assert_eq!(terminated(&mut reader, true), Some(b"c".to_vec()));
    }

    #[test]
    fn times() {
        assert_eq!(seconds(0), 0);
        assert_eq!(seconds(116_444_736_000_000_000 + 15_000_000), 1);
    }
}
