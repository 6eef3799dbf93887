//! `entropy`: how random the bytes are.

use rule_parser::{Spanned, value};

use super::reading;
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{BufferCheck, BufferView, Op};

/// `entropy`: how random the bytes are.
pub static ENTROPY: Keyword = Keyword {
    name: "entropy",
    aliases: &[],
    summary: "how random the bytes of the buffer are",
    docs: "`entropy:[bytes <n>,] [offset <n>,] value <operator> <number>`: Shannon's entropy of the bytes, from 0 (all the same) to 8 bits (all equally \
           frequent). Text in English has about 4, compressed or encrypted data close to 8. `bytes` takes at most so many from `offset` on. Operators are \
           `<`, `<=`, `=`, `!=`, `>=`, `>`; `value 4-5` is between the two. An empty buffer does not match.",
    example: "alert tcp any any -> any any (msg:\"encrypted\"; entropy: bytes 1000, value >= 7.5; sid:1;)",
    deviation: Some("The value that was found is not put into the alert."),
    kind: Kind::Payload(parse),
};

#[derive(Debug, PartialEq)]
struct Entropy {
    bytes: Option<usize>,
    offset: usize,
    condition: Condition,
}

/// A condition on a real number.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Condition {
    Lt(f64),
    Le(f64),
    Eq(f64),
    Ne(f64),
    Ge(f64),
    Gt(f64),
    Between(f64, f64),
}

fn parse(_: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let (mut bytes, mut offset, mut condition) = (None, 0, None);
    for option in value::split_commas(arg.spanned()?) {
        let (name, text) = reading::split(option);
        match (name.value, text) {
            ("bytes", Some(text)) => bytes = Some(usize::from(value::unsigned::<u16>(text)?)).filter(|n| *n > 0),
            ("offset", Some(text)) => offset = usize::from(value::unsigned::<u16>(text)?),
            ("value", Some(text)) if condition.is_none() => condition = Some(read_condition(text)?),
            _ => return Err(reading::unknown(option).help("use bytes, offset and value, each once")),
        }
    }
    let condition =
        condition.ok_or_else(|| Problem::new("`value` is missing").help("write it as `entropy: value >= 7.5;`"))?;
    Ok(Op::Check(Box::new(Entropy {
        bytes,
        offset,
        condition,
    })))
}

fn read_condition(text: Spanned<&str>) -> Parsed<Condition> {
    let bad = || {
        Problem::new(format!("`{}` is no condition on a number", text.value))
            .help("write it as `value >= 7.5`, with a number from 0 to 8")
            .at(text.span.range())
    };
    let number = |text: &str| {
        text.trim()
            .parse::<f64>()
            .ok()
            .filter(|n| (0.0..=8.0).contains(n))
            .ok_or_else(bad)
    };
    type Build = fn(f64) -> Condition;
    let signs: [(&str, Build); 7] = [
        ("<=", Condition::Le),
        (">=", Condition::Ge),
        ("!=", Condition::Ne),
        ("<", Condition::Lt),
        (">", Condition::Gt),
        ("=", Condition::Eq),
        ("!", Condition::Ne),
    ];
    for (sign, build) in signs {
        if let Some(rest) = text.value.strip_prefix(sign) {
            return number(rest).map(build);
        }
    }
    match text.value.split_once('-') {
        Some((low, high)) => Ok(Condition::Between(number(low)?, number(high)?)),
        None => number(text.value).map(Condition::Eq),
    }
}

impl BufferCheck for Entropy {
    fn keyword(&self) -> &'static str {
        "entropy"
    }

    fn matches(&self, view: &BufferView<'_>) -> bool {
        let Some(rest) = view.data.get(self.offset..) else {
            return false;
        };
        let bytes = &rest[..rest.len().min(self.bytes.unwrap_or(usize::MAX))];
        !bytes.is_empty() && self.condition.holds(shannon(bytes))
    }
}

impl Condition {
    #[expect(clippy::float_cmp, reason = "a rule that asks for an exact value gets it")]
    fn holds(self, x: f64) -> bool {
        match self {
            Self::Lt(v) => x < v,
            Self::Le(v) => x <= v,
            Self::Eq(v) => x == v,
            Self::Ne(v) => x != v,
            Self::Ge(v) => x >= v,
            Self::Gt(v) => x > v,
            Self::Between(low, high) => low < x && x < high,
        }
    }
}

/// Shannon's entropy in bits a byte.
fn shannon(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] = counts[usize::from(*byte)].saturating_add(1);
    }
    let total = bytes.len() as f64;
    // In the order of the byte values, so that the sum is the same on every machine.
    counts
        .iter()
        .filter(|n| **n > 0)
        .map(|n| f64::from(*n) / total)
        .map(|p| -p * p.log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;

    use super::*;
    use crate::keywords::sample::{op, satisfies};

    fn holds(text: &str, data: &[u8]) -> bool {
        let Ok(Op::Check(check)) = op(&ENTROPY, text, Dialect::Suricata) else {
            panic!("{text}")
        };
        satisfies(&*check, data, 0)
    }

    #[test]
    fn from_none_to_all() {
        let all: Vec<u8> = (0..=255).collect();
        assert!(holds("value = 0", b"aaaa") && holds("value = 1", b"abab") && holds("value = 8", &all));
        assert!(
            holds("bytes 4, offset 2, value 2", b"xxabcdxx")
                && !holds("value >= 6", b"hello")
                && holds("value 1-3", b"hello")
        );
        assert!(!holds("value >= 0", b"") && !holds("offset 9, value >= 0", b"abc"));
    }

    #[test]
    fn bad_values() {
        for text in [
            "value > 9",
            "value > x",
            "bytes 10",
            "value > 5, value < 6",
            "foo 1, value > 5",
            "",
        ] {
            assert!(op(&ENTROPY, text, Dialect::Suricata).is_err(), "{text}");
        }
    }
}
