//! `byte_math`: a number in the buffer, computed with.

use rule_parser::{Spanned, value};

use super::reading::{self, Options};
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{ByteMath, Math, Num, Op};

/// `byte_math`: a number in the buffer, computed with.
pub static BYTE_MATH: Keyword = Keyword {
    name: "byte_math",
    aliases: &[],
    summary: "read a number from the buffer, compute, and keep the result",
    docs: "`byte_math:bytes <n>, offset <n>, oper <operator>, rvalue <n>, result <name>[, options]`, in any order: reads a number as `byte_test` does, computes \
           with `+`, `-`, `*`, `/`, `<<` or `>>`, and keeps the result under a name that later options of the rule can use in the place of a number. \
           Bytes and rvalue may be variables. Relative options that follow start behind the number.\n\n\
           Options: `relative`, `endian big` or `endian little`, `dce`, `string dec`, `string hex`, `string oct`, `bitmask 0xff`.",
    example: "alert tcp any any -> any any (msg:\"a\"; byte_math:bytes 2, offset 0, oper *, rvalue 4, result end; content:\"x\"; offset:end; sid:1;)",
    deviation: None,
    kind: Kind::Payload(parse),
};

#[derive(Default)]
struct Fields<'a> {
    bytes: Option<Spanned<&'a str>>,
    offset: Option<Spanned<&'a str>>,
    operator: Option<Math>,
    value: Option<Spanned<&'a str>>,
    result: Option<Spanned<&'a str>>,
}

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let (mut fields, mut options) = (Fields::default(), Options::default());
    for option in value::split_commas(arg.spanned()?) {
        let (name, text) = reading::split(option);
        if name.value == "bitmask"
            && let Some(mask) = text
        {
            // Suricata: hexadecimal, with or without a prefix.
            let digits = mask.value.trim_start_matches("0x");
            let prefixed = format!("bitmask 0x{digits}");
            options
                .take(Spanned::new(&prefixed, option.span))
                .map_err(|p| p.at(option.span.range()))?;
        } else if !options.take(option)? {
            fields.take(name, text, option)?;
        }
    }
    fields.finish(draft, arg, &options)
}

impl<'a> Fields<'a> {
    fn take(&mut self, name: Spanned<&'a str>, text: Option<Spanned<&'a str>>, option: Spanned<&'a str>) -> Parsed<()> {
        let unknown = || {
            reading::unknown(option).help(
                "use bytes, offset, oper, rvalue and result, each with a value; relative, endian, dce, string, bitmask",
            )
        };
        let text = text.ok_or_else(unknown)?;
        let fresh = match name.value {
            "bytes" => self.bytes.replace(text).is_none(),
            "offset" => self.offset.replace(text).is_none(),
            "oper" => self.operator.replace(operator(text)?).is_none(),
            "rvalue" => self.value.replace(text).is_none(),
            "result" => self.result.replace(text).is_none(),
            _ => return Err(unknown()),
        };
        if fresh {
            Ok(())
        } else {
            Err(Problem::new(format!("`{}` is given twice", name.value)).at(option.span.range()))
        }
    }

    fn finish(&self, draft: &mut RuleDraft<'_>, arg: &Arg<'_>, options: &Options) -> Parsed<Op> {
        let missing = |what: &str| {
            Problem::new(format!("`{what}` is missing"))
                .help("write it as `byte_math:bytes 2, offset 0, oper +, rvalue 5, result name;`")
        };
        let bytes = self.bytes.ok_or_else(|| missing("bytes"))?;
        let offset = self.offset.ok_or_else(|| missing("offset"))?;
        let operator = self.operator.ok_or_else(|| missing("oper"))?;
        let value_text = self.value.ok_or_else(|| missing("rvalue"))?;
        let name = reading::variable_name(self.result.ok_or_else(|| missing("result"))?)?;
        let count = reading::count(draft, bytes)?;
        if count == Num::Const(0) {
            return Err(Problem::new("a number has at least one byte").at(bytes.span.range()));
        }
        let value = draft
            .num(value_text.value, 0, u32::MAX.into())
            .map_err(|p| p.at(value_text.span.range()))?;
        if (operator, value) == (Math::Div, Num::Const(0)) {
            return Err(Problem::new("nothing can be divided by 0").at(value_text.span.range()));
        }
        let read = options.reading(arg.dialect, count, reading::offset(draft, offset)?)?;
        Ok(Op::ByteMath(ByteMath {
            read,
            operator,
            value,
            into: draft.declare(name)?,
        }))
    }
}

