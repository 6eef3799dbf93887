//! From segments to streams: what a segment acknowledges becomes visible, and its data is stored.

use super::buffer::Inserted;
use super::config::UrgentPolicy;
use super::endpoint::{Marks, Stream};
use super::event::StreamEvent;
use super::memory::StreamMemory;
use super::overlap::Extent;
use super::segment::flag;
use super::session::{TcpState, Traits};
use super::turn::Turn;
use packet::Direction;

impl Turn<'_> {
    /// Lets an accepted segment take effect on both streams.
    pub(super) fn reassemble(&mut self) {
        let inline = self.config.inline;
        if !inline && self.segment.has(flag::ACK) {
            self.show_acknowledged();
        }
        if !self.segment.payload.is_empty() && !self.segment.has(flag::RST) {
            self.store();
        }
        let ends = self.segment.has_any(flag::RST | flag::FIN) && self.session.state == TcpState::Closed;
        if inline || self.is(Traits::ASYNC) || ends {
            self.show_stored();
        }
    }

    /// What the segment acknowledges is for readers to see.
    fn show_acknowledged(&mut self) {
        let direction = self.direction.reverse();
        let stream = self.session.stream_mut(direction);
        if stream.last_ack.after(stream.next_seq) {
            self.mem.counters.ack_unseen_data += 1;
        }
        // Suricata: after a FIN the last number acknowledged may be the FIN, whichever side sent it.
        let fin = i64::from(self.session.state >= TcpState::FinWait1);
        let stream = self.session.stream_mut(direction);
        let upto = stream.offset(stream.last_ack);
        let lost = stream.give_up(u64::try_from(upto - fin).unwrap_or(0), self.mem);
        stream.show(u64::try_from(upto).unwrap_or(0));
        if lost {
            self.gap(direction);
        }
        self.out.data_ready[direction.index()] = true;
    }

    /// What is stored of the sender's stream is for readers to see.
    fn show_stored(&mut self) {
        let direction = self.direction;
        let stream = self.session.stream_mut(direction);
        stream.show(stream.contiguous_end());
        self.out.data_ready[direction.index()] = true;
    }

    fn gap(&mut self, direction: Direction) {
        self.session.stream_mut(direction).marks.set(Marks::GAP);
        self.session.traits.set(Traits::LIBERAL);
        self.mem.counters.reassembly_gap += 1;
        self.event(StreamEvent::ReassemblySeqGap);
    }

    fn store(&mut self) {
        let segment = self.segment;
        let first = if segment.has(flag::SYN) {
            segment.seq().plus(1)
        } else {
            segment.seq()
        };
        let start = self.sender().offset(first);
        let payload = self.without_urgent(segment.payload);
        self.store_at(start, payload);
    }

    fn without_urgent<'p>(&mut self, payload: &'p [u8]) -> &'p [u8] {
        if !self.segment.has(flag::URG) || self.segment.urgent == 0 {
            return payload;
        }
        match self.config.reassembly.urgent {
            UrgentPolicy::Inline => payload,
            _ => payload,
        }
    }

    fn store_at(&mut self, start: i64, payload: &[u8]) {
        let reassembly = &self.config.reassembly;
        let (depth, memcap, max_pieces) = (reassembly.depth, reassembly.memcap, reassembly.max_pieces);
        let direction = self.direction;
        let stream = self.session.stream_mut(direction);
        if stream.is_deaf() {
            return;
        }
        let Some((extent, payload)) = stream.wanted_part(start, payload) else {
            self.event(StreamEvent::ReassemblySegmentBeforeBaseSeq);
            return;
        };
        let (extent, payload) = match within_depth(extent, payload, depth) {
            Depth::Within => (extent, payload),
            Depth::Reached(extent, payload) => {
                if !stream.marks.has(Marks::DEPTH_REACHED) {
                    stream.marks.set(Marks::DEPTH_REACHED);
                    self.mem.counters.stream_depth_reached += 1;
                    self.out.events.insert(StreamEvent::ReassemblyDepthReached);
                }
                (extent, payload)
            }
        };
        if payload.is_empty() {
            return;
        }
        match stream.insert(extent, payload, memcap, max_pieces as usize, self.mem) {
            Ok(done) => {
                self.out.added_to_stream = true;
                self.overlap(done);
            }
            Err(event) => self.event(event),
        }
    }

    fn overlap(&mut self, done: Inserted) {
        self.mem.counters.overlap += u64::from(done.overlap);
        if done.differs && self.config.reassembly.check_overlap_different_data {
            self.mem.counters.overlap_diff_data += 1;
            self.event(StreamEvent::ReassemblyOverlapDifferentData);
        }
    }
}

