//! The certificates of a side: the chain as it is on the wire, and what the first one says (RFC 5280).

use std::cell::OnceCell;
use std::net::{Ipv4Addr, Ipv6Addr};

use sha1::{Digest, Sha1};
use x509_parser::certificate::X509Certificate;
use x509_parser::error::X509Error;
use x509_parser::extensions::{GeneralName, SubjectAlternativeName};
use x509_parser::nom::Offset;
use x509_parser::oid_registry::OID_X509_EXT_SUBJECT_ALT_NAME;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use super::Event;
use super::reader::Reader;
use crate::digits;

/// A certificate, and what it says, as text that is made when it is first asked for.
#[derive(Debug)]
pub struct Certificate {
    der: Box<[u8]>,
    /// From when it is valid, in seconds since 1970.
    pub not_before: i64,
    /// Until when.
    pub not_after: i64,
    places: Places,
    subject: OnceCell<Box<str>>,
    issuer: OnceCell<Box<str>>,
    serial: OnceCell<Box<str>>,
    fingerprint: OnceCell<Box<str>>,
    names: OnceCell<Box<[String]>>,
}

/// Where in the certificate things are.
#[derive(Clone, Copy, Debug)]
struct Places {
    subject: Span,
    issuer: Span,
    serial: Span,
    /// The list of subject alternative names; empty where there is none.
    names: Span,
}

/// A part of a certificate. LIMIT: messages are of 24 bits.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u32,
    end: u32,
}

impl Certificate {
    /// Reads a certificate in DER; bytes behind it do not matter.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(der: &[u8]) -> Result<Self, Event> {
        let (_, certificate) = X509Certificate::from_der(der).map_err(event)?;
        // Names that are no list, or are there twice, are none.
        let names = match certificate.subject_alternative_name() {
            Ok(Some(_)) => certificate.get_extension_unique(&OID_X509_EXT_SUBJECT_ALT_NAME),
            _ => Ok(None),
        };
        let names = names.ok().flatten().map(|extension| extension.value);
        Ok(Self {
            not_before: certificate.validity().not_before.timestamp(),
            not_after: certificate.validity().not_after.timestamp(),
            places: Places {
                subject: Span::of(certificate.subject().as_raw(), der),
                issuer: Span::of(certificate.issuer().as_raw(), der),
                serial: Span::of(certificate.raw_serial(), der),
                names: names.map(|names| Span::of(names, der)).unwrap_or_default(),
            },
            der: der.into(),
            subject: OnceCell::new(),
            issuer: OnceCell::new(),
            serial: OnceCell::new(),
            fingerprint: OnceCell::new(),
            names: OnceCell::new(),
        })
    }

    /// The certificate, as it was sent.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The subject: `C=FR, O=Acme, CN=example.org`.
    pub fn subject(&self) -> &str {
        self.subject.get_or_init(|| name_text(self.part(self.places.subject)))
    }

    /// The issuer, in the same form.
    pub fn issuer(&self) -> &str {
        self.issuer.get_or_init(|| name_text(self.part(self.places.issuer)))
    }

    /// The serial number: bytes in upper-case hexadecimal, with colons.
    pub fn serial(&self) -> &str {
        let text = || digits::hex_with_colons(self.part(self.places.serial), digits::UPPER);
        self.serial.get_or_init(|| text().into())
    }

    /// SHA-1 of the certificate: bytes in lower-case hexadecimal, with colons.
    pub fn fingerprint(&self) -> &str {
        let text = || digits::hex_with_colons(&Sha1::digest(&self.der), digits::LOWER);
        self.fingerprint.get_or_init(|| text().into())
    }

    /// Subject alternative names: hosts, mail addresses, URIs and IP addresses.
    pub fn names(&self) -> &[String] {
        self.names.get_or_init(|| names(self.part(self.places.names)))
    }

    fn part(&self, span: Span) -> &[u8] {
        let end = usize::try_from(span.end).unwrap_or(usize::MAX);
        let upto = self.der.get(..end).unwrap_or_default();
        upto.get(usize::try_from(span.start).unwrap_or(usize::MAX)..)
            .unwrap_or_default()
    }
}

impl Span {
    /// Where in `whole` its part is.
    fn of(part: &[u8], whole: &[u8]) -> Self {
        let start = whole.offset(part);
        let place = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            start: place(start),
            end: place(start.saturating_add(part.len())),
        }
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

/// A name as text; what was read once is read again.
fn name_text(der: &[u8]) -> Box<str> {
    let name = X509Name::from_der(der).ok();
    name.map(|(_, name)| name.to_string()).unwrap_or_default().into()
}

fn names(der: &[u8]) -> Box<[String]> {
    let list = SubjectAlternativeName::from_der(der).ok();
    let names = list.map(|(_, list)| list.general_names).unwrap_or_default();
    names.iter().filter_map(name).collect()
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
