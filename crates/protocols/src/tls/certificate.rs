//! The certificates of a side: the chain as it is on the wire, and what the first one says (RFC 5280).

use std::net::{Ipv4Addr, Ipv6Addr};

use sha1::{Digest, Sha1};
use x509_parser::certificate::X509Certificate;
use x509_parser::error::X509Error;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use super::Event;
use super::reader::Reader;

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The subject: `C=FR, O=Acme, CN=example.org`.
    pub subject: String,
    /// The issuer, in the same form.
    pub issuer: String,
    /// The serial number: bytes in upper-case hexadecimal, with colons.
    pub serial: String,
    /// SHA-1 of the certificate: bytes in lower-case hexadecimal, with colons.
    pub fingerprint: String,
    /// From when it is valid, in seconds since 1970.
    pub not_before: i64,
    /// Until when.
    pub not_after: i64,
    /// Subject alternative names: hosts, mail addresses, URIs and IP addresses.
    pub names: Vec<String>,
}

impl Certificate {
    /// Reads a certificate in DER; bytes behind it do not matter.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(der: &[u8]) -> Result<Self, Event> {
        let (rest, certificate) = X509Certificate::from_der(der).map_err(event)?;
        let whole = der.get(..der.len().saturating_sub(rest.len())).unwrap_or(der);
        let _ = whole;
        Ok(Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: colons(certificate.raw_serial(), true),
            fingerprint: colons(&Sha1::digest(der), false),
            not_before: certificate.validity().not_before.timestamp(),
            not_after: certificate.validity().not_after.timestamp(),
            names: names(&certificate),
        })
    }
}

/// The certificates of a `Certificate` message up to TLS 1.2, first one first; `None` where lengths contradict each other.
pub(super) fn chain(body: &[u8]) -> Option<Vec<&[u8]>> {
    let mut list = Reader(Reader(body).vec24()?);
    let mut chain = Vec::new();
    // LIMIT: certificates of a chain.
    while !list.is_empty() && chain.len() < MAX_CHAIN {
        chain.push(list.vec24()?);
    }
    Some(chain)
}

/// Bytes in hexadecimal, with colons between them.
fn colons(bytes: &[u8], upper: bool) -> String {
    let digits = |byte: &u8| {
        if upper {
            format!("{byte:02X}")
        } else {
            format!("{byte:02x}")
        }
    };
    bytes.iter().map(digits).collect::<Vec<_>>().join(":")
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    extension.value.general_names.iter().filter_map(name).collect()
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(text) | GeneralName::RFC822Name(text) | GeneralName::URI(text) => Some((*text).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(|b| Ipv4Addr::from(b).to_string());
            let v6 = <[u8; 16]>::try_from(*bytes).map(|b| Ipv6Addr::from(b).to_string());
            v4.or(v6).ok()
        }
        _ => None,
    }
}

fn event(error: x509_parser::nom::Err<X509Error>) -> Event {
    use x509_parser::der_parser::error::BerError;
    let error = match error {
        x509_parser::nom::Err::Incomplete(_) => return Event::CertificateInvalidLength,
        x509_parser::nom::Err::Error(error) | x509_parser::nom::Err::Failure(error) => error,
    };
    match error {
        X509Error::InvalidVersion => Event::CertificateInvalidVersion,
        X509Error::InvalidSerial => Event::CertificateInvalidSerial,
        X509Error::InvalidAlgorithmIdentifier => Event::CertificateInvalidAlgorithmidentifier,
        X509Error::InvalidX509Name => Event::CertificateInvalidX509name,
        X509Error::InvalidDate => Event::CertificateInvalidDate,
        X509Error::InvalidExtensions | X509Error::DuplicateExtensions => Event::CertificateInvalidExtensions,
        X509Error::Der(BerError::Incomplete(_)) => Event::CertificateInvalidLength,
        X509Error::Der(_) => Event::CertificateInvalidDer,
        _ => Event::InvalidCertificate,
    }
}

/// LIMIT: certificates of a chain that are kept.
const MAX_CHAIN: usize = 64;
