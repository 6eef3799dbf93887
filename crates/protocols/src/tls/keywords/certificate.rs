//! What certificates say.

use engine::buffer::tx_as;
use engine::keyword::{Keyword, Kind};
use engine::keywords::integer::{Snort2Range, read};
use engine::rule::{TxNumber, TxPlace};

use super::forms::{lower_fingerprint, upper};
use super::tls_buffer;
use crate::tls::transaction::{client, server};
use crate::tls::{NAME, TlsTx};

/// From when on certificates are there.
pub(super) const AT: [Option<u8>; 2] = [Some(client::CERT_DONE), Some(server::CERT_DONE)];

tls_buffer! {
    /// The subject of the first certificate: `C=FR, O=Acme, CN=example.org`. A sticky buffer.
    SUBJECT, SUBJECT_BUFFER = "tls.cert_subject" | "tls_cert_subject", at AT, multi false,
    |tx, direction, _, _| Some(tx.side(direction).certificate.as_ref()?.subject().as_bytes());
    "the subject of the certificate";
    "alert tls any any -> any any (msg:\"a\"; tls.cert_subject; content:\"CN=example.org\"; sid:1;)"
}

tls_buffer! {
    /// The issuer of the first certificate, in the form of `tls.cert_subject`. A sticky buffer.
    ISSUER, ISSUER_BUFFER = "tls.cert_issuer" | "tls_cert_issuer", at AT, multi false,
    |tx, direction, _, _| Some(tx.side(direction).certificate.as_ref()?.issuer().as_bytes());
    "the issuer of the certificate";
    "alert tls any any -> any any (msg:\"a\"; tls.cert_issuer; content:\"O=Let's Encrypt\"; sid:1;)"
}

tls_buffer! {
    /// The serial number of the first certificate: bytes in upper-case hexadecimal with colons, `5C:19:B7:B1`. Contents
    /// are put into upper case. A sticky buffer.
    SERIAL, SERIAL_BUFFER = "tls.cert_serial" | "tls_cert_serial", at AT, multi false; form upper,
    |tx, direction, _, _| Some(tx.side(direction).certificate.as_ref()?.serial().as_bytes());
    "the serial number of the certificate";
    "alert tls any any -> any any (msg:\"a\"; tls.cert_serial; content:\"5C:19:B7:B1:32:3B:1C:A1\"; sid:1;)"
}

tls_buffer! {
    /// SHA-1 of the first certificate: bytes in lower-case hexadecimal with colons, 59 characters. Contents are put into
    /// lower case. A sticky buffer.
    FINGERPRINT, FINGERPRINT_BUFFER = "tls.cert_fingerprint" | "tls_cert_fingerprint", at AT, multi false; form lower_fingerprint,
    |tx, direction, _, _| Some(tx.side(direction).certificate.as_ref()?.fingerprint().as_bytes());
    "SHA-1 of the certificate";
    "alert tls any any -> any any (msg:\"a\"; tls.cert_fingerprint; content:\"4a:a3:66:76:82:cb:6b:23:bb:c3:58:47:23:a4:63:a7:78:a4:a1:18\"; sid:1;)"
}

tls_buffer! {
    /// The subject alternative names of the first certificate, each for itself: hosts, mail addresses, URIs, addresses.
    /// A sticky buffer.
    NAMES, NAMES_BUFFER = "tls.subjectaltname", at AT, multi true,
    |tx, direction, index, _| tx.side(direction).certificate.as_ref()?.names().get(index).map(String::as_bytes);
    "each subject alternative name of the certificate";
    "alert tls any any -> any any (msg:\"a\"; tls.subjectaltname; content:\"example.org\"; sid:1;)"
}

tls_buffer! {
    /// Each certificate of the chain in DER, each for itself. A sticky buffer.
    CERTS, CERTS_BUFFER = "tls.certs", at AT, multi true,
    |tx, direction, index, _| tx.side(direction).chain().nth(index);
    "each certificate of the chain in DER";
    "alert tls any any -> any any (msg:\"a\"; tls.certs; content:\"|06 03 55 04 03|\"; sid:1;)"
}

/// `tls.cert_chain_len`: how many certificates there are.
pub static CHAIN_LEN: Keyword = Keyword {
    name: "tls.cert_chain_len",
    aliases: &[],
    summary: "how many certificates the chain has",
    docs: "A condition on the number of certificates that the server sends: `tls.cert_chain_len:3`, `<4`, `>0`, `1<>4`.",
    example: "alert tls any any -> any any (msg:\"a\"; tls.cert_chain_len:>2; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        Ok(Box::new(TxNumber {
            places: &[TxPlace {
                protocol: NAME,
                at: [None, AT[1]],
            }],
            get: |tx, direction, index| {
                let tx = tx_as::<TlsTx>(tx)?;
                (index == 0).then_some(tx.side(direction).chain().count() as u64)
            },
            predicate: read(arg, u64::from(u32::MAX), Snort2Range::Inclusive)?,
        }))
    }),
};
