//! Numbers in headers.

/// The byte at `at`.
pub(super) fn byte(data: &[u8], at: usize) -> Option<u8> {
    data.get(at).copied()
}

/// Two bytes at `at`, little-endian.
pub(super) fn le16(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

/// Two bytes at `at`, big-endian.
pub(super) fn be16(data: &[u8], at: usize) -> Option<u16> {
    le16(data, at).map(u16::swap_bytes)
}

/// Four bytes at `at`, little-endian.
pub(super) fn le32(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// Four bytes at `at`, big-endian.
pub(super) fn be32(data: &[u8], at: usize) -> Option<u32> {
    le32(data, at).map(u32::swap_bytes)
}
