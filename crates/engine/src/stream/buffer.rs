//! The bytes of one direction, put in order.
//!
//! What readers may see lies in *runs*, each contiguous in memory; the last one, the live run, grows.
//! What came too early waits in *pieces* until the hole before it is filled or given up.
//! Offsets are absolute: 0 is the first byte after the SYN, and they never wrap.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound::{Excluded, Unbounded};

use super::config::OsPolicy;
use super::memory::BlockPool;
use super::overlap::Extent;

/// The reassembled bytes of one direction that some reader still needs.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    /// Runs before the live one: there is a gap after each.
    older: VecDeque<Run>,
    live: Run,
    /// The ends of the segments in the live run, ascending: overlap policies go by whole segments.
    edges: VecDeque<u64>,
    /// Pieces that came too early, by their offset; they do not overlap.
    pieces: BTreeMap<u64, Piece>,
    piece_bytes: u64,
    older_bytes: u64,
    /// What the memory budget has on the books for this buffer.
    pub(super) charged: u64,
}

/// What became of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Inserted {
    /// Some of it covers data that was there.
    pub(super) overlap: bool,
    /// And that data was different.
    pub(super) differs: bool,
}

impl Buffer {
    /// Starts over, empty, at offset `start`.
    pub(super) fn restart(&mut self, start: u64) {
        self.live.start = start;
    }

    /// Gives every block back.
    pub(super) fn clear(&mut self, pool: &mut BlockPool) {
        for run in self.older.drain(..) {
            pool.give(run.bytes);
        }
        pool.give(std::mem::take(&mut self.live.bytes));
        self.live = Run::default();
        self.edges.clear();
        self.edges.shrink_to(SPARE_EDGES);
        self.pieces.clear();
        self.piece_bytes = 0;
        self.older_bytes = 0;
    }

    /// Whether there is nothing at all in it.
    pub(super) fn is_empty(&self) -> bool {
        self.older.is_empty() && self.live.is_empty() && self.pieces.is_empty()
    }

    /// The memory it takes, in bytes.
    pub(super) fn cost(&self) -> u64 {
        let edges = self.edges.capacity() * size_of::<u64>();
        BUFFER_COST
            + self.live.bytes.capacity() as u64
            + self.older_bytes
            + self.piece_bytes
            + self.pieces.len() as u64 * PIECE_COST
            + edges as u64
    }

    /// The memory that `segment` would take on top, at most, in bytes.
    pub(super) fn cost_of(&self, segment: Extent) -> u64 {
        let len = segment.end - segment.start;
        let own = if self.charged == 0 { BUFFER_COST } else { 0 };
        if segment.start > self.live.end() {
            return own + len + PIECE_COST;
        }
        let appended = segment.end.saturating_sub(self.live.end());
        let waiting = if self.pieces.is_empty() { 0 } else { self.piece_bytes };
        own + self.live.growth((appended + waiting) as usize) as u64 + size_of::<u64>() as u64
    }

    /// How many pieces wait.
    pub(super) fn piece_count(&self) -> usize {
        self.pieces.len()
    }

    /// The offset after the last contiguous byte.
    pub(super) fn live_end(&self) -> u64 {
        self.live.end()
    }

    /// The offset of the live run's first byte: what comes before it comes too late.
    pub(super) fn live_start(&self) -> u64 {
        self.live.start
    }

    /// The offset after the last byte of all.
    pub(super) fn end(&self) -> u64 {
        self.pieces
            .last_key_value()
            .map_or(self.live.end(), |(start, piece)| piece.end(*start))
    }

    /// The offset of the first piece that waits.
    pub(super) fn first_piece(&self) -> Option<u64> {
        self.pieces.first_key_value().map(|(start, _)| *start)
    }

    /// Stores `data`, which starts at offset `start`; `policy` resolves overlaps. What lies before the live run is left out.
    pub(super) fn insert(&mut self, start: u64, data: &[u8], policy: OsPolicy, pool: &mut BlockPool) -> Inserted {
        let segment = Extent {
            start,
            end: start + data.len() as u64,
        };
        if start == self.live.end() && self.pieces.is_empty() {
            self.append(data, segment.end, pool);
            return Inserted::default();
        }
        let mut new = NewSegment {
            extent: segment,
            data,
            policy,
            done: Inserted::default(),
        };
        self.lay_over_live(&mut new);
        self.lay_over_pieces(&mut new, pool);
        self.drain_pieces(pool);
        new.done
    }

