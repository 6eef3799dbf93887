//! Bytes of a protocol as text of an EVE record.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The bytes as EVE writes them: as they are where they are UTF-8, else with every byte that is not printable ASCII as
/// `\xNN`, so that nothing of them is lost.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte == b' ' || byte.is_ascii_graphic() {
            out.push(char::from(byte));
        } else {
            // Writing to a `String` does not fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_utf8_is_escaped() {
        assert_eq!(text("grün".as_bytes()), "grün");
        assert_eq!(text(b"gr\xfcn\r\n"), "gr\\xfcn\\x0d\\x0a");
    }
}
