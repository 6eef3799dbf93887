//! `byte_test`: a number in the buffer, compared.

use rule_parser::{Dialect, value};

use super::reading::{self, Options};
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{ByteTest, Compare, Encoding, Num, Op};

/// `byte_test`: a number in the buffer, compared.
pub static BYTE_TEST: Keyword = Keyword {
    name: "byte_test",
    aliases: &[],
    summary: "read a number from the buffer and compare it",
    docs: "`byte_test:<bytes>,[!]<operator>,<value>,<offset>[,options]`: reads a number of 1 to 8 bytes at `offset` from the start of the buffer and \
           compares it. Operators are `<`, `>`, `=`, `<=`, `>=`, `&` (some of the bits), `^` (other bits than these); `!` negates. Bytes, value and \
           offset may be variables.\n\n\
           Options: `relative` counts the offset from the end of the previous match; `big`, `little`, `dce` (the byte order DCERPC names); `string` \
           with `dec`, `hex` or `oct` reads up to 23 bytes of text; `bitmask 0xff00` keeps some of the bits and shifts them down.",
    example: "alert udp any any -> any 123 (msg:\"mode 7\"; byte_test:1,=,7,0,bitmask 0x07; sid:1;)",
    deviation: None,
    kind: Kind::Payload(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let [count, operator, value, offset, rest @ ..] = parts.as_slice() else {
        return Err(Problem::new("expected bytes, an operator, a value and an offset")
            .help("write it as `byte_test:4,>,1000,0,relative;`"));
    };
    let (negated, sign) = match operator.value.strip_prefix('!') {
        Some(sign) => (true, sign.trim_start()),
        None => (false, operator.value),
    };
    let operator = comparison(sign, negated).ok_or_else(|| {
        Problem::new(format!("`{}` is no operator", operator.value))
            .help("use <, >, =, <=, >=, & or ^, with ! before it to negate")
            .at(operator.span.range())
    })?;
    let mut options = Options::default();
    for option in rest {
        if !options.take(*option)? {
            return Err(
                reading::unknown(*option).help("use relative, big, little, dce, string, dec, hex, oct or bitmask")
            );
        }
    }
    let mut read = options.reading(
        arg.dialect,
        reading::count(draft, *count)?,
        reading::far_offset(draft, *offset)?,
    )?;
    // Suricata: no bytes of text are as many as are digits.
    if let (Num::Const(0), Some(base), Dialect::Suricata) = (read.count, options.text_base(), arg.dialect) {
        read.encoding = Encoding::Text(base);
    }
    Ok(Op::ByteTest(ByteTest {
        read,
        operator,
        negated,
        value: reading::operand(draft, *value)?,
    }))
}

fn comparison(sign: &str, negated: bool) -> Option<Compare> {
    Some(match sign {
        "<" => Compare::Lt,
        "<=" => Compare::Le,
        "=" => Compare::Eq,
        ">=" => Compare::Ge,
        ">" => Compare::Gt,
        "&" => Compare::And,
        "^" => Compare::Xor,
        // A lone `!` means that the numbers differ.
        "" if negated => Compare::Eq,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::payload::byte_extract::BYTE_EXTRACT;
    use crate::keywords::sample::{apply, draft, op};
    use crate::rule::{Base, VarId};

    fn read(text: &str) -> Parsed<ByteTest> {
        op(&BYTE_TEST, text, Dialect::Suricata).map(|op| match op {
            Op::ByteTest(test) => test,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn operators_values_and_places() {
        let test = read("4, !&, 0x80, -5, relative, little").expect("a test");
        assert_eq!(
            (test.operator, test.negated, test.value),
            (Compare::And, true, Num::Const(0x80))
        );
        assert_eq!(
            (test.read.offset, test.read.relative, test.read.encoding),
            (Num::Const(-5), true, Encoding::Little)
        );
        assert_eq!(
            read("4,!,5,0").map(|t| (t.operator, t.negated)),
            Ok((Compare::Eq, true))
        );
        assert_eq!(
            read("4,! >,5,0").map(|t| (t.operator, t.negated)),
            Ok((Compare::Gt, true))
        );
        assert_eq!(
            read("5,>,256,0,string,dec,relative").map(|t| t.read.encoding),
            Ok(Encoding::Text(Base::Dec))
        );
        assert_eq!(read("8,>,18446744073709551615,0").map(|t| t.value), Ok(Num::Const(-1)));
    }

    #[test]
    fn variables_of_earlier_options() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(
            &mut draft,
            &[(&BYTE_EXTRACT, "1,0,v"), (&BYTE_TEST, "v,>,v,v,relative")],
        )
        .expect("a variable");
        let Some(Op::ByteTest(test)) = draft.section().ops.last() else {
            panic!("a test")
        };
        let v = Num::Var(VarId(0));
        assert_eq!((test.read.count, test.value, test.read.offset), (v, v, v));
    }

    #[test]
    fn bad_values() {
        let bad = [
            "4,==,5,0",
            "9,>,5,0",
            "4,>,5,0,dec",
            "24,>,5,0,string,dec",
            "4,>,5,0,dce,big",
            "4,>,5,0,bitmask 0xff00ff00ff",
            "4,>,99999999999999999999,0",
            "4,>,5",
            "4,>,5,0,foo",
            "4,<>,5,0",
            "4,>,nope,0",
            "no_var,=,1,5,bitmask 0xFF",
            "",
        ];
        for text in bad {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
