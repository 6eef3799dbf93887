//! What rules can say of HTTP/1.

mod first_line;
mod header;
mod headers;
mod modifiers;
mod uri;

use engine::buffer::BufferDef;
use engine::keyword::Keyword;

use super::body::keywords as body;
use super::body::keywords::{REQUEST_BODY_BUFFER, RESPONSE_BODY_BUFFER};

pub use first_line::{METHOD_BUFFER, STATUS_BUFFER, STATUS_MESSAGE_BUFFER};
pub use header::{COOKIE_BUFFER, HOST_BUFFER, RAW_HOST_BUFFER, USER_AGENT_BUFFER};
pub use headers::{HEADER_BUFFER, RAW_HEADER_BUFFER};
pub use uri::{RAW_URI_BUFFER, URI_BUFFER};

/// All of them.
pub(super) static KEYWORDS: &[&Keyword] = &[
    &uri::URI,
    &uri::RAW_URI,
    &uri::URICONTENT,
    &uri::URILEN,
    &first_line::METHOD,
    &first_line::PROTOCOL,
    &first_line::REQUEST_LINE,
    &first_line::RESPONSE_LINE,
    &first_line::STATUS,
    &first_line::STATUS_MESSAGE,
    &first_line::START,
    &headers::HEADER,
    &headers::RAW_HEADER,
    &headers::HEADER_NAMES,
    &headers::REQUEST_HEADER,
    &headers::RESPONSE_HEADER,
    &header::COOKIE,
    &header::HOST,
    &header::RAW_HOST,
    &header::USER_AGENT,
    &header::REFERER,
    &header::ACCEPT,
    &header::ACCEPT_LANG,
    &header::ACCEPT_ENC,
    &header::CONNECTION,
    &header::CONTENT_TYPE,
    &header::CONTENT_LEN,
    &header::LOCATION,
    &header::SERVER,
    &body::REQUEST_BODY,
    &body::RESPONSE_BODY,
    &modifiers::HTTP_URI,
    &modifiers::HTTP_RAW_URI,
    &modifiers::HTTP_METHOD,
    &modifiers::HTTP_HEADER,
    &modifiers::HTTP_RAW_HEADER,
    &modifiers::HTTP_COOKIE,
    &modifiers::HTTP_RAW_COOKIE,
    &modifiers::HTTP_HOST,
    &modifiers::HTTP_RAW_HOST,
    &modifiers::HTTP_CLIENT_BODY,
    &modifiers::HTTP_SERVER_BODY,
    &modifiers::HTTP_RAW_BODY,
    &modifiers::HTTP_USER_AGENT,
    &modifiers::HTTP_STAT_CODE,
    &modifiers::HTTP_STAT_MSG,
    &modifiers::HTTP_RAW_STATUS,
    &modifiers::HTTP_RAW_REQUEST,
    &modifiers::HTTP_VERSION,
    &modifiers::HTTP_TRUE_IP,
    &modifiers::HTTP_PARAM,
    &modifiers::HTTP_TRAILER,
    &modifiers::HTTP_ENCODE,
];

/// The buffers that flags of `pcre` name.
pub(super) const PCRE_BUFFERS: &[(char, &BufferDef)] = &[
    ('U', &URI_BUFFER),
    ('I', &RAW_URI_BUFFER),
    ('H', &HEADER_BUFFER),
    ('D', &RAW_HEADER_BUFFER),
    ('P', &REQUEST_BODY_BUFFER),
    ('Q', &RESPONSE_BODY_BUFFER),
    ('M', &METHOD_BUFFER),
    ('C', &COOKIE_BUFFER),
    ('K', &COOKIE_BUFFER),
    ('S', &STATUS_BUFFER),
    ('Y', &STATUS_MESSAGE_BUFFER),
    ('V', &USER_AGENT_BUFFER),
    ('W', &HOST_BUFFER),
    ('Z', &RAW_HOST_BUFFER),
];

/// Declares a sticky buffer of HTTP/1: keyword, buffer, where it is there (to the server, to the client), its bytes.
macro_rules! http_buffer {
    (
        $(#[doc = $doc:literal])+
        $static:ident, $buffer:ident = $name:literal $(| $alias:literal)*, [$server:expr, $client:expr] $(multi $multi:literal)?, $get:expr;
        $summary:literal; $example:literal
    ) => {
        $(#[doc = $doc])+
        pub static $static: engine::keyword::Keyword = engine::keyword::Keyword {
            name: $name,
            aliases: &[$($alias),*],
            summary: $summary,
            docs: concat!($($doc, "\n"),+),
            example: $example,
            deviation: None,
            kind: engine::keyword::Kind::StickyBuffer(&$buffer),
        };

        $(#[doc = $doc])+
        pub static $buffer: engine::buffer::BufferDef = engine::buffer::BufferDef {
            name: $name,
            source: engine::buffer::Source::Transaction(&[engine::buffer::Provider {
                protocol: $crate::http1::NAME,
                at: [$server, $client],
                streaming: false,
                get: |tx, direction, index, out| {
                    let tx = engine::buffer::tx_as::<$crate::http1::HttpTx>(tx)?;
                    let get: for<'a> fn(&'a $crate::http1::HttpTx, packet::Direction, usize, &'a mut Vec<u8>) -> Option<&'a [u8]> = $get;
                    get(tx, direction, index, out)
                },
            }]),
            multi: false $(|| $multi)?,
        };
    };
}

pub(in crate::http1) use http_buffer;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let mut seen = BTreeSet::new();
        for name in KEYWORDS.iter().flat_map(|k| std::iter::once(&k.name).chain(k.aliases)) {
            assert!(seen.insert(*name), "{name} is there twice");
        }
    }
}
