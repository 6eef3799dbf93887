//! Pictures.

use super::Told;
use super::read::{be32, byte, le16, le32};

/// A picture that begins like this.
pub(super) fn tell(data: &[u8]) -> Told {
    png(data)
        .or_else(|| gif(data))
        .or_else(|| jpeg(data))
        .or_else(|| bitmap(data))
        .or_else(|| others(data))
}

/// RFC 2083 section 4.1.1.
fn png(data: &[u8]) -> Told {
    data.starts_with(b"\x89PNG\r\n\x1a\n").then(|| {
        let shape = || {
            let (width, height) = (be32(data, 16)?, be32(data, 20)?);
            let color = match byte(data, 25)? {
                0 => " grayscale",
                2 => "/color RGB",
                3 => " colormap",
                4 => " gray+alpha",
                _ => "/color RGBA",
            };
            let laced = if byte(data, 28)? == 0 {
                "non-interlaced"
            } else {
                "interlaced"
            };
            Some(format!(
                "PNG image data, {width} x {height}, {}-bit{color}, {laced}",
                byte(data, 24)?
            ))
        };
        shape().map_or("PNG image data".into(), Into::into)
    })
}

fn gif(data: &[u8]) -> Told {
    let version = match data.get(..6)? {
        b"GIF87a" => "87a",
        b"GIF89a" => "89a",
        _ => return data.starts_with(b"GIF8").then_some("GIF image data".into()),
    };
    Some(match (le16(data, 6), le16(data, 8)) {
        (Some(width), Some(height)) => format!("GIF image data, version {version}, {width} x {height}").into(),
        _ => format!("GIF image data, version {version}").into(),
    })
}

fn jpeg(data: &[u8]) -> Told {
    if !data.starts_with(b"\xff\xd8\xff") {
        return None;
    }
    Some(match data.get(6..10) {
        Some(b"JFIF") => {
            let version = byte(data, 11).zip(byte(data, 12));
            version.map_or("JPEG image data, JFIF standard".into(), |(major, minor)| {
                format!("JPEG image data, JFIF standard {major}.{minor:02}").into()
            })
        }
        Some(b"Exif") => "JPEG image data, Exif standard".into(),
        _ => "JPEG image data".into(),
    })
}

fn bitmap(data: &[u8]) -> Told {
    if !data.starts_with(b"BM") {
        return None;
    }
    // The length of the second header tells that it is a bitmap, and which.
    match le32(data, 14)? {
        40 | 52 | 56 | 108 | 124 => Some(
            format!(
                "PC bitmap, Windows 3.x format, {} x {} x {}",
                le32(data, 18)?,
                le32(data, 22)?,
                le16(data, 28)?
            )
            .into(),
        ),
        12 => Some("PC bitmap, OS/2 1.x format".into()),
        _ => None,
    }
}

fn others(data: &[u8]) -> Told {
    let kind = match data {
        [b'I', b'I', b'*', 0, ..] => "TIFF image data, little-endian",
        [b'M', b'M', 0, b'*', ..] => "TIFF image data, big-endian",
        [b'8', b'B', b'P', b'S', 0, 1, ..] => "Adobe Photoshop Image",
        [0, 0, 1, 0, icons @ 1..=64, 0, ..] => {
            return Some(
                format!(
                    "MS Windows icon resource - {icons} icon{}",
                    if *icons == 1 { "" } else { "s" }
                )
                .into(),
            );
        }
        _ if data.starts_with(b"RIFF") && data.get(8..12) == Some(b"WEBP") => "RIFF (little-endian) data, Web/P image",
        _ if data.starts_with(b"AT&TFORM") => "DjVu image or single page document",
        _ => return None,
    };
    Some(kind.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
        assert_eq!(
            tell(png).as_deref(),
            Some("PNG image data, 1 x 1, 8-bit/color RGBA, non-interlaced")
        );
        let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\x01\0\x48\0\x48\0\0";
        assert_eq!(tell(jpeg).as_deref(), Some("JPEG image data, JFIF standard 1.01"));
    }
}