enum Depth<'p> {
    Within,
    Reached(Extent, &'p [u8]),
}

/// Cuts what lies beyond the reassembly depth.
fn within_depth(extent: Extent, payload: &[u8], depth: u32) -> Depth<'_> {
    let depth = u64::from(depth);
    if depth == 0 || extent.end <= depth {
        return Depth::Within;
    }
    let keep = depth.saturating_sub(extent.start) as usize;
    Depth::Reached(
        Extent {
            start: extent.start,
            end: extent.start + keep as u64,
        },
        payload.get(..keep).unwrap_or_default(),
    )
}

impl Stream {
    /// Whether nobody reads the stream any more.
    pub(super) fn is_deaf(&self) -> bool {
        self.marks.has(Marks::APP_OFF) && self.marks.has(Marks::RAW_OFF)
    }

    /// The part of a segment at offset `start` that is not forgotten yet.
    fn wanted_part<'p>(&self, start: i64, payload: &'p [u8]) -> Option<(Extent, &'p [u8])> {
        let base = self
            .buffer
            .as_ref()
            .map_or(self.base, |buffer| buffer.live_start().max(self.base));
        let skip = usize::try_from(i64::try_from(base).ok()?.saturating_sub(start)).unwrap_or(0);
        let payload = payload.get(skip..).filter(|rest| !rest.is_empty())?;
        let start = u64::try_from(start).unwrap_or(0).max(base);
        Some((
            Extent {
                start,
                end: start + payload.len() as u64,
            },
            payload,
        ))
    }

    fn insert(
        &mut self,
        extent: Extent,
        payload: &[u8],
        memcap: u64,
        max_pieces: usize,
        mem: &mut StreamMemory,
    ) -> Result<Inserted, StreamEvent> {
        let base = self.base;
        let buffer = self.buffer.get_or_insert_with(|| mem.take_buffer(base));
        if !mem.has_room(buffer.cost_of(extent), memcap) {
            // LIMIT: `stream.reassembly.memcap`.
            mem.counters.segment_memcap_drop += 1;
            self.release(false, mem);
            return Err(StreamEvent::ReassemblyInsertMemcap);
        }
        if extent.start > buffer.live_end() && buffer.piece_count() >= max_pieces {
            // LIMIT: pieces out of order.
            mem.counters.insert_data_normal_fail += 1;
            return Err(StreamEvent::ReassemblyInsertLimit);
        }
        let done = buffer.insert(extent.start, payload, self.os, &mut mem.blocks);
        mem.recharge(buffer);
        self.stored_to(extent.end);
        Ok(done)
    }

    /// Lets readers see what lies before `upto`.
    pub(super) fn show(&mut self, upto: u64) {
        self.visible = self.visible.max(upto);
    }

    /// Gives up the holes before data that was received, if something in them was acknowledged: it is before `acked`.
    ///
    /// Whether there was such a hole.
    pub(super) fn give_up(&mut self, acked: u64, mem: &mut StreamMemory) -> bool {
        let Some(buffer) = &mut self.buffer else { return false };
        let mut gap = false;
        while buffer.live_end() < acked && buffer.first_piece().is_some() {
            buffer.give_up_hole(&mut mem.blocks);
            gap = true;
        }
        if gap {
            mem.recharge(buffer);
        }
        gap
    }

    /// Nothing more comes: everything stored is for readers to see.
    pub(super) fn end(&mut self, mem: &mut StreamMemory) {
        self.marks.set(Marks::ENDED | Marks::RAW_NOW);
        let end = self.buffer.as_ref().map_or(self.visible, |buffer| buffer.end());
        self.give_up(end, mem);
        self.show(end);
    }

    /// The offset after the last byte that can be read without a gap.
    pub(super) fn contiguous_end(&self) -> u64 {
        self.buffer.as_ref().map_or(self.base, |buffer| buffer.live_end())
    }
}
