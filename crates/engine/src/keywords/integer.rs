//! Conditions on integers as rules write them, and the keywords that are nothing else.

use std::fmt;

use rule_parser::value::{self, Comparison, Operand, RangeStyle};
use rule_parser::{Dialect, Spanned};

use crate::keyword::{Arg, Parsed, Problem};
use crate::rule::{Among, Hint, IntPredicate, PacketCheck, PacketContext, Which};

/// Which range of Snort 2 includes its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snort2Range {
    /// `dsize:300<>400`, `ttl:3-5`: both do.
    Inclusive,
    /// `itype:8<>10`: neither does.
    Exclusive,
}

/// Reads a condition on an integer from 0 to `max`.
///
/// `5`, `=5`, `!5`, `<5`, `<=5`, `>5`, `>=5`, `1-5`, `1<>5`, `!1-5`, Snort 3's `1<=>5`, and masks: `&0xc0=0x80`,
/// `&0xc0!=0`. Numbers are decimal, or hexadecimal with `0x`. In Suricata a range does not include its ends; in
/// Snort 3 `<=>` does and `<>` does not; in Snort 2 it depends on the keyword.
///
/// # Errors
/// It is none of these, a number is above `max`, or no integer can meet it.
pub fn read(arg: &Arg<'_>, max: u64, snort2: Snort2Range) -> Parsed<IntPredicate> {
    read_text(arg.spanned()?, arg.dialect, max, snort2)
}

/// [`read`] for a part of a value.
///
/// # Errors
/// As [`read`].
pub fn read_text(text: Spanned<&str>, dialect: Dialect, max: u64, snort2: Snort2Range) -> Parsed<IntPredicate> {
    if let Some(open) = open_range(text, dialect, max)? {
        return Ok(open);
    }
    let condition = value::predicate(text)?;
    let number = |operand: Spanned<Operand<'_>>| match operand.value.number() {
        Some(n) if n <= max => Ok(n),
        Some(n) => Err(Problem::new(format!("{n} is too large"))
            .help(format!("the largest value is {max}"))
            .at(operand.span.range())),
        None => Err(Problem::new("expected a number")
            .help("write it in decimal, or in hexadecimal with 0x")
            .at(operand.span.range())),
    };
    let impossible = |what: &str| {
        Problem::new(what.to_owned())
            .help("no value can meet this, so the rule could never match")
            .at(text.span.range())
    };
    let predicate = match (condition.comparison, condition.negated) {
        (Comparison::Equal(n), false) => IntPredicate::Eq(number(n)?),
        (Comparison::Equal(n), true) => IntPredicate::Ne(number(n)?),
        (Comparison::Less(n), false) => match number(n)? {
            0 => return Err(impossible("nothing is less than 0")),
            n => IntPredicate::Lt(n),
        },
        (Comparison::LessOrEqual(n), false) => IntPredicate::Le(number(n)?),
        (Comparison::Greater(n), false) => match number(n)? {
            n if n == max => return Err(impossible(&format!("nothing is greater than {max}"))),
            n => IntPredicate::Gt(n),
        },
        (Comparison::GreaterOrEqual(n), false) => IntPredicate::Ge(number(n)?),
        (Comparison::Range { low, high, style }, negated) => {
            let inclusive =
                style == RangeStyle::Inclusive || (dialect == Dialect::Snort2 && snort2 == Snort2Range::Inclusive);
            let (low, high) = (number(low)?, number(high)?);
            let ends = if inclusive {
                Some((low, high))
            } else {
                low.checked_add(1).zip(high.checked_sub(1))
            };
            match (ends.filter(|(low, high)| low <= high), negated) {
                (Some((low, high)), false) => IntPredicate::Within(low, high),
                (Some((low, high)), true) => IntPredicate::Outside(low, high),
                (None, _) if low >= high => return Err(impossible("the range is the wrong way round")),
                (None, _) => {
                    return Err(impossible(
                        "there is nothing between the two, which are not included themselves",
                    ));
                }
            }
        }
        (
            Comparison::Mask {
                mask,
                value: Some(value),
                value_negated,
            },
            false,
        ) => IntPredicate::Mask {
            mask: number(mask)?,
            value: number(value)?,
            negated: value_negated,
        },
        (Comparison::Mask { .. }, _) => {
            return Err(Problem::new("a mask needs a value")
                .help("write `&0xc0=0x80`, or `&0xc0!=0`")
                .at(text.span.range()));
        }
        (_, true) => {
            return Err(Problem::new("only a value or a range can be negated")
                .help("write the opposite comparison")
                .at(text.span.range()));
        }
    };
    Ok(predicate)
}

