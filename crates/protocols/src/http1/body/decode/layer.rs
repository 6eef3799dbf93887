//! One layer of encoding.

use std::fmt;

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::{Decompress, FlushDecompress, Status};

use super::super::BodyEvent;
use super::Job;
use super::encoding::Encoding;
use super::gzip::{Header, Passed};
use super::lzma::Lzma;

/// One layer of encoding of a body.
#[derive(Debug)]
pub(super) struct Layer {
    codec: Codec,
    /// What else the bytes may be, if they are not what they are said to be.
    others: &'static [Kind],
    /// Bytes since the beginning, as long as they have led to nothing: they are tried as something else, or passed on.
    held: Vec<u8>,
    /// LIMIT reached: what led to nothing is no longer held.
    committed: bool,
    /// What was made, where the bytes are tried as something else than they are said to be: it counts once enough of
    /// them made sense.
    trial: Option<Vec<u8>>,
    /// Bytes made.
    made: u64,
}

enum Codec {
    /// gzip or zlib, told by the header.
    Framed(Box<Frame>),
    /// A header of gzip, whatever is wrong with it; deflate without a frame follows.
    Lenient(Header),
    /// The same, settled: zlib, or deflate without a frame.
    Raw(Decompress),
    Brotli(Box<Brotli>),
    Lzma(Box<Lzma>),
    /// It is no such encoding: bytes pass as they are.
    Plain,
    /// The encoded stream is over, or went wrong midway: nothing passes.
    Over,
}

/// What bytes may be.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// gzip or zlib.
    Framed,
    /// gzip with a header that is wrong.
    Lenient,
    /// Deflate without a frame.
    Raw,
    Brotli,
    Lzma,
}

/// A decoder whose frame is not known yet, or is.
#[derive(Debug)]
enum Frame {
    Unknown,
    Known(Decompress),
}

type Brotli = BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>;

/// What a step led to.
pub(super) enum Step {
    /// So many bytes were read and written; there is more to do with what is left.
    Go(usize, usize),
    /// The same, and it takes more bytes to go on.
    Wait(usize, usize),
    /// The same, and the stream is over.
    End(usize, usize),
    /// So many bytes were written before it went wrong.
    Wrong(usize),
    /// The same, for want of memory.
    Memory(usize),
}

impl Layer {
    pub(super) fn new(encoding: Encoding) -> Self {
        let kinds: &'static [Kind] = match encoding {
            Encoding::Gzip => &[Kind::Framed, Kind::Lenient, Kind::Raw],
            Encoding::Deflate => &[Kind::Raw, Kind::Framed, Kind::Lenient],
            Encoding::Brotli => &[Kind::Brotli],
            Encoding::Lzma => &[Kind::Lzma],
        };
        Self {
            codec: Codec::of(kinds.first().copied().unwrap_or(Kind::Raw)),
            others: kinds.get(1..).unwrap_or_default(),
            held: Vec::new(),
            committed: false,
            trial: None,
            made: 0,
        }
    }

    pub(super) fn framed(frame: super::Frame) -> Self {
        let codec = match frame {
            super::Frame::Zlib => Codec::Raw(Decompress::new(true)),
            super::Frame::Lzma(lzma) => Codec::Lzma(Box::new(lzma)),
        };
        Self {
            codec,
            others: &[],
            held: Vec::new(),
            committed: true,
            trial: None,
            made: 0,
        }
    }

    pub(super) fn is_lzma(&self) -> bool {
        matches!(self.codec, Codec::Lzma(_))
    }
}

/// Passes bytes through these layers, outermost first, and to the sink.
pub(super) fn pass(layers: &mut [Layer], data: &[u8], last: bool, first: bool, job: &mut Job<'_>) {
    let Some((layer, rest)) = layers.split_first_mut() else {
        job.give(data);
        return;
    };
    layer.feed(rest, data, last, first, job);
    if last && !job.spent.stopped {
        pass(rest, b"", true, false, job);
    }
}

