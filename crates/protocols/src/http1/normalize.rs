//! URIs as a server would understand them.

use super::best_fit::best_fit;
use super::uri::Uri;

/// How a server decodes URIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decoding {
    /// `\` separates parts of the path too.
    pub backslash: bool,
    /// `%2f` is a separator of the path.
    pub separators: bool,
    /// Several separators count as one.
    pub compress: bool,
    /// `%u0041` is a character.
    pub wide: bool,
    /// UTF-8 is turned into Windows-1252.
    pub utf8: bool,
    /// `+` in a query is a space.
    pub plus: bool,
    /// The path is decoded twice.
    pub double_path: bool,
    /// The query is decoded twice.
    pub double_query: bool,
    /// The normalised URI has scheme, credentials and host too.
    pub include_all: bool,
}

/// How servers are said to do it: the personalities of libhtp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Personality {
    /// As little as possible.
    Minimal,
    /// A common server.
    Generic,
    /// What evades an IDS least.
    #[default]
    Ids,
    /// IIS 6 and later.
    Iis6,
    /// Apache.
    Apache,
}

impl Personality {
    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            // Suricata: the old IIS servers decode like the minimal one.
            "minimal" | "iis_4_0" | "iis_5_0" => Self::Minimal,
            "generic" | "iis_5_1" => Self::Generic,
            "ids" => Self::Ids,
            "iis_6_0" | "iis_7_0" | "iis_7_5" => Self::Iis6,
            "apache" | "apache_2" | "apache_2_2" => Self::Apache,
            _ => return None,
        })
    }

    /// How it decodes.
    pub const fn decoding(self) -> Decoding {
        let slashes = matches!(self, Self::Generic | Self::Ids | Self::Iis6);
        Decoding {
            backslash: slashes,
            separators: slashes,
            compress: !matches!(self, Self::Minimal),
            wide: matches!(self, Self::Ids | Self::Iis6),
            utf8: matches!(self, Self::Ids),
            plus: false,
            double_path: false,
            double_query: false,
            include_all: false,
        }
    }
}

impl Decoding {
    /// The normalised URI, the normalised path that it begins with, and whether decoding twice changed something.
    pub fn uri(&self, uri: &Uri<'_>) -> (Vec<u8>, Vec<u8>, bool) {
        let mut double = false;
        let mut path = self.path(uri.path.unwrap_or_default());
        if self.double_path {
            let again = self.path(&path);
            double |= again != path;
            path = again;
        }
        let mut text = Vec::new();
        if self.include_all {
            self.before_path(uri, &mut text);
        }
        text.extend_from_slice(&path);
        if let Some(query) = uri.query {
            let mut query = percent(query, self.plus);
            if self.double_query {
                let again = percent(&query, self.plus);
                double |= again != query;
                query = again;
            }
            text.push(b'?');
            text.extend_from_slice(&query);
        }
        if let Some(fragment) = uri.fragment {
            text.push(b'#');
            text.extend_from_slice(&percent(fragment, false));
        }
        (text, path, double)
    }

    fn before_path(&self, uri: &Uri<'_>, out: &mut Vec<u8>) {
        let Some(scheme) = uri.scheme else { return };
        out.extend_from_slice(&scheme.to_ascii_lowercase());
        out.extend_from_slice(b"://");
        if uri.user.is_some() || uri.password.is_some() {
            out.extend_from_slice(uri.user.unwrap_or_default());
            out.push(b':');
            out.extend_from_slice(uri.password.unwrap_or_default());
            out.push(b'@');
        }
        if let Some(host) = uri.authority.host {
            out.extend_from_slice(&host_name(host));
        }
    }

    /// A path: decoded, its dot segments taken out.
    fn path(&self, path: &[u8]) -> Vec<u8> {
        let mut decoded = self.decode_path(path);
        if self.utf8 && !decoded.is_ascii() {
            decoded = latin(&decoded);
        }
        without_dots(&decoded)
    }

