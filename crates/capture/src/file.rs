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
/// Holds half a mebibyte, or twice the largest packet where that is more, whatever the file's
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
    consumed: Arc<AtomicU64>,
    total: Option<u64>,
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
    pub fn from_reader(
        input: Input,
        source: impl Read + Send + 'static,
    ) -> Result<Self, CaptureError> {
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
            Format::Legacy(
                Legacy::open(&mut window).map_err(|damage| damage.at(place(compression)))?,
            )
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
        if self.ended {
            return Ok(None);
        }
        let number = self.packets + 1;
        let record = match &mut self.format {
            Format::Legacy(legacy) => legacy.next(&mut self.window, number),
            Format::PcapNg(pcapng) => pcapng.next(&mut self.window, number),
        };
        match record {
            Ok(Some(Record {
                range,
                time,
                link,
                original,
                interface,
            })) => {
                self.packets = number;
                let data = self.window.at(range);
                Ok(Some(Frame {
                    data,
                    time,
                    number,
                    link,
                    orig_len: original,
                    interface,
                }))
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
        _ if head
            .iter()
            .all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace()) =>
        {
            " (text)"
        }
        _ => "",
    };
    format!("{}{looks}", hex.join(" "))
}

/// Bytes that tell a format.
const MAGIC: usize = 4;
