//! What later stages read of a stream: parsers in order, rules by windows.

use super::config::StreamConfig;
use super::endpoint::{Marks, Stream};
use super::memory::StreamMemory;
use super::session::{TcpSession, TcpState};
use packet::Direction;

/// What comes next for the parser of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppData<'a> {
    /// Nothing, for now.
    None,
    /// These bytes, in order, from the parser's progress on.
    Bytes(&'a [u8]),
    /// Data was lost: that many bytes will not come.
    Gap(u64),
}

/// A contiguous part of a stream for rules to inspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawChunk<'a> {
    /// The offset of the first byte.
    pub offset: u64,
    /// The bytes.
    pub data: &'a [u8],
    /// How many bytes at the front were inspected before: a match that ends among them is an old one.
    pub seen: usize,
}

impl Stream {
    /// What comes next for the parser.
    pub fn app_data(&self) -> AppData<'_> {
        let (Some(buffer), false) = (&self.buffer, self.marks.has(Marks::APP_OFF)) else {
            return AppData::None;
        };
        for (start, data) in buffer.runs() {
            if self.app_progress < start {
                return AppData::Gap(start - self.app_progress);
            }
            let end = (start + data.len() as u64).min(self.visible);
            if self.app_progress < end {
                let range = (self.app_progress - start) as usize..(end - start) as usize;
                return AppData::Bytes(data.get(range).unwrap_or_default());
            }
        }
        AppData::None
    }

    /// Whether what [`app_data`](Self::app_data) gives ends where data was lost, so that no more will come behind it.
    pub fn app_data_is_cut(&self) -> bool {
        self.buffer.as_ref().is_some_and(|b| self.app_progress < b.live_start())
    }

    /// Whether no data is stored from `offset` on; what is visible may go on there by the sequence number of a FIN.
    pub fn has_none_from(&self, offset: u64) -> bool {
        let Some(buffer) = &self.buffer else { return true };
        buffer.runs().all(|(start, data)| start + data.len() as u64 <= offset)
    }

    /// Moves the parser's progress on by `n` bytes, be they data or a gap; at most to what is visible or was lost.
    pub fn consume_app(&mut self, n: u64) {
        let limit = self
            .visible
            .max(self.buffer.as_ref().map_or(0, |buffer| buffer.live_start()));
        self.app_progress = self.app_progress.saturating_add(n).min(limit.max(self.app_progress));
    }

    /// The offset up to which the parser has read.
    pub fn app_progress(&self) -> u64 {
        self.app_progress
    }

    /// The offset up to which rules have inspected the raw stream.
    pub fn raw_progress(&self) -> u64 {
        self.raw_progress
    }

    /// The offset up to which readers may read.
    pub fn visible(&self) -> u64 {
        self.visible
    }

    /// Whether nothing comes after what is there: the session was closed or the flow has ended.
    pub fn has_ended(&self) -> bool {
        self.marks.has(Marks::ENDED)
    }

    /// Whether data of the stream was lost.
    pub fn has_gap(&self) -> bool {
        self.marks.has(Marks::GAP)
    }

    /// Whether the stream is longer than the reassembly depth, and its rest is not stored.
    pub fn depth_reached(&self) -> bool {
        self.marks.has(Marks::DEPTH_REACHED)
    }

    /// The bytes of data the sender has sent, as far as its sequence numbers tell: the `stream_size` keyword's figure.
    pub fn size(&self) -> u32 {
        self.next_seq.minus(self.isn.0).0
    }

    /// The flags of all the segments.
    pub fn tcp_flags(&self) -> u8 {
        self.tcp_flags
    }

    /// No parser reads the stream from now on.
    pub fn stop_app(&mut self) {
        self.marks.set(Marks::APP_OFF);
    }

    /// Rules do not inspect the raw stream from now on, as with encrypted data.
    pub fn stop_raw(&mut self) {
        self.marks.set(Marks::RAW_OFF);
    }

    /// Lets rules see the raw stream with the next packet, however little of it there is.
    pub fn trigger_raw(&mut self) {
        self.marks.set(Marks::RAW_NOW);
    }

    /// The windows of the raw stream that hold something new, with up to `context` bytes that were inspected before.
    pub fn raw_chunks(&self, context: u32) -> impl Iterator<Item = RawChunk<'_>> {
        let from = self.raw_progress.saturating_sub(u64::from(context));
        let runs = self.buffer.iter().flat_map(|buffer| buffer.runs());
        runs.filter_map(move |(start, data)| {
            let end = (start + data.len() as u64).min(self.visible);
            if end <= self.raw_progress {
                return None;
            }
            let first = start.max(from);
            let data = data.get((first - start) as usize..(end.max(first) - start) as usize)?;
            let seen = self.raw_progress.saturating_sub(first) as usize;
            Some(RawChunk {
                offset: first,
                data,
                seen,
            })
        })
    }

    /// Notes that rules have inspected everything visible.
    pub fn raw_done(&mut self) {
        self.raw_progress = self.raw_progress.max(self.visible.min(self.stored_end()));
        self.marks.clear(Marks::RAW_NOW);
    }

    /// The bytes of the stream that are still there, at most `max`: what a record shows of it.
    pub fn shown(&self, max: usize) -> Option<&[u8]> {
        let (_, data) = self.buffer.as_ref()?.runs().next()?;
        data.get(..data.len().min(max))
    }

    /// Frees what no reader needs any more; `context` bytes before the raw progress stay.
    pub fn prune(&mut self, context: u32, mem: &mut StreamMemory) {
        let app = if self.marks.has(Marks::APP_OFF) {
            u64::MAX
        } else {
            self.app_progress
        };
        let raw_off = self.marks.has(Marks::RAW_OFF);
        let raw = if raw_off {
            u64::MAX
        } else {
            self.raw_progress.saturating_sub(u64::from(context))
        };
        let Some(buffer) = &mut self.buffer else { return };
        let to = app.min(raw).min(buffer.live_end()).max(self.base);
        // PERF: most packets leave everything where it was.
        if to == self.base && !raw_off {
            return;
        }
        self.base = to;
        buffer.trim(to, if raw_off { 0 } else { context as usize }, &mut mem.blocks);
        mem.recharge(buffer);
        self.release(false, mem);
    }

    fn stored_end(&self) -> u64 {
        self.buffer
            .as_ref()
            .map_or(self.raw_progress, |buffer| buffer.live_end())
    }
}

impl TcpSession {
    /// Whether rules are to inspect the raw stream of `direction` now, with a packet of that direction.
    pub fn raw_ready(&self, direction: Direction, config: &StreamConfig) -> bool {
        let stream = self.stream(direction);
        let end = stream.visible.min(stream.stored_end());
        if stream.marks.has(Marks::RAW_OFF) || end <= stream.raw_progress {
            return false;
        }
        let chunk = match direction {
            Direction::ToServer => config.reassembly.toserver_chunk_size,
            Direction::ToClient => config.reassembly.toclient_chunk_size,
        };
        config.inline
            || stream.marks.has(Marks::RAW_NOW | Marks::ENDED)
            || self.state > TcpState::TimeWait
            || end - stream.raw_progress > u64::from(chunk)
    }
}
