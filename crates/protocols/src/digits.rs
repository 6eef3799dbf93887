//! Numbers as digits. Hashes and fingerprints consist of them: with `format!` they took as long as all else that is done
//! with a hello.

/// Appends a number in decimal.
pub(crate) fn decimal(text: &mut Vec<u8>, number: u16) {
    let digits = [
        number / 10_000,
        number / 1_000 % 10,
        number / 100 % 10,
        number / 10 % 10,
        number % 10,
    ];
    let zeros = digits.iter().take(4).take_while(|digit| **digit == 0).count();
    text.extend(digits.iter().skip(zeros).map(|digit| b'0' | *digit as u8));
}

/// Appends bytes in hexadecimal, in lower case.
pub(crate) fn hex(text: &mut Vec<u8>, bytes: &[u8]) {
    text.extend(bytes.iter().flat_map(|byte| pair(LOWER, *byte)));
}

/// Bytes in hexadecimal, in lower case.
pub(crate) fn hex_text(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(bytes.len().saturating_mul(2));
    hex(&mut text, bytes);
    ascii(text)
}

/// Bytes in hexadecimal with colons between them.
pub(crate) fn hex_with_colons(bytes: &[u8], digits: &[u8; 16]) -> String {
    let mut text = Vec::with_capacity(bytes.len().saturating_mul(3));
    for byte in bytes {
        text.extend_from_slice(&pair(digits, *byte));
        text.push(b':');
    }
    text.pop();
    ascii(text)
}

/// The two digits of a byte.
pub(crate) fn pair(digits: &[u8; 16], byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|digit| digits.get(usize::from(digit)).copied().unwrap_or_default())
}

/// Digits as text.
pub(crate) fn ascii(digits: Vec<u8>) -> String {
    String::from_utf8(digits).unwrap_or_default()
}

/// The digits of hexadecimal numbers in lower case.
pub(crate) const LOWER: &[u8; 16] = b"0123456789abcdef";

/// And in upper case.
pub(crate) const UPPER: &[u8; 16] = b"0123456789ABCDEF";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_format() {
        for number in 0..=u16::MAX {
            let (mut text, mut digits) = (Vec::new(), Vec::new());
            decimal(&mut text, number);
            hex(&mut digits, &number.to_be_bytes());
            assert_eq!(ascii(text), number.to_string());
            assert_eq!(ascii(digits), format!("{number:04x}"));
        }
        assert_eq!(hex_text(&[]), "");
        assert_eq!(hex_with_colons(&[], LOWER), "");
        assert_eq!(hex_with_colons(&[0x5c, 0x09, 0xb7], UPPER), "5C:09:B7");
    }
}
