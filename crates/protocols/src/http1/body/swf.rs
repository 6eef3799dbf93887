//! Flash files in bodies of responses: rules see them decoded, where the configuration has it so.
//!
//! `CWS` is compressed with zlib, `ZWS` with LZMA; both become `FWS`, with their version and length.

use super::Events;
use super::decode::lzma::Lzma;
use super::decode::{Decoder, Frame};
use super::settings::SwfSettings;

/// Decodes a body if it is a Flash file.
#[derive(Debug, Default)]
pub(super) enum Swf {
    /// It is none, or it is not to be decoded.
    #[default]
    No,
    /// Its first bytes.
    Begins(SwfSettings, Vec<u8>),
    /// It is one.
    Yes(Box<Decoding>),
}

#[derive(Debug)]
pub(super) struct Decoding {
    settings: SwfSettings,
    decoder: Decoder,
    /// Bytes that were decoded.
    taken: u64,
    /// What they were decoded to, with the header.
    out: Vec<u8>,
}

impl Swf {
    /// For a body that begins.
    pub(super) fn new(settings: SwfSettings) -> Self {
        if settings.deflate || settings.lzma {
            Self::Begins(settings, Vec::new())
        } else {
            Self::No
        }
    }

    /// What comes next of the body.
    pub(super) fn append(&mut self, data: &[u8]) {
        match self {
            Self::No => {}
            Self::Begins(settings, first) => {
                let room = HEADER.saturating_sub(first.len());
                let (now, later) = data.split_at_checked(room).unwrap_or((data, b""));
                first.extend_from_slice(now);
                let wanted = match first.first_chunk::<3>() {
                    Some(b"CWS") if settings.deflate => 8,
                    Some(b"ZWS") if settings.lzma => HEADER,
                    None => return,
                    Some(_) => {
                        *self = Self::No;
                        return;
                    }
                };
                if first.len() < wanted {
                    return;
                }
                let (head, rest) = first.split_at_checked(wanted).unwrap_or((first, b""));
                let mut decoding = Decoding::new(*settings, head);
                decoding.append(rest);
                decoding.append(later);
                *self = Self::Yes(Box::new(decoding));
            }
            Self::Yes(decoding) => decoding.append(data),
        }
    }

    /// The file, decoded, as far as it is there.
    pub(super) fn decoded(&self) -> Option<&[u8]> {
        match self {
            Self::Yes(decoding) => Some(&decoding.out),
            _ => None,
        }
    }
}

impl Decoding {
    fn new(settings: SwfSettings, head: &[u8]) -> Self {
        let mut out = b"FWS".to_vec();
        out.extend_from_slice(head.get(3..8).unwrap_or_default());
        let length = head
            .get(4..8)
            .and_then(|b| b.first_chunk::<4>())
            .map_or(0, |b| u32::from_le_bytes(*b));
        let decoder = match head.get(12..17) {
            // The stream's own header lacks the length, which is that of the file without its first eight bytes.
            Some(properties) => {
                let mut decoder = Decoder::framed(Frame::Lzma(Lzma::of_length(u64::from(length).saturating_sub(8))));
                decoder.append(properties, &mut |_| true, &mut Events::new());
                decoder
            }
            None => Decoder::framed(Frame::Zlib),
        };
        Self {
            settings,
            decoder,
            taken: 0,
            out,
        }
    }

    fn append(&mut self, data: &[u8]) {
        let Self {
            settings,
            decoder,
            taken,
            out,
        } = self;
        // LIMIT: `compress-depth`, and `decompress-depth` or `MAX_OUT`.
        let room = match settings.compressed {
            0 => u64::MAX,
            limit => limit.saturating_sub(*taken),
        };
        let now = data.get(..room.try_into().unwrap_or(usize::MAX)).unwrap_or(data);
        *taken = taken.saturating_add(now.len() as u64);
        let most = match settings.decoded {
            0 => MAX_OUT,
            limit => limit.min(MAX_OUT as u64) as usize,
        };
        // What goes wrong in the file is nothing that HTTP has an event for.
        decoder.append(
            now,
            &mut |bytes| {
                let room = most.saturating_sub(out.len());
                out.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
                room > bytes.len()
            },
            &mut Events::new(),
        );
    }
}

/// Bytes before the data of the longer kind: signature, version, two lengths, properties.
const HEADER: usize = 17;

/// LIMIT: bytes of a file that is decoded.
const MAX_OUT: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn zlib(data: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(data.len() + 100);
        flate2::Compress::new(flate2::Compression::default(), true)
            .compress_vec(data, &mut out, flate2::FlushCompress::Finish)
            .expect("compression");
        out
    }

    fn settings() -> SwfSettings {
        SwfSettings {
            deflate: true,
            lzma: true,
            compressed: 0,
            decoded: 0,
        }
    }

    #[test]
    fn a_file_is_decoded_in_any_pieces() {
        let data = b"frames of a film ".repeat(20);
        let mut file = b"CWS\x0a".to_vec();
        file.extend_from_slice(&(data.len() as u32 + 8).to_le_bytes());
        file.extend(zlib(&data));
        for piece in [1, 3, 8, 1000] {
            let mut swf = Swf::new(settings());
            file.chunks(piece).for_each(|bytes| swf.append(bytes));
            let decoded = swf.decoded().expect("a file");
            assert!(
                decoded.starts_with(b"FWS\x0a") && decoded[8..] == data,
                "pieces of {piece}"
            );
        }
    }

    #[test]
    fn depths_are_kept() {
        let mut file = b"CWS\x0a\0\0\0\0".to_vec();
        file.extend(zlib(&vec![0; 1 << 20]));
        let mut swf = Swf::new(SwfSettings {
            decoded: 1000,
            ..settings()
        });
        swf.append(&file);
        assert_eq!(swf.decoded().map(<[u8]>::len), Some(1000));
        let mut swf = Swf::new(SwfSettings {
            compressed: 30,
            ..settings()
        });
        swf.append(&file);
        assert!(swf.decoded().is_some_and(|d| d.len() < 1 << 19));
    }

    #[test]
    fn other_bodies_are_left() {
        for (settings, body) in [
            (settings(), &b"FWS\x0a1234567890"[..]),
            (SwfSettings::default(), b"CWS\x0a1234567890"),
        ] {
            let mut swf = Swf::new(settings);
            swf.append(body);
            assert!(swf.decoded().is_none());
        }
    }
}
