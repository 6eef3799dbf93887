//! A capture file, from its first byte to its last packet.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use packet::{LinkType, Timestamp};

use crate::decompress::Compression;
use crate::error::{CaptureError, Damage, Place};
use crate::input::Input;
use crate::legacy::{self, Legacy};
use crate::pcapng::{self, PcapNg};
use crate::record::Record;
use crate::window::Window;

/// One packet as it was recorded, lent until the next one is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The bytes, from the start of the link layer's header; fewer than were on the wire where the
    /// recorder cut them.
    pub data: &'a [u8],
    /// When it was recorded.
    pub time: Timestamp,
    /// Which packet of its capture it is, from 1.
    pub number: u64,
    /// What `data` starts with; never `LinkType::Other`.
    pub link: LinkType,
    /// Bytes on the wire, as the capture says.
    pub orig_len: u32,
    /// The interface, from 0: in order of description over a whole pcapng file, or in the order in
    /// which live interfaces were named.
    pub interface: u32,
}

/// A capture file that is being read: pcap or pcapng, plain or compressed with gzip or zstd.
///
/// Holds a quarter of a mebibyte, or twice the largest packet where that is more, whatever the file's
/// size. Nothing is allocated per packet.
///
/// ```
/// use capture::{CaptureFile, Input, PcapWriter, Resolution};
/// use packet::{LinkType, Timestamp};
///
/// let mut bytes = Vec::new();
/// let mut writer = PcapWriter::new(&mut bytes, LinkType::Ethernet, Resolution::Micros)?;
/// writer.write(Timestamp::new(1, 500_000), b"some frame")?;
///
/// let mut file = CaptureFile::from_reader(Input::Stdin, std::io::Cursor::new(bytes))?;
/// while let Some(frame) = file.next()? {
///     assert_eq!((frame.number, frame.data), (1, &b"some frame"[..]));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CaptureFile {
    input: Input,
    compression: Option<Compression>,
    window: Window,
    format: Format,
    packets: u64,
    ended: bool,
    /// The packets of the last batch.
    batch: Vec<Record>,
    /// What is wrong behind them.
    failed: Option<CaptureError>,
    consumed: Arc<AtomicU64>,
    total: Option<u64>,
}

/// Packets that lie one behind the other, see [`CaptureFile::batch`].
pub struct Batch<'a> {
    records: &'a [Record],
    window: &'a Window,
    /// The number of the first.
    first: u64,
}

impl<'a> Batch<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none: the capture is over.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The packets, in order.
    pub fn frames(&self) -> impl Iterator<Item = Frame<'a>> {
        let numbered = (self.first..).zip(self.records);
        let window = self.window;
        numbered.map(move |(number, record)| frame(record, number, window.at(record.range.clone())))
    }
}

/// Packets and the memory that they lie in, see [`CaptureFile::block`].
#[derive(Debug, Default)]
pub struct Block {
    bytes: Vec<u8>,
    records: Vec<Record>,
    /// The number of the first.
    first: u64,
}

impl Block {
    /// How many packets there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none: the capture is over.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// A packet, by its place, from 0.
    #[inline]
    pub fn frame(&self, at: usize) -> Option<Frame<'_>> {
        let record = self.records.get(at)?;
        let data = self.bytes.get(record.range.clone()).unwrap_or_default();
        Some(frame(record, self.first + at as u64, data))
    }
}

enum Format {
    Legacy(Legacy),
    PcapNg(PcapNg),
}

