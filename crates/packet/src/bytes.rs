//! Total big-endian readers: what lies outside the slice reads as zero.
//!
//! Every header view sits over a slice whose length its decoder checked, so the zero never shows;
//! it is what makes each accessor free of panics without a word about it at the call.

/// The byte at `at`, or 0 outside the slice.
#[inline(always)]
pub(crate) fn u8_at(bytes: &[u8], at: usize) -> u8 {
    match bytes.get(at) {
        Some(byte) => *byte,
        None => 0,
    }
}

/// The two bytes at `at` in network order, or 0 when they are not all there.
#[inline(always)]
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(array_at(bytes, at))
}

/// The three bytes at `at` in network order, or 0 when they are not all there.
#[inline(always)]
pub(crate) fn u24_at(bytes: &[u8], at: usize) -> u32 {
    let [a, b, c] = array_at(bytes, at);
    u32::from_be_bytes([0, a, b, c])
}

/// The four bytes at `at` in network order, or 0 when they are not all there.
#[inline(always)]
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(array_at(bytes, at))
}

/// The `N` bytes at `at`, or zeros when they are not all there.
#[inline(always)]
pub(crate) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    match bytes.get(at..).and_then(|rest| rest.first_chunk::<N>()) {
        Some(chunk) => *chunk,
        None => [0; N],
    }
}

/// The bytes from `at` on; empty when the slice ends before.
#[inline(always)]
pub(crate) fn from(bytes: &[u8], at: usize) -> &[u8] {
    bytes.get(at..).unwrap_or_default()
}

/// The first `len` bytes, or all of them when there are fewer.
#[inline(always)]
pub(crate) fn upto(bytes: &[u8], len: usize) -> &[u8] {
    bytes.get(..len).unwrap_or(bytes)
}

/// `bytes` cut in two at `at`, or at the end when it is shorter.
#[inline(always)]
pub(crate) fn split(bytes: &[u8], at: usize) -> (&[u8], &[u8]) {
    bytes.split_at_checked(at).unwrap_or((bytes, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_network_order() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(u8_at(&bytes, 7), 8);
        assert_eq!(u16_at(&bytes, 1), 0x0203);
        assert_eq!(u24_at(&bytes, 5), 0x06_0708);
        assert_eq!(u32_at(&bytes, 4), 0x0506_0708);
    }

    #[test]
    fn outside_is_zero_or_empty() {
        let bytes = [1, 2, 3];
        assert_eq!(u8_at(&bytes, 3), 0);
        assert_eq!(u16_at(&bytes, 2), 0);
        assert_eq!(u24_at(&bytes, 1), 0);
        assert_eq!(u32_at(&bytes, usize::MAX), 0);
        assert!(from(&bytes, 9).is_empty());
        assert_eq!(upto(&bytes, 9), &bytes);
        assert_eq!(split(&bytes, 2), (&bytes[..2], &bytes[2..]));
        assert_eq!(split(&bytes, 9), (&bytes[..], &[][..]));
    }
}
