//! The record layer: headers of records, of TLS and of SSL 2.

use super::Event;
use super::reader::Reader;
use super::version::Version;

/// What a record carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// What follows is encrypted.
    ChangeCipherSpec,
    /// An alert.
    Alert,
    /// A part of a handshake message, or several.
    Handshake,
    /// Data.
    Application,
    /// A heartbeat (RFC 6520).
    Heartbeat,
    /// A message of SSL 2.
    Ssl2,
}

/// The header of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// What it carries.
    pub(super) content: Content,
    /// Its version; undetermined for SSL 2.
    pub(super) version: Version,
    /// Bytes of the header.
    pub(super) size: usize,
    /// Bytes behind the header.
    pub(super) length: usize,
}

/// What the bytes at the start of a record say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// The header.
    Header(Header),
    /// So many bytes are needed to tell.
    Wanted(usize),
    /// It is none.
    Wrong(Event),
}

/// Reads the header of a record.
pub(super) fn header(data: &[u8]) -> Start {
    match data.first() {
        None => return Start::Wanted(1),
        Some(first) if first & 0xc0 != 0 => return ssl2(data),
        Some(_) => {}
    }
    let mut reader = Reader(data);
    let (Some(content), Some(version), Some(length)) = (reader.u8(), reader.u16(), reader.u16()) else {
        return Start::Wanted(SIZE);
    };
    let content = match content {
        20 => Content::ChangeCipherSpec,
        21 => Content::Alert,
        22 => Content::Handshake,
        23 => Content::Application,
        24 => Content::Heartbeat,
        _ => return Start::Wrong(Event::InvalidRecordType),
    };
    let version = Version(version);
    if !version.is_of_records() {
        return Start::Wrong(Event::InvalidRecordVersion);
    }
    // Suricata: data must not be empty either, though RFC 5246 section 6.2.1 lets it.
    if length == 0 || usize::from(length) > MAX_RECORD {
        return Start::Wrong(Event::InvalidRecordLength);
    }
    Start::Header(Header {
        content,
        version,
        size: SIZE,
        length: usize::from(length),
    })
}

/// A header of SSL 2: two bytes, or three where there is padding.
fn ssl2(data: &[u8]) -> Start {
    let mut reader = Reader(data);
    let Some(start) = reader.u16() else {
        return Start::Wanted(2);
    };
    let (size, length) = if start & 0x8000 != 0 {
        (2, start & 0x7fff)
    } else {
        (3, start & 0x3fff)
    };
    if data.len() < size {
        return Start::Wanted(size);
    }
    if length == 0 {
        return Start::Wrong(Event::InvalidSslv2Header);
    }
    Start::Header(Header {
        content: Content::Ssl2,
        version: Version::UNDETERMINED,
        size,
        length: usize::from(length),
    })
}

/// Bytes of a header.
const SIZE: usize = 5;

/// LIMIT: bytes of a record. RFC 5246 section 6.2.3 lets what is encrypted be 2048 bytes longer than 2^14, Suricata 1024.
const MAX_RECORD: usize = (1 << 14) + 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_what_is_none() {
        let head = |bytes: &[u8]| header(bytes);
        assert_eq!(head(&[]), Start::Wanted(1));
        assert_eq!(head(&[22, 3, 1, 0]), Start::Wanted(5));
        assert!(matches!(
            head(&[22, 3, 1, 0, 7]),
            Start::Header(Header { length: 7, .. })
        ));
        assert_eq!(head(&[25, 3, 1, 0, 7]), Start::Wrong(Event::InvalidRecordType));
        assert_eq!(head(&[22, 5, 5, 0, 7]), Start::Wrong(Event::InvalidRecordVersion));
        assert_eq!(head(&[22, 3, 1, 0, 0]), Start::Wrong(Event::InvalidRecordLength));
        assert_eq!(head(&[23, 3, 1, 0xff, 0]), Start::Wrong(Event::InvalidRecordLength));
        assert!(matches!(
            head(&[0x80, 46]),
            Start::Header(Header {
                content: Content::Ssl2,
                size: 2,
                length: 46,
                ..
            })
        ));
        assert_eq!(head(&[0x40, 46]), Start::Wanted(3));
    }
}