impl CaptureFile {
    /// Opens the file at `path`, which may be a pipe.
    ///
    /// # Errors
    ///
    /// [`CaptureError::NotFound`], [`Open`](CaptureError::Open), and what
    /// [`CaptureFile::from_reader`] reports.
    pub fn open(path: &Path) -> Result<Self, CaptureError> {
        let open = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => CaptureError::NotFound { path: path.into() },
            _ => CaptureError::Open {
                path: path.into(),
                source,
            },
        };
        let file = File::open(path).map_err(open)?;
        let metadata = file.metadata().map_err(open)?;
        let mut capture = Self::from_reader(Input::File(path.into()), file)?;
        capture.total = metadata.is_file().then_some(metadata.len());
        Ok(capture)
    }

    /// Reads standard input.
    ///
    /// # Errors
    ///
    /// What [`CaptureFile::from_reader`] reports.
    pub fn stdin() -> Result<Self, CaptureError> {
        Self::from_reader(Input::Stdin, io::stdin())
    }

    /// Reads `source`, which errors call `input`, as far as its file header.
    ///
    /// # Errors
    ///
    /// [`Empty`](CaptureError::Empty), [`Foreign`](CaptureError::Foreign), and what
    /// [`CaptureFile::next`] reports.
    pub fn from_reader(input: Input, source: impl Read + Send + 'static) -> Result<Self, CaptureError> {
        let consumed = Arc::new(AtomicU64::new(0));
        let mut source: Box<dyn Read + Send> = Box::new(Counted {
            source,
            count: Arc::clone(&consumed),
        });
        let (mut head, result) = read_head(&mut source);
        let place = |compression| Place {
            input: input.clone(),
            offset: 0,
            packets: 0,
            compression,
        };
        result.map_err(|e| Damage::Io(e).at(place(None)))?;
        let compression = Compression::detect(&head);
        if let Some(compression) = compression {
            source = compression.undo(Box::new(Cursor::new(head).chain(source)));
            let result;
            (head, result) = read_head(&mut source);
            if let (true, Err(e)) = (head.len() < MAGIC, result) {
                let damage = if e.kind() == io::ErrorKind::UnexpectedEof {
                    Damage::Cut
                } else {
                    Damage::Io(e)
                };
                return Err(damage.at(place(Some(compression))));
            }
        }
        if head.is_empty() && compression.is_none() {
            return Err(CaptureError::Empty { input });
        }
        let mut window = Window::new(&head, source);
        let format = if legacy::is_legacy(&head) {
            Format::Legacy(Legacy::open(&mut window).map_err(|damage| damage.at(place(compression)))?)
        } else if pcapng::is_pcapng(&head) {
            Format::PcapNg(PcapNg::new())
        } else {
            return Err(CaptureError::Foreign {
                input,
                found: describe(&head),
                compression,
            });
        };
        Ok(Self {
            input,
            compression,
            window,
            format,
            packets: 0,
            ended: false,
            batch: Vec::new(),
            failed: None,
            consumed,
            total: None,
        })
    }

    /// The next packet; `None` at the end of the capture.
    ///
    /// # Errors
    ///
    /// [`Truncated`](CaptureError::Truncated), [`CutStream`](CaptureError::CutStream),
    /// [`Corrupt`](CaptureError::Corrupt), [`Compressed`](CaptureError::Compressed),
    /// [`LinkType`](CaptureError::LinkType) or [`Read`](CaptureError::Read), after every packet
    /// before the damage was handed out. The capture is over then: further calls give `None`.
    // Not an iterator: the frame borrows the file.
    #[allow(clippy::should_implement_trait)]
    #[inline]
    pub fn next(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        let record = self.record()?;
        let number = self.packets;
        Ok(record.map(|record| frame(&record, number, self.window.at(record.range.clone()))))
    }

    /// The next packet, and those behind it that have been read already, up to `most` of them; none at the end of the
    /// capture. So that whoever takes them can look ahead.
    ///
    /// # Errors
    ///
    /// As for [`next`](Self::next).
    pub fn batch(&mut self, most: usize) -> Result<Batch<'_>, CaptureError> {
        self.batch.clear();
        let first = self.packets + 1;
        if let Some(record) = self.record()? {
            self.batch.push(record);
            while self.batch.len() < most && self.is_ready() {
                match self.record() {
                    Ok(Some(record)) => self.batch.push(record),
                    Ok(None) => break,
                    // What came before is handed out first.
                    Err(error) => {
                        self.failed = Some(error);
                        break;
                    }
                }
            }
        }
        Ok(Batch {
            records: &self.batch,
            window: &self.window,
            first,
        })
    }

    /// The next packets, as many as have been read, to be kept as long as one likes: nothing is copied. None at the end of
    /// the capture. What `spare` holds is forgotten, and its memory used again.
    ///
    /// # Errors
    ///
    /// As for [`next`](Self::next).
    pub fn block(&mut self, spare: Block) -> Result<Block, CaptureError> {
        let first = self.batch(usize::MAX)?.first;
        let records = std::mem::replace(&mut self.batch, spare.records);
        let bytes = self.window.hand_over(spare.bytes);
        Ok(Block { bytes, records, first })
    }

    /// Whether the next packet is there without reading more.
    #[inline]
    fn is_ready(&self) -> bool {
        match &self.format {
            Format::Legacy(legacy) => legacy.is_ready(&self.window),
            Format::PcapNg(pcapng) => pcapng.is_ready(&self.window),
        }
    }

    #[inline]
    fn record(&mut self) -> Result<Option<Record>, CaptureError> {
        if self.ended {
            return self.failed.take().map_or(Ok(None), Err);
        }
        let number = self.packets + 1;
        let record = match &mut self.format {
            Format::Legacy(legacy) => legacy.next(&mut self.window, number),
            Format::PcapNg(pcapng) => pcapng.next(&mut self.window, number),
        };
        match record {
            Ok(Some(record)) => {
                self.packets = number;
                Ok(Some(record))
            }
            Ok(None) => {
                self.ended = true;
                Ok(None)
            }
            Err(damage) => Err(self.fail(damage)),
        }
    }

    /// What is being read.
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// How many packets were handed out.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// Bytes of the file that were read, as they are on the disk, and how many there are; `None`
    /// for pipes.
    pub fn progress(&self) -> (u64, Option<u64>) {
        let read = match self.compression {
            None => self.window.offset(),
            Some(_) => self.consumed.load(Ordering::Relaxed),
        };
        (read, self.total)
    }

    #[cold]
    fn fail(&mut self, damage: Damage) -> CaptureError {
        self.ended = true;
        let offset = match (&damage, &self.format) {
            (Damage::Cut, _) => self.window.offset() + self.window.bytes().len() as u64,
            (_, Format::Legacy(_)) => self.window.offset(),
            (_, Format::PcapNg(pcapng)) => pcapng.at(),
        };
        damage.at(Place {
            input: self.input.clone(),
            offset,
            packets: self.packets,
            compression: self.compression,
        })
    }
}

