//! `byte_extract`: a number in the buffer, kept for later options.

use rule_parser::value;

use super::reading::{self, Options};
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{Base, ByteExtract, Encoding, Num, Op, Read};

/// `byte_extract`: a number in the buffer, kept for later options.
pub static BYTE_EXTRACT: Keyword = Keyword {
    name: "byte_extract",
    aliases: &[],
    summary: "read a number from the buffer into a variable",
    docs: "`byte_extract:<bytes>,<offset>,<name>[,options]`: reads a number as `byte_test` does and keeps it under a name that later options of the rule can \
           use in the place of a number. Relative options that follow start behind the number.\n\n\
           Options beside those of `byte_test`: `multiplier <n>`, and `align 2` or `align 4`, which round it up. A rule has up to 16 variables.",
    example: "alert tcp any any -> any any (msg:\"a\"; byte_extract:1,0,size; content:\"x\"; offset:1; depth:size; sid:1;)",
    deviation: None,
    kind: Kind::Payload(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let [count, offset, name, rest @ ..] = parts.as_slice() else {
        return Err(
            Problem::new("expected bytes, an offset and a name").help("write it as `byte_extract:2,0,size,relative;`")
        );
    };
    let name = reading::variable_name(*name)?;
    let mut options = Options::default();
    let (mut multiplier, mut align) = (1, 0);
    for option in rest {
        if options.take(*option)? {
            continue;
        }
        let (word, text) = reading::split(*option);
        match (word.value, text.map(|t| t.value)) {
            ("multiplier", _) if text.is_some() => multiplier = reading::multiplier(text.unwrap_or(word))?,
            ("align", Some("2")) => align = 2,
            ("align", Some("4")) => align = 4,
            ("align", _) => return Err(reading::unknown(*option).help("numbers are aligned to 2 or 4")),
            _ => {
                return Err(reading::unknown(*option)
                    .help("use relative, multiplier, align, big, little, dce, string, dec, hex, oct or bitmask"));
            }
        }
    }
    let read = options.reading(
        arg.dialect,
        reading::count(draft, *count)?,
        reading::offset(draft, *offset)?,
    )?;
    text_fits(&read)?;
    Ok(Op::ByteExtract(ByteExtract {
        read,
        multiplier,
        align,
        into: draft.declare(name)?,
    }))
}

/// Checks that 64 bits can hold so many digits.
fn text_fits(read: &Read) -> Parsed<()> {
    let most = match read.encoding {
        Encoding::Text(Base::Dec) => 20,
        Encoding::Text(Base::Hex) => 14,
        _ => return Ok(()),
    };
    match read.count {
        Num::Const(n) if n > most => Err(Problem::new(format!("a number of {n} bytes is too long"))
            .help(format!("at most {most} bytes are read in this base"))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;

    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::{apply, draft, op};
    use crate::rule::VarId;

    fn read(text: &str) -> Parsed<ByteExtract> {
        op(&BYTE_EXTRACT, text, Dialect::Suricata).map(|op| match op {
            Op::ByteExtract(extract) => extract,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn names_are_declared() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(
            &mut draft,
            &[
                (&BYTE_EXTRACT, "1, 0, extracted_val, relative"),
                (&BYTE_EXTRACT, "2,0,SSL.length"),
                (&BYTE_EXTRACT, "1,0,extracted_val"),
            ],
        )
        .expect("two names");
        assert_eq!(
            (draft.var("extracted_val"), draft.var("SSL.length"), draft.var("x")),
            (Some(VarId(0)), Some(VarId(1)), None)
        );
        let extract = read("4,-4,v,relative,little,multiplier 3,align 4").expect("an extract");
        assert_eq!(
            (extract.multiplier, extract.align, extract.read.encoding),
            (3, 4, Encoding::Little)
        );
    }

    #[test]
    fn bad_values() {
        let bad = [
            "4,0,v,multiplier 0",
            "4,0,v,multiplier 65536",
            "4,0,v,multiplier",
            "4,0,v,align 3",
            "4,0,v,align 0",
            "4,0,v,hex",
            "9,0,v",
            "24,0,v,string,oct",
            "21,0,v,string,dec",
            "15,0,v,string,hex",
            "4,65536,v",
            "4,0,v v",
            "4,0",
            "a,0,b",
        ];
        for text in bad {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