/// Reads a condition on several integers: [`read`], then which of them it is for, after a comma.
///
/// Nothing or `any`: at least one meets it. `all`: every one does, and there is one. `or_absent`, `all_or_absent`: the
/// same, or there are none. `nb>2`: so many do. `3`: the one of that index, from 0; from the end when negative, `-1` the
/// last. `oob_or 3`: that one, or there are not so many. A second comma and `1:-1` leave only those from the first index
/// to before the second.
///
/// # Errors
/// As [`read`], or what it says of which is nothing of this.
pub fn read_several(arg: &Arg<'_>, max: u64, names: fn(&str) -> Option<u64>) -> Parsed<(IntPredicate, Which)> {
    let text = arg.required()?;
    let mut parts = text.splitn(3, ',');
    let first = Arg {
        text: parts.next(),
        ..*arg
    };
    let predicate = read_named(&first, max, names)?;
    let among = parts
        .next()
        .map_or(Ok(Among::Any), |part| among(part.trim(), arg.dialect))?;
    let part = parts.next().map(|part| part_of(part.trim())).transpose()?;
    Ok((predicate, Which { among, part }))
}

/// [`read`], for an integer whose values have names: `nxdomain`, `!nxdomain`.
///
/// # Errors
/// As [`read`].
pub fn read_named(arg: &Arg<'_>, max: u64, names: fn(&str) -> Option<u64>) -> Parsed<IntPredicate> {
    let text = arg.required()?.trim();
    let (negated, name) = match text.strip_prefix('!') {
        Some(name) => (true, name.trim()),
        None => (false, text),
    };
    match names(name) {
        Some(number) if negated => Ok(IntPredicate::Ne(number)),
        Some(number) => Ok(IntPredicate::Eq(number)),
        None => read(arg, max, Snort2Range::Inclusive),
    }
}

fn among(text: &str, dialect: Dialect) -> Parsed<Among> {
    Ok(match text {
        "any" => Among::Any,
        "all" => Among::All,
        "or_absent" => Among::AnyOrNone,
        "all_or_absent" => Among::AllOrNone,
        _ => {
            if let Some(count) = text.strip_prefix("nb") {
                let count = Arg::new(count, dialect);
                return Ok(Among::Count(read(&count, u64::from(u32::MAX), Snort2Range::Inclusive)?));
            }
            match text.strip_prefix("oob_or") {
                Some(index) => Among::AtOrBeyond(index_of(index)?),
                None => Among::At(index_of(text)?),
            }
        }
    })
}

fn part_of(text: &str) -> Parsed<(i32, i32)> {
    let (from, to) = text.split_once(':').ok_or_else(|| {
        Problem::new(format!("`{text}` is no part of a list")).help("write `first:end`, as in `1:-1`")
    })?;
    Ok((index_of(from)?, index_of(to)?))
}

fn index_of(text: &str) -> Parsed<i32> {
    text.trim()
        .parse()
        .map_err(|_| Problem::new(format!("`{}` does not say which of the values", text.trim())))
}

/// Snort's half-open ranges: `-5` is at most 5, `5-` at least 5.
fn open_range(text: Spanned<&str>, dialect: Dialect, max: u64) -> Parsed<Option<IntPredicate>> {
    if dialect == Dialect::Suricata {
        return Ok(None);
    }
    let number = |text: Spanned<&str>| match value::unsigned::<u64>(text)? {
        n if n <= max => Ok(n),
        n => Err(Problem::new(format!("{n} is too large")).help(format!("the largest value is {max}"))),
    };
    let trimmed = text.trim();
    if let Some(high) = trimmed.strip_prefix("-") {
        return Ok(Some(IntPredicate::Le(number(high)?)));
    }
    match trimmed.strip_suffix("-") {
        Some(low) => Ok(Some(IntPredicate::Ge(number(low)?))),
        None => Ok(None),
    }
}

/// A condition on an integer of the packet or its flow.
pub struct IntCheck {
    /// The keyword, for messages.
    pub name: &'static str,
    /// The condition.
    pub predicate: IntPredicate,
    /// The integer; `None` when the packet has none, which never matches.
    pub get: fn(&PacketContext<'_>) -> Option<u64>,
    /// How the packet can be looked up by it.
    pub hint: fn(&IntPredicate) -> Option<Hint>,
}

impl fmt::Debug for IntCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.predicate)
    }
}

impl PacketCheck for IntCheck {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        (self.get)(context).is_some_and(|n| self.predicate.holds(n))
    }

    fn hint(&self) -> Option<Hint> {
        (self.hint)(&self.predicate)
    }
}

/// For an integer by which packets cannot be looked up.
pub fn no_hint(_: &IntPredicate) -> Option<Hint> {
    None
}

