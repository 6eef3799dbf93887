//! Archives and compressed data.

use super::Told;
use super::read::{byte, le16};

/// An archive, or compressed data, that begins like this.
pub(super) fn tell(data: &[u8]) -> Told {
    zip(data)
        .or_else(|| gzip(data))
        .or_else(|| bzip2(data))
        .or_else(|| others(data))
}

/// PKWARE's APPNOTE section 4.3.7. What a document is made of tells what it is.
fn zip(data: &[u8]) -> Told {
    if data.starts_with(b"PK\x05\x06") {
        return Some("Zip archive data (empty)".into());
    }
    if !data.starts_with(b"PK\x03\x04") {
        return None;
    }
    if let Some(kind) = zipped_document(data) {
        return Some(kind.into());
    }
    let version = le16(data, 4).unwrap_or(10);
    let method = match le16(data, 8) {
        Some(0) => ", compression method=store",
        Some(8) => ", compression method=deflate",
        Some(9) => ", compression method=deflate64",
        Some(12) => ", compression method=bzip2",
        Some(14) => ", compression method=lzma",
        Some(99) => ", compression method=AES Encrypted",
        _ => "",
    };
    let (major, minor) = (version / 10, version % 10);
    Some(format!("Zip archive data, at least v{major}.{minor} to extract{method}").into())
}

/// A document that is a Zip archive, by the names of its first members.
fn zipped_document(data: &[u8]) -> Option<&'static str> {
    let name = data
        .get(30..30 + usize::from(le16(data, 26)?))
        .or_else(|| data.get(30..))?;
    let has = |needle: &[u8]| memchr::memmem::find(data, needle).is_some();
    if name == b"mimetype" {
        let content = data.get(38 + usize::from(le16(data, 28)?)..)?;
        let kinds: &[(&[u8], &str)] = &[
            (b"application/epub+zip", "EPUB document"),
            (b"application/vnd.oasis.opendocument.text", "OpenDocument Text"),
            (
                b"application/vnd.oasis.opendocument.spreadsheet",
                "OpenDocument Spreadsheet",
            ),
            (
                b"application/vnd.oasis.opendocument.presentation",
                "OpenDocument Presentation",
            ),
            (b"application/vnd.oasis.opendocument", "OpenDocument"),
        ];
        return kinds
            .iter()
            .find(|(start, _)| content.starts_with(start))
            .map(|(_, kind)| *kind);
    }
    if name.starts_with(b"META-INF/") {
        return Some("Java archive data (JAR)");
    }
    if name == b"AndroidManifest.xml" {
        return Some("Android package (APK), with AndroidManifest.xml");
    }
    if name == b"[Content_Types].xml" || name == b"_rels/.rels" || name.starts_with(b"docProps") {
        return Some(if has(b"word/") {
            "Microsoft Word 2007+"
        } else if has(b"xl/") {
            "Microsoft Excel 2007+"
        } else if has(b"ppt/") {
            "Microsoft PowerPoint 2007+"
        } else {
            "Microsoft OOXML"
        });
    }
    None
}

/// RFC 1952 section 2.3.1.
fn gzip(data: &[u8]) -> Told {
    if !data.starts_with(b"\x1f\x8b") {
        return None;
    }
    let level = match byte(data, 8) {
        Some(2) => ", max compression",
        Some(4) => ", max speed",
        _ => "",
    };
    let from = match byte(data, 9) {
        Some(0) => ", from FAT filesystem (MS-DOS, OS/2, NT)",
        Some(3) => ", from Unix",
        Some(7) => ", from Macintosh",
        Some(10) => ", from NTFS filesystem (NT)",
        Some(11) => ", from NTFS filesystem (NT)",
        _ => "",
    };
    let named = byte(data, 3).is_some_and(|flags| flags & 8 != 0);
    let name = data.get(10..).filter(|_| named).and_then(|rest| {
        let end = memchr::memchr(0, rest)?;
        Some(format!(", was \"{}\"", String::from_utf8_lossy(rest.get(..end)?)))
    });
    Some(format!("gzip compressed data{}{level}{from}", name.unwrap_or_default()).into())
}

fn bzip2(data: &[u8]) -> Told {
    match data {
        [b'B', b'Z', b'h', level @ b'1'..=b'9', ..] => {
            Some(format!("bzip2 compressed data, block size = {}00k", char::from(*level)).into())
        }
        _ => None,
    }
}

fn others(data: &[u8]) -> Told {
    if let Some(version) = data.strip_prefix(b"7z\xbc\xaf\x27\x1c") {
        return Some(match version {
            [major, minor, ..] => format!("7-zip archive data, version {major}.{minor}").into(),
            _ => "7-zip archive data".into(),
        });
    }
    let starts: &[(&[u8], &str)] = &[
        (b"Rar!\x1a\x07\x01\0", "RAR archive data, v5"),
        (b"Rar!\x1a\x07", "RAR archive data"),
        (b"MSCF\0\0\0\0", "Microsoft Cabinet archive data"),
        (b"\xfd7zXZ\0", "XZ compressed data"),
        (b"\x28\xb5\x2f\xfd", "Zstandard compressed data (v0.8+)"),
        (b"\x04\x22\x4d\x18", "LZ4 compressed data (v1.4+)"),
        (b"\x1f\x9d", "compress'd data"),
        (b"!<arch>\ndebian-binary", "Debian binary package"),
        (b"!<arch>", "current ar archive"),
        (b"\xed\xab\xee\xdb", "RPM"),
        (b"ISc(", "InstallShield CAB"),
        (b"**ACE**", "ACE archive data"),
    ];
    if let Some((_, kind)) = starts.iter().find(|(start, _)| data.starts_with(start)) {
        return Some((*kind).into());
    }
    match data.get(257..265) {
        Some(b"ustar  \0") => Some("POSIX tar archive (GNU)".into()),
        Some(b"ustar\x0000") => Some("POSIX tar archive".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &[u8]) -> Vec<u8> {
        let mut zip = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
        zip.resize(26, 0);
        zip.extend((name.len() as u16).to_le_bytes());
        zip.extend([0, 0]);
        zip.extend(name);
        zip
    }

    #[test]
    fn documents_that_are_archives() {
        let mut word = member(b"[Content_Types].xml");
        word.extend(member(b"word/document.xml"));
        assert_eq!(tell(&word).as_deref(), Some("Microsoft Word 2007+"));
        assert_eq!(
            tell(&member(b"META-INF/MANIFEST.MF")).as_deref(),
            Some("Java archive data (JAR)")
        );
        assert!(tell(&member(b"a.txt")).is_some_and(|kind| kind.starts_with("Zip archive data, at least v2.0")));
    }

    #[test]
    fn a_compressed_file_has_a_name() {
        let gzip = b"\x1f\x8b\x08\x08\0\0\0\0\x02\x03a.txt\0";
        assert_eq!(
            tell(gzip).as_deref(),
            Some("gzip compressed data, was \"a.txt\", max compression, from Unix")
        );
    }
}
