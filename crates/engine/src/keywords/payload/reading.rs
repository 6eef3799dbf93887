//! The options that `byte_test`, `byte_jump`, `byte_extract` and `byte_math` share: how a number is read.

use rule_parser::{Dialect, Spanned, value};

use crate::keyword::{Parsed, Problem, RuleDraft};
use crate::rule::{Base, Encoding, Num, Read};

/// How a number is read, as options say it.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub relative: bool,
    endian: Option<Encoding>,
    string: bool,
    base: Option<Base>,
    mask: u64,
}

impl Options {
    /// Takes one option in; false when it is none of these.
    ///
    /// # Errors
    /// When it contradicts an earlier one, or its value is bad.
    pub fn take(&mut self, option: Spanned<&str>) -> Parsed<bool> {
        let (name, text) = split(option);
        match (name.value, text) {
            ("relative", None) => self.relative = true,
            ("string", None) => self.string = true,
            ("string", Some(base)) => {
                self.string = true;
                self.set_base(base)?;
            }
            ("dec" | "hex" | "oct", None) => self.set_base(name)?,
            ("big" | "little" | "dce", None) => self.set_endian(name)?,
            ("endian", Some(order)) if matches!(order.value, "big" | "little") => self.set_endian(order)?,
            ("bitmask", Some(mask)) => self.mask = read_mask(mask)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The base of a number in text.
    pub fn text_base(&self) -> Option<Base> {
        self.string.then(|| self.base.unwrap_or(Base::Auto))
    }

    /// The reading of `count` bytes at `offset`.
    ///
    /// # Errors
    /// When the options do not go together, or a number cannot be so long.
    pub fn reading(&self, dialect: Dialect, count: Num, offset: Num) -> Parsed<Read> {
        let encoding = match (self.string, self.base, self.endian) {
            (false, Some(_), _) => {
                return Err(
                    Problem::new("a base needs `string`").help("write `string,dec`, `string,hex` or `string,oct`")
                );
            }
            (true, _, Some(Encoding::Dce)) => {
                return Err(Problem::new("`dce` and `string` do not go together").help("numbers of DCERPC are binary"));
            }
            (true, Some(base), _) => Encoding::Text(base),
            // Suricata: the base is told by the prefix, as in C. Snort: decimal.
            (true, None, _) if dialect == Dialect::Suricata => Encoding::Text(Base::Auto),
            (true, None, _) => Encoding::Text(Base::Dec),
            (false, None, endian) => endian.unwrap_or(Encoding::Big),
        };
        let most = if self.string { MAX_TEXT } else { MAX_BINARY };
        match count {
            Num::Const(n) if n > most => {
                let problem = Problem::new(format!("a number of {n} bytes cannot be read"));
                return Err(problem.help(if self.string {
                    "at most 23 bytes of text are read"
                } else {
                    "at most 8 bytes are read, or 23 of text with `string`"
                }));
            }
            // No bytes are the number 0; in text, no count asks for the digits there are.
            Num::Const(0) if !self.string => {
                return Ok(Read {
                    count,
                    offset,
                    relative: self.relative,
                    encoding: Encoding::Big,
                    mask: 0,
                });
            }
            _ => {}
        }
        Ok(Read {
            count,
            offset,
            relative: self.relative,
            encoding,
            mask: self.mask,
        })
    }

    fn set_base(&mut self, name: Spanned<&str>) -> Parsed<()> {
        let base = match name.value {
            "dec" => Base::Dec,
            "hex" => Base::Hex,
            "oct" => Base::Oct,
            other => {
                return Err(Problem::new(format!("`{other}` is no base"))
                    .help("use dec, hex or oct")
                    .at(name.span.range()));
            }
        };
        match self.base.replace(base) {
            Some(old) if old != base => Err(Problem::new("two bases are given")
                .help("keep one of dec, hex and oct")
                .at(name.span.range())),
            _ => Ok(()),
        }
    }

    fn set_endian(&mut self, name: Spanned<&str>) -> Parsed<()> {
        let endian = match name.value {
            "big" => Encoding::Big,
            "little" => Encoding::Little,
            _ => Encoding::Dce,
        };
        match self.endian.replace(endian) {
            Some(old) if old != endian => Err(Problem::new("two byte orders are given")
                .help("keep one of big, little and dce")
                .at(name.span.range())),
            _ => Ok(()),
        }
    }
}

/// An option and its value.
pub(super) fn split(option: Spanned<&str>) -> (Spanned<&str>, Option<Spanned<&str>>) {
    match option.value.find(|c: char| c.is_ascii_whitespace()) {
        None => (option, None),
        Some(at) => (option.slice(0..at), Some(option.slice(at..option.value.len()).trim())),
    }
}

/// The problem with an option that nothing takes.
pub(super) fn unknown(option: Spanned<&str>) -> Problem {
    Problem::new(format!("`{}` is not understood here", option.value)).at(option.span.range())
}

/// How many bytes: a number or a variable.
pub(super) fn count(draft: &RuleDraft<'_>, text: Spanned<&str>) -> Parsed<Num> {
    draft.num(text.value, 0, MAX_TEXT).map_err(|p| p.at(text.span.range()))
}

/// Where, for a keyword that looks anywhere: a number or a variable.
pub(super) fn far_offset(draft: &RuleDraft<'_>, text: Spanned<&str>) -> Parsed<Num> {
    draft
        .num(text.value, i32::MIN.into(), i32::MAX.into())
        .map_err(|p| p.at(text.span.range()))
}

/// Where: a number or a variable.
pub(super) fn offset(draft: &RuleDraft<'_>, text: Spanned<&str>) -> Parsed<Num> {
    draft
        .num(text.value, -MAX_OFFSET, MAX_OFFSET)
        .map_err(|p| p.at(text.span.range()))
}

/// What a number is compared or computed with: any of 64 bits, or a variable.
pub(super) fn operand(draft: &RuleDraft<'_>, text: Spanned<&str>) -> Parsed<Num> {
    if let Ok(n) = value::unsigned::<u64>(text) {
        // The bits count: the run time reads it back as unsigned.
        return Ok(Num::Const(n as i64));
    }
    draft
        .num(text.value, i64::MIN, i64::MAX)
        .map_err(|p| p.at(text.span.range()))
}

/// A factor from 1 to 65535.
pub(super) fn multiplier(text: Spanned<&str>) -> Parsed<u32> {
    match value::unsigned::<u16>(text)? {
        0 => Err(Problem::new("a multiplier of 0 makes every number 0")
            .help("use 1 to 65535")
            .at(text.span.range())),
        n => Ok(n.into()),
    }
}

/// The name of a variable that the option declares.
pub(super) fn variable_name(text: Spanned<&str>) -> Parsed<&str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if text.value.is_empty() || !text.value.chars().all(fits) {
        return Err(Problem::new(format!("`{}` is no name of a variable", text.value))
            .help("use letters, digits, `_`, `.` and `-`")
            .at(text.span.range()));
    }
    Ok(text.value)
}

fn read_mask(text: Spanned<&str>) -> Parsed<u64> {
    match value::unsigned::<u32>(text)? {
        0 => Err(Problem::new("a mask of 0 leaves nothing").at(text.span.range())),
        mask => Ok(mask.into()),
    }
}

/// As many bytes as 64 bits have.
const MAX_BINARY: i64 = 8;

/// As many digits as 64 bits have in octal, with a prefix.
const MAX_TEXT: i64 = 23;

const MAX_OFFSET: i64 = 65535;

#[cfg(test)]
mod tests {
    use rule_parser::Span;

