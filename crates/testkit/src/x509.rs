//! X.509 certificates in DER (RFC 5280), as far as tests want them: names, dates, a key and a signature of noise.

use crate::{Rng, Time};

/// A certificate to be.
///
/// ```
/// use testkit::{Time, x509::Certificate};
///
/// let der = Certificate::new("shop.example").self_signed().bytes(1);
/// assert_eq!(der[..2], [0x30, 0x82]);
/// ```
#[derive(Clone, Debug)]
pub struct Certificate {
    subject: Vec<(Attribute, String)>,
    issuer: Vec<(Attribute, String)>,
    not_before: Time,
    not_after: Time,
}

/// An attribute of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// C: two letters.
    Country,
    /// O.
    Organization,
    /// CN.
    CommonName,
}

impl Certificate {
    /// For the host of this name, from an authority called "Example CA", valid for 90 days around [`Time::START`].
    pub fn new(host: &str) -> Self {
        let day = std::time::Duration::from_secs(86_400);
        let authority = [
            (Attribute::Country, "XX"),
            (Attribute::Organization, "Example Authority"),
            (Attribute::CommonName, "Example CA"),
        ];
        Self {
            subject: vec![(Attribute::CommonName, host.to_owned())],
            issuer: authority.map(|(kind, text)| (kind, text.to_owned())).to_vec(),
            not_before: Time(Time::START.0 - day.as_micros() as u64 * 30),
            not_after: Time::START + day * 60,
        }
    }

    /// Valid until then.
    pub const fn until(mut self, end: Time) -> Self {
        self.not_after = end;
        self
    }

    /// Valid from then on.
    pub const fn from(mut self, start: Time) -> Self {
        self.not_before = start;
        self
    }

    /// Adds an attribute to the subject, before those it has.
    pub fn subject(mut self, kind: Attribute, text: &str) -> Self {
        self.subject.insert(0, (kind, text.to_owned()));
        self
    }

    /// Issued by its subject.
    pub fn self_signed(mut self) -> Self {
        self.issuer.clone_from(&self.subject);
        self
    }

    /// The certificate, with a serial number, key and signature fixed by `seed`.
    pub fn bytes(&self, seed: u64) -> Vec<u8> {
        let mut rng = Rng::new(seed);
        let mut serial = rng.bytes(16);
        serial[0] = serial[0] & 0x7f | 1;
        let modulus = [&[0, 0x80], rng.bytes(255).as_slice()].concat();
        let key = sequence(&[element(INTEGER, &modulus), element(INTEGER, &[1, 0, 1])]);
        let body = sequence(&[
            element(0xa0, &element(INTEGER, &[2])),
            element(INTEGER, &serial),
            algorithm(SHA256_WITH_RSA),
            name(&self.issuer),
            sequence(&[date(self.not_before), date(self.not_after)]),
            name(&self.subject),
            sequence(&[algorithm(RSA), bits(&key)]),
        ]);
        sequence(&[body, algorithm(SHA256_WITH_RSA), bits(&rng.bytes(256))])
    }
}

const INTEGER: u8 = 2;
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];

fn algorithm(id: &[u8]) -> Vec<u8> {
    sequence(&[element(6, id), element(5, &[])])
}

fn name(attributes: &[(Attribute, String)]) -> Vec<u8> {
    let parts = attributes.iter().map(|(kind, text)| {
        let (id, string) = match kind {
            Attribute::Country => (6, 0x13),
            Attribute::Organization => (10, 0x0c),
            Attribute::CommonName => (3, 0x0c),
        };
        element(
            0x31,
            &sequence(&[element(6, &[0x55, 4, id]), element(string, text.as_bytes())]),
        )
    });
    sequence(&parts.collect::<Vec<_>>())
}

/// A UTCTime, whose years are 1950 to 2049.
fn date(time: Time) -> Vec<u8> {
    let seconds = time.secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Civil from days, as Howard Hinnant has it, for dates after 1970.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let text = format!(
        "{:02}{month:02}{day:02}{:02}{:02}{:02}Z",
        year % 100,
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    );
    element(0x17, text.as_bytes())
}

fn bits(data: &[u8]) -> Vec<u8> {
    element(3, &[&[0], data].concat())
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match content.len() {
        len @ 0..=127 => bytes.push(len as u8),
        len @ 128..=255 => bytes.extend([0x81, len as u8]),
        len => bytes.extend([0x82, (len >> 8) as u8, len as u8]),
    }
    bytes.extend(content);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(Time::START), b"\x17\x0d260105120000Z");
        assert_eq!(date(Time(951_782_400_000_000)), b"\x17\x0d000229000000Z");
    }

    #[test]
    fn lengths_take_as_many_bytes_as_they_need() {
        assert_eq!(element(4, &[0; 127])[..2], [4, 127]);
        assert_eq!(element(4, &[0; 200])[..3], [4, 0x81, 200]);
        assert_eq!(element(4, &[0; 300])[..4], [4, 0x82, 1, 44]);
    }
}
