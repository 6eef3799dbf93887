//! The fragments of one datagram.

use packet::{Fragment, Timestamp};

use super::coverage::Coverage;
use super::key::DatagramKey;
use super::overlap::Overlaps;
use super::policy::OverlapPolicy;
use super::rebuild::{mend_ipv4, mend_ipv6};

/// The fragments that came of one datagram.
#[derive(Debug)]
pub(super) struct Tracker {
    pub(super) key: DatagramKey,
    /// When the first fragment came.
    pub(super) first: Timestamp,
    pub(super) buffers: Buffers,
    /// Where the datagram ends, once a last fragment came.
    end: Option<u32>,
    /// How many bytes before `end` came.
    covered: u32,
    overlapped: bool,
}

/// The memory of a tracker, kept for the next one.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pieces: Vec<Piece>,
    /// The payloads in the order in which they came; before those at offset 0, their headers.
    data: Vec<u8>,
    coverage: Coverage,
}

/// One fragment; positions are bytes of the fragmentable part.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Piece {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Where its payload is in the data.
    at: u32,
    /// The length of the header before the payload; 0 unless `start` is 0.
    header_len: u32,
    next_header_at: u32,
    next_header: u8,
}

/// What adding a fragment would take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Growth {
    pieces: usize,
    data: usize,
    words: usize,
}

impl Piece {
    /// A piece without a payload, for deciding who wins.
    #[cfg(test)]
    pub(super) fn of_extent(start: u32, end: u32) -> Self {
        Self {
            start,
            end,
            ..Self::default()
        }
    }
}

impl Tracker {
    pub(super) fn new(key: DatagramKey, first: Timestamp, buffers: Buffers) -> Self {
        Self {
            key,
            first,
            buffers,
            end: None,
            covered: 0,
            overlapped: false,
        }
    }

    /// The number of fragments.
    pub(super) fn len(&self) -> usize {
        self.buffers.pieces.len()
    }

    /// Whether so much of the datagram was sent, again and again, that the rest can be ignored.
    pub(super) fn is_excessive(&self, fragment: &Fragment<'_>) -> bool {
        let data = self.buffers.data.len().saturating_add(stored_len(fragment));
        self.len() >= MAX_PIECES || data > MAX_DATA
    }

    /// Adds a fragment that is not empty and within the largest datagram. Returns whether it overlaps.
    pub(super) fn add(&mut self, fragment: &Fragment<'_>) -> bool {
        let start = fragment.offset;
        let stop = start.saturating_add(fragment.payload.len() as u32);
        self.buffers.store(fragment, start, stop);
        let covered = self.buffers.coverage.add(start, stop, self.end.unwrap_or(u32::MAX));
        self.covered = self.covered.saturating_add(covered.new);
        self.overlapped |= covered.overlap;
        // Suricata: of several last fragments, the one that ends first ends the datagram.
        if !fragment.more && self.end.is_none_or(|end| stop < end) {
            self.end = Some(stop);
            self.covered = self.buffers.coverage.count(stop);
        }
        covered.overlap
    }

    /// Whether all fragments are there.
    pub(super) fn is_complete(&self) -> bool {
        self.end == Some(self.covered)
    }

    /// Writes the whole datagram to `out`; `None` when it would be too large.
    pub(super) fn assemble(&self, policy: OverlapPolicy, overlaps: &mut Overlaps, out: &mut Vec<u8>) -> Option<()> {
        let end = self.end? as usize;
        let pieces = &self.buffers.pieces;
        let head = if self.overlapped {
            overlaps.resolve(pieces, policy);
            let (owner, ..) = overlaps.runs(end).next()?;
            pieces.get(usize::from(owner))?
        } else {
            pieces.iter().find(|piece| piece.start == 0)?
        };
        out.clear();
        out.extend_from_slice(self.buffers.header(head)?);
        let header_len = out.len();
        out.resize(header_len.saturating_add(end), 0);
        let body = out.get_mut(header_len..)?;
        if self.overlapped {
            for (owner, start, stop) in overlaps.runs(end) {
                self.copy(pieces.get(usize::from(owner))?, start, stop, body)?;
            }
        } else {
            for piece in pieces.iter().filter(|piece| (piece.start as usize) < end) {
                let (start, stop) = (piece.start as usize, (piece.end as usize).min(end));
                self.copy(piece, start, stop, body)?;
            }
        }
        if self.key.is_ipv6() {
            mend_ipv6(out, head.next_header_at as usize, head.next_header)
        } else {
            mend_ipv4(out, header_len)
        }
    }