    fn decode_path(&self, path: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(path.len());
        let mut rest = path;
        while let Some((&first, after)) = rest.split_first() {
            let (byte, used, encoded) = match escaped(rest, self.wide) {
                Some((byte, used)) => (byte, used, true),
                None => (first, 1, false),
            };
            rest = rest.get(used..).unwrap_or(after);
            match byte {
                b'/' if encoded && !self.separators => {
                    // The escape stays as it is.
                    let start = path.len().saturating_sub(rest.len().saturating_add(used));
                    out.extend_from_slice(path.get(start..start.saturating_add(used)).unwrap_or_default());
                }
                b'\\' if self.backslash => self.separator(&mut out),
                b'/' => self.separator(&mut out),
                byte => out.push(byte),
            }
        }
        out
    }

    fn separator(&self, out: &mut Vec<u8>) {
        if !self.compress || out.last() != Some(&b'/') {
            out.push(b'/');
        }
    }
}

/// The name of a host in a URI: decoded, in lower case, without dots at its end.
pub(super) fn host_name(name: &[u8]) -> Vec<u8> {
    let mut name = percent(name, false);
    name.make_ascii_lowercase();
    let end = name
        .iter()
        .rposition(|b| *b != b'.')
        .map_or(0, |at| at.saturating_add(1));
    name.truncate(end);
    name
}

/// Decodes `%41`; what is no escape stays.
fn percent(text: &[u8], plus: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let (byte, used) = match escaped(rest, false) {
            Some(found) => found,
            None if first == b'+' && plus => (b' ', 1),
            None => (first, 1),
        };
        out.push(byte);
        rest = rest.get(used..).unwrap_or(after);
    }
    out
}

/// The byte that an escape at the start stands for, and how long the escape is.
fn escaped(text: &[u8], wide: bool) -> Option<(u8, usize)> {
    if text.first() != Some(&b'%') {
        return None;
    }
    let hex = |at: usize| char::from(*text.get(at)?).to_digit(16);
    if wide && matches!(text.get(1), Some(b'u' | b'U')) {
        let code = (2..6).try_fold(0u32, |code, at| Some(code.wrapping_shl(4) | hex(at)?))?;
        return Some((best_fit(code), 6));
    }
    let byte = hex(1)?.wrapping_shl(4) | hex(2)?;
    Some((byte as u8, 3))
}

/// UTF-8 turned into Windows-1252: characters that it has not become the nearest, or `?`.
///
/// Suricata: overlong forms count; a sequence that breaks off becomes `?`, one that the end cuts off is left out.
fn latin(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let (more, bits) = match first {
            0xc0..=0xdf => (1usize, first & 0x1f),
            0xe0..=0xef => (2, first & 0x0f),
            0xf0..=0xf7 => (3, first & 0x07),
            _ => (0, 0),
        };
        if more == 0 {
            out.push(first);
            rest = after;
            continue;
        }
        let tail = after.get(..more.min(after.len())).unwrap_or_default();
        let good = tail.iter().take_while(|b| **b & 0xc0 == 0x80).count();
        if good < tail.len() {
            out.push(b'?');
            rest = after.get(good..).unwrap_or_default();
        } else if good < more {
            break;
        } else {
            let code = tail
                .iter()
                .fold(u32::from(bits), |code, b| code.wrapping_shl(6) | u32::from(b & 0x3f));
            out.push(best_fit(code));
            rest = after.get(more..).unwrap_or_default();
        }
    }
    out
}

