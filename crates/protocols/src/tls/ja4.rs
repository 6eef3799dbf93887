//! JA4: a client's hello in 36 characters (of that family, only this one: the others are not free).

use sha2::{Digest, Sha256};

use super::hello::Hello;
use super::version::is_grease;
use crate::digits;

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
    let mut ciphers = meant(&hello.ciphers);
    let mut extensions = meant(&hello.extensions);
    let mut text = Vec::with_capacity(LENGTH);
    text.push(match carrier {
        Carrier::Tcp => b't',
        Carrier::Quic => b'q',
    });
    text.extend_from_slice(version(hello));
    text.push(if hello.has_sni { b'd' } else { b'i' });
    text.extend(two_digits(ciphers.len()));
    text.extend(two_digits(extensions.len()));
    text.extend(alpn(hello.alpns.first().map(Vec::as_slice)));
    text.push(b'_');
    ciphers.sort_unstable();
    let mut list = Vec::new();
    join(&mut list, &ciphers);
    short_hash(&mut text, &list);
    text.push(b'_');
    extensions.retain(|number| !matches!(number, 0 | 16));
    extensions.sort_unstable();
    list.clear();
    join(&mut list, &extensions);
    // Suricata: the underscore is there without signature algorithms too.
    list.push(b'_');
    join(&mut list, &meant(&hello.signatures));
    short_hash(&mut text, &list);
    digits::ascii(text)
}

/// Numbers that mean something.
fn meant(list: &[u16]) -> Vec<u16> {
    list.iter().copied().filter(|number| !is_grease(*number)).collect()
}

fn version(hello: &Hello) -> &'static [u8; 2] {
    let offered = hello.versions.iter().filter(|v| v.is_of_records()).map(|v| v.0);
    match offered.chain([hello.version.0]).max().unwrap_or(0) {
        0x0304 => b"13",
        0x0303 => b"12",
        0x0302 => b"11",
        0x0301 => b"10",
        0x0300 => b"s3",
        0x0200 | 0x0002 => b"s2",
        _ => b"00",
    }
}

/// The first and last character of the first protocol; of its hexadecimal form where they are no letters or digits.
fn alpn(first: Option<&[u8]>) -> [u8; 2] {
    let ends = first.and_then(|name| Some((*name.first()?, *name.last()?)));
    let Some((a, z)) = ends else { return *b"00" };
    if a.is_ascii_alphanumeric() && z.is_ascii_alphanumeric() {
        return [a, z];
    }
    let ([high, _], [_, low]) = (digits::pair(digits::LOWER, a), digits::pair(digits::LOWER, z));
    [high, low]
}

/// A number of two digits, which 99 stands for where it has more.
fn two_digits(number: usize) -> [u8; 2] {
    let number = number.min(99);
    [number / 10, number % 10].map(|digit| b'0' | digit as u8)
}

/// Appends numbers in hexadecimal, with commas between them.
fn join(text: &mut Vec<u8>, list: &[u16]) {
    text.reserve(list.len().saturating_mul(5));
    for (at, number) in list.iter().enumerate() {
        if at > 0 {
            text.push(b',');
        }
        digits::hex(text, &number.to_be_bytes());
    }
}

/// Appends the first twelve digits of a list's SHA-256, or zeros where there is no list.
fn short_hash(text: &mut Vec<u8>, list: &[u8]) {
    match Sha256::digest(list).first_chunk::<6>() {
        Some(start) if !list.is_empty() => digits::hex(text, start),
        _ => text.extend_from_slice(b"000000000000"),
    }
}

/// Characters of a JA4.
const LENGTH: usize = 36;

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
        assert_eq!(alpn(Some(b"\xab\xcd")), *b"ad");
        assert_eq!(alpn(Some(b"h")), *b"hh");
    }
}
