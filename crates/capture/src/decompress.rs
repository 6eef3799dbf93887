//! gzip and zstd undone while reading, told by their magic numbers.

use std::error::Error;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// What a capture file is compressed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Compression {
    /// What the first bytes of a file say; four are enough.
    pub fn detect(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            // RFC 8878 section 3.1.2: skippable frames may come first.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    /// `gzip` or `zstd`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// The decompressed bytes of `source`, over all its members or frames.
    ///
    /// The reader's errors: `UnexpectedEof` where `source` ends early, `InvalidData` or
    /// `InvalidInput` where it is damaged, anything else is from `source`.
    pub(crate) fn undo(self, source: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        let source = BufReader::with_capacity(SOURCE_BUFFER, source);
        match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(source)),
            Self::Zstd => Box::new(ZstdReader::new(source)),
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Every frame of a zstd file, skippable frames passed over, checksums checked.
struct ZstdReader<R> {
    source: R,
    decoder: FrameDecoder,
    state: State,
}

enum State {
    Between,
    InFrame,
    /// Hand out what the decoder holds, then this error.
    Failing(io::Error),
    Failed,
}

impl<R: BufRead> ZstdReader<R> {
    fn new(source: R) -> Self {
        let mut decoder = FrameDecoder::new();
        // LIMIT: ruzstd bounds the window of a frame (100 MiB) only when it is reset; its first
        // frame may declare terabytes and would then be held whole. So an empty one goes first.
        let primed = decoder.init(EMPTY_FRAME);
        debug_assert!(primed.is_ok());
        Self {
            source,
            decoder,
            state: State::Between,
        }
    }

    /// Enters the next frame; false at the end of the source.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.reset(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    skip(&mut self.source, u64::from(length))?;
                }
                Err(e) => return Err(as_io(e)),
            }
        }
    }

    /// Decodes one block into the decoder.
    fn next_block(&mut self) {
        let one = BlockDecodingStrategy::UptoBlocks(1);
        if let Err(e) = self.decoder.decode_blocks(&mut self.source, one) {
            // The decoder keeps the last window of a frame to itself until the frame is finished;
            // finished it must be, or up to 8 MiB of good packets are lost with the bad block.
            let closed = self.decoder.decode_blocks(LAST_BLOCK, BlockDecodingStrategy::All);
            self.state = match closed {
                Ok(_) => State::Failing(as_io(e)),
                Err(_) => State::Failing(io::Error::new(io::ErrorKind::InvalidData, e.to_string())),
            };
        }
    }

    /// Leaves a finished frame.
    fn end_frame(&mut self) -> io::Result<()> {
        if let State::Failing(error) = std::mem::replace(&mut self.state, State::Failed) {
            return Err(error);
        }
        match (
            self.decoder.get_checksum_from_data(),
            self.decoder.get_calculated_checksum(),
        ) {
            (Some(says), Some(is)) if says != is => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the checksum says {says:#010x}, the data give {is:#010x}"),
            )),
            _ => {
                self.state = State::Between;
                Ok(())
            }
        }
    }
}

impl<R: BufRead> Read for ZstdReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            match self.state {
                State::Failed => return Ok(0),
                State::Between => {
                    if !self.next_frame()? {
                        return Ok(0);
                    }
                    self.state = State::InFrame;
                }
                State::InFrame => {
                    if self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                        self.next_block();
                    }
                }
                State::Failing(_) => {}
            }
            let read = self.decoder.read(buf)?;
            if read > 0 {
                return Ok(read);
            }
            if self.decoder.is_finished() || matches!(self.state, State::Failing(_)) {
                self.end_frame()?;
            }
        }
    }
}

fn skip(source: &mut impl BufRead, mut rest: u64) -> io::Result<()> {
    while rest > 0 {
        let here = source.fill_buf()?.len();
        if here == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let step = rest.min(here as u64);
        source.consume(step as usize);
        rest -= step;
    }
    Ok(())
}

/// The I/O error at the bottom of a decoder's, or else the decoder's as one about the data.
fn as_io(error: FrameDecoderError) -> io::Error {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(here) = cause {
        if let Some(io) = here.downcast_ref::<io::Error>() {
            return io::Error::new(io.kind(), io.to_string());
        }
        cause = here.source();
    }
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

/// A zstd frame of no bytes: single segment, content size 0, one empty raw block, the last.
const EMPTY_FRAME: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0];

/// An empty raw block, the last of its frame, and the four bytes of a checksum.
const LAST_BLOCK: &[u8] = &[1, 0, 0, 0, 0, 0, 0];

const SOURCE_BUFFER: usize = 128 * 1024;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    fn undo(bytes: Vec<u8>) -> (Vec<u8>, io::Result<usize>) {
        let compression = Compression::detect(&bytes).unwrap();
        let mut out = Vec::new();
        let end = compression.undo(Box::new(io::Cursor::new(bytes))).read_to_end(&mut out);
        (out, end)
    }

    fn text() -> Vec<u8> {
        (0..200_000_u32).flat_map(|i| (i / 3).to_le_bytes()).collect()
    }

    #[test]
    fn several_members_are_one_stream() {
        for pack in [gzip, zstd] {
            let mut packed = pack(b"first ");
            packed.extend(pack(b""));
            packed.extend(pack(b"second"));
            assert_eq!(undo(packed).0, b"first second");
            assert_eq!(undo(pack(&text())).0, text());
        }
    }

    #[test]
    fn skippable_frames_are_passed_over() {
        let mut packed = vec![0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9];
        packed.extend(zstd(b"data"));
        packed.extend([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
        let (out, end) = undo(packed);
        assert_eq!(out, b"data");
        assert!(end.is_ok());
    }

    #[test]
    fn a_cut_gives_what_came_before_and_an_early_end() {
        for pack in [gzip, zstd] {
            let packed = pack(&text());
            for keep in [5, packed.len() / 2, packed.len() - 1] {
                let (out, end) = undo(packed[..keep].to_vec());
                assert_eq!(
                    end.unwrap_err().kind(),
                    io::ErrorKind::UnexpectedEof,
                    "{keep} of {}",
                    packed.len()
                );
                assert_eq!(out, text()[..out.len()]);
            }
        }
    }

    #[test]
    fn a_flipped_bit_is_noticed() {
        for pack in [gzip, zstd] {
            let mut packed = pack(&text());
            let middle = packed.len() / 2;
            packed[middle] ^= 1;
            assert!(undo(packed).1.is_err());
        }
    }

    #[test]
    fn a_window_of_terabytes_is_refused() {
        // Window descriptor: exponent 30, mantissa 0: 2^40 bytes.
        let packed = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 30 << 3, 3, 0, 0x10, b'x'];
        let error = undo(packed).1.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
    }
}