/// The path without `.` and `..` segments.
///
/// RFC 3986 section 5.2.4, except (Suricata) that a separator at the end goes too where it follows such a segment.
fn without_dots(path: &[u8]) -> Vec<u8> {
    let mut rest = path;
    while let Some(after) = rest.strip_prefix(b"../").or_else(|| rest.strip_prefix(b"./")) {
        rest = after;
    }
    if matches!(rest, b"." | b"..") {
        return Vec::new();
    }
    let mut out = Vec::with_capacity(rest.len());
    while let Some((&first, after)) = rest.split_first() {
        let segment = after.iter().position(|b| *b == b'/').unwrap_or(after.len());
        let (name, behind) = after.split_at_checked(segment).unwrap_or((after, b""));
        if first == b'/' && matches!(name, b"." | b"..") {
            if name == b".." {
                let end = out.iter().rposition(|b| *b == b'/').unwrap_or(0);
                out.truncate(end);
            }
            rest = if behind == b"/" { b"" } else { behind };
        } else {
            out.push(first);
            out.extend_from_slice(name);
            rest = behind;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &[u8]) -> Vec<u8> {
        Personality::Ids.decoding().uri(&Uri::read(text)).0
    }

    #[test]
    fn paths_as_an_ids_reads_them() {
        let cases: &[(&[u8], &[u8])] = &[
            (b"/a%2fb", b"/a/b"),
            (b"/a%5cb\\c", b"/a/b/c"),
            (b"/a//b///c", b"/a/b/c"),
            (b"/%zz%4", b"/%zz%4"),
            (b"/%u0041%u00e9%u4e2d%uzz", b"/A??%uzz"),
            (b"/%2541", b"/%41"),
            (b"/a%00b?c%00d", b"/a\0b?c\0d"),
            (b"/\xc3\xa9\xe9%c3%a9%e9", b"/\xe9?\xe9"),
            (b"/%c0%af%c1%9c", b"//\\"),
            (b"/%ef%bc%8fx", b"//x"),
            (b"/%e2%80%a5", b"/?"),
            (b"/a%uFF0f%u002f", b"/a/"),
            (b"/p?a//b/../c\\d%41+%u0041", b"/p?a//b/../c\\dA+%u0041"),
            (b"http://h.com/%41", b"/A"),
            (b"/a;p?x?y#f#g", b"/a;p?x?y#f#g"),
        ];
        for (text, expected) in cases {
            assert_eq!(ids(text), *expected, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn dot_segments() {
        for (text, expected) in [
            ("/a/b/", "/a/b/"),
            ("/a/./", "/a"),
            ("/a/../b/", "/b/"),
            ("/./", ""),
            ("/../", ""),
            ("/a/b/../c/", "/a/c/"),
            ("/a/b/..c", "/a/b/..c"),
            ("/a/b/../../", ""),
            ("a/..", ""),
            ("a/.", "a"),
            ("..", ""),
            ("/a/b/..", "/a"),
            ("/a/b/..//c", "/a/c"),
            ("x/../y", "/y"),
            ("a/../..//b", "/b"),
            ("./a", "a"),
            ("../a", "a"),
            ("/a/...", "/a/..."),
            ("/a/b/c/../../../../d", "/d"),
            ("/a/%2e%2e/b", "/b"),
        ] {
            assert_eq!(ids(text.as_bytes()), expected.as_bytes(), "{text}");
        }
    }

    #[test]
    fn personalities_differ() {
        let path = |name: &str, text: &str| {
            let personality = Personality::named(name).expect("a personality");
            personality.decoding().uri(&Uri::read(text.as_bytes())).0
        };
        assert_eq!(path("Minimal", "/a%2f//b\\%41"), b"/a%2f//b\\A");
        assert_eq!(path("IIS_5_1", "/a%2f//b\\%41"), b"/a/b/A");
        assert_eq!(path("Apache_2", "/a%2f//b\\%u0041"), b"/a%2f/b\\%u0041");
        assert_eq!(path("IIS_7_5", "/%u0041%u00e9"), b"/A\xe9");
        assert!(Personality::named("nginx").is_none());
    }

    #[test]
    fn options() {
        let mut decoding = Personality::Ids.decoding();
        (decoding.double_path, decoding.double_query, decoding.plus) = (true, true, true);
        assert_eq!(
            decoding.uri(&Uri::read(b"/%2541?%2541+")),
            (b"/A?A ".to_vec(), b"/A".to_vec(), true)
        );
        assert!(!decoding.uri(&Uri::read(b"/%41?%41")).2);
        decoding.include_all = true;
        assert_eq!(decoding.uri(&Uri::read(b"HTTP://u@H.COM./x")).0, b"http://u:@h.com/x");
        assert_eq!(host_name(b"h%41.COM."), b"ha.com");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_can_be_normalised(text in proptest::collection::vec(proptest::num::u8::ANY, 0..64)) {
            let (uri, path, _) = Personality::Ids.decoding().uri(&Uri::read(&text));
            proptest::prop_assert!(uri.starts_with(&path) && uri.len() <= text.len());
        }
    }
}
