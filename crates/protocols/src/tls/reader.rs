//! Reads numbers and vectors from a message, front to back.

/// What is left of a message. Every read takes from the front, or gives `None` and takes nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    /// So many bytes.
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of one byte.
    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// A number of two bytes, network order.
    pub(crate) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    /// A number of three bytes, network order.
    pub(crate) fn u24(&mut self) -> Option<usize> {
        let bytes = self.take(3)?;
        Some(bytes.iter().fold(0, |n: usize, b| (n << 8) | usize::from(*b)))
    }

    /// A vector whose length is in the byte before it.
    pub(crate) fn vec8(&mut self) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let length = usize::from(ahead.u8()?);
        let bytes = ahead.take(length)?;
        *self = ahead;
        Some(bytes)
    }

    /// A vector whose length is in the two bytes before it.
    pub(crate) fn vec16(&mut self) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let length = usize::from(ahead.u16()?);
        let bytes = ahead.take(length)?;
        *self = ahead;
        Some(bytes)
    }

    /// A vector whose length is in the three bytes before it.
    pub(crate) fn vec24(&mut self) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let length = ahead.u24()?;
        let bytes = ahead.take(length)?;
        *self = ahead;
        Some(bytes)
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The numbers of two bytes each that a vector holds; a byte too many is left out.
pub(crate) fn numbers(bytes: &[u8]) -> Vec<u16> {
    let (pairs, _) = bytes.as_chunks::<2>();
    pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_that_is_cut_takes_nothing() {
        let mut reader = Reader(&[0, 3, 1, 2]);
        assert_eq!(reader.vec16(), None);
        assert_eq!((reader.u24(), reader.u16(), reader.u8()), (Some(0x0301), None, Some(2)));
        assert!(reader.is_empty());
    }
}
