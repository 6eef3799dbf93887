//! Sound, films and fonts.

use super::Told;

/// Sound, a film or a font that begins like this.
pub(super) fn tell(data: &[u8]) -> Told {
    if data.starts_with(b"RIFF") {
        return Some(match data.get(8..12) {
            Some(b"WAVE") => "RIFF (little-endian) data, WAVE audio".into(),
            Some(b"AVI ") => "RIFF (little-endian) data, AVI".into(),
            Some(b"ACON") => "RIFF (little-endian) data, animated cursor".into(),
            _ => "RIFF (little-endian) data".into(),
        });
    }
    if let [compression @ (b'F' | b'C' | b'Z'), b'W', b'S', version, ..] = data
        && (3..32).contains(version)
        && data.len() > 8
    {
        let compressed = if *compression == b'F' { "" } else { " (compressed)" };
        return Some(format!("Macromedia Flash data{compressed}, version {version}").into());
    }
    if data.get(4..8) == Some(b"ftyp") {
        return Some(match data.get(8..12) {
            Some(b"isom") => "ISO Media, MP4 Base Media v1 [ISO 14496-12:2003]".into(),
            Some(b"mp41") => "ISO Media, MP4 v1 [ISO 14496-1:ch13]".into(),
            Some(b"mp42") => "ISO Media, MP4 v2 [ISO 14496-14]".into(),
            Some(b"qt  ") => "ISO Media, Apple QuickTime movie, Apple QuickTime (.MOV/QT)".into(),
            Some(b"M4A ") => "ISO Media, Apple iTunes ALAC/AAC-LC (.M4A) Audio".into(),
            Some(b"avif") => "ISO Media, AVIF Image".into(),
            Some(b"heic") => "ISO Media, HEIF Image HEVC Main or Main Still Picture Profile".into(),
            _ => "ISO Media".into(),
        });
    }
    if let [b'I', b'D', b'3', major, minor, ..] = data {
        return Some(format!("Audio file with ID3 version 2.{major}.{minor}").into());
    }
    let starts: &[(&[u8], &str)] = &[
        (b"OggS", "Ogg data"),
        (b"fLaC", "FLAC audio bitstream data"),
        (b"FLV\x01", "Macromedia Flash Video"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Microsoft ASF"),
        (b"\x1a\x45\xdf\xa3", "Matroska data"),
        (b"\0\0\x01\xba", "MPEG sequence"),
        (b"\0\0\x01\xb3", "MPEG sequence"),
        (b"MThd", "Standard MIDI data"),
        (b"\xff\xfb", "MPEG ADTS, layer III, v1"),
        (b"wOF2", "Web Open Font Format (Version 2)"),
        (b"wOFF", "Web Open Font Format"),
        (b"OTTO", "OpenType font data"),
        (b"\0\x01\0\0\0", "TrueType Font data"),
    ];
    let found = starts.iter().find(|(start, _)| data.starts_with(start));
    found.map(|(_, kind)| (*kind).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flash_has_a_version() {
        assert_eq!(
            tell(b"CWS\x0a\0\0\0\0\0").as_deref(),
            Some("Macromedia Flash data (compressed), version 10")
        );
        assert_eq!(tell(b"CWS and so on"), None);
    }
}