    /// Copies the bytes of `piece` from `start` to `stop` to their place in `body`.
    fn copy(&self, piece: &Piece, start: usize, stop: usize, body: &mut [u8]) -> Option<()> {
        let at = (piece.at as usize).checked_add(start.checked_sub(piece.start as usize)?)?;
        let source = self.buffers.data.get(at..)?.get(..stop.checked_sub(start)?)?;
        body.get_mut(start..stop)?.copy_from_slice(source);
        Some(())
    }
}

impl Buffers {
    /// The bytes they take.
    pub(super) fn memory(&self) -> usize {
        self.memory_with(&Growth {
            pieces: self.pieces.capacity(),
            data: self.data.capacity(),
            words: self.coverage.capacity(),
        })
    }

    /// The bytes that adding a fragment would take beyond those taken now, and how to get them.
    pub(super) fn growth(&self, fragment: &Fragment<'_>) -> (usize, Growth) {
        let stop = fragment.offset.saturating_add(fragment.payload.len() as u32);
        let words = Coverage::words_for(stop);
        let growth = Growth {
            pieces: grown(self.pieces.capacity(), self.pieces.len().saturating_add(1)),
            data: grown(
                self.data.capacity(),
                self.data.len().saturating_add(stored_len(fragment)),
            ),
            words: grown(self.coverage.capacity(), words),
        };
        (self.memory_with(&growth).saturating_sub(self.memory()), growth)
    }

    /// Takes what `growth` says. Returns how many bytes that was.
    pub(super) fn grow(&mut self, growth: Growth) -> usize {
        let before = self.memory();
        reserve(&mut self.pieces, growth.pieces);
        reserve(&mut self.data, growth.data);
        reserve(self.coverage.words(), growth.words);
        self.memory().saturating_sub(before)
    }

    /// Empties them for another datagram; `false` when they are too large to be kept.
    pub(super) fn recycle(&mut self) -> bool {
        self.pieces.clear();
        self.data.clear();
        self.coverage.words().clear();
        self.memory() <= MAX_KEPT
    }

    fn memory_with(&self, growth: &Growth) -> usize {
        let pieces = growth.pieces.saturating_mul(size_of::<Piece>());
        let words = growth.words.saturating_mul(size_of::<u64>());
        pieces.saturating_add(growth.data).saturating_add(words)
    }

    fn store(&mut self, fragment: &Fragment<'_>, start: u32, end: u32) {
        let header: &[u8] = if start == 0 { fragment.unfragmentable } else { &[] };
        self.data.extend_from_slice(header);
        let at = self.data.len() as u32;
        self.data.extend_from_slice(fragment.payload);
        self.pieces.push(Piece {
            start,
            end,
            at,
            header_len: header.len() as u32,
            next_header_at: fragment.next_header_at as u32,
            next_header: fragment.proto,
        });
    }

    fn header(&self, piece: &Piece) -> Option<&[u8]> {
        let end = piece.at as usize;
        let start = end.checked_sub(piece.header_len as usize)?;
        self.data.get(start..end)
    }
}

/// The bytes that are stored of a fragment.
fn stored_len(fragment: &Fragment<'_>) -> usize {
    let header = if fragment.offset == 0 {
        fragment.unfragmentable.len()
    } else {
        0
    };
    header.saturating_add(fragment.payload.len())
}

/// The capacity for `needed` elements: at least twice what there was, so that growing takes linear time.
fn grown(capacity: usize, needed: usize) -> usize {
    if needed <= capacity {
        capacity
    } else {
        needed.max(capacity.saturating_mul(2))
    }
}

fn reserve<T>(vec: &mut Vec<T>, capacity: usize) {
    if capacity > vec.capacity() {
        vec.reserve_exact(capacity.saturating_sub(vec.len()));
    }
}

// LIMIT: the fragments and the bytes of one datagram. The largest one in pieces of eight bytes, or
// sent four times over, still fits; what comes on top raises `frag_ignored`.
const MAX_PIECES: usize = 8192;
const MAX_DATA: usize = 4 * 65_536;

// LIMIT: the memory of a finished datagram that is kept for the next one.
const MAX_KEPT: usize = 16 << 10;
