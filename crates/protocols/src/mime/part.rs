//! One part of a message: what its headers say of its body.

use super::encoding::{Base64, Encoding, QuotedPrintable};
use super::header::{main_value, parameter};
use super::{Anomalies, Anomaly};

/// One part of a message.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Its body is further parts, divided by this.
    pub(super) boundary: Option<Vec<u8>>,
    /// Its body is a message.
    pub(super) is_message: bool,
    /// Its body is text: nothing said otherwise, or `text/plain`, `text/html`.
    pub(super) is_text: bool,
    pub(super) encoding: Encoding,
    /// The name of the file it is, if it is one.
    pub(super) filename: Option<Vec<u8>>,
    pub(super) base64: Base64,
    pub(super) quoted: QuotedPrintable,
}

impl Part {
    /// A part whose headers are to come.
    pub(super) fn new() -> Self {
        Self {
            is_text: true,
            ..Self::default()
        }
    }

    /// Takes in what a header says of the body; `name` in lower case.
    pub(super) fn header(&mut self, name: &[u8], value: &[u8], anomalies: &mut Anomalies) {
        match name {
            b"content-type" => self.content_type(value, anomalies),
            b"content-disposition" => {
                if let Some(name) = parameter(value, b"filename") {
                    self.named(name, anomalies);
                }
            }
            b"content-transfer-encoding" => self.encoding = Encoding::named(main_value(value)),
            _ => {}
        }
    }

    fn content_type(&mut self, value: &[u8], anomalies: &mut Anomalies) {
        let kind = main_value(value);
        let is = |prefix: &[u8]| kind.get(..prefix.len()).is_some_and(|k| k.eq_ignore_ascii_case(prefix));
        self.is_text = kind.eq_ignore_ascii_case(b"text/plain") || kind.eq_ignore_ascii_case(b"text/html");
        self.is_message = kind.eq_ignore_ascii_case(b"message/rfc822");
        self.boundary = None;
        if is(b"multipart/") {
            match parameter(value, b"boundary") {
                Some(boundary) if boundary.len() > MAX_BOUNDARY => anomalies.insert(Anomaly::LongBoundary),
                Some(boundary) if !boundary.is_empty() => self.boundary = Some(boundary),
                _ => anomalies.insert(Anomaly::Malformed),
            }
        }
        // What Content-Disposition says comes first.
        if self.filename.is_none()
            && let Some(name) = parameter(value, b"name")
        {
            self.named(name, anomalies);
        }
    }

    fn named(&mut self, mut name: Vec<u8>, anomalies: &mut Anomalies) {
        if name.is_empty() {
            return;
        }
        if name.len() > MAX_FILENAME {
            anomalies.insert(Anomaly::LongFilename);
            name.truncate(MAX_FILENAME);
        }
        self.filename = Some(name);
    }
}

/// LIMIT: bytes of a boundary.
const MAX_BOUNDARY: usize = 254;

/// LIMIT: bytes of a file's name.
const MAX_FILENAME: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn part(headers: &[(&str, &str)]) -> (Part, Anomalies) {
        let (mut part, mut anomalies) = (Part::new(), Anomalies::default());
        for (name, value) in headers {
            part.header(name.as_bytes(), value.as_bytes(), &mut anomalies);
        }
        (part, anomalies)
    }

    #[test]
    fn the_name_of_the_disposition_comes_first() {
        for headers in [
            [
                ("content-type", "a/b; name=x"),
                ("content-disposition", "attachment; filename=y"),
            ],
            [
                ("content-disposition", "attachment; filename=y"),
                ("content-type", "a/b; name=x"),
            ],
        ] {
            assert_eq!(part(&headers).0.filename.as_deref(), Some(&b"y"[..]));
        }
    }

    #[test]
    fn long_names_and_boundaries_are_noted() {
        let long = "a".repeat(300);
        let (named, anomalies) = part(&[("content-type", &format!("text/plain; name={long}"))]);
        assert_eq!(named.filename.map(|n| n.len()), Some(MAX_FILENAME));
        assert!(anomalies.has(Anomaly::LongFilename));
        let (divided, anomalies) = part(&[("content-type", &format!("multipart/mixed; boundary={long}"))]);
        assert!(divided.boundary.is_none() && anomalies.has(Anomaly::LongBoundary));
    }
}
