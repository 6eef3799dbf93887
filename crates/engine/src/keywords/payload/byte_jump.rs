//! `byte_jump`: a number in the buffer, and a jump by it.

use rule_parser::{Spanned, value};

use super::reading::{self, Options};
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{ByteJump, JumpFrom, Num, Op};

/// `byte_jump`: a number in the buffer, and a jump by it.
pub static BYTE_JUMP: Keyword = Keyword {
    name: "byte_jump",
    aliases: &[],
    summary: "read a number from the buffer and jump so far",
    docs: "`byte_jump:<bytes>,<offset>[,options]`: reads a number as `byte_test` does and moves so many bytes on from behind it; relative options that \
           follow start there. A jump out of the buffer does not match. With 0 bytes the number is 0.\n\n\
           Options beside those of `byte_test`: `multiplier <n>` and `align` (to a multiple of four) change the number; `from_beginning` and \
           `from_end` jump from the start or the end of the buffer; `post_offset <n>` moves on from there, back if negative.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\"|00 01|\"; byte_jump:2,0,relative; content:\"end\"; within:3; sid:1;)",
    deviation: None,
    kind: Kind::Payload(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let [count, offset, rest @ ..] = parts.as_slice() else {
        return Err(Problem::new("expected bytes and an offset").help("write it as `byte_jump:4,0,relative;`"));
    };
    let mut options = Options::default();
    let (mut times, mut align, mut from, mut post_offset) = (1, false, JumpFrom::Here, Num::Const(0));
    for option in rest {
        if options.take(*option)? {
            continue;
        }
        let (name, text) = reading::split(*option);
        match (name.value, text) {
            ("align", None) => align = true,
            ("from_beginning", None) => set_from(&mut from, JumpFrom::Beginning, *option)?,
            ("from_end", None) => set_from(&mut from, JumpFrom::End, *option)?,
            ("multiplier", Some(text)) => times = reading::multiplier(text)?,
            ("post_offset", Some(text)) => post_offset = reading::offset(draft, text)?,
            _ => {
                let problem = reading::unknown(*option);
                return Err(problem.help("use relative, align, multiplier, from_beginning, from_end, post_offset, big, little, dce, string, dec, hex, oct or bitmask"));
            }
        }
    }
    let mut read = options.reading(
        arg.dialect,
        reading::count(draft, *count)?,
        reading::offset(draft, *offset)?,
    )?;
    if read.count == Num::Const(0) {
        // Suricata: a jump by no bytes is one by 0, also in text: only the post_offset counts.
        read.encoding = crate::rule::Encoding::Big;
    }
    Ok(Op::ByteJump(ByteJump {
        read,
        multiplier: times,
        align,
        from,
        post_offset,
    }))
}

fn set_from(from: &mut JumpFrom, to: JumpFrom, option: Spanned<&str>) -> Parsed<()> {
    if *from != JumpFrom::Here && *from != to {
        return Err(Problem::new("a jump starts at one end of the buffer")
            .help("keep one of from_beginning and from_end")
            .at(option.span.range()));
    }
    *from = to;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;

    use super::*;
    use crate::keywords::sample::op;
    use crate::rule::Encoding;

    fn read(text: &str) -> Parsed<ByteJump> {
        op(&BYTE_JUMP, text, Dialect::Suricata).map(|op| match op {
            Op::ByteJump(jump) => jump,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn options() {
        let jump = read("4,-7,little,relative,from_beginning,align,multiplier 2,post_offset -10").expect("a jump");
        assert_eq!(
            (jump.multiplier, jump.align, jump.from, jump.post_offset),
            (2, true, JumpFrom::Beginning, Num::Const(-10))
        );
        assert_eq!(
            (jump.read.offset, jump.read.relative, jump.read.encoding),
            (Num::Const(-7), true, Encoding::Little)
        );
        let nothing = read("0,0,relative,string,from_end,post_offset -3").expect("a jump");
        assert_eq!((nothing.read.encoding, nothing.from), (Encoding::Big, JumpFrom::End));
    }

    #[test]
    fn bad_values() {
        let bad = [
            "4,0,multiplier 0",
            "4,0,multiplier 65536",
            "4,0,multiplier -1",
            "4,0,from_end,from_beginning",
            "4,0,post_offset 65536",
            "4,0,dec",
            "9,0",
            "24,0,string,dec",
            "4,65536",
            "4",
            "4,0,foo",
            "no_var,0,relative",
            "4,0,post_offset",
        ];
        for text in bad {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
