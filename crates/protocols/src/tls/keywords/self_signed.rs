//! Certificates that nobody vouches for.

use engine::buffer::tx_as;
use engine::keyword::{Keyword, Kind};
use engine::rule::{TxCheck, TxContext, TxPlace};

use super::certificate::AT;
use crate::tls::certificate::Certificate;
use crate::tls::{NAME, TlsTx};

/// `tls_cert_self_signed`: the certificate's issuer is its subject.
pub static SELF_SIGNED: Keyword = Keyword {
    name: "tls_cert_self_signed",
    aliases: &[],
    summary: "the certificate's issuer is its subject",
    docs: "The first certificate names its own subject as its issuer, and one at least of its attributes. The signature is \
           not looked at. ruleids only.",
    example: "alert tls any any -> any any (msg:\"a\"; tls_cert_self_signed; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        arg.none()?;
        Ok(Box::new(SelfSigned))
    }),
};

#[derive(Debug)]
struct SelfSigned;

impl TxCheck for SelfSigned {
    fn places(&self) -> &[TxPlace] {
        PLACES
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        let tx = tx_as::<TlsTx>(context.tx);
        let certificate = tx.and_then(|tx| tx.side(context.direction).certificate.as_deref());
        certificate.is_some_and(is_self_signed)
    }
}

fn is_self_signed(certificate: &Certificate) -> bool {
    !certificate.subject().is_empty() && certificate.subject() == certificate.issuer()
}

static PLACES: &[TxPlace] = &[TxPlace {
    protocol: NAME,
    at: [None, AT[1]],
}];

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::x509;

    #[test]
    fn issuer_and_subject_are_compared() {
        let own = x509::Certificate::new("host.test");
        let read = |certificate: &x509::Certificate| Certificate::read(&certificate.bytes(1)).expect("a certificate");
        assert!(!is_self_signed(&read(&own)));
        assert!(is_self_signed(&read(&own.self_signed())));
    }
}
