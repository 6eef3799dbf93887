//! The elements of BER (ITU-T X.690): what `asn1`, `ber_data` and `ber_skip` walk over.

/// One element: tag, length and contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// The first byte: class, constructed bit and tag number.
    pub tag: u8,
    /// The length that it says; `None` when it is indefinite.
    pub length: Option<u64>,
    /// The contents, as far as they are there; all the rest for an indefinite length.
    pub contents: &'a [u8],
    /// The bytes of tag and length.
    pub header: usize,
}

impl<'a> Element<'a> {
    /// The element at the start of `bytes`; `None` when tag or length are cut short or too long.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let tag = *bytes.first()?;
        let mut at = 1;
        if tag & 0x1f == 0x1f {
            // LIMIT: a tag number of more than four bytes is none that anybody uses.
            let more = bytes.get(1..5.min(bytes.len()))?.iter().position(|b| b & 0x80 == 0)?;
            at += more + 1;
        }
        let first = *bytes.get(at)?;
        at += 1;
        let length = match first {
            0x80 => None,
            short @ 0..=0x7f => Some(u64::from(short)),
            long => {
                let count = usize::from(long & 0x7f);
                let digits = bytes.get(at..at.checked_add(count)?).filter(|d| d.len() <= 8)?;
                at += count;
                Some(digits.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
            }
        };
        let rest = bytes.get(at..)?;
        let there = length
            .and_then(|n| usize::try_from(n).ok())
            .map_or(rest.len(), |n| n.min(rest.len()));
        Some(Self {
            tag,
            length,
            contents: &rest[..there],
            header: at,
        })
    }

    /// Whether the contents are elements.
    pub const fn is_constructed(&self) -> bool {
        self.tag & 0x20 != 0
    }

    /// The bytes of the whole element; `None` when its length is indefinite or it goes beyond 64 bits.
    pub fn end(&self) -> Option<usize> {
        usize::try_from(self.length?).ok()?.checked_add(self.header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_long_and_indefinite_lengths() {
        let short = Element::read(&[0x04, 2, 7, 8, 9]).expect("an element");
        assert_eq!(
            (short.tag, short.length, short.contents, short.end()),
            (4, Some(2), &[7, 8][..], Some(4))
        );
        let long = Element::read(&[0x30, 0x82, 0x01, 0x00, 1]).expect("an element");
        assert_eq!((long.length, long.contents.len(), long.header), (Some(256), 1, 4));
        let open = Element::read(&[0x30, 0x80, 1, 1, 0, 0, 0]).expect("an element");
        assert_eq!((open.length, open.contents.len(), open.end()), (None, 5, None));
        let wide = Element::read(&[0x1f, 0x81, 0x01, 1, 5]).expect("an element");
        assert_eq!((wide.header, wide.contents), (4, &[5][..]));
    }

    #[test]
    fn what_is_cut_short_is_none() {
        for bytes in [
            &[][..],
            &[0x04],
            &[0x04, 0x82, 1],
            &[0x1f, 0x81],
            &[0x1f, 0x81, 0x81, 0x81, 0x81, 1],
            &[4, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        ] {
            assert_eq!(Element::read(bytes), None, "{bytes:?}");
        }
    }
}
