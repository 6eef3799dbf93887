//! Numbers: decimal, `0x` hex, and sizes with a unit.

use std::fmt;

use crate::diagnostic::excerpt;
use crate::{Diagnostic, Spanned, codes};

/// An unsigned number of 64 bits and how it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number {
    /// Its value.
    pub value: u64,
    /// Whether it was written in hex.
    pub hex: bool,
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hex {
            write!(f, "{:#x}", self.value)
        } else {
            write!(f, "{}", self.value)
        }
    }
}

/// Reads an unsigned number, decimal or `0x` hex, that fits `T`.
///
/// # Errors
/// It is no number, or too large for `T`.
pub fn unsigned<T: TryFrom<u64>>(text: Spanned<&str>) -> Result<T, Diagnostic> {
    let text = text.trim();
    let number = number(text)?;
    T::try_from(number.value).map_err(|_| too_large(text, max_of::<T>()))
}

/// Reads a number with an optional sign that fits `T`.
///
/// # Errors
/// It is no number, or out of the range of `T`.
pub fn integer<T: TryFrom<i64>>(text: Spanned<&str>) -> Result<T, Diagnostic> {
    let text = text.trim();
    let (negative, digits) = match text.value.as_bytes().first() {
        Some(b'-') => (true, text.slice(1..text.value.len())),
        Some(b'+') => (false, text.slice(1..text.value.len())),
        _ => (false, text),
    };
    let magnitude = i128::from(number(digits)?.value);
    let value = if negative { -magnitude } else { magnitude };
    i64::try_from(value)
        .ok()
        .and_then(|value| T::try_from(value).ok())
        .ok_or_else(|| too_large(text, None))
}

/// Reads a size in bytes: a number with an optional unit `B`, `KB`, `MB`, `GB` (powers of 1024, any case, also
/// `KiB` and so on).
///
/// # Errors
/// It is no number, the unit is unknown, or the size is beyond 64 bits.
pub fn size(text: Spanned<&str>) -> Result<u64, Diagnostic> {
    let text = text.trim();
    let hex = text
        .value
        .get(..2)
        .is_some_and(|start| start.eq_ignore_ascii_case("0x"));
    let digits_end = if hex {
        text.value.len()
    } else {
        text.value
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.value.len())
    };
    let count = number(text.slice(0..digits_end))?.value;
    let unit = text.slice(digits_end..text.value.len()).trim();
    let shift = match unit.value.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => {
            let message = format!("unknown unit `{}`", unit.value);
            return Err(Diagnostic::error(codes::BAD_UNIT, message, unit.span)
                .label("not a unit of size")
                .help("use B, KB, MB or GB"));
        }
    };
    count
        .checked_mul(1 << shift)
        .ok_or_else(|| too_large(text, Some(u64::MAX)))
}

