//! The lengths of chunks.

/// What a line with the length of a chunk says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    /// So many bytes follow.
    Length(u64),
    /// The same, and there is an extension behind it.
    Extended(u64),
    /// Nothing: a line to be passed over.
    Empty,
    /// It is none.
    Invalid,
}

impl Chunk {
    /// Reads a line: white space, hexadecimal digits, and what follows does not matter.
    pub fn read(line: &[u8]) -> Self {
        let start = line.iter().position(|b| !is_blank(*b)).unwrap_or(line.len());
        let rest = line.get(start..).unwrap_or_default();
        if rest.is_empty() {
            return Self::Empty;
        }
        let digits = rest.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        if digits == 0 {
            return Self::Invalid;
        }
        let length = rest.iter().take(digits).fold(0u64, |n, digit| {
            n.saturating_mul(16)
                .saturating_add(char::from(*digit).to_digit(16).unwrap_or(0).into())
        });
        if length > MAX_CHUNK {
            return Self::Invalid;
        }
        let tail = rest.get(digits..).unwrap_or_default();
        if tail.contains(&b';') {
            Self::Extended(length)
        } else {
            Self::Length(length)
        }
    }

    /// Whether the start of a line whose end has not come can be the length of a chunk.
    pub fn may_be(start: &[u8]) -> bool {
        start.iter().find(|b| !is_blank(**b)).is_none_or(u8::is_ascii_hexdigit)
    }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c)
}

/// A chunk is at most so long.
const MAX_CHUNK: u64 = i32::MAX as u64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_as_they_are_found() {
        assert_eq!(Chunk::read(b"1a\r\n"), Chunk::Length(26));
        assert_eq!(Chunk::read(b" 2 \r\n"), Chunk::Length(2));
        assert_eq!(Chunk::read(b"0x2\r\n"), Chunk::Length(0));
        assert_eq!(Chunk::read(b"2;foo=bar\r\n"), Chunk::Extended(2));
        assert_eq!(Chunk::read(b"000000000000000000002\n"), Chunk::Length(2));
        assert_eq!(Chunk::read(b"\r\n"), Chunk::Empty);
        assert_eq!(Chunk::read(b"zz\r\n"), Chunk::Invalid);
        assert_eq!(Chunk::read(b"fffffffff\r\n"), Chunk::Invalid);
        assert!(Chunk::may_be(b" ") && Chunk::may_be(b" f") && !Chunk::may_be(b" g"));
    }
}