    /// Gives up the hole before the first piece, so that readers can go on there.
    pub(super) fn give_up_hole(&mut self, pool: &mut BlockPool) {
        let Some(start) = self.first_piece() else { return };
        let ended = std::mem::replace(
            &mut self.live,
            Run {
                start,
                bytes: Vec::new(),
                head: 0,
            },
        );
        self.edges.clear();
        if ended.is_empty() {
            pool.give(ended.bytes);
        } else {
            self.older_bytes += ended.bytes.capacity() as u64;
            self.older.push_back(ended);
        }
        self.drain_pieces(pool);
    }

    /// Forgets what lies before offset `to`, which no reader needs any more.
    pub(super) fn trim(&mut self, to: u64, context: usize, pool: &mut BlockPool) {
        while let Some(run) = self.older.front_mut() {
            if run.end() > to {
                run.trim(to);
                return;
            }
            self.older_bytes -= run.bytes.capacity() as u64;
            pool.give(std::mem::take(&mut run.bytes));
            self.older.pop_front();
        }
        self.live.trim(to);
        self.live.shrink(context, pool);
        let gone = self.edges.partition_point(|end| *end <= to);
        self.edges.drain(..gone);
        while let Some(first) = self.pieces.first_entry() {
            if *first.key() >= to {
                break;
            }
            let (start, piece) = first.remove_entry();
            self.piece_bytes -= piece.bytes.len() as u64;
            let keep = piece.bytes.get((to - start) as usize..).unwrap_or_default();
            if !keep.is_empty() {
                self.live.push(keep, pool);
            }
            self.edges.push_back(self.live.end());
        }
        self.drain_pieces(pool);
    }

    /// The runs in order, each with the offset of its first byte.
    pub(super) fn runs(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.older.iter().chain([&self.live]).map(|run| (run.start, run.data()))
    }

    fn append(&mut self, data: &[u8], end: u64, pool: &mut BlockPool) {
        self.live.push(data, pool);
        self.edges.push_back(end);
    }

    /// Settles what the segment shares with the live run, segment by segment.
    fn lay_over_live(&mut self, new: &mut NewSegment<'_>) {
        let Extent { start, end } = new.extent;
        if start >= self.live.end() || end <= self.live.start {
            return;
        }
        let first = self.edges.partition_point(|edge| *edge <= start.max(self.live.start));
        let mut old_start = first
            .checked_sub(1)
            .and_then(|at| self.edges.get(at))
            .copied()
            .unwrap_or(self.live.start);
        for edge in self.edges.range(first..) {
            if old_start >= end {
                break;
            }
            let old = Extent {
                start: old_start,
                end: *edge,
            };
            new.settle(old, old.start.max(self.live.start), self.live.slice_mut(old));
            old_start = *edge;
        }
    }

    /// Settles what the segment shares with pieces, and stores what nothing was in the place of.
    fn lay_over_pieces(&mut self, new: &mut NewSegment<'_>, pool: &mut BlockPool) {
        let mut at = new.extent.start.max(self.live.end());
        while at < new.extent.end {
            if let Some((start, piece)) = self.pieces.range_mut(..=at).next_back()
                && piece.end(*start) > at
            {
                new.settle(piece.origin, *start, &mut piece.bytes);
                at = piece.end(*start);
                continue;
            }
            let next = self
                .pieces
                .range((Excluded(at), Unbounded))
                .next()
                .map(|(start, _)| *start);
            let end = next.map_or(new.extent.end, |next| next.min(new.extent.end));
            let bytes = new.part(at, end);
            if at == self.live.end() {
                self.append(bytes, end, pool);
            } else {
                self.piece_bytes += bytes.len() as u64;
                self.pieces.insert(
                    at,
                    Piece {
                        origin: new.extent,
                        bytes: bytes.into(),
                    },
                );
            }
            at = end;
        }
    }

    /// Moves pieces that touch the live run into it.
    fn drain_pieces(&mut self, pool: &mut BlockPool) {
        while let Some(first) = self.pieces.first_entry()
            && *first.key() <= self.live.end()
        {
            let (start, piece) = first.remove_entry();
            self.piece_bytes -= piece.bytes.len() as u64;
            let end = piece.end(start);
            self.append(&piece.bytes, end, pool);
        }
    }
}

/// A segment on its way into the buffer.
struct NewSegment<'a> {
    extent: Extent,
    data: &'a [u8],
    policy: OsPolicy,
    done: Inserted,
}

