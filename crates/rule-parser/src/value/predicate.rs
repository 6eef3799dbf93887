//! Conditions on an integer: `5`, `!5`, `<5`, `>=0x10`, `1-5`, `1<>5`, `&0x40=0x40`.

use super::number::{Number, number};
use crate::{Diagnostic, Span, Spanned, codes};

/// A condition on an integer, before any keyword says what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Predicate<'a> {
    /// Whether an exclamation mark precedes it; `!=5` is a negated [`Comparison::Equal`].
    pub negated: bool,
    /// The comparison, before negation.
    pub comparison: Comparison<'a>,
    /// The whole text.
    pub span: Span,
}

/// How the integer is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison<'a> {
    /// `5`, `=5`, `==5`
    Equal(Spanned<Operand<'a>>),
    /// `<5`
    Less(Spanned<Operand<'a>>),
    /// `<=5`
    LessOrEqual(Spanned<Operand<'a>>),
    /// `>5`
    Greater(Spanned<Operand<'a>>),
    /// `>=5`
    GreaterOrEqual(Spanned<Operand<'a>>),
    /// `1-5`, `1<>5`, `1<=>5`
    Range {
        /// On the left.
        low: Spanned<Operand<'a>>,
        /// On the right; not checked to be the larger.
        high: Spanned<Operand<'a>>,
        /// Which sign stands between.
        style: RangeStyle,
    },
    /// `&0x40`: some bit of the mask is set; `&0x40=0x40`: the masked bits are the value.
    Mask {
        /// The mask.
        mask: Spanned<Operand<'a>>,
        /// What the masked integer is compared with.
        value: Option<Spanned<Operand<'a>>>,
        /// Whether that comparison is `!=`.
        value_negated: bool,
    },
}

/// The sign of a range. Whether the ends belong to it depends on keyword and dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RangeStyle {
    /// `-`
    Dash,
    /// `<>`
    Diamond,
    /// `<=>`
    Inclusive,
}

/// A number, or a name that a keyword gives a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand<'a> {
    /// `5`, `0x10`
    Number(Number),
    /// A minus sign and a number, where no range is meant.
    Negative(Number),
    /// Any other word, for instance `client_hello`.
    Word(&'a str),
}

impl Operand<'_> {
    /// The number, if it is one without a sign.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number.value),
            Self::Negative(_) | Self::Word(_) => None,
        }
    }
}

/// Makes a comparison with one operand.
type Build<'a> = fn(Spanned<Operand<'a>>) -> Comparison<'a>;

/// Reads a condition on an integer.
///
/// A dash separates the ends of a range only where a number precedes it: `tls-1` is a word.
///
/// # Errors
/// An operand is missing, or is neither number nor word.
pub fn predicate(text: Spanned<&str>) -> Result<Predicate<'_>, Diagnostic> {
    let text = text.trim();
    let (negated, body) = match text.strip_prefix("!") {
        Some(rest) => (true, rest.trim()),
        None => (false, text),
    };
    let comparison = comparison(body)?;
    Ok(Predicate {
        negated,
        comparison,
        span: text.span,
    })
}

fn comparison<'a>(body: Spanned<&'a str>) -> Result<Comparison<'a>, Diagnostic> {
    if let Some(rest) = body.strip_prefix("&") {
        return mask(rest);
    }
    if let Some((low, high, style)) = split_range(body) {
        return Ok(Comparison::Range {
            low: operand(low)?,
            high: operand(high)?,
            style,
        });
    }
    let unary: [(&str, Build<'a>); 6] = [
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("==", Comparison::Equal),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
        ("=", Comparison::Equal),
    ];
    for (sign, build) in unary {
        if let Some(rest) = body.strip_prefix(sign) {
            return operand(rest).map(build);
        }
    }
    operand(body).map(Comparison::Equal)
}

fn mask(rest: Spanned<&str>) -> Result<Comparison<'_>, Diagnostic> {
    let Some((mask, value)) = rest.split_once('=') else {
        return Ok(Comparison::Mask {
            mask: operand(rest)?,
            value: None,
            value_negated: false,
        });
    };
    let (mask, value_negated) = match mask.strip_suffix("!") {
        Some(mask) => (mask, true),
        None => (mask, false),
    };
    Ok(Comparison::Mask {
        mask: operand(mask)?,
        value: Some(operand(value)?),
        value_negated,
    })
}

