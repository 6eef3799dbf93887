//! What rules can say of a connection.

mod certificate;
mod fingerprints;
mod forms;
mod hello;
mod old;
mod self_signed;
mod ssl;
mod store;
mod validity;
mod version;

use engine::keyword::Keyword;

pub(crate) use forms::lower_hash;

/// All of them.
pub(super) static ALL: &[&Keyword] = &[
    &hello::SNI,
    &hello::ALPN,
    &hello::RANDOM,
    &hello::RANDOM_TIME,
    &hello::RANDOM_BYTES,
    &certificate::SUBJECT,
    &certificate::ISSUER,
    &certificate::SERIAL,
    &certificate::FINGERPRINT,
    &certificate::NAMES,
    &certificate::CERTS,
    &certificate::CHAIN_LEN,
    &old::SUBJECT,
    &old::ISSUERDN,
    &old::FINGERPRINT,
    &validity::NOT_BEFORE,
    &validity::NOT_AFTER,
    &validity::EXPIRED,
    &validity::VALID,
    &self_signed::SELF_SIGNED,
    &version::TLS_VERSION,
    &version::SSL_VERSION,
    &ssl::SSL_STATE,
    &store::STORE,
    &fingerprints::JA3_HASH,
    &fingerprints::JA3_STRING,
    &fingerprints::JA3S_HASH,
    &fingerprints::JA3S_STRING,
    &fingerprints::JA4_HASH,
];

/// Declares a sticky buffer of connections: docs, keyword and buffer, name, aliases, the progress it is there from, the
/// bytes, a summary, an example.
macro_rules! tls_buffer {
    (
        $(#[doc = $doc:literal])+
        $static:ident, $buffer:ident = $name:literal $(| $alias:literal)*, at $at:expr, multi $multi:expr $(; form $form:expr)?,
        $get:expr; $summary:literal; $example:literal
    ) => {
        $(#[doc = $doc])+
        pub static $static: engine::keyword::Keyword = engine::keyword::Keyword {
            name: $name,
            aliases: &[$($alias),*],
            summary: $summary,
            docs: concat!($($doc, "\n"),+),
            example: $example,
            deviation: None,
            kind: $crate::tls::keywords::kind!(&$buffer $(, $form)?),
        };

        static $buffer: engine::buffer::BufferDef = engine::buffer::BufferDef {
            name: $name,
            source: engine::buffer::Source::Transaction(&[engine::buffer::Provider {
                protocol: $crate::tls::NAME,
                at: $at,
                streaming: false,
                get: |tx, direction, index, made| {
                    let tx = engine::buffer::tx_as::<$crate::tls::TlsTx>(tx)?;
                    let get: for<'a> fn(
                        &'a $crate::tls::TlsTx, packet::Direction, usize, &'a mut Vec<u8>,
                    ) -> Option<&'a [u8]> = $get;
                    if index > 0 && !$multi { None } else { get(tx, direction, index, made) }
                },
            }]),
            multi: $multi,
        };
    };
}

macro_rules! kind {
    ($buffer:expr) => {
        engine::keyword::Kind::StickyBuffer($buffer)
    };
    ($buffer:expr, $form:expr) => {
        engine::keyword::Kind::ValueBuffer($buffer, $form)
    };
}

pub(crate) use kind;
pub(crate) use tls_buffer;
