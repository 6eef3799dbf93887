//! Elements of ASN.1's distinguished encoding: as much of it as tickets need.

/// An element.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    /// Its first byte: class, form and a number below 31.
    pub tag: u8,
    /// What it holds.
    pub content: &'a [u8],
}

impl<'a> Element<'a> {
    /// Reads one, and says what comes after it. The content of one that is cut ends where the bytes end.
    pub fn read(data: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&tag, rest) = data.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 {
                return None;
            }
            let (digits, rest) = rest.split_at_checked(count)?;
            (
                digits.iter().fold(0usize, |n, digit| n << 8 | usize::from(*digit)),
                rest,
            )
        };
        let (content, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        Some((Self { tag, content }, rest))
    }

    /// The elements that follow each other.
    pub fn all(data: &'a [u8]) -> impl Iterator<Item = Self> {
        let mut rest = data;
        std::iter::from_fn(move || {
            let (element, after) = Self::read(rest)?;
            rest = after;
            Some(element)
        })
    }

    /// The first of them with that tag, in what it holds.
    pub fn field(self, tag: u8) -> Option<Self> {
        Self::all(self.content).find(|element| element.tag == tag)
    }

    /// The first element that it holds.
    pub fn inner(self) -> Option<Self> {
        Self::read(self.content).map(|(element, _)| element)
    }
}

#[cfg(test)]
pub(crate) mod samples {
    /// An element.
    pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![tag];
        if content.len() < 0x80 {
            out.push(content.len() as u8);
        } else {
            out.push(0x82);
            out.extend((content.len() as u16).to_be_bytes());
        }
        out.extend(content);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_one_after_the_other() {
        let data = [samples::element(4, b"ab"), samples::element(5, &[7; 300])].concat();
        let lengths: Vec<_> = Element::all(&data)
            .map(|element| (element.tag, element.content.len()))
            .collect();
        assert_eq!(lengths, [(4, 2), (5, 300)]);
        assert!(Element::read(&[4, 0x80]).is_none());
    }
}
