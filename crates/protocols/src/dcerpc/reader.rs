//! Reads integers and runs of bytes in a byte order that the message tells.

/// What is left of a message.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    little: bool,
}

impl<'a> Reader<'a> {
    /// The message from its first byte; little endian where said so.
    pub const fn new(data: &'a [u8], little: bool) -> Self {
        Self { data, at: 0, little }
    }

    /// The message from its first byte, little endian.
    pub const fn little(data: &'a [u8]) -> Self {
        Self::new(data, true)
    }

    /// Bytes read so far.
    pub const fn position(&self) -> usize {
        self.at
    }

    /// What is left.
    pub fn rest(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or_default()
    }

    /// The next bytes.
    pub fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let found = self.data.get(self.at..end)?;
        self.at = end;
        Some(found)
    }

    /// Passes over bytes.
    pub fn skip(&mut self, count: usize) -> Option<()> {
        self.bytes(count).map(|_| ())
    }

    /// Goes on at the next multiple of `unit`, counted from the first byte.
    pub fn align(&mut self, unit: usize) -> Option<()> {
        let to = self.at.checked_next_multiple_of(unit)?;
        self.skip(to.saturating_sub(self.at))
    }

    /// A byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// An integer of two bytes.
    pub fn u16(&mut self) -> Option<u16> {
        let raw = self.array()?;
        Some(if self.little {
            u16::from_le_bytes(raw)
        } else {
            u16::from_be_bytes(raw)
        })
    }

    /// An integer of four bytes.
    pub fn u32(&mut self) -> Option<u32> {
        let raw = self.array()?;
        Some(if self.little {
            u32::from_le_bytes(raw)
        } else {
            u32::from_be_bytes(raw)
        })
    }

    /// An integer of eight bytes.
    pub fn u64(&mut self) -> Option<u64> {
        let raw = self.array()?;
        Some(if self.little {
            u64::from_le_bytes(raw)
        } else {
            u64::from_be_bytes(raw)
        })
    }

    /// So many bytes as they are.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_byte_orders_and_no_byte_beyond_the_end() {
        let data = [1, 2, 3, 4, 5];
        let mut little = Reader::little(&data);
        assert_eq!((little.u16(), little.position()), (Some(0x0201), 2));
        assert_eq!(little.align(4), Some(()));
        assert_eq!((little.u16(), little.u8(), little.u8()), (None, Some(5), None));
        assert_eq!(Reader::new(&data, false).u32(), Some(0x0102_0304));
    }
}