impl<'a> NewSegment<'a> {
    /// The bytes from offset `start` to `end`.
    fn part(&self, start: u64, end: u64) -> &'a [u8] {
        let base = self.extent.start;
        self.data
            .get((start - base) as usize..(end - base) as usize)
            .unwrap_or_default()
    }

    /// Compares with the old segment `origin` whose bytes from offset `start` on are `old`, and replaces them if the new ones win.
    fn settle(&mut self, origin: Extent, start: u64, old: &mut [u8]) {
        let from = start.max(self.extent.start);
        let to = (start + old.len() as u64).min(self.extent.end);
        if from >= to {
            return;
        }
        self.done.overlap = true;
        let Some(old) = old.get_mut((from - start) as usize..(to - start) as usize) else {
            return;
        };
        let new = self.part(from, to);
        if old == new {
            return;
        }
        self.done.differs = true;
        if self.policy.new_wins(self.extent, origin) {
            old.copy_from_slice(new);
        }
    }
}

/// Bytes that are contiguous in the stream and in memory.
#[derive(Debug, Default)]
struct Run {
    start: u64,
    bytes: Vec<u8>,
    /// Bytes at the front that are no longer needed; `start` is the offset of the first one after them.
    head: usize,
}

impl Run {
    fn data(&self) -> &[u8] {
        self.bytes.get(self.head..).unwrap_or_default()
    }

    fn len(&self) -> usize {
        self.bytes.len() - self.head
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn end(&self) -> u64 {
        self.start + self.len() as u64
    }

    /// The bytes of `extent` that are here.
    fn slice_mut(&mut self, extent: Extent) -> &mut [u8] {
        let from = self.head + extent.start.saturating_sub(self.start) as usize;
        let to = self.head + extent.end.saturating_sub(self.start) as usize;
        self.bytes.get_mut(from..to).unwrap_or_default()
    }

    /// How much the block grows when `more` bytes are added.
    fn growth(&self, more: usize) -> usize {
        if self.fits(more) { 0 } else { self.wanted(more) }
    }

    fn fits(&self, more: usize) -> bool {
        let room = self.bytes.capacity();
        // PERF: moving the data to the front pays only when at least as much was taken from there.
        self.bytes.len() + more <= room || (self.head >= self.len() && self.len() + more <= room)
    }

    fn wanted(&self, more: usize) -> usize {
        BlockPool::size_for((self.len() + more).max(self.len() * 2))
    }

    fn push(&mut self, data: &[u8], pool: &mut BlockPool) {
        if !self.fits(data.len()) {
            let mut block = pool.take(self.wanted(data.len()));
            block.extend_from_slice(self.data());
            pool.give(std::mem::replace(&mut self.bytes, block));
            self.head = 0;
        } else if self.bytes.len() + data.len() > self.bytes.capacity() {
            self.bytes.drain(..self.head);
            self.head = 0;
        }
        self.bytes.extend_from_slice(data);
    }

    /// Forgets what lies before `to`; beyond the end it starts over, empty, at `to`.
    fn trim(&mut self, to: u64) {
        let gone = to.saturating_sub(self.start);
        if gone >= self.len() as u64 {
            self.bytes.clear();
            self.head = 0;
        } else {
            self.head += gone as usize;
        }
        self.start = self.start.max(to);
    }

    /// Moves what little is left into a small block, so that an idle session does not hold a large one.
    fn shrink(&mut self, context: usize, pool: &mut BlockPool) {
        let small = BlockPool::size_for(context.max(1));
        if self.len() <= context && self.bytes.capacity() > small {
            let mut block = if self.is_empty() { Vec::new() } else { pool.take(small) };
            block.extend_from_slice(self.data());
            pool.give(std::mem::replace(&mut self.bytes, block));
            self.head = 0;
        }
    }
}

/// A part of a segment that came before its turn.
#[derive(Debug)]
struct Piece {
    /// The whole segment it came with.
    origin: Extent,
    bytes: Box<[u8]>,
}

impl Piece {
    fn end(&self, start: u64) -> u64 {
        start + self.bytes.len() as u64
    }
}

/// What a buffer takes by itself.
const BUFFER_COST: u64 = size_of::<Buffer>() as u64;
/// What a piece takes beside its bytes: its node, its box, the allocator's share; in bytes.
const PIECE_COST: u64 = 96;
/// Room for edges that an empty buffer keeps.
const SPARE_EDGES: usize = 64;
