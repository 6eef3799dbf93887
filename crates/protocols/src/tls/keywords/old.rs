//! Old keywords for what certificates say: values instead of buffers.

use engine::buffer::tx_as;
use engine::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use engine::rule::{TxCheck, TxContext, TxPlace};
use memchr::memmem;

use super::certificate::AT;
use crate::tls::certificate::Certificate;
use crate::tls::{NAME, TlsTx};

/// `tls.subject`: a part of the subject.
pub static SUBJECT: Keyword = Keyword {
    name: "tls.subject",
    aliases: &[],
    summary: "a part of the subject of the certificate",
    docs: "The text is a part of the subject, `C=FR, O=Acme, CN=example.org`, in the case it is written in; `!` before it: \
           is not. `tls.cert_subject` is the buffer of it.",
    example: "alert tls any any -> any any (msg:\"a\"; tls.subject:\"CN=example.org\"; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| part(arg, Certificate::subject)),
};

/// `tls.issuerdn`: a part of the issuer.
pub static ISSUERDN: Keyword = Keyword {
    name: "tls.issuerdn",
    aliases: &[],
    summary: "a part of the issuer of the certificate",
    docs: "The text is a part of the issuer, in the form of `tls.subject`; `!` before it: is not.",
    example: "alert tls any any -> any any (msg:\"a\"; tls.issuerdn:!\"O=Let's Encrypt\"; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| part(arg, Certificate::issuer)),
};

/// `tls.fingerprint`: SHA-1 of the certificate.
pub static FINGERPRINT: Keyword = Keyword {
    name: "tls.fingerprint",
    aliases: &[],
    summary: "SHA-1 of the certificate",
    docs: "SHA-1 of the first certificate, 20 bytes in hexadecimal with colons, in any case; `!` before it: another one.",
    example: "alert tls any any -> any any (msg:\"a\"; tls.fingerprint:\"4a:a3:66:76:82:cb:6b:23:bb:c3:58:47:23:a4:63:a7:78:a4:a1:18\"; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        let (text, negated) = quoted(arg)?;
        if text.len() != 59 {
            return Err(Problem::new("this is no SHA-1 and could never match")
                .help("write 20 bytes in hexadecimal, with colons between them"));
        }
        Ok(Box::new(Part {
            text: text.to_ascii_lowercase(),
            negated,
            of: Certificate::fingerprint,
        }))
    }),
};

/// A part of something that the first certificate says.
#[derive(Debug)]
struct Part {
    text: String,
    negated: bool,
    of: fn(&Certificate) -> &str,
}

impl TxCheck for Part {
    fn places(&self) -> &[TxPlace] {
        &[TxPlace { protocol: NAME, at: AT }]
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        let tx = tx_as::<TlsTx>(context.tx);
        let certificate = tx.and_then(|tx| tx.side(context.direction).certificate.as_deref());
        certificate.is_some_and(|certificate| {
            let text = (self.of)(certificate);
            memmem::find(text.as_bytes(), self.text.as_bytes()).is_some() != self.negated
        })
    }
}

fn part(arg: &Arg<'_>, of: fn(&Certificate) -> &str) -> Parsed<Box<dyn TxCheck>> {
    let (text, negated) = quoted(arg)?;
    Ok(Box::new(Part { text, negated, of }))
}

/// `"text"` or `!"text"`.
fn quoted(arg: &Arg<'_>) -> Parsed<(String, bool)> {
    let text = arg.required()?;
    let (negated, text) = text
        .strip_prefix('!')
        .map_or((false, text), |rest| (true, rest.trim_start()));
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.is_empty() => Ok((
            inner.replace("\\\"", "\"").replace("\\;", ";").replace("\\\\", "\\"),
            negated,
        )),
        _ => {
            Err(Problem::new("the value must be in double quotes")
                .help("write it so: `tls.subject:\"CN=example.org\"`"))
        }
    }
}
