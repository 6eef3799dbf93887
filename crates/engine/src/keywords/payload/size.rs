//! `bsize` and `bufferlen`: the length of the buffer.

use rule_parser::value;

use crate::buffer::PAYLOAD;
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::keywords::integer::{self, Snort2Range};
use crate::rule::{BufferCheck, BufferView, IntPredicate, Op, SizeTest};

/// `bsize`: the length of the buffer.
pub static BSIZE: Keyword = Keyword {
    name: "bsize",
    aliases: &[],
    summary: "length of the buffer",
    docs: "The length of the whole buffer in bytes: `bsize:10`, `bsize:<25`, `bsize:8<>20` (9 to 19), `bsize:!5`. It stands behind a sticky buffer, with its \
           transforms applied; for the packet's payload there is `dsize`.",
    example: "alert tcp any any -> any any (msg:\"long header\"; tcp.hdr; bsize:>40; sid:1;)",
    deviation: None,
    kind: Kind::Payload(bsize),
};

/// `bufferlen`: the length of the buffer, in Snort 3.
pub static BUFFERLEN: Keyword = Keyword {
    name: "bufferlen",
    aliases: &[],
    summary: "length of the buffer, in Snort 3",
    docs: "Snort 3's `bsize`: the length of the current buffer in bytes, `bufferlen:2<=>10` with both ends. With `relative` what is left of it behind the \
           previous match.",
    example: "alert tcp any any -> any any (msg:\"long header\"; tcp.hdr; bufferlen:>40; sid:1;)",
    deviation: None,
    kind: Kind::Payload(bufferlen),
};

fn bsize(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    if std::ptr::eq(draft.section().buffer, &PAYLOAD) {
        return Err(Problem::new("`bsize` needs a sticky buffer before it")
            .help("for the size of the packet's payload there is `dsize`"));
    }
    let predicate = integer::read(arg, u64::MAX, Snort2Range::Inclusive)?;
    Ok(Op::Size(SizeTest { predicate }))
}

fn bufferlen(_: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let mut parts = value::split_commas(arg.spanned()?);
    let condition = parts.next().ok_or_else(|| Problem::new("a value is missing"))?;
    let predicate = integer::read_text(condition, arg.dialect, u64::MAX, Snort2Range::Inclusive)?;
    match parts.next() {
        None => Ok(Op::Size(SizeTest { predicate })),
        Some(word) if word.value == "relative" => Ok(Op::Check(Box::new(Rest { predicate }))),
        Some(word) => Err(Problem::new(format!("`{}` is not understood here", word.value))
            .help("only `relative` may follow")
            .at(word.span.range())),
    }
}

/// The length of what is left behind the previous match.
#[derive(Debug)]
struct Rest {
    predicate: IntPredicate,
}

impl BufferCheck for Rest {
    fn keyword(&self) -> &'static str {
        "bufferlen"
    }

    fn matches(&self, view: &BufferView<'_>) -> bool {
        self.predicate.holds(view.data.len().saturating_sub(view.cursor) as u64)
    }
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;

    use super::*;
    use crate::keyword::Env;
    use crate::keywords::packet::headers::TCP_HDR;
    use crate::keywords::sample::{apply, draft, op, satisfies};

    fn read(text: &str) -> Parsed<IntPredicate> {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&TCP_HDR, ""), (&BSIZE, text)])?;
        let Some(Op::Size(size)) = draft.section().ops.pop() else {
            panic!("a size")
        };
        Ok(size.predicate)
    }

    #[test]
    fn of_a_sticky_buffer() {
        assert_eq!(read("8<>20"), Ok(IntPredicate::Within(9, 19)));
        assert_eq!(read("=21"), Ok(IntPredicate::Eq(21)));
        for text in ["5<>6", "5<>5", ">18446744073709551615", "<0", "\"5\"", ""] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(op(&BSIZE, "5", Dialect::Suricata).is_err());
    }

    #[test]
    fn snort_3_may_ask_for_the_rest() {
        let Ok(Op::Size(size)) = op(&BUFFERLEN, "50<=>150", Dialect::Snort3) else {
            panic!("a size")
        };
        assert_eq!(size.predicate, IntPredicate::Within(50, 150));
        let Ok(Op::Check(rest)) = op(&BUFFERLEN, "<3,relative", Dialect::Snort3) else {
            panic!("a check")
        };
        assert!(satisfies(&*rest, b"abcdef", 4) && !satisfies(&*rest, b"abcdef", 3));
    }
}
