//! The header of gzip, where zlib will not have it: reserved flags, a checksum that is wrong. RFC 1952 section 2.3.

/// Passes over a header.
#[derive(Debug)]
pub(super) struct Header {
    place: Place,
    flags: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the first ten bytes, at this one.
    Fixed(u8),
    /// At the length of the extra field; its first byte.
    ExtraLength(Option<u8>),
    /// In the extra field: so many bytes are left.
    Extra(u16),
    Name,
    Comment,
    /// In the checksum: so many bytes are left.
    Checksum(u8),
    Over,
}

/// What became of bytes of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passed {
    /// All of them belong to it.
    All,
    /// It is over behind so many.
    Over(usize),
    /// It is no header of gzip.
    Wrong,
}

impl Header {
    pub(super) fn new() -> Self {
        Self {
            place: Place::Fixed(0),
            flags: 0,
        }
    }

    /// Takes what comes next.
    pub(super) fn pass(&mut self, data: &[u8]) -> Passed {
        for (at, byte) in data.iter().enumerate() {
            if self.place == Place::Over {
                return Passed::Over(at);
            }
            let Some(next) = self.next(*byte) else {
                return Passed::Wrong;
            };
            self.place = next;
        }
        if self.place == Place::Over {
            Passed::Over(data.len())
        } else {
            Passed::All
        }
    }

    fn next(&mut self, byte: u8) -> Option<Place> {
        Some(match self.place {
            Place::Fixed(0) if byte != 0x1f => return None,
            Place::Fixed(1) if byte != 0x8b => return None,
            Place::Fixed(9) => self.after(EXTRA),
            Place::Fixed(at) => {
                if at == 3 {
                    self.flags = byte;
                }
                Place::Fixed(at.saturating_add(1))
            }
            Place::ExtraLength(None) => Place::ExtraLength(Some(byte)),
            Place::ExtraLength(Some(low)) => match u16::from_le_bytes([low, byte]) {
                0 => self.after(NAME),
                length => Place::Extra(length),
            },
            Place::Extra(left) if left > 1 => Place::Extra(left.saturating_sub(1)),
            Place::Extra(_) => self.after(NAME),
            Place::Name if byte == 0 => self.after(COMMENT),
            Place::Comment if byte == 0 => self.after(CHECKSUM),
            place @ (Place::Name | Place::Comment | Place::Over) => place,
            Place::Checksum(left) if left > 1 => Place::Checksum(left.saturating_sub(1)),
            Place::Checksum(_) => Place::Over,
        })
    }

    /// The first part that is there, from this one on.
    fn after(&self, first: u8) -> Place {
        for (flag, place) in [
            (EXTRA, Place::ExtraLength(None)),
            (NAME, Place::Name),
            (COMMENT, Place::Comment),
            (CHECKSUM, Place::Checksum(2)),
        ] {
            // The parts stand in another order than their flags.
            let due = match first {
                EXTRA => true,
                NAME => flag != EXTRA,
                COMMENT => flag == COMMENT || flag == CHECKSUM,
                _ => flag == CHECKSUM,
            };
            if due && self.flags & flag != 0 {
                return place;
            }
        }
        Place::Over
    }
}

const CHECKSUM: u8 = 0x02;
const EXTRA: u8 = 0x04;
const NAME: u8 = 0x08;
const COMMENT: u8 = 0x10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_passed() {
        for (header, length) in [
            (&b"\x1f\x8b\x08\x00mtimXO"[..], 10),
            (b"\x1f\x8b\x08\xe0mtimXO", 10),
            (b"\x1f\x8b\x08\x02mtimXOcc", 12),
            (b"\x1f\x8b\x08\x1fmtimXO\x02\x00eename\0comment\0cc", 29),
            (b"\x1f\x8b\x08\x04mtimXO\x00\x00", 12),
        ] {
            let whole = [header, b"data"].concat();
            assert_eq!(Header::new().pass(&whole), Passed::Over(length), "{header:?}");
            let mut cut = Header::new();
            let over = whole.iter().position(|byte| cut.pass(&[*byte]) == Passed::Over(1));
            assert_eq!(over, Some(length - 1), "{header:?}");
        }
        assert_eq!(Header::new().pass(b"\x1f\x8bx"), Passed::All);
        assert_eq!(Header::new().pass(b"PK"), Passed::Wrong);
    }
}