fn split_range(body: Spanned<&str>) -> Option<(Spanned<&str>, Spanned<&str>, RangeStyle)> {
    let split = |sign: &str, style| {
        let at = body.value.find(sign).filter(|&at| at > 0)?;
        Some((body.slice(0..at), body.slice(at + sign.len()..body.value.len()), style))
    };
    split("<=>", RangeStyle::Inclusive)
        .or_else(|| split("<>", RangeStyle::Diamond))
        .or_else(|| split("-", RangeStyle::Dash).filter(|(low, ..)| number(low.trim()).is_ok()))
}

fn operand(text: Spanned<&str>) -> Result<Spanned<Operand<'_>>, Diagnostic> {
    let text = text.trim();
    let value = if text.value.is_empty() {
        let error = Diagnostic::error(codes::BAD_NUMBER, "expected a number", text.span);
        return Err(error.label("nothing here"));
    } else if is_word(text.value) {
        Operand::Word(text.value)
    } else if let Some(magnitude) = text.strip_prefix("-") {
        Operand::Negative(number(magnitude.trim())?)
    } else {
        Operand::Number(number(text)?)
    };
    Ok(Spanned::new(value, text.span))
}

/// Names start with a letter, numbers never do.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:/".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Predicate<'_>, Diagnostic> {
        predicate(Spanned::new(text, Span::new(0, u32::try_from(text.len()).unwrap())))
    }

    /// The tree in words.
    fn shape(text: &str) -> String {
        let read = read(text).unwrap();
        let name = |operand: Spanned<Operand<'_>>| match operand.value {
            Operand::Number(number) => number.to_string(),
            Operand::Negative(number) => format!("-{number}"),
            Operand::Word(word) => format!("'{word}'"),
        };
        let comparison = match read.comparison {
            Comparison::Equal(n) => format!("eq {}", name(n)),
            Comparison::Less(n) => format!("lt {}", name(n)),
            Comparison::LessOrEqual(n) => format!("le {}", name(n)),
            Comparison::Greater(n) => format!("gt {}", name(n)),
            Comparison::GreaterOrEqual(n) => format!("ge {}", name(n)),
            Comparison::Range { low, high, style } => {
                format!("{} {style:?} {}", name(low), name(high))
            }
            Comparison::Mask { mask, value: None, .. } => format!("mask {}", name(mask)),
            Comparison::Mask {
                mask,
                value: Some(value),
                value_negated,
            } => {
                format!(
                    "mask {} {} {}",
                    name(mask),
                    if value_negated { "ne" } else { "eq" },
                    name(value)
                )
            }
        };
        if read.negated {
            format!("not {comparison}")
        } else {
            comparison
        }
    }

    #[test]
    fn all_signs_are_read() {
        let cases = [
            ("5", "eq 5"),
            ("=5", "eq 5"),
            ("== 0x1F", "eq 0x1f"),
            ("!5", "not eq 5"),
            ("!=5", "not eq 5"),
            (" < 5 ", "lt 5"),
            ("<=5", "le 5"),
            (">5", "gt 5"),
            (">= 5", "ge 5"),
            ("1-5", "1 Dash 5"),
            ("!1 - 5", "not 1 Dash 5"),
            ("1<>5", "1 Diamond 5"),
            ("1 <=> 5", "1 Inclusive 5"),
            ("&0x40", "mask 0x40"),
            ("!&0x40", "not mask 0x40"),
            ("&0x40=0x40", "mask 0x40 eq 0x40"),
            ("&0x40!=0", "mask 0x40 ne 0"),
            ("-1", "eq -1"),
            (">-1", "gt -1"),
            ("client_hello", "eq 'client_hello'"),
            ("!tls-1", "not eq 'tls-1'"),
        ];
        for (text, expected) in cases {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn operands_must_be_there() {
        for text in [
            "", "!", "<", ">=", "1-", "<>5", "1<>", "1<=>", "&", "&1=", "5 6", "5x", "\"5\"", "é",
        ] {
            assert_eq!(read(text).unwrap_err().code, codes::BAD_NUMBER, "{text}");
        }
        assert_eq!(read("99999999999999999999").unwrap_err().code, codes::NUMBER_RANGE);
    }

    #[test]
    fn operands_know_their_places() {
        let Comparison::Range { high, .. } = read("10<>2x").map(|p| p.comparison).unwrap_or_else(|error| {
            assert_eq!(error.span, Span::new(4, 6));
            read("10<>20").unwrap().comparison
        }) else {
            panic!("a range")
        };
        assert_eq!(high.span, Span::new(4, 6));
    }
}