/// Reads an unsigned number and remembers how it was written.
pub(crate) fn number(text: Spanned<&str>) -> Result<Number, Diagnostic> {
    let (digits, radix) = match text.value.get(..2) {
        Some("0x" | "0X") => (&text.value[2..], 16),
        _ => (text.value, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(not_a_number(text));
    }
    let value = u64::from_str_radix(digits, radix).map_err(|_| too_large(text, Some(u64::MAX)))?;
    Ok(Number {
        value,
        hex: radix == 16,
    })
}

fn not_a_number(text: Spanned<&str>) -> Diagnostic {
    if text.value.is_empty() {
        return Diagnostic::error(codes::BAD_NUMBER, "expected a number", text.span).label("nothing here");
    }
    let message = format!("`{}` is not a number", excerpt(text.value));
    let error = Diagnostic::error(codes::BAD_NUMBER, message, text.span).label("expected a number");
    match missing_semicolon(text.value) {
        Some(help) => error.help(help),
        None => error,
    }
}

/// A number followed by what looks like the next option is the usual sign of a forgotten semicolon.
fn missing_semicolon(text: &str) -> Option<String> {
    let (number, rest) = text.split_once(|c: char| c.is_ascii_whitespace())?;
    let rest = rest.trim_start();
    let name_end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_.-".contains(c)))?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && name_end > 0 && rest[name_end..].starts_with(':'))
        .then(|| format!("is a semicolon missing after `{}`?", excerpt(number)))
}

fn too_large(text: Spanned<&str>, max: Option<u64>) -> Diagnostic {
    let message = format!("`{}` is out of range", excerpt(text.value));
    let error = Diagnostic::error(codes::NUMBER_RANGE, message, text.span);
    match max {
        Some(max) => error.label(format!("the largest is {max}")),
        None => error.label("too large for this place"),
    }
}

/// The largest value of an integer type: the largest power of two less one that it takes.
fn max_of<T: TryFrom<u64>>() -> Option<u64> {
    (0..64)
        .map(|shift| u64::MAX >> shift)
        .find(|&value| T::try_from(value).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    fn at(text: &str) -> Spanned<&str> {
        Spanned::new(text, Span::new(0, u32::try_from(text.len()).unwrap()))
    }

    #[test]
    fn unsigned_numbers_fit_their_type() {
        assert_eq!(unsigned::<u8>(at(" 255 ")).unwrap(), 255);
        assert_eq!(unsigned::<u16>(at("0xFfFf")).unwrap(), 65535);
        assert_eq!(unsigned::<u64>(at("18446744073709551615")).unwrap(), u64::MAX);
        let error = unsigned::<u8>(at("256")).unwrap_err();
        assert_eq!(
            (error.code, error.label.as_ref()),
            (codes::NUMBER_RANGE, "the largest is 255")
        );
        assert_eq!(
            unsigned::<u64>(at("18446744073709551616")).unwrap_err().code,
            codes::NUMBER_RANGE
        );
        for text in ["", "-1", "+1", "0x", "1x", "x", "é", "1 2"] {
            assert_eq!(unsigned::<u64>(at(text)).unwrap_err().code, codes::BAD_NUMBER, "{text}");
        }
    }

    #[test]
    fn signed_numbers_take_a_sign() {
        assert_eq!(integer::<i32>(at("-5")).unwrap(), -5);
        assert_eq!(integer::<i32>(at("+0x10")).unwrap(), 16);
        assert_eq!(integer::<i64>(at("-9223372036854775808")).unwrap(), i64::MIN);
        assert_eq!(integer::<u16>(at("-1")).unwrap_err().code, codes::NUMBER_RANGE);
        assert_eq!(
            integer::<i64>(at("9223372036854775808")).unwrap_err().code,
            codes::NUMBER_RANGE
        );
        assert_eq!(integer::<i64>(at("--1")).unwrap_err().code, codes::BAD_NUMBER);
    }

    #[test]
    fn sizes_take_units() {
        assert_eq!(size(at("10")).unwrap(), 10);
        assert_eq!(size(at("0x10")).unwrap(), 16);
        assert_eq!(size(at("2kb")).unwrap(), 2048);
        assert_eq!(size(at("1 MiB")).unwrap(), 1 << 20);
        assert_eq!(size(at("3GB")).unwrap(), 3 << 30);
        assert_eq!(size(at("3XB")).unwrap_err().code, codes::BAD_UNIT);
        assert_eq!(
            size(at("18446744073709551615KB")).unwrap_err().code,
            codes::NUMBER_RANGE
        );
        assert_eq!(size(at("KB")).unwrap_err().code, codes::BAD_NUMBER);
        assert_eq!(size(at("é")).unwrap_err().code, codes::BAD_NUMBER);
    }

    #[test]
    fn a_forgotten_semicolon_is_guessed() {
        let help = unsigned::<u32>(at("5 offset:3")).unwrap_err().help;
        assert_eq!(help.as_deref(), Some("is a semicolon missing after `5`?"));
    }
}