/// Declares a keyword that is a condition on one integer of the packet: its docs, name, aliases, largest value, where
/// the integer is, and an example.
macro_rules! integer_keyword {
    (
        $(#[doc = $doc:literal])+
        $static:ident = $name:literal $(| $alias:literal)*, max $max:expr, $get:expr
        $(, snort2 $range:ident)? $(, hint $hint:expr)? ; $summary:literal; $example:literal
    ) => {
        $(#[doc = $doc])+
        pub static $static: $crate::keyword::Keyword = $crate::keyword::Keyword {
            name: $name,
            aliases: &[$($alias),*],
            summary: $summary,
            docs: concat!($($doc, "\n"),+),
            example: $example,
            deviation: None,
            kind: $crate::keyword::Kind::Packet(|arg| {
                #[allow(unused_mut, unused_assignments)]
                let mut range = $crate::keywords::integer::Snort2Range::Inclusive;
                $(range = $crate::keywords::integer::Snort2Range::$range;)?
                #[allow(unused_mut, unused_assignments)]
                let mut hint: fn(&$crate::rule::IntPredicate) -> Option<$crate::rule::Hint> = $crate::keywords::integer::no_hint;
                $(hint = $hint;)?
                let predicate = $crate::keywords::integer::read(arg, $max, range)?;
                Ok(Box::new($crate::keywords::integer::IntCheck { name: $name, predicate, get: $get, hint }))
            }),
        };
    };
}

pub(crate) use integer_keyword;

#[cfg(test)]
mod tests {
    use super::*;

    fn suricata(text: &str) -> Parsed<IntPredicate> {
        read(&Arg::new(text, Dialect::Suricata), 255, Snort2Range::Inclusive)
    }

    #[test]
    fn every_form_of_suricata() {
        use IntPredicate::*;
        let cases = [
            ("5", Eq(5)),
            ("0x13", Eq(19)),
            ("=5", Eq(5)),
            ("!5", Ne(5)),
            ("!=5", Ne(5)),
            ("< 5", Lt(5)),
            ("<=5", Le(5)),
            ("> 5", Gt(5)),
            (">=5", Ge(5)),
            ("5-10", Within(6, 9)),
            ("5 <> 10", Within(6, 9)),
            ("!19-22", Outside(20, 21)),
            (
                "&0xc0=0x80",
                Mask {
                    mask: 0xc0,
                    value: 0x80,
                    negated: false,
                },
            ),
            (
                "&0xc0!=0",
                Mask {
                    mask: 0xc0,
                    value: 0,
                    negated: true,
                },
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(suricata(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_match_is_refused() {
        for text in [
            "256", "<0", ">255", "5-5", "5-6", "10<>5", "-5", "5-", "\"5\"", "", "five", "&0xf", "!>5", "5,6",
        ] {
            assert!(suricata(text).is_err(), "{text}");
        }
        assert_eq!(suricata("5-6").map_err(|p| p.at), Err(Some(0..3)));
    }

    #[test]
    fn several_integers_and_names() {
        let names = |name: &str| (name == "two").then_some(2);
        let read = |text| read_several(&Arg::new(text, Dialect::Suricata), 255, names);
        let which = |among, part| Which { among, part };
        assert_eq!(read("two"), Ok((IntPredicate::Eq(2), Which::ANY)));
        assert_eq!(read("!two,all"), Ok((IntPredicate::Ne(2), which(Among::All, None))));
        assert_eq!(read("1,-1"), Ok((IntPredicate::Eq(1), which(Among::At(-1), None))));
        assert_eq!(
            read(">3,oob_or 2"),
            Ok((IntPredicate::Gt(3), which(Among::AtOrBeyond(2), None)))
        );
        let count = Among::Count(IntPredicate::Gt(1));
        assert_eq!(
            read("5,nb>1,1:-1"),
            Ok((IntPredicate::Eq(5), which(count, Some((1, -1)))))
        );
        assert!(read("5,some").is_err() && read("three").is_err() && read("5,any,1").is_err());
    }

    #[test]
    fn ends_of_a_range_depend_on_the_dialect() {
        let read = |text, dialect, range| read(&Arg::new(text, dialect), 255, range);
        assert_eq!(
            read("3-5", Dialect::Snort2, Snort2Range::Inclusive),
            Ok(IntPredicate::Within(3, 5))
        );
        assert_eq!(
            read("8<>10", Dialect::Snort2, Snort2Range::Exclusive),
            Ok(IntPredicate::Within(9, 9))
        );
        assert_eq!(
            read("8<>10", Dialect::Snort3, Snort2Range::Inclusive),
            Ok(IntPredicate::Within(9, 9))
        );
        assert_eq!(
            read("8<=>10", Dialect::Snort3, Snort2Range::Inclusive),
            Ok(IntPredicate::Within(8, 10))
        );
        assert_eq!(
            read("-5", Dialect::Snort2, Snort2Range::Inclusive),
            Ok(IntPredicate::Le(5))
        );
        assert_eq!(
            read("5-", Dialect::Snort2, Snort2Range::Inclusive),
            Ok(IntPredicate::Ge(5))
        );
    }
}
