//! `asn1`: malformations in ASN.1.

use rule_parser::value;
use smallvec::SmallVec;

use super::ber::Element;
use super::reading;
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{BufferCheck, BufferView, Op};

/// `asn1`: malformations in ASN.1.
pub static ASN1: Keyword = Keyword {
    name: "asn1",
    aliases: &[],
    summary: "malformed ASN.1 in the buffer",
    docs: "Walks over the BER elements in the buffer (ITU-T X.690) and matches when one of the named faults is there: `bitstring_overflow` (more unused bits than \
           bits), `double_overflow` (a real number in text longer than 256 bytes), `oversize_length <n>` (an element longer than that). `absolute_offset <n>` \
           starts from the start of the buffer, `relative_offset <n>` from the end of the previous match.",
    example: "alert tcp any any -> any 389 (msg:\"a\"; asn1:bitstring_overflow, oversize_length 2048, absolute_offset 0; sid:1;)",
    deviation: None,
    kind: Kind::Payload(parse),
};

#[derive(Debug, Default, PartialEq, Eq)]
struct Asn1 {
    bitstring_overflow: bool,
    double_overflow: bool,
    oversize_length: Option<u64>,
    absolute_offset: u16,
    relative_offset: Option<i32>,
}

fn parse(_: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let mut asn1 = Asn1::default();
    let text = arg.spanned()?;
    // Faults may be separated by commas or by spaces.
    let words = value::split_commas(text)
        .flat_map(value::split_words)
        .collect::<Vec<_>>();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let mut number = || {
            words
                .next()
                .ok_or_else(|| Problem::new(format!("`{}` needs a number", word.value)).at(word.span.range()))
        };
        match word.value {
            "bitstring_overflow" => asn1.bitstring_overflow = true,
            "double_overflow" => asn1.double_overflow = true,
            "oversize_length" => asn1.oversize_length = Some(value::unsigned::<u32>(number()?)?.into()),
            "absolute_offset" => asn1.absolute_offset = value::unsigned(number()?)?,
            "relative_offset" => asn1.relative_offset = Some(value::integer(number()?)?),
            _ => {
                let problem = reading::unknown(word);
                return Err(problem.help(
                    "use bitstring_overflow, double_overflow, oversize_length, absolute_offset and relative_offset",
                ));
            }
        }
    }
    Ok(Op::Check(Box::new(asn1)))
}

impl BufferCheck for Asn1 {
    fn keyword(&self) -> &'static str {
        "asn1"
    }

    fn matches(&self, view: &BufferView<'_>) -> bool {
        let start = match self.relative_offset {
            Some(offset) => view.cursor.checked_add_signed(offset as isize),
            None => Some(self.absolute_offset.into()),
        };
        let Some(bytes) = start.and_then(|start| view.data.get(start..)) else {
            return false;
        };
        self.walk(bytes)
    }
}

impl Asn1 {
    fn walk(&self, bytes: &[u8]) -> bool {
        // LIMIT: so many elements, and so deep.
        let mut stack: SmallVec<[&[u8]; MAX_DEPTH]> = SmallVec::from_elem(bytes, 1);
        let mut budget = MAX_ELEMENTS;
        while let Some(bytes) = stack.pop() {
            let Some(element) = Element::read(bytes) else { continue };
            if self.is_faulty(&element) {
                return true;
            }
            budget -= 1;
            if budget == 0 {
                return false;
            }
            if let Some(rest) = element
                .end()
                .and_then(|end| bytes.get(end..))
                .filter(|rest| !rest.is_empty())
            {
                stack.push(rest);
            }
            if element.is_constructed() && stack.len() < MAX_DEPTH {
                stack.push(element.contents);
            }
        }
        false
    }

    fn is_faulty(&self, element: &Element<'_>) -> bool {
        let length = element.length.unwrap_or(0);
        if self.oversize_length.is_some_and(|most| length > most) {
            return true;
        }
        match (element.tag, element.contents.first()) {
            (BIT_STRING, Some(unused)) if self.bitstring_overflow => {
                length.saturating_sub(1).saturating_mul(8) < u64::from(*unused)
            }
            (REAL, Some(form)) if self.double_overflow => form & 0xc0 == 0 && length > 256,
            _ => false,
        }
    }
}

/// Universal, primitive.
const BIT_STRING: u8 = 0x03;
const REAL: u8 = 0x09;

const MAX_ELEMENTS: u32 = 1024;
const MAX_DEPTH: usize = 64;

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;

    use super::*;
    use crate::keywords::sample::{op, satisfies};

    fn holds(text: &str, data: &[u8], cursor: usize) -> bool {
        let Ok(Op::Check(check)) = op(&ASN1, text, Dialect::Suricata) else {
            panic!("{text}")
        };
        satisfies(&*check, data, cursor)
    }

    #[test]
    fn faults_deep_inside() {
        let bits = [0x30, 5, 0x30, 3, 0x03, 1, 9];
        assert!(holds("bitstring_overflow", &bits, 0) && !holds("double_overflow", &bits, 0));
        assert!(!holds("bitstring_overflow", &[0x03, 2, 7, 0], 0));
        assert!(
            holds("oversize_length 1024", &[0x30, 0x82, 0x04, 0x01], 0)
                && !holds("oversize_length 1025", &[0x30, 0x82, 0x04, 0x01], 0)
        );
        let real = [&[0x02, 1, 5, 0x09, 0x82, 0x01, 0x01][..], &[0x03; 257]].concat();
        assert!(holds("double_overflow, bitstring_overflow", &real, 0));
    }

    #[test]
    fn where_it_starts() {
        let data = [0xff, 0xff, 0x03, 1, 9];
        assert!(holds("bitstring_overflow, absolute_offset 2", &data, 0) && !holds("bitstring_overflow", &data, 0));
        assert!(
            holds("bitstring_overflow, relative_offset -1", &data, 3)
                && !holds("bitstring_overflow, relative_offset -4", &data, 3)
        );
    }

    #[test]
    fn hostile_nesting_ends() {
        assert!(!holds("bitstring_overflow", &[0x30, 0x80].repeat(100_000), 0));
        assert!(!holds("bitstring_overflow", &[0x05, 0x00].repeat(100_000), 0));
    }

    #[test]
    fn bad_values() {
        for text in [
            "oversize_length -1",
            "foo",
            "absolute_offset -1, double_overflow",
            "oversize_length",
            "",
        ] {
            assert!(op(&ASN1, text, Dialect::Suricata).is_err(), "{text}");
        }
        assert!(op(&ASN1, "bitstring_overflow double_overflow", Dialect::Suricata).is_ok());
    }
}