impl Layer {
    fn feed(&mut self, rest: &mut [Layer], data: &[u8], last: bool, first: bool, job: &mut Job<'_>) {
        let fresh = self.made == 0 && !self.committed && !matches!(self.codec, Codec::Plain | Codec::Over);
        if !fresh {
            return self.decode(rest, data, last, first, job);
        }
        // LIMIT: of a stream that leads to nothing, so much is held and no more; the cut there is the same whatever the
        // pieces are.
        let room = MAX_HELD.saturating_sub(self.held.len());
        let (now, later) = data.split_at_checked(room).unwrap_or((data, b""));
        self.held.extend_from_slice(now);
        self.decode(rest, now, last && later.is_empty(), first, job);
        if self.held.len() >= MAX_HELD {
            self.committed = true;
            self.held = Vec::new();
            self.settle(rest, job);
        }
        if !later.is_empty() {
            self.feed(rest, later, last, first, job);
        }
    }

    fn decode(&mut self, rest: &mut [Layer], data: &[u8], last: bool, first: bool, job: &mut Job<'_>) {
        let mut at: usize = 0;
        let mut out = [0; PIECE];
        while !job.spent.stopped {
            let left = data.get(at..).unwrap_or_default();
            match self.codec {
                Codec::Over => return,
                Codec::Plain if left.is_empty() => return,
                Codec::Plain => return pass(rest, left, false, false, job),
                _ => {}
            }
            let step = self.codec.step(left, last, &mut out, job.spent.lzma_memory);
            let (read, wrote) = match step {
                Step::Go(read, wrote) | Step::Wait(read, wrote) | Step::End(read, wrote) => (read, wrote),
                Step::Wrong(wrote) | Step::Memory(wrote) => (0, wrote),
            };
            at = at.saturating_add(read);
            if first {
                job.spent.taken = job.spent.taken.saturating_add(read as u64);
            }
            if wrote > 0 {
                let bytes = out.get(..wrote).unwrap_or_default();
                match &mut self.trial {
                    Some(trial) => trial.extend_from_slice(bytes),
                    None => self.give(bytes, rest, job),
                }
            }
            match step {
                // LIMIT: what is made on trial.
                Step::Go(..) if self.trial.as_ref().is_some_and(|trial| trial.len() < MAX_TRIAL) => {}
                Step::Go(..) => self.settle(rest, job),
                Step::Wait(..) if last => return self.settle(rest, job),
                Step::Wait(..) => return,
                Step::End(..) => {
                    self.settle(rest, job);
                    self.codec = Codec::Over;
                }
                Step::Memory(_) => {
                    self.settle(rest, job);
                    job.event(BodyEvent::LzmaMemlimitReached);
                    job.event(BodyEvent::GzipDecompressionFailed);
                    self.codec = Codec::Over;
                }
                Step::Wrong(_) => {
                    job.event(BodyEvent::GzipDecompressionFailed);
                    return self.wrong(rest, last, first, job);
                }
            }
        }
    }

    /// What was made on trial counts.
    fn settle(&mut self, rest: &mut [Layer], job: &mut Job<'_>) {
        if let Some(trial) = self.trial.take().filter(|trial| !trial.is_empty()) {
            self.give(&trial, rest, job);
        }
    }

    fn give(&mut self, bytes: &[u8], rest: &mut [Layer], job: &mut Job<'_>) {
        self.made = self.made.saturating_add(bytes.len() as u64);
        self.held = Vec::new();
        job.made(bytes.len(), self.made);
        pass(rest, bytes, false, false, job);
    }

    /// It went wrong: before the first byte it made, something else is tried; after it, that was all.
    fn wrong(&mut self, rest: &mut [Layer], last: bool, first: bool, job: &mut Job<'_>) {
        if self.made > 0 || self.committed {
            self.codec = Codec::Over;
            return;
        }
        self.codec = match self.others.split_first() {
            Some((next, others)) => {
                self.others = others;
                Codec::of(*next)
            }
            None => Codec::Plain,
        };
        // Suricata: a second try shows nothing of what went wrong after all; a first one does.
        self.trial = Some(Vec::new());
        // Everything so far is held, the piece at hand included.
        let held = self.held.clone();
        if first {
            job.spent.taken = 0;
        }
        self.decode(rest, &held, last, first, job);
    }
}

