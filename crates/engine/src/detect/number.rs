//! Reading numbers out of a buffer, for `byte_test` and its family.

use crate::rule::{Base, Encoding, MAX_VARS, Num, Read};

/// A number that was read: its value, and the byte after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The value, masked.
    pub value: u64,
    /// In bytes from the start of the buffer.
    pub end: usize,
}

/// The value of `num`.
#[inline]
pub fn value_of(num: Num, vars: &[u64; MAX_VARS]) -> i64 {
    match num {
        Num::Const(v) => v,
        Num::Var(id) => vars
            .get(usize::from(id.0))
            .map_or(0, |v| i64::try_from(*v).unwrap_or(i64::MAX)),
    }
}

/// Reads the number that `read` describes, `dce` as big endian; `None` when it does not lie in the buffer or is none.
pub fn read(data: &[u8], cursor: usize, read: &Read, vars: &[u64; MAX_VARS]) -> Option<Found> {
    let base = if read.relative { i64::try_from(cursor).ok()? } else { 0 };
    let start = usize::try_from(base.checked_add(value_of(read.offset, vars))?).ok()?;
    let count = usize::try_from(value_of(read.count, vars)).ok()?;
    let rest = data.get(start..)?;
    let (raw, used) = match read.encoding {
        // Suricata: no count means all digits there are.
        Encoding::Text(base) if count == 0 => text(rest.get(..rest.len().min(MAX_TEXT))?, base)?,
        Encoding::Text(base) => text(rest.get(..count)?, base)?,
        Encoding::Big | Encoding::Dce => (
            rest.get(..count)
                .filter(|b| b.len() <= 8)?
                .iter()
                .fold(0, |n, b| n << 8 | u64::from(*b)),
            count,
        ),
        Encoding::Little => (
            rest.get(..count)
                .filter(|b| b.len() <= 8)?
                .iter()
                .rev()
                .fold(0, |n, b| n << 8 | u64::from(*b)),
            count,
        ),
    };
    let value = if read.mask == 0 {
        raw
    } else {
        (raw & read.mask) >> read.mask.trailing_zeros()
    };
    Some(Found {
        value,
        end: start + used,
    })
}

/// A number in text: white space before it is skipped, and it ends at the first byte that is no digit of it.
fn text(bytes: &[u8], base: Base) -> Option<(u64, usize)> {
    let blank = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let body = bytes.get(blank..)?;
    let hex_prefix = matches!(body, [b'0', b'x' | b'X', d, ..] if d.is_ascii_hexdigit());
    let (radix, skip) = match base {
        Base::Hex if hex_prefix => (16, 2),
        Base::Hex => (16, 0),
        Base::Dec => (10, 0),
        Base::Oct => (8, 0),
        Base::Auto if hex_prefix => (16, 2),
        Base::Auto if body.first() == Some(&b'0') => (8, 0),
        Base::Auto => (10, 0),
    };
    let digits = body.get(skip..)?.iter().map_while(|b| char::from(*b).to_digit(radix));
    let (mut value, mut n) = (0u64, 0);
    for digit in digits {
        value = value.checked_mul(radix.into())?.checked_add(digit.into())?;
        n += 1;
    }
    (n > 0).then_some((value, blank + skip + n))
}

/// The longest number in text, where its length is not given.
const MAX_TEXT: usize = 23;

#[cfg(test)]
mod tests {
    use super::*;

    const NO_VARS: [u64; MAX_VARS] = [0; MAX_VARS];

    fn at(offset: i64, count: i64, encoding: Encoding) -> Read {
        Read {
            count: Num::Const(count),
            offset: Num::Const(offset),
            relative: false,
            encoding,
            mask: 0,
        }
    }

    #[test]
    fn both_byte_orders() {
        let data = [1, 2, 3, 4];
        assert_eq!(
            read(&data, 0, &at(0, 2, Encoding::Big), &NO_VARS),
            Some(Found { value: 0x0102, end: 2 })
        );
        assert_eq!(
            read(&data, 0, &at(2, 2, Encoding::Little), &NO_VARS),
            Some(Found { value: 0x0403, end: 4 })
        );
        assert_eq!(read(&data, 0, &at(3, 2, Encoding::Big), &NO_VARS), None);
        assert_eq!(read(&data, 0, &at(-1, 1, Encoding::Big), &NO_VARS), None);
    }

    #[test]
    fn relative_to_the_cursor_and_masked() {
        let relative = Read {
            relative: true,
            mask: 0xf0,
            ..at(-1, 1, Encoding::Big)
        };
        assert_eq!(
            read(&[0, 0x5a, 0], 2, &relative, &NO_VARS),
            Some(Found { value: 5, end: 2 })
        );
    }

    #[test]
    fn text_in_every_base() {
        let value = |bytes: &[u8], base| {
            read(bytes, 0, &at(0, bytes.len() as i64, Encoding::Text(base)), &NO_VARS).map(|f| f.value)
        };
        assert_eq!(value(b" 123;", Base::Dec), Some(123));
        assert_eq!(value(b"ff", Base::Hex), Some(255));
        assert_eq!(value(b"0x1F", Base::Hex), Some(31));
        assert_eq!(value(b"0x1F", Base::Auto), Some(31));
        assert_eq!(value(b"017", Base::Auto), Some(15));
        assert_eq!(value(b"19", Base::Oct), Some(1));
        assert_eq!(value(b"x", Base::Dec), None);
        let all = read(b"4512x", 0, &at(0, 0, Encoding::Text(Base::Dec)), &NO_VARS);
        assert_eq!(all, Some(Found { value: 4512, end: 4 }));
        assert_eq!(value(b"99999999999999999999", Base::Dec), None);
    }
}
