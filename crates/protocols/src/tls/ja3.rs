//! JA3 and JA3S: what hellos offer, in one line, and its MD5.

use std::fmt::Write;

use md5::{Digest, Md5};

use super::hello::Hello;
use super::version::is_grease;

/// JA3 of a client's hello: version, cipher suites, extensions, groups, point formats.
pub fn client(hello: &Hello) -> String {
    let mut text = hello.version.0.to_string();
    for list in [&hello.ciphers, &hello.extensions, &hello.groups] {
        text.push(',');
        join(&mut text, list.iter().copied());
    }
    text.push(',');
    join(&mut text, hello.formats.iter().copied().map(u16::from));
    text
}

/// JA3S of a server's hello: version, cipher suite, extensions.
pub fn server(hello: &Hello) -> String {
    let mut text = hello.version.0.to_string();
    for list in [&hello.ciphers, &hello.extensions] {
        text.push(',');
        join(&mut text, list.iter().copied());
    }
    text
}

/// The MD5 of such a line, in hexadecimal.
pub fn hash(text: &str) -> String {
    md5_hex(text.as_bytes())
}

/// The MD5 of bytes, in hexadecimal.
pub(crate) fn md5_hex(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// Bytes in hexadecimal, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn join(text: &mut String, list: impl Iterator<Item = u16>) {
    for (at, number) in list.filter(|number| !is_grease(*number)).enumerate() {
        let dash = if at == 0 { "" } else { "-" };
        let _ = write!(text, "{dash}{number}");
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
        assert_eq!(client(&hello), "771,49199-156,0-10-11,29-23,0");
        let empty = Hello {
            version: Version::TLS10,
            ciphers: vec![57],
            ..Hello::default()
        };
        assert_eq!((client(&empty), server(&empty)), ("769,57,,,".into(), "769,57,".into()));
        assert_eq!(hash(""), "d41d8cd98f00b204e9800998ecf8427e");
    }
}
