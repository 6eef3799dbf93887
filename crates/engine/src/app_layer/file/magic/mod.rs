//! What kind of file it is, by its first bytes.
//!
//! The words are like those of libmagic for the kinds that rules ask for: "PDF document, version 1.4", "PE32 executable
//! (GUI) Intel 80386, for MS Windows", "gzip compressed data", "ASCII text, with CRLF line terminators". They are not
//! libmagic's: details that it adds (sections of a program, comments of an image, times) are left out, and rarer kinds
//! are called by their media type ("audio/x-aiff data").

mod archive;
mod document;
mod image;
mod media;
mod program;
mod read;
mod text;

use std::borrow::Cow;

/// So many bytes at the start of a file tell its kind.
pub const MAGIC_BYTES: usize = 1024;

/// What kind of file it is that begins like this; only the first [`MAGIC_BYTES`] are looked at.
pub fn magic(data: &[u8]) -> Cow<'static, str> {
    let head = data.get(..MAGIC_BYTES).unwrap_or(data);
    match head {
        [] => return "empty".into(),
        [_] => return "very short file (no magic)".into(),
        _ => {}
    }
    [image::tell, archive::tell, program::tell, document::tell, media::tell]
        .iter()
        .find_map(|tell| tell(head))
        .or_else(|| text::tell(head))
        .or_else(|| {
            let kind = infer::get(head)?;
            Some(format!("{} data", kind.mime_type()).into())
        })
        .unwrap_or("data".into())
}

/// What a family of kinds says of the start of a file.
type Told = Option<Cow<'static, str>>;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn common_kinds() {
        let kinds: &[(&[u8], &str)] = &[
            (b"", "empty"),
            (b"a", "very short file (no magic)"),
            (b"\0\x01\x02\x03", "data"),
            (b"%PDF-1.4\n%\xe2\xe3", "PDF document, version 1.4"),
            (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "gzip compressed data, from Unix"),
            (b"GIF89a\x01\0\x01\0\x80", "GIF image data, version 89a, 1 x 1"),
            (
                b"PK\x03\x04\x14\0\0\0\x08\0",
                "Zip archive data, at least v2.0 to extract, compression method=deflate",
            ),
            (b"<!DOCTYPE html>\n<html>", "HTML document, ASCII text"),
            (b"hello\r\nworld\r\n", "ASCII text, with CRLF line terminators"),
        ];
        for (data, kind) in kinds {
            assert_eq!(magic(data), *kind);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_kind(data in proptest::collection::vec(any::<u8>(), 0..200), start in 0usize..STARTS.len()) {
            let mut all = STARTS[start].to_vec();
            all.extend(data);
            prop_assert!(!magic(&all).is_empty());
        }
    }

    /// Starts behind which headers are read.
    const STARTS: &[&[u8]] = &[
        b"",
        b"MZ",
        b"\x7fELF",
        b"\x89PNG\r\n\x1a\n",
        b"GIF8",
        b"\xff\xd8\xff",
        b"BM",
        b"PK\x03\x04",
        b"RIFF",
        b"%PDF-",
        b"Rar!",
        b"MSCF",
        b"7z\xbc\xaf\x27\x1c",
        b"{\\rtf",
        b"\xca\xfe\xba\xbe",
        b"\xcf\xfa\xed\xfe",
        b"OggS",
        b"ID3",
        b"<?xml",
    ];
}
