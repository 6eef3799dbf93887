//! When certificates are valid.

use engine::buffer::tx_as;
use engine::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use engine::rule::{TxCheck, TxContext, TxPlace};

use super::certificate::AT;
use crate::tls::certificate::Certificate;
use crate::tls::{NAME, TlsTx, date};

/// `tls_cert_notbefore`: from when the certificate is valid.
pub static NOT_BEFORE: Keyword = Keyword {
    name: "tls_cert_notbefore",
    aliases: &[],
    summary: "from when the certificate is valid",
    docs: "A condition on the time from which on the first certificate is valid: `>2015-10`, `<2016`, \
           `2015-01-01<>2016-01-01`, or exactly a time. Times are in UTC: `2015`, `2015-10`, `2015-10-22`, \
           `2015-10-22T23:59:59`, or seconds since 1970.",
    example: "alert tls any any -> any any (msg:\"a\"; tls_cert_notbefore:>2015-10-22; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        Ok(Box::new(Validity {
            condition: read(arg)?,
            date: |certificate| certificate.not_before,
        }))
    }),
};

/// `tls_cert_notafter`: until when the certificate is valid.
pub static NOT_AFTER: Keyword = Keyword {
    name: "tls_cert_notafter",
    aliases: &[],
    summary: "until when the certificate is valid",
    docs: "A condition on the time until which the first certificate is valid, in the form of `tls_cert_notbefore`.",
    example: "alert tls any any -> any any (msg:\"a\"; tls_cert_notafter:<2016; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        Ok(Box::new(Validity {
            condition: read(arg)?,
            date: |certificate| certificate.not_after,
        }))
    }),
};

/// `tls_cert_expired`: the certificate is not valid any more.
pub static EXPIRED: Keyword = Keyword {
    name: "tls_cert_expired",
    aliases: &[],
    summary: "the certificate is not valid any more",
    docs: "The first certificate was valid until a time before that of the packet that brought it.",
    example: "alert tls any any -> any any (msg:\"a\"; tls_cert_expired; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        arg.none()?;
        Ok(Box::new(Now { expired: true }))
    }),
};

/// `tls_cert_valid`: the certificate is valid.
pub static VALID: Keyword = Keyword {
    name: "tls_cert_valid",
    aliases: &[],
    summary: "the certificate is valid at the time",
    docs: "The first certificate is valid until a time that is not before that of the packet that brought it. Neither the \
           time from which on it is valid nor its signature is looked at.",
    example: "alert tls any any -> any any (msg:\"a\"; tls_cert_valid; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        arg.none()?;
        Ok(Box::new(Now { expired: false }))
    }),
};

/// A condition on a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    At(i64),
    Before(i64),
    After(i64),
    Between(i64, i64),
}

/// A condition on one of the two times.
#[derive(Debug)]
struct Validity {
    condition: Condition,
    date: fn(&Certificate) -> i64,
}

/// A condition on both times and that of the packet.
#[derive(Debug)]
struct Now {
    expired: bool,
}

impl TxCheck for Validity {
    fn places(&self) -> &[TxPlace] {
        PLACES
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        let tx = tx_as::<TlsTx>(context.tx);
        let certificate = tx.and_then(|tx| tx.side(context.direction).certificate.as_deref());
        certificate.is_some_and(|certificate| self.condition.holds((self.date)(certificate)))
    }
}

impl TxCheck for Now {
    fn places(&self) -> &[TxPlace] {
        PLACES
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        let Some(side) = tx_as::<TlsTx>(context.tx).map(|tx| tx.side(context.direction)) else {
            return false;
        };
        let now = side.certificate_time.secs();
        side.certificate.as_ref().is_some_and(|certificate| {
            let expired = now > certificate.not_after;
            expired == self.expired
        })
    }
}

impl Condition {
    const fn holds(self, time: i64) -> bool {
        match self {
            Self::At(at) => time == at,
            Self::Before(end) => time < end,
            Self::After(start) => time > start,
            Self::Between(start, end) => start < time && time < end,
        }
    }
}

fn read(arg: &Arg<'_>) -> Parsed<Condition> {
    let text = arg.required()?.trim();
    let date = |text: &str| {
        date::read(text.trim()).ok_or_else(|| {
            Problem::new(format!("`{}` is no time", text.trim()))
                .help("write `2015`, `2015-10-22`, `2015-10-22T23:59:59` or seconds since 1970")
        })
    };
    if let Some((start, end)) = text.split_once("<>") {
        let (start, end) = (date(start)?, date(end)?);
        if start >= end {
            return Err(Problem::new("the range is the wrong way round").help("the earlier time comes first"));
        }
        return Ok(Condition::Between(start, end));
    }
    match (text.strip_prefix('<'), text.strip_prefix('>')) {
        (Some(end), _) => Ok(Condition::Before(date(end)?)),
        (_, Some(start)) => Ok(Condition::After(date(start)?)),
        _ => Ok(Condition::At(date(text)?)),
    }
}

static PLACES: &[TxPlace] = &[TxPlace {
    protocol: NAME,
    at: [None, AT[1]],
}];