/// Whether the file at `path` is a capture by its first bytes, decompressed if need be.
pub(crate) fn is_capture(path: &Path) -> io::Result<bool> {
    let mut source: Box<dyn Read + Send> = Box::new(File::open(path)?);
    let (mut head, result) = read_head(&mut source);
    result?;
    if let Some(compression) = Compression::detect(&head) {
        source = compression.undo(Box::new(Cursor::new(head).chain(source)));
        head = read_head(&mut source).0;
    }
    Ok(legacy::is_legacy(&head) || pcapng::is_pcapng(&head))
}

#[inline]
fn frame<'a>(record: &Record, number: u64, data: &'a [u8]) -> Frame<'a> {
    Frame {
        data,
        time: record.time,
        number,
        link: record.link,
        orig_len: record.original,
        interface: record.interface,
    }
}

/// A reader that counts what went through.
struct Counted<R> {
    source: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buf)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The first [`MAGIC`] bytes, or as many as there are before the end or an error.
fn read_head(source: &mut impl Read) -> (Vec<u8>, io::Result<()>) {
    let mut head = Vec::with_capacity(MAGIC);
    let result = source.take(MAGIC as u64).read_to_end(&mut head);
    (head, result.map(drop))
}

/// The first bytes in hexadecimal, and what they look like.
fn describe(head: &[u8]) -> String {
    let hex: Vec<String> = head.iter().map(|byte| format!("{byte:02x}")).collect();
    let looks = match head {
        [] => return "nothing (0 bytes)".into(),
        [0x50, 0x4b, ..] => " (zip)",
        [0xfd, b'7', b'z', b'X', ..] => " (xz)",
        [b'B', b'Z', b'h', ..] => " (bzip2)",
        [0x04, 0x22, 0x4d, 0x18] => " (lz4)",
        [b's', b'n', b'o', b'o'] => " (snoop)",
        [0x1f, 0x8b, ..] => " (gzip once more)",
        [0x28, 0xb5, 0x2f, 0xfd] => " (zstd once more)",
        _ if head.iter().all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace()) => " (text)",
        _ => "",
    };
    format!("{}{looks}", hex.join(" "))
}

