//! Documents.

use super::Told;

/// A document that begins like this.
pub(super) fn tell(data: &[u8]) -> Told {
    if let Some(rest) = data.strip_prefix(b"%PDF-") {
        let version: Vec<u8> = rest
            .iter()
            .take(8)
            .take_while(|b| b.is_ascii_digit() || **b == b'.')
            .copied()
            .collect();
        return Some(if version.is_empty() {
            "PDF document".into()
        } else {
            format!("PDF document, version {}", String::from_utf8_lossy(&version)).into()
        });
    }
    if let Some(rest) = data.strip_prefix(b"{\\rtf") {
        return Some(match rest.first() {
            Some(version) if version.is_ascii_digit() => {
                format!("Rich Text Format data, version {}", char::from(*version)).into()
            }
            _ => "Rich Text Format data".into(),
        });
    }
    if let Some(rest) = data.strip_prefix(b"%!PS-Adobe-") {
        let level: Vec<u8> = rest
            .iter()
            .take(8)
            .take_while(|b| b.is_ascii_digit() || **b == b'.')
            .copied()
            .collect();
        let level = String::from_utf8_lossy(&level).into_owned();
        return Some(format!("PostScript document text conforming DSC level {level}").into());
    }
    let starts: &[(&[u8], &str)] = &[
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "Composite Document File V2 Document",
        ),
        (b"%!PS", "PostScript document text"),
        (b"SQLite format 3\0", "SQLite 3.x database"),
        (
            b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3",
            "Microsoft OneNote",
        ),
        (b"ITSF\x03\0\0\0", "MS Windows HtmlHelp Data"),
        (b"regf", "MS Windows registry file, NT/2000 or above"),
        (b"\xd4\xc3\xb2\xa1", "pcap capture file, microsecond ts (little-endian)"),
        (b"\xa1\xb2\xc3\xd4", "pcap capture file, microsecond ts (big-endian)"),
        (b"\x0a\x0d\x0d\x0a", "pcapng capture file"),
        (b"d8:announce", "BitTorrent file"),
        (b"-----BEGIN CERTIFICATE-----", "PEM certificate"),
        (b"-----BEGIN RSA PRIVATE KEY-----", "PEM RSA private key"),
        (b"-----BEGIN PGP ", "PGP message"),
    ];
    let found = starts.iter().find(|(start, _)| data.starts_with(start));
    found.map(|(_, kind)| (*kind).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(tell(b"%PDF-1.7\r\n").as_deref(), Some("PDF document, version 1.7"));
        assert_eq!(tell(b"%PDF-").as_deref(), Some("PDF document"));
        assert_eq!(
            tell(b"{\\rtf1\\ansi").as_deref(),
            Some("Rich Text Format data, version 1")
        );
    }
}
