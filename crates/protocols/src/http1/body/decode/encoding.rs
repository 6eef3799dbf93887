//! What `Content-Encoding` names.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::super::settings::BodySettings;
use super::super::{BodyEvent, Events, note};

/// An encoding that can be taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950, or without its frame RFC 1951.
    Deflate,
    /// RFC 7932.
    Brotli,
    /// As `lzma` writes it, with the length in the header.
    Lzma,
}

/// The encodings of a body, in the order in which they are taken off.
pub(crate) type Named = SmallVec<[Encoding; 2]>;

/// The encoding of a request's body: the header has to name one, and nothing else.
pub(crate) fn request_encoding(value: &[u8], settings: &BodySettings) -> Named {
    let known = exact(&visible(value));
    known
        .filter(|e| *e != Encoding::Lzma || settings.lzma)
        .into_iter()
        .collect()
}

/// The encodings of a response's body.
pub(crate) fn response_encodings(value: &[u8], settings: &BodySettings, events: &mut Events) -> Named {
    let mut named = Named::new();
    let value = &*visible(value);
    if value.eq_ignore_ascii_case(b"inflate") || value.eq_ignore_ascii_case(b"none") {
        return named;
    }
    if let Some(one) = exact(value) {
        named.extend((one != Encoding::Lzma || settings.lzma).then_some(one));
        return named;
    }
    let mut lzma = usize::from(settings.lzma);
    for token in value
        .split(|b| *b == b',' || *b == b' ')
        .filter(|token| !token.is_empty())
    {
        if token.eq_ignore_ascii_case(b"inflate") || token.eq_ignore_ascii_case(b"none") {
            continue;
        }
        let found = exact(token).or_else(|| {
            note(events, BodyEvent::AbnormalCeHeader);
            contained(token)
        });
        let Some(one) = found else { continue };
        // LIMIT: layers of encoding, of LZMA only one.
        if one == Encoding::Lzma {
            let Some(left) = lzma.checked_sub(1) else {
                note(events, BodyEvent::CompressionBomb);
                break;
            };
            lzma = left;
        }
        let most = if settings.layers == 0 {
            MOST
        } else {
            settings.layers as usize
        };
        if named.len() >= most.min(MOST) {
            note(events, BodyEvent::TooManyEncodingLayers);
            break;
        }
        named.push(one);
    }
    named
}

/// A value without the zeros in it.
// Suricata: they count for nothing in names and values that are compared (http-evader-315).
fn visible(value: &[u8]) -> Cow<'_, [u8]> {
    if value.contains(&0) {
        Cow::Owned(value.iter().copied().filter(|byte| *byte != 0).collect())
    } else {
        Cow::Borrowed(value)
    }
}

fn exact(value: &[u8]) -> Option<Encoding> {
    let is = |name: &[u8]| value.eq_ignore_ascii_case(name);
    if is(b"gzip") || is(b"x-gzip") {
        Some(Encoding::Gzip)
    } else if is(b"deflate") || is(b"x-deflate") {
        Some(Encoding::Deflate)
    } else if is(b"br") {
        Some(Encoding::Brotli)
    } else if is(b"lzma") {
        Some(Encoding::Lzma)
    } else {
        None
    }
}

fn contained(value: &[u8]) -> Option<Encoding> {
    let has = |name: &[u8]| value.windows(name.len()).any(|part| part.eq_ignore_ascii_case(name));
    if has(b"gzip") {
        Some(Encoding::Gzip)
    } else if has(b"deflate") {
        Some(Encoding::Deflate)
    } else {
        None
    }
}

/// LIMIT: layers, where the configuration sets no limit.
const MOST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn named(value: &str) -> (Vec<Encoding>, Vec<BodyEvent>) {
        let settings = BodySettings {
            lzma: true,
            ..BodySettings::default()
        };
        let mut events = Events::new();
        let named = response_encodings(value.as_bytes(), &settings, &mut events);
        (named.to_vec(), events.to_vec())
    }

    #[test]
    fn names_are_read_as_suricata_does() {
        use BodyEvent::{AbnormalCeHeader, CompressionBomb, TooManyEncodingLayers};
        use Encoding::{Brotli, Deflate, Gzip, Lzma};
        assert_eq!(named("gzip"), (vec![Gzip], vec![]));
        assert_eq!(named("X-GZIP"), (vec![Gzip], vec![]));
        assert_eq!(named("br"), (vec![Brotli], vec![]));
        assert_eq!(named("gzip, deflate"), (vec![Gzip, Deflate], vec![]));
        assert_eq!(named("inflate"), (vec![], vec![]));
        assert_eq!(named("gz\0ip"), (vec![Gzip], vec![]));
        assert_eq!(named(""), (vec![], vec![]));
        assert_eq!(named("identity"), (vec![], vec![AbnormalCeHeader]));
        assert_eq!(named("gzip;q=1"), (vec![Gzip], vec![AbnormalCeHeader]));
        assert_eq!(
            named("gzip, gzip, gzip"),
            (vec![Gzip, Gzip], vec![TooManyEncodingLayers])
        );
        assert_eq!(named("lzma, lzma"), (vec![Lzma], vec![CompressionBomb]));
    }

    #[test]
    fn a_request_names_one() {
        let settings = BodySettings::default();
        assert_eq!(request_encoding(b"deflate", &settings).as_slice(), [Encoding::Deflate]);
        assert!(request_encoding(b"gzip, gzip", &settings).is_empty());
        assert!(request_encoding(b"lzma", &settings).is_empty());
    }
}