    use super::*;

    fn reading(options: &[&str], dialect: Dialect, count: i64) -> Parsed<Read> {
        let mut read = Options::default();
        for option in options {
            let text = Spanned::new(*option, Span::new(0, option.len() as u32));
            if !read.take(text)? {
                return Err(unknown(text));
            }
        }
        read.reading(dialect, Num::Const(count), Num::Const(0))
    }

    #[test]
    fn encodings() {
        let encoding = |options: &[&str], dialect| reading(options, dialect, 4).expect("a reading").encoding;
        assert_eq!(encoding(&[], Dialect::Suricata), Encoding::Big);
        assert_eq!(encoding(&["relative", "little"], Dialect::Suricata), Encoding::Little);
        assert_eq!(encoding(&["endian little"], Dialect::Snort3), Encoding::Little);
        assert_eq!(encoding(&["dce"], Dialect::Suricata), Encoding::Dce);
        assert_eq!(
            encoding(&["oct", "string"], Dialect::Suricata),
            Encoding::Text(Base::Oct)
        );
        assert_eq!(encoding(&["string hex"], Dialect::Suricata), Encoding::Text(Base::Hex));
        assert_eq!(encoding(&["string"], Dialect::Suricata), Encoding::Text(Base::Auto));
        assert_eq!(encoding(&["string"], Dialect::Snort2), Encoding::Text(Base::Dec));
        assert_eq!(
            reading(&["bitmask 0xff00"], Dialect::Suricata, 4)
                .expect("a reading")
                .mask,
            0xff00
        );
    }

    #[test]
    fn what_does_not_go_together() {
        let bad: [&[&str]; 9] = [
            &["dec"],
            &["big", "little"],
            &["dce", "big"],
            &["dce", "string", "dec"],
            &["hex", "string", "dec"],
            &["bitmask 0"],
            &["bitmask ff"],
            &["bitmask"],
            &["foo"],
        ];
        for options in bad {
            assert!(reading(options, Dialect::Suricata, 4).is_err(), "{options:?}");
        }
        assert!(reading(&[], Dialect::Suricata, 9).is_err() && reading(&["string"], Dialect::Suricata, 23).is_ok());
        assert!(reading(&["string"], Dialect::Suricata, 24).is_err());
    }
}
