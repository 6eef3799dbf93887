//! `ber_data` and `ber_skip`: steps over BER elements, in Snort 3.

use rule_parser::{Spanned, value};

use super::ber::Element;
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{BufferCheck, BufferView, Op};

/// `ber_data`: into an element.
pub static BER_DATA: Keyword = Keyword {
    name: "ber_data",
    aliases: &[],
    summary: "step into a BER element, in Snort 3",
    docs: "`ber_data:<tag>`: at the end of the previous match stands a BER element (ITU-T X.690) with that tag, from 0 to 255; what follows starts at its contents.",
    example: "alert tcp any any -> any 389 (msg:\"a\"; ber_data:0x30; ber_data:0x02; content:\"|01|\"; within:1; sid:1;)",
    deviation: None,
    kind: Kind::Payload(ber_data),
};

/// `ber_skip`: over an element.
pub static BER_SKIP: Keyword = Keyword {
    name: "ber_skip",
    aliases: &[],
    summary: "step over a BER element, in Snort 3",
    docs: "`ber_skip:<tag>[,optional]`: at the end of the previous match stands a BER element (ITU-T X.690) with that tag, from 0 to 255; what follows starts \
           behind it. With `optional` it need not be there, and then nothing is skipped.",
    example: "alert tcp any any -> any 389 (msg:\"a\"; ber_data:0x30; ber_skip:0x02; content:\"|04|\"; within:1; sid:1;)",
    deviation: None,
    kind: Kind::Payload(ber_skip),
};

#[derive(Debug)]
struct Step {
    tag: u8,
    over: bool,
    optional: bool,
}

fn ber_data(_: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    Ok(Op::Check(Box::new(Step {
        tag: value::unsigned(arg.spanned()?)?,
        over: false,
        optional: false,
    })))
}

fn ber_skip(_: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let parts: Vec<Spanned<&str>> = value::split_commas(arg.spanned()?).collect();
    let (tag, optional) = match parts.as_slice() {
        [tag] => (tag, false),
        [tag, word] if word.value == "optional" => (tag, true),
        _ => {
            return Err(
                Problem::new("expected a tag").help("write it as `ber_skip:0x02;` or `ber_skip:0x02,optional;`")
            );
        }
    };
    Ok(Op::Check(Box::new(Step {
        tag: value::unsigned(*tag)?,
        over: true,
        optional,
    })))
}

impl Step {
    /// Where the step leads, in bytes from the start of the buffer.
    fn target(&self, view: &BufferView<'_>) -> Option<usize> {
        let bytes = view.data.get(view.cursor..)?;
        match Element::read(bytes).filter(|element| element.tag == self.tag) {
            Some(element) if self.over => view
                .cursor
                .checked_add(element.end()?)
                .filter(|end| *end <= view.data.len()),
            Some(element) => view.cursor.checked_add(element.header),
            None => self.optional.then_some(view.cursor),
        }
    }
}

impl BufferCheck for Step {
    fn keyword(&self) -> &'static str {
        if self.over { "ber_skip" } else { "ber_data" }
    }

    fn matches(&self, view: &BufferView<'_>) -> bool {
        self.target(view).is_some()
    }

    fn cursor_after(&self, view: &BufferView<'_>) -> usize {
        self.target(view).unwrap_or(view.cursor)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use rule_parser::Dialect;

    use super::*;
    use crate::keywords::sample::op;
    use crate::rule::{DatasetState, MAX_VARS};

    fn step(keyword: &Keyword, text: &str, data: &[u8], cursor: usize) -> Option<usize> {
        let Ok(Op::Check(check)) = op(keyword, text, Dialect::Snort3) else {
            panic!("{text}")
        };
        let sets = RefCell::new(DatasetState::default());
        let view = BufferView {
            data,
            cursor,
            vars: &[0; MAX_VARS],
            sets: &sets,
        };
        check.matches(&view).then(|| check.cursor_after(&view))
    }

    #[test]
    fn into_and_over() {
        let data = [0x30, 6, 0x02, 1, 5, 0x04, 1, 7];
        assert_eq!(step(&BER_DATA, "0x30", &data, 0), Some(2));
        assert_eq!(step(&BER_DATA, "0x04", &data, 0), None);
        assert_eq!(step(&BER_SKIP, "0x02", &data, 2), Some(5));
        assert_eq!(step(&BER_SKIP, "0x01,optional", &data, 2), Some(2));
        assert_eq!(step(&BER_SKIP, "0x01", &data, 2), None);
        assert_eq!(
            step(&BER_SKIP, "0x04", &data[..7], 5),
            None,
            "it ends behind the buffer"
        );
    }

    #[test]
    fn bad_values() {
        for text in ["256", "x", "0x02,foo", ""] {
            assert!(op(&BER_SKIP, text, Dialect::Snort3).is_err(), "{text}");
        }
    }
}
