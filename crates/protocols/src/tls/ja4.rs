//! JA4: a client's hello in 36 characters (of that family, only this one: the others are not free).

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::hello::Hello;
use super::ja3::hex;
use super::version::is_grease;

/// The first letter: what carries the hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// TCP: `t`.
    Tcp,
    /// QUIC: `q`.
    Quic,
}

/// JA4 of a client's hello.
pub fn client(hello: &Hello, carrier: Carrier) -> String {
    let ciphers: Vec<u16> = hello.ciphers.iter().copied().filter(|n| !is_grease(*n)).collect();
    let extensions: Vec<u16> = hello.extensions.iter().copied().filter(|n| !is_grease(*n)).collect();
    let carrier = match carrier {
        Carrier::Tcp => 't',
        Carrier::Quic => 'q',
    };
    let mut text = format!(
        "{carrier}{}{}{:02}{:02}{}_",
        version(hello),
        if hello.has_sni { 'd' } else { 'i' },
        ciphers.len().min(99),
        extensions.len().min(99),
        alpn(hello.alpns.first().map(Vec::as_slice)),
    );
    text.push_str(&short_hash(&sorted(ciphers)));
    text.push('_');
    let mut list = sorted(extensions.into_iter().filter(|n| !matches!(n, 0 | 16)).collect());
    // Suricata: the underscore is there without signature algorithms too.
    list.push('_');
    list.push_str(&joined(hello.signatures.iter().copied().filter(|n| !is_grease(*n))));
    text.push_str(&short_hash(&list));
    text
}

fn version(hello: &Hello) -> &'static str {
    let offered = hello.versions.iter().filter(|v| v.is_of_records()).map(|v| v.0);
    match offered.chain([hello.version.0]).max().unwrap_or(0) {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0200 | 0x0002 => "s2",
        _ => "00",
    }
}

/// The first and last character of the first protocol; of its hexadecimal form where they are no letters or digits.
fn alpn(first: Option<&[u8]>) -> String {
    match first {
        Some([]) | None => "00".to_owned(),
        Some(name) => {
            let (Some(a), Some(z)) = (name.first(), name.last()) else {
                return "00".to_owned();
            };
            if a.is_ascii_alphanumeric() && z.is_ascii_alphanumeric() {
                [char::from(*a), char::from(*z)].iter().collect()
            } else {
                let (a, z) = (hex(&[*a]), hex(&[*z]));
                a.chars().take(1).chain(z.chars().skip(1)).collect()
            }
        }
    }
}

fn sorted(mut list: Vec<u16>) -> String {
    list.sort_unstable();
    joined(list.into_iter())
}

fn joined(list: impl Iterator<Item = u16>) -> String {
    let mut text = String::new();
    for (at, number) in list.enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(text, "{comma}{number:04x}");
    }
    text
}

fn short_hash(text: &str) -> String {
    if text.is_empty() {
        return "000000000000".to_owned();
    }
    hex(&Sha256::digest(text.as_bytes())).chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::version::Version;

    #[test]
    fn the_example_of_its_description() {
        let hello = Hello {
            version: Version::TLS12,
            versions: vec![Version(0x0a0a), Version::TLS13, Version::TLS12],
            ciphers: vec![
                0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c,
                0x009d, 0x002f, 0x0035,
            ],
            extensions: vec![
                0x0a0a, 0x001b, 0, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b,
                0xff01, 0x000b, 0x000a, 0x0015,
            ],
            signatures: vec![0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601],
            alpns: vec![b"h2".to_vec(), b"http/1.1".to_vec()],
            has_sni: true,
            ..Hello::default()
        };
        assert_eq!(client(&hello, Carrier::Tcp), "t13d1516h2_8daaf6152771_e5627efa2ab1");
        assert!(client(&hello, Carrier::Quic).starts_with("q13d"));
    }

    #[test]
    fn nothing_offered() {
        let hello = Hello {
            version: Version::TLS10,
            ..Hello::default()
        };
        assert_eq!(client(&hello, Carrier::Tcp), "t10i000000_000000000000_d2e2adf7177b");
        assert_eq!(alpn(Some(b"\xab\xcd")), "ad");
        assert_eq!(alpn(Some(b"h")), "hh");
    }
}
