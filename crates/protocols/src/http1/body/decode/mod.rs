//! Takes the layers of content encoding off a body, whatever pieces it comes in, and for no more than it is worth.
//!
//! What Suricata's HTTP library does is followed: the first encoding named is the first taken off; what is no such encoding
//! after all is passed through as it is, so that a wrong header hides nothing from rules; what follows the end of a
//! compressed stream is left out.

mod encoding;
mod gzip;
mod layer;
pub(super) mod lzma;

use smallvec::SmallVec;

use super::settings::BodySettings;
use super::{BodyEvent, Events};
pub(super) use encoding::{Encoding, Named, request_encoding, response_encodings};
use layer::Layer;

/// Takes the layers of encoding off one body.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    layers: SmallVec<[Layer; 2]>,
    spent: Spent,
}

/// A layer that nothing else can be.
#[derive(Debug)]
pub(super) enum Frame {
    /// RFC 1950.
    Zlib,
    /// This stream.
    Lzma(lzma::Lzma),
}

/// Takes decoded bytes; says whether it wants more.
pub(super) type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> bool;

/// What decoding has cost so far, and when it is enough.
#[derive(Debug, Default)]
struct Spent {
    /// Bytes that went into the first layer.
    taken: u64,
    /// Bytes that all layers made.
    made: u64,
    /// LIMIT: bytes to which little may decode.
    bomb: u64,
    /// LIMIT: bytes that all layers may make.
    work: u64,
    /// LIMIT: bytes of LZMA's dictionary.
    lzma_memory: u64,
    /// The sink has enough.
    full: bool,
    /// Nothing is decoded any more.
    stopped: bool,
}

impl Decoder {
    /// For a body of these encodings, the outermost first.
    pub(super) fn new(encodings: &[Encoding], settings: &BodySettings) -> Self {
        Self {
            layers: encodings.iter().map(|e| Layer::new(*e)).collect(),
            spent: Spent {
                bomb: settings.bomb,
                work: settings.work,
                lzma_memory: settings.lzma_memory,
                ..Spent::default()
            },
        }
    }

    /// For one layer that is known.
    pub(super) fn framed(frame: Frame) -> Self {
        Self {
            layers: SmallVec::from_iter([Layer::framed(frame)]),
            spent: Spent {
                bomb: u64::MAX,
                work: u64::MAX,
                lzma_memory: SMALL_DICTIONARY,
                ..Spent::default()
            },
        }
    }

    /// Whether bytes pass as they are.
    pub(super) fn is_plain(&self) -> bool {
        self.layers.is_empty() && !self.spent.stopped
    }

    /// Nothing is decoded any more, unless bytes pass as they are.
    pub(super) fn stop(&mut self) {
        if !self.is_plain() {
            self.layers.clear();
            self.spent.stopped = true;
        }
    }

    /// Decodes what comes next.
    pub(super) fn append(&mut self, data: &[u8], sink: Sink<'_>, events: &mut Events) {
        self.run(data, false, sink, events);
    }

    /// Nothing comes any more: gives out what is left.
    pub(super) fn end(&mut self, sink: Sink<'_>, events: &mut Events) {
        self.run(b"", true, sink, events);
        self.stop();
    }

    fn run(&mut self, data: &[u8], last: bool, sink: Sink<'_>, events: &mut Events) {
        if self.spent.stopped {
            return;
        }
        if self.layers.is_empty() {
            if !data.is_empty() {
                sink(data);
            }
            return;
        }
        let mut job = Job {
            spent: &mut self.spent,
            sink,
            events,
            bombs: self.layers.len() > 1 || self.layers.iter().any(Layer::is_lzma),
        };
        layer::pass(&mut self.layers, data, last, true, &mut job);
        if self.spent.stopped {
            // What the decoders hold is let go at once.
            self.layers.clear();
        }
    }
}

/// One call's worth of decoding.
struct Job<'a> {
    spent: &'a mut Spent,
    sink: Sink<'a>,
    events: &'a mut Events,
    /// These layers could make a bomb.
    bombs: bool,
}

impl Job<'_> {
    /// Decoded bytes, of all layers.
    fn give(&mut self, data: &[u8]) {
        if data.is_empty() || self.spent.full {
            return;
        }
        if !(self.sink)(data) {
            self.spent.full = true;
            // PERF: one layer of deflate cannot be a bomb: what nobody looks at is not decoded.
            self.spent.stopped |= !self.bombs;
        }
    }

    /// A layer made so many bytes, `total` with those before them.
    fn made(&mut self, bytes: usize, total: u64) {
        self.spent.made = self.spent.made.saturating_add(bytes as u64);
        let little = self.spent.taken.saturating_mul(BOMB_RATIO);
        // LIMIT: little decodes to too much, or the layers together make more than a body is worth.
        if (total > self.spent.bomb && total > little) || self.spent.made > self.spent.work {
            super::note(self.events, BodyEvent::CompressionBomb);
            self.spent.stopped = true;
        }
    }

    fn event(&mut self, event: BodyEvent) {
        super::note(self.events, event);
    }
}

/// Deflate reaches 1032; only several layers, or LZMA, reach this.
const BOMB_RATIO: u64 = 2048;

/// LIMIT: bytes of LZMA's dictionary in a file within a body.
const SMALL_DICTIONARY: u64 = 1 << 20;

#[cfg(test)]
mod tests;