impl Codec {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Framed => Self::Framed(Box::new(Frame::Unknown)),
            Kind::Lenient => Self::Lenient(Header::new()),
            Kind::Raw => Self::Raw(Decompress::new(false)),
            Kind::Brotli => Self::Brotli(Box::new(BrotliState::new(
                StandardAlloc::default(),
                StandardAlloc::default(),
                StandardAlloc::default(),
            ))),
            Kind::Lzma => Self::Lzma(Box::default()),
        }
    }

    /// Decodes from `input` as much as `out` has room for.
    fn step(&mut self, input: &[u8], last: bool, out: &mut [u8], memory: u64) -> Step {
        match self {
            Self::Framed(frame) => {
                if let Frame::Unknown = **frame {
                    let Some(first) = input.first() else {
                        return Step::Wait(0, 0);
                    };
                    // RFC 1952 section 2.3.1: the first byte of gzip; RFC 1950 allows no such one.
                    **frame = Frame::Known(if *first == 0x1f {
                        Decompress::new_gzip(WINDOW_BITS)
                    } else {
                        Decompress::new(true)
                    });
                }
                match &mut **frame {
                    Frame::Known(inflate) => step_inflate(inflate, input, out),
                    Frame::Unknown => Step::Wait(0, 0),
                }
            }
            Self::Lenient(header) => match header.pass(input) {
                Passed::All => Step::Wait(input.len(), 0),
                Passed::Wrong => Step::Wrong(0),
                Passed::Over(read) => {
                    *self = Self::Raw(Decompress::new(false));
                    Step::Go(read, 0)
                }
            },
            Self::Raw(inflate) => step_inflate(inflate, input, out),
            Self::Brotli(state) => step_brotli(state, input, out),
            Self::Lzma(lzma) => lzma.step(input, last, out, memory),
            Self::Plain | Self::Over => Step::Wait(input.len(), 0),
        }
    }
}

fn step_inflate(inflate: &mut Decompress, input: &[u8], out: &mut [u8]) -> Step {
    let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
    let status = inflate.decompress(input, out, FlushDecompress::None);
    let read = inflate.total_in().saturating_sub(before_in) as usize;
    let wrote = inflate.total_out().saturating_sub(before_out) as usize;
    match status {
        Ok(Status::StreamEnd) => Step::End(read, wrote),
        Ok(_) if wrote == out.len() => Step::Go(read, wrote),
        Ok(_) if read == input.len() => Step::Wait(read, wrote),
        Ok(_) if read == 0 && wrote == 0 => Step::Wrong(0),
        Ok(_) => Step::Go(read, wrote),
        Err(_) => Step::Wrong(wrote),
    }
}

fn step_brotli(state: &mut Brotli, input: &[u8], out: &mut [u8]) -> Step {
    let (mut input_left, mut read) = (input.len(), 0);
    let (mut out_left, mut wrote, mut total) = (out.len(), 0, 0);
    let result = BrotliDecompressStream(
        &mut input_left,
        &mut read,
        input,
        &mut out_left,
        &mut wrote,
        out,
        &mut total,
        state,
    );
    match result {
        BrotliResult::ResultSuccess => Step::End(read, wrote),
        BrotliResult::NeedsMoreInput => Step::Wait(read, wrote),
        BrotliResult::NeedsMoreOutput => Step::Go(read, wrote),
        BrotliResult::ResultFailure => Step::Wrong(wrote),
    }
}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Framed(_) => "Framed",
            Self::Lenient(_) => "Lenient",
            Self::Raw(_) => "Raw",
            Self::Brotli(_) => "Brotli",
            Self::Lzma(_) => "Lzma",
            Self::Plain => "Plain",
            Self::Over => "Over",
        })
    }
}

/// Bytes that are decoded at a time.
const PIECE: usize = 8192;

/// The largest window that deflate has.
const WINDOW_BITS: u8 = 15;

/// LIMIT: bytes that are held of a stream which has not led to a byte yet.
const MAX_HELD: usize = 2 << 10;

/// LIMIT: bytes that are made of it on trial.
const MAX_TRIAL: usize = 64 << 10;