/// Bytes that tell a format.
const MAGIC: usize = 4;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;
    use std::process::Command;

    use super::*;
    use crate::writer::{PcapWriter, Resolution};

    fn pcap(packets: u8) -> Vec<u8> {
        let mut writer = PcapWriter::new(Vec::new(), LinkType::RawIp, Resolution::Micros).unwrap();
        for i in 0..packets {
            writer.write_cut(Timestamp::new(i64::from(i), 0), &[i; 50], 99).unwrap();
        }
        writer.finish().unwrap()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn error_of(bytes: &[u8]) -> String {
        CaptureFile::from_reader(Input::Stdin, Cursor::new(bytes.to_vec()))
            .err()
            .expect("an error")
            .to_string()
    }

    #[test]
    fn what_is_no_capture_is_told_apart() {
        assert!(error_of(b"").contains("is empty (0 bytes)"));
        assert!(error_of(b"PK\x03\x04").contains("is no capture: it starts with 50 4b 03 04 (zip);"));
        assert!(error_of(b"# notes").contains("it starts with 23 20 6e 6f (text);"));
        assert!(
            error_of(&gzip(b"notes")).contains("is no capture inside the gzip data: it starts with 6e 6f 74 65 (text)")
        );
        assert!(error_of(&gzip(&gzip(&pcap(1)))).contains("(gzip once more)"));
        assert!(error_of(&gzip(b"")).contains("inside the gzip data: it starts with nothing (0 bytes)"));
        assert!(error_of(&gzip(&pcap(1))[..5]).contains("truncated: the gzip data end at byte 0 of the decompressed"));
        assert!(error_of(&pcap(0)[..20]).contains("the file header at byte 0 says 24 bytes, 20 are left"));
    }

    #[test]
    fn a_path_that_does_not_open_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let missing = CaptureFile::open(&dir.path().join("x.pcap")).err();
        assert!(matches!(missing, Some(CaptureError::NotFound { .. })), "{missing:?}");
        let folder = CaptureFile::open(dir.path()).err();
        assert!(matches!(folder, Some(CaptureError::Read { .. })), "{folder:?}");
    }

    #[test]
    fn progress_counts_bytes_of_the_file() {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in [("x.pcap", pcap(3)), ("x.pcap.gz", gzip(&pcap(3)))] {
            let path = dir.path().join(name);
            fs::write(&path, &bytes).unwrap();
            let mut file = CaptureFile::open(&path).unwrap();
            let total = bytes.len() as u64;
            assert_eq!(file.progress().1, Some(total));
            while let Some(frame) = file.next().unwrap() {
                assert_eq!(
                    (frame.data.len(), frame.orig_len, frame.link),
                    (50, 99, LinkType::RawIp)
                );
            }
            assert_eq!(file.progress(), (total, Some(total)));
            assert_eq!((file.packets(), file.input()), (3, &Input::File(path)));
        }
    }

    #[test]
    fn blocks_are_what_single_packets_are() {
        let bytes = pcap(200);
        let open = || CaptureFile::from_reader(Input::Stdin, Cursor::new(bytes.clone())).unwrap();
        let (mut one, mut many) = (open(), open());
        let mut kept = Vec::new();
        loop {
            // Every other is used again.
            let spare = if kept.len() > 1 {
                kept.swap_remove(0)
            } else {
                Block::default()
            };
            let block = many.block(spare).unwrap();
            if block.is_empty() {
                break;
            }
            for at in 0..block.len() {
                assert_eq!(one.next().unwrap(), block.frame(at));
            }
            assert_eq!(block.frame(block.len()), None);
            kept.push(block);
        }
        assert_eq!((one.next().unwrap(), many.packets()), (None, 200));
    }

    #[test]
    fn batches_are_what_single_packets_are() {
        let mut bytes = pcap(200);
        bytes.truncate(bytes.len() - 7);
        let open = || CaptureFile::from_reader(Input::Stdin, Cursor::new(bytes.clone())).unwrap();
        let (mut one, mut many) = (open(), open());
        let mut sizes = Vec::new();
        let error = loop {
            match many.batch(16) {
                Ok(batch) => {
                    sizes.push(batch.len());
                    for frame in batch.frames() {
                        assert_eq!(one.next().unwrap(), Some(frame));
                    }
                }
                Err(error) => break error,
            }
        };
        assert_eq!(error.to_string(), one.next().unwrap_err().to_string());
        assert!(many.batch(16).unwrap().is_empty());
        assert_eq!((sizes.iter().sum::<usize>(), sizes[0]), (199, 16));
    }

    #[test]
    fn a_pipe_is_read_as_it_fills() {
        let (reader, mut writer) = io::pipe().unwrap();
        let bytes = pcap(2);
        let (first, second) = bytes.split_at(24 + 66 + 5);
        writer.write_all(first).unwrap();
        let mut file = CaptureFile::from_reader(Input::Stdin, reader).unwrap();
        assert_eq!(file.next().unwrap().unwrap().number, 1, "before the second is there");
        writer.write_all(second).unwrap();
        drop(writer);
        assert_eq!(file.next().unwrap().unwrap().data, [1; 50]);
        assert_eq!(file.next().unwrap(), None);
        assert_eq!(file.progress(), (bytes.len() as u64, None));
    }

    #[test]
    fn what_zstd_writes_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.pcap");
        fs::write(&path, pcap(200)).unwrap();
        for arguments in [["-q", "-19", "--check"], ["-q", "-1", "--no-check"]] {
            match Command::new("zstd").args(arguments).arg("-f").arg(&path).status() {
                Ok(status) => assert!(status.success()),
                Err(e) => return println!("skipped: zstd: {e}"),
            }
            let mut file = CaptureFile::open(&dir.path().join("x.pcap.zst")).unwrap();
            while file.next().unwrap().is_some() {}
            assert_eq!(file.packets(), 200);
        }
    }

    #[test]
    fn a_failing_disk_is_no_damage() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("no medium"))
            }
        }
        let source = Cursor::new(pcap(2)[..100].to_vec()).chain(Failing);
        let mut file = CaptureFile::from_reader(Input::Stdin, source).unwrap();
        assert!(file.next().unwrap().is_some());
        let error = file.next().unwrap_err();
        assert!(matches!(error, CaptureError::Read { .. }), "{error}");
        assert_eq!(
            error.to_string(),
            "standard input: at byte 90: cannot be read: no medium; 1 packets were read"
        );
    }
}
