//! Content-Transfer-Encoding: base64 and quoted-printable, decoded as the bytes come.

/// How a part's body is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As it is: `7bit`, `8bit`, `binary`, or something unknown.
    #[default]
    Identity,
    /// RFC 2045 section 6.8.
    Base64,
    /// RFC 2045 section 6.7.
    QuotedPrintable,
}

impl Encoding {
    /// The encoding that a header's value names.
    pub(super) fn named(value: &[u8]) -> Self {
        let value = value.trim_ascii();
        if value.eq_ignore_ascii_case(b"base64") {
            Self::Base64
        } else if value.eq_ignore_ascii_case(b"quoted-printable") {
            Self::QuotedPrintable
        } else {
            Self::Identity
        }
    }
}

/// Base64, digit by digit.
#[derive(Debug, Default)]
pub(super) struct Base64 {
    bits: u32,
    digits: u8,
}

impl Base64 {
    /// Appends to `out` what `encoded` adds; false when there are bytes in it that are no base64.
    ///
    /// RFC 2045 section 6.8: what is not in the alphabet is skipped. What follows padding is another piece: some mailers
    /// join such pieces.
    pub(super) fn decode(&mut self, encoded: &[u8], out: &mut Vec<u8>) -> bool {
        let mut clean = true;
        for &byte in encoded {
            let digit = match byte {
                b'A'..=b'Z' => byte.wrapping_sub(b'A'),
                b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
                b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
                b'+' => 62,
                b'/' => 63,
                b'=' => {
                    self.flush(out);
                    continue;
                }
                b' ' | b'\t' | b'\r' => continue,
                _ => {
                    clean = false;
                    continue;
                }
            };
            self.bits = self.bits << 6 | u32::from(digit);
            self.digits = self.digits.wrapping_add(1);
            if self.digits == 4 {
                let [_, bytes @ ..] = self.bits.to_be_bytes();
                out.extend_from_slice(&bytes);
                (self.bits, self.digits) = (0, 0);
            }
        }
        clean
    }

    /// Appends what the last digits give; false when there is one too many.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) -> bool {
        match self.digits {
            2 => out.push((self.bits >> 4) as u8),
            3 => out.extend_from_slice(&((self.bits >> 2) as u16).to_be_bytes()),
            _ => {}
        }
        let clean = self.digits != 1;
        (self.bits, self.digits) = (0, 0);
        clean
    }
}

/// Quoted-printable, byte by byte.
#[derive(Debug, Default)]
pub(super) struct QuotedPrintable {
    waiting: Escape,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Escape {
    #[default]
    None,
    Equals,
    High(u8),
}

impl QuotedPrintable {
    /// Appends to `out` what a piece of a line adds; false when an escape says nothing.
    pub(super) fn decode(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool {
        let mut clean = true;
        for &byte in line {
            self.waiting = match (self.waiting, hex(byte)) {
                (Escape::None, _) if byte == b'=' => Escape::Equals,
                (Escape::None, _) => {
                    out.push(byte);
                    Escape::None
                }
                (Escape::Equals, Some(_)) => Escape::High(byte),
                (Escape::Equals, None) => {
                    // White space between `=` and the line's end is transport's (RFC 2045 section 6.7, rule 3).
                    if matches!(byte, b' ' | b'\t') {
                        Escape::Equals
                    } else {
                        clean = false;
                        out.extend_from_slice(&[b'=', byte]);
                        Escape::None
                    }
                }
                (Escape::High(high), Some(low)) => {
                    out.push(hex(high).unwrap_or(0) << 4 | low);
                    Escape::None
                }
                (Escape::High(high), None) => {
                    clean = false;
                    out.extend_from_slice(&[b'=', high, byte]);
                    Escape::None
                }
            };
        }
        clean
    }

    /// The line is over: whether its end is part of the data; false where it ended in a lone `=`.
    pub(super) fn line_end(&mut self, out: &mut Vec<u8>) -> bool {
        match std::mem::take(&mut self.waiting) {
            Escape::None => true,
            Escape::Equals => false,
            Escape::High(high) => {
                out.extend_from_slice(&[b'=', high]);
                true
            }
        }
    }
}

const fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'A'..=b'F' => Some(byte.wrapping_sub(b'A').wrapping_add(10)),
        b'a'..=b'f' => Some(byte.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_in_pieces_and_with_foreign_bytes() {
        for piece in 1..9 {
            let (mut decoder, mut out) = (Base64::default(), Vec::new());
            let clean = b"Zm9vYmFy".chunks(piece).all(|part| decoder.decode(part, &mut out));
            assert!(clean && decoder.flush(&mut out));
            assert_eq!(out, b"foobar");
        }
        let (mut decoder, mut out) = (Base64::default(), Vec::new());
        assert!(!decoder.decode(b"b c ;* #$%^@%)(*-  ", &mut out));
        decoder.flush(&mut out);
        assert_eq!(out, b"m");
    }

    #[test]
    fn base64_goes_on_after_padding() {
        let (mut decoder, mut out) = (Base64::default(), Vec::new());
        decoder.decode(b"Zm8=", &mut out);
        decoder.decode(b"YmFy", &mut out);
        assert_eq!(out, b"fobar");
        assert!(!{
            let mut one = Base64::default();
            one.decode(b"Z", &mut out);
            one.flush(&mut out)
        });
    }

    #[test]
    fn quoted_printable_in_pieces() {
        for piece in 1..9 {
            let (mut decoder, mut out) = (QuotedPrintable::default(), Vec::new());
            assert!(
                b"caf=C3=a9 =3D"
                    .chunks(piece)
                    .all(|part| decoder.decode(part, &mut out))
            );
            assert!(decoder.line_end(&mut out));
            assert_eq!(out, "café =".as_bytes());
        }
    }

    #[test]
    fn soft_breaks_and_what_is_no_escape() {
        let (mut decoder, mut out) = (QuotedPrintable::default(), Vec::new());
        assert!(decoder.decode(b"a= ", &mut out) && !decoder.line_end(&mut out));
        assert!(!decoder.decode(b"=zz=4", &mut out));
        assert!(decoder.line_end(&mut out));
        assert_eq!(out, b"a=zz=4");
    }
}
