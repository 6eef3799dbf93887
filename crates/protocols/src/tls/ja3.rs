//! JA3 and JA3S: what hellos offer, in one line, and its MD5.

use md5::{Digest, Md5};

use super::hello::Hello;
use super::version::is_grease;
use crate::digits;

/// JA3 of a client or JA3S of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ja3 {
    /// The line.
    pub line: Box<str>,
    /// Its MD5, in lower-case hexadecimal.
    pub hash: Box<str>,
}

impl Ja3 {
    /// JA3 of a client's hello: version, cipher suites, extensions, groups, point formats.
    pub fn client(hello: &Hello) -> Self {
        let mut text = start(hello);
        for list in [&hello.ciphers, &hello.extensions, &hello.groups] {
            text.push(b',');
            join(&mut text, list.iter().copied());
        }
        text.push(b',');
        join(&mut text, hello.formats.iter().copied().map(u16::from));
        Self::of(text)
    }

    /// JA3S of a server's hello: version, cipher suite, extensions.
    pub fn server(hello: &Hello) -> Self {
        let mut text = start(hello);
        for list in [&hello.ciphers, &hello.extensions] {
            text.push(b',');
            join(&mut text, list.iter().copied());
        }
        Self::of(text)
    }

    fn of(line: Vec<u8>) -> Self {
        Self {
            hash: md5_hex(&line).into(),
            line: digits::ascii(line).into(),
        }
    }
}

/// The MD5 of bytes, in hexadecimal.
pub(crate) fn md5_hex(bytes: &[u8]) -> String {
    digits::hex_text(&Md5::digest(bytes))
}

/// The version, with room for what is said behind it.
fn start(hello: &Hello) -> Vec<u8> {
    let lists = [&hello.ciphers, &hello.extensions, &hello.groups];
    let numbers = lists.iter().map(|list| list.len()).sum::<usize>();
    // Five digits and what parts them; point formats are mostly one.
    let room = numbers
        .saturating_mul(6)
        .saturating_add(hello.formats.len().saturating_mul(4));
    let mut text = Vec::with_capacity(room.saturating_add(9));
    digits::decimal(&mut text, hello.version.0);
    text
}

fn join(text: &mut Vec<u8>, list: impl Iterator<Item = u16>) {
    let mut first = true;
    for number in list.filter(|number| !is_grease(*number)) {
        if !std::mem::take(&mut first) {
            text.push(b'-');
        }
        digits::decimal(text, number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::version::Version;

    #[test]
    fn the_lines_of_the_two_hellos() {
        let hello = Hello {
            version: Version::TLS12,
            ciphers: vec![0x1a1a, 0xc02f, 0x009c],
            extensions: vec![0, 10, 11, 0x2a2a],
            groups: vec![29, 23],
            formats: vec![0],
            ..Hello::default()
        };
        assert_eq!(&*Ja3::client(&hello).line, "771,49199-156,0-10-11,29-23,0");
        let empty = Hello {
            version: Version::TLS10,
            ciphers: vec![57],
            ..Hello::default()
        };
        assert_eq!(&*Ja3::client(&empty).line, "769,57,,,");
        assert_eq!(&*Ja3::server(&empty).line, "769,57,");
        assert_eq!(md5_hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
    }
}
