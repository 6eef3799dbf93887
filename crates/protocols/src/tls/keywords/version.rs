//! Versions.

use engine::buffer::tx_as;
use engine::keyword::{Keyword, Kind, Parsed, Problem};
use engine::rule::{TxCheck, TxContext, TxPlace};

use crate::tls::version::Version;
use crate::tls::{NAME, TlsTx};

/// `tls.version`: the version of a side.
pub static TLS_VERSION: Keyword = Keyword {
    name: "tls.version",
    aliases: &[],
    summary: "the version of TLS",
    docs: "The version that the client offers, or the server chose: `1.0`, `1.1`, `1.2`, `1.3` (drafts of it too), or its \
           number on the wire, `0x7f12`.",
    example: "alert tls any any -> any any (msg:\"a\"; tls.version:1.0; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        let text = arg.required()?;
        let is = match text {
            "1.0" => Is::Exactly(Version::TLS10),
            "1.1" => Is::Exactly(Version::TLS11),
            "1.2" => Is::Exactly(Version::TLS12),
            "1.3" => Is::Tls13,
            _ => match text.strip_prefix("0x").map(|hex| u16::from_str_radix(hex, 16)) {
                Some(Ok(number)) => Is::Exactly(Version(number)),
                _ => {
                    return Err(Problem::new(format!("`{text}` is no version of TLS"))
                        .help("write `1.0`, `1.1`, `1.2`, `1.3`, or a number such as `0x0303`"));
                }
            },
        };
        Ok(Box::new(Versions {
            list: vec![is],
            negated: false,
        }))
    }),
};

/// `ssl_version`: the version of a side, one of several.
pub static SSL_VERSION: Keyword = Keyword {
    name: "ssl_version",
    aliases: &[],
    summary: "the version of SSL or TLS, one of a list",
    docs: "The version that the client offers, or the server chose, is one of the list: `sslv2`, `sslv3`, `tls1.0`, \
           `tls1.1`, `tls1.2`, `tls1.3`. A `!` before the list: it is known, and none of them.",
    example: "alert tls any any -> any any (msg:\"a\"; ssl_version:sslv2,sslv3; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        let text = arg.required()?;
        let (negated, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let each = text.split(',').map(|name| {
            let name = name.trim();
            one(name.strip_prefix('!').filter(|_| negated).unwrap_or(name))
        });
        let list = each.collect::<Parsed<Vec<Is>>>()?;
        Ok(Box::new(Versions { list, negated }))
    }),
};

/// A version that a rule names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Exactly(Version),
    /// TLS 1.3 and its drafts.
    Tls13,
}

#[derive(Debug)]
struct Versions {
    list: Vec<Is>,
    negated: bool,
}

impl TxCheck for Versions {
    fn places(&self) -> &[TxPlace] {
        &[TxPlace {
            protocol: NAME,
            at: [Some(0), Some(0)],
        }]
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        let Some(version) = tx_as::<TlsTx>(context.tx).map(|tx| tx.side(context.direction).version) else {
            return false;
        };
        let listed = self.list.iter().any(|is| match *is {
            Is::Exactly(exact) => version == exact,
            Is::Tls13 => version.is_tls13(),
        });
        version != Version::UNDETERMINED && listed != self.negated
    }

    fn retried(&self) -> bool {
        true
    }
}

fn one(name: &str) -> Parsed<Is> {
    match name.to_ascii_lowercase().as_str() {
        "sslv2" => Ok(Is::Exactly(Version::SSL2)),
        "sslv3" => Ok(Is::Exactly(Version::SSL3)),
        "tls1.0" => Ok(Is::Exactly(Version::TLS10)),
        "tls1.1" => Ok(Is::Exactly(Version::TLS11)),
        "tls1.2" => Ok(Is::Exactly(Version::TLS12)),
        "tls1.3" => Ok(Is::Tls13),
        _ => Err(Problem::new(format!("`{name}` is no version"))
            .help("there are `sslv2`, `sslv3`, `tls1.0`, `tls1.1`, `tls1.2` and `tls1.3`")),
    }
}