fn operator(text: Spanned<&str>) -> Parsed<Math> {
    Ok(match text.value {
        "+" => Math::Add,
        "-" => Math::Sub,
        "*" => Math::Mul,
        "/" => Math::Div,
        "<<" => Math::Shl,
        ">>" => Math::Shr,
        other => {
            return Err(Problem::new(format!("`{other}` is no operator"))
                .help("use +, -, *, /, << or >>")
                .at(text.span.range()));
        }
    })
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;

    use super::*;
    use crate::keyword::Env;
    use crate::keywords::payload::byte_extract::BYTE_EXTRACT;
    use crate::keywords::sample::{apply, draft, op};
    use crate::rule::{Base, Encoding, VarId};

    fn read(text: &str) -> Parsed<ByteMath> {
        op(&BYTE_MATH, text, Dialect::Suricata).map(|op| match op {
            Op::ByteMath(math) => math,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn fields_in_any_order() {
        for text in [
            "bytes 4, offset 1, oper -, rvalue 5, result v, relative",
            "result v,offset 1,relative,bytes 4,oper -,rvalue 5",
        ] {
            let math = read(text).expect(text);
            assert_eq!(
                (math.operator, math.value, math.read.count, math.read.offset),
                (Math::Sub, Num::Const(5), Num::Const(4), Num::Const(1))
            );
            assert!(math.read.relative);
        }
        assert_eq!(
            read("bytes 4,offset 0,oper +,rvalue 5,result v,string hex").map(|m| m.read.encoding),
            Ok(Encoding::Text(Base::Hex))
        );
        assert_eq!(
            read("bytes 4,offset 0,oper +,rvalue 5,result v,bitmask ff").map(|m| m.read.mask),
            Ok(0xff)
        );
    }

    #[test]
    fn variables() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(
            &mut draft,
            &[
                (&BYTE_EXTRACT, "1,0,a"),
                (&BYTE_MATH, "bytes a,offset 0,oper +,rvalue a,result v"),
            ],
        )
        .expect("two variables");
        assert_eq!(draft.var("v"), Some(VarId(1)));
    }

    #[test]
    fn bad_values() {
        let good = "bytes 4,offset 0,oper +,rvalue 5,result v";
        let bad = [
            "bytes 4,offset 0,oper %,rvalue 5,result v".to_owned(),
            format!("{good},endian foo"),
            format!("{good},dce,endian big"),
            format!("{good},string,hex,dec"),
            "bytes 11,offset 0,oper +,rvalue 5,result v".to_owned(),
            "bytes 0,offset 0,oper +,rvalue 5,result v".to_owned(),
            "bytes 4,offset 65536,oper +,rvalue 5,result v".to_owned(),
            "bytes 4,offset 0,oper +,rvalue 4294967296,result v".to_owned(),
            "bytes 4,offset 0,oper +,rvalue -5,result v".to_owned(),
            "bytes 4,oper +,rvalue 5,result v".to_owned(),
            "bytes 4,offset 0,oper +,rvalue 5".to_owned(),
            "bytes 4,offset 0,oper +,rvalue nope,result v".to_owned(),
            "bytes no_var, offset 1, oper +, rvalue 102, result result_val".to_owned(),
            "bytes 4,bytes 4,offset 0,oper +,rvalue 5,result v".to_owned(),
            "bytes 4,offset 0,oper /,rvalue 0,result v".to_owned(),
        ];
        for text in bad {
            assert!(read(&text).is_err(), "{text}");
        }
    }
}
