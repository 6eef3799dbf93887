//! The parts of a URI, and of `Host`.

use super::event::{Event, Found};
use super::lines::is_space;

/// The parts of a URI, as they are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Uri<'a> {
    pub scheme: Option<&'a [u8]>,
    pub user: Option<&'a [u8]>,
    pub password: Option<&'a [u8]>,
    pub authority: Authority<'a>,
    pub path: Option<&'a [u8]>,
    pub query: Option<&'a [u8]>,
    pub fragment: Option<&'a [u8]>,
}

/// A host and a port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Authority<'a> {
    pub host: Option<&'a [u8]>,
    /// As it is written.
    pub port: Option<&'a [u8]>,
    /// As a number, when it is one.
    pub number: Option<u16>,
    /// It is none.
    pub invalid: bool,
}

impl<'a> Uri<'a> {
    /// Takes it apart: `http://user:pass@host:80/path?query#fragment`, or what of it there is.
    pub fn read(text: &'a [u8]) -> Self {
        let mut uri = Self::default();
        let mut rest = text;
        if rest.first() != Some(&b'/')
            && let Some((scheme, after)) = cut_at(rest, b':')
        {
            uri.scheme = Some(scheme);
            rest = after;
            // Suricata: three slashes are no authority, but a path.
            if let Some(after) = rest
                .strip_prefix(b"//")
                .filter(|after| !after.is_empty() && after.first() != Some(&b'/'))
            {
                let end = after
                    .iter()
                    .position(|b| matches!(b, b'/' | b'?' | b'#'))
                    .unwrap_or(after.len());
                let (authority, path) = after.split_at_checked(end).unwrap_or((after, b""));
                uri.read_authority(authority);
                rest = path;
            }
        }
        if let Some((before, fragment)) = cut_at(rest, b'#') {
            uri.fragment = Some(fragment);
            rest = before;
        }
        if let Some((path, query)) = cut_at(rest, b'?') {
            uri.query = Some(query);
            rest = path;
        }
        uri.path = (!rest.is_empty()).then_some(rest);
        uri
    }

    /// The argument of `CONNECT`: a host and a port.
    pub fn of_connect(text: &'a [u8]) -> Self {
        Self {
            authority: Authority::read(text),
            ..Self::default()
        }
    }

    fn read_authority(&mut self, text: &'a [u8]) {
        let host = match cut_at(text, b'@') {
            Some((credentials, host)) => {
                match cut_at(credentials, b':') {
                    Some((user, password)) => (self.user, self.password) = (Some(user), Some(password)),
                    None => self.user = Some(credentials),
                }
                host
            }
            None => text,
        };
        self.authority = Authority::read(host);
    }
}

impl<'a> Authority<'a> {
    /// Takes `host:port` or `[::1]:port` apart.
    pub fn read(text: &'a [u8]) -> Self {
        let text = trim_space(text);
        if text.is_empty() {
            return Self {
                invalid: true,
                ..Self::default()
            };
        }
        let (host, rest) = if text.first() == Some(&b'[') {
            match text.iter().position(|b| *b == b']') {
                Some(at) => text.split_at_checked(at.saturating_add(1)).unwrap_or((text, b"")),
                None => {
                    return Self {
                        invalid: true,
                        ..Self::default()
                    };
                }
            }
        } else {
            let at = memchr::memchr(b':', text).unwrap_or(text.len());
            text.split_at_checked(at).unwrap_or((text, b""))
        };
        let host = trim_space(host);
        let mut authority = Self {
            host: (!host.is_empty()).then_some(host),
            ..Self::default()
        };
        match rest.split_first() {
            None => {}
            Some((b':', port)) => {
                let port = trim_space(port);
                authority.port = Some(port);
                authority.number = number(port);
                authority.invalid = authority.number.is_none();
            }
            Some(_) => authority.invalid = true,
        }
        authority
    }

    /// Notes what is wrong with it.
    pub fn check(&self, event: Event, found: &mut Found) {
        if self.invalid || self.host.is_some_and(|host| !is_host(host)) {
            found.push(event);
        }
    }
}

/// Whether a name can be a host's: labels of letters, digits, `-` and `_`, or an IPv6 address in brackets.
fn is_host(name: &[u8]) -> bool {
    if let Some(inner) = name.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")) {
        let text = std::str::from_utf8(inner).ok();
        return text.is_some_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok());
    }
    let name = name.strip_suffix(b".").unwrap_or(name);
    let label = |label: &[u8]| {
        (1..=63).contains(&label.len())
            && label
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    (1..=255).contains(&name.len()) && name.split(|b| *b == b'.').all(label)
}

fn number(port: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(port)
        .ok()
        .filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?;
    text.parse::<u16>().ok().filter(|n| *n > 0)
}

fn trim_space(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|b| !is_space(*b)).unwrap_or(text.len());
    let end = text
        .iter()
        .rposition(|b| !is_space(*b))
        .map_or(start, |at| at.saturating_add(1));
    text.get(start..end).unwrap_or_default()
}

/// What stands before and behind the first such byte.
fn cut_at(text: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(byte, text)?;
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> [Option<&str>; 5] {
        let uri = Uri::read(text.as_bytes());
        [uri.scheme, uri.authority.host, uri.path, uri.query, uri.fragment]
            .map(|part| part.map(|part| std::str::from_utf8(part).expect("text")))
    }

    #[test]
    fn uris_of_every_form() {
        let none = None;
        assert_eq!(
            parts("/a;p?x?y#f#g"),
            [none, none, Some("/a;p"), Some("x?y"), Some("f#g")]
        );
        assert_eq!(
            parts("http://u:p@h:8080/p"),
            [Some("http"), Some("h"), Some("/p"), none, none]
        );
        assert_eq!(parts("http://h?x"), [Some("http"), Some("h"), none, Some("x"), none]);
        assert_eq!(parts("http:///p"), [Some("http"), none, Some("///p"), none, none]);
        assert_eq!(parts("http:/h/p"), [Some("http"), none, Some("/h/p"), none, none]);
        assert_eq!(parts("host:80"), [Some("host"), none, Some("80"), none, none]);
        assert_eq!(parts("//host/p"), [none, none, Some("//host/p"), none, none]);
        assert_eq!(parts("*"), [none, none, Some("*"), none, none]);
        assert_eq!(parts("/y#z?w"), [none, none, Some("/y"), none, Some("z?w")]);
    }

    #[test]
    fn hosts_and_ports() {
        let read = |text: &'static str| {
            let (authority, mut found) = (Authority::read(text.as_bytes()), Found::new());
            authority.check(Event::RequestHeaderHostInvalid, &mut found);
            let host = authority.host.map(|h| std::str::from_utf8(h).expect("text"));
            (host, authority.number, found.is_empty())
        };
        assert_eq!(read("A.com.:80"), (Some("A.com."), Some(80), true));
        assert_eq!(read("a.com : 80 "), (Some("a.com"), Some(80), true));
        assert_eq!(read("[::1]:8"), (Some("[::1]"), Some(8), true));
        assert_eq!(read("a_b"), (Some("a_b"), None, true));
        for (text, host) in [
            ("h:", Some("h")),
            ("h:80x", Some("h")),
            ("h:99999", Some("h")),
            ("a..com", Some("a..com")),
            ("-a.com/x", Some("-a.com/x")),
            ("[::1]x", Some("[::1]")),
            ("[::1", None),
            ("", None),
        ] {
            assert_eq!(read(text), (host, None, false), "{text}");
        }
    }
}
