//! Transforms: what is done to a buffer before it is looked at.

pub mod base64;
pub mod domain;
pub mod hash;
pub mod inflate;
pub mod letters;
pub mod pcrexform;
pub mod subslice;
pub mod text;
pub mod url_decode;
pub mod xor;

use std::sync::Arc;

use crate::buffer::Transform;
use crate::keyword::{Arg, Parsed};

/// A transform without options.
fn plain(name: &str, arg: &Arg<'_>, prefilter: bool, apply: fn(&[u8], &mut Vec<u8>)) -> Parsed<Transform> {
    arg.none()?;
    Ok(Transform {
        key: name.into(),
        apply: Arc::new(apply),
        prefilter,
    })
}

/// Declares a transform without options: docs, keyword, name, what it does, a summary and an example.
macro_rules! transform_keyword {
    ($(#[doc = $doc:literal])+ $static:ident = $name:literal, $apply:expr; $summary:literal; $example:literal) => {
        $(#[doc = $doc])+
        pub static $static: $crate::keyword::Keyword = $crate::keyword::Keyword {
            name: $name,
            aliases: &[],
            summary: $summary,
            docs: concat!($($doc, "\n"),+),
            example: $example,
            deviation: None,
            kind: $crate::keyword::Kind::Transform(|arg| $crate::keywords::transform::plain($name, arg, true, $apply)),
        };
    };
}

use transform_keyword;

#[cfg(test)]
pub(crate) mod tests {
    use rule_parser::Dialect;

    use crate::keyword::{Arg, Keyword, Kind, Parsed};

    /// What the transform makes of `input`.
    pub fn apply(keyword: &Keyword, value: &str, input: &[u8]) -> Parsed<Vec<u8>> {
        let Kind::Transform(read) = keyword.kind else {
            panic!("{} is no transform", keyword.name)
        };
        let text = (!value.is_empty()).then_some(value);
        let transform = read(&Arg {
            text,
            dialect: Dialect::Suricata,
        })?;
        let mut output = Vec::new();
        (transform.apply)(input, &mut output);
        Ok(output)
    }
}
