//! One direction of a conversation: where its sender stands, and the bytes that readers still need.

use packet::Timestamp;

use super::buffer::Buffer;
use super::config::OsPolicy;
use super::memory::StreamMemory;
use super::window::Seq;

/// One direction of a TCP session.
///
/// Offsets are absolute and do not wrap: 0 is the first byte after the SYN.
#[derive(Debug)]
pub struct Stream {
    /// The initial sequence number.
    pub(super) isn: Seq,
    /// What the sender is expected to send next.
    pub(super) next_seq: Seq,
    /// What the other side has acknowledged.
    pub(super) last_ack: Seq,
    /// How far the sender may go, by acknowledgement and window.
    pub(super) next_win: Seq,
    /// The window the other side advertises, in bytes.
    pub(super) window: u32,
    /// How many bits the window the other side advertises is to be shifted.
    pub(super) wscale: u8,
    /// The flags of all the segments.
    pub(super) tcp_flags: u8,
    /// What holds for the stream.
    pub(super) marks: Marks,
    /// The policy of the host that receives the stream.
    pub(super) os: OsPolicy,
    /// The last timestamp option's value.
    pub(super) last_ts: u32,
    /// When it came.
    pub(super) last_ts_secs: Seconds,
    /// The number after the last byte stored; of no meaning before [`Marks::STORED`].
    right_edge: Seq,
    /// An offset near those in use.
    anchor: i64,
    /// What lies before this offset is forgotten.
    pub(super) base: u64,
    /// What lies before this offset is for readers to see.
    pub(super) visible: u64,
    pub(super) app_progress: u64,
    pub(super) raw_progress: u64,
    pub(super) buffer: Option<Box<Buffer>>,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            isn: Seq(0),
            next_seq: Seq(0),
            last_ack: Seq(0),
            next_win: Seq(0),
            window: 0,
            wscale: 0,
            tcp_flags: 0,
            marks: Marks::default(),
            os: OsPolicy::default(),
            last_ts: 0,
            last_ts_secs: Seconds::default(),
            right_edge: Seq(0),
            anchor: 0,
            base: 0,
            visible: 0,
            app_progress: 0,
            raw_progress: 0,
            buffer: None,
        }
    }
}

/// Where the two sides of a stream stand: the figures of EVE's `stream_tcp` record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamNumbers {
    /// The initial sequence number.
    pub isn: u32,
    /// What the sender is expected to send next.
    pub next_seq: u32,
    /// What the other side has acknowledged.
    pub last_ack: u32,
    /// How far the sender may go.
    pub next_win: u32,
    /// The window the other side advertises, in bytes.
    pub window: u32,
    /// How many bits the window the other side advertises is shifted.
    pub wscale: u8,
    /// The sequence number of the first byte that is held, or would be.
    pub base_seq: u32,
    /// The sequence number after the last byte stored; 0 when there was none.
    pub right_edge: u32,
}

impl Stream {
    /// Where the two sides stand.
    pub fn numbers(&self) -> StreamNumbers {
        StreamNumbers {
            isn: self.isn.0,
            next_seq: self.next_seq.0,
            last_ack: self.last_ack.0,
            next_win: self.next_win.0,
            window: self.window,
            wscale: self.wscale,
            base_seq: self.seq_at(self.base).0,
            right_edge: if self.marks.has(Marks::STORED) {
                self.right_edge.0
            } else {
                0
            },
        }
    }

    /// Sets the initial sequence number: the stream starts after it.
    pub(super) fn start(&mut self, isn: Seq) {
        self.isn = isn;
        self.anchor = 0;
    }

    /// The offset of `seq`, by the shorter way round; negative before the start of the stream.
    pub(super) fn offset(&self, seq: Seq) -> i64 {
        self.anchor + i64::from(seq.since(self.anchor_seq()))
    }

    /// The sequence number of the byte at `offset`.
    pub(super) fn seq_at(&self, offset: u64) -> Seq {
        self.isn.plus(1).plus(offset as u32)
    }

    fn anchor_seq(&self) -> Seq {
        self.seq_at(self.anchor as u64)
    }

    /// Notes that bytes up to offset `end` are stored.
    pub(super) fn stored_to(&mut self, end: u64) {
        let end = self.seq_at(end);
        if !self.marks.has(Marks::STORED) || end.after(self.right_edge) {
            self.right_edge = end;
        }
        self.marks.set(Marks::STORED);
    }

    /// Moves the anchor along, so that offsets stay right beyond 2 GiB.
    pub(super) fn keep_near(&mut self, seq: Seq) {
        let ahead = seq.since(self.anchor_seq());
        if ahead > ANCHOR_STEP {
            self.anchor += i64::from(ahead);
        }
    }

    /// Notes an acknowledgement, if it is a newer one.
    pub(super) fn acknowledge(&mut self, ack: Seq) {
        if ack.after(self.last_ack) {
            self.last_ack = ack;
            self.keep_near(ack);
        }
    }

    /// Lets the sender go on to `seq`, if that is further than before.
    pub(super) fn allow_upto(&mut self, seq: Seq) {
        self.next_win = self.next_win.later(seq);
    }

    /// Gives the buffer back when there is nothing in it, with all its data otherwise if `all`.
    pub(super) fn release(&mut self, all: bool, mem: &mut StreamMemory) {
        if let Some(buffer) = self.buffer.take_if(|buffer| all || buffer.is_empty()) {
            mem.give_buffer(buffer);
        }
    }
}

/// A moment of packet time in whole seconds, which wrap: compared by the shorter way round, 68 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seconds(u32);

impl Seconds {
    /// The second of that moment.
    pub(super) const fn of(time: Timestamp) -> Self {
        Self(time.secs() as u32)
    }

    /// The seconds from `earlier` to here; negative when it lies before.
    pub(super) const fn since(self, earlier: Self) -> i32 {
        self.0.wrapping_sub(earlier.0) as i32
    }
}

/// What holds for a stream: one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks(u16);

impl Marks {
    /// The last segment was a keep-alive.
    pub(super) const KEEP_ALIVE: u16 = 1;
    /// A gap was given to the readers.
    pub(super) const GAP: u16 = 1 << 1;
    /// The reassembly depth is reached.
    pub(super) const DEPTH_REACHED: u16 = 1 << 2;
    /// The first timestamp of the stream was 0.
    pub(super) const ZERO_TIMESTAMP: u16 = 1 << 3;
    /// No parser reads the stream any more.
    pub(super) const APP_OFF: u16 = 1 << 4;
    /// Rules do not inspect the stream any more.
    pub(super) const RAW_OFF: u16 = 1 << 5;
    /// Rules are to see what is there, however little it is.
    pub(super) const RAW_NOW: u16 = 1 << 6;
    /// Nothing more comes: readers see all there is.
    pub(super) const ENDED: u16 = 1 << 7;
    /// There was a RST.
    pub(super) const RST_SEEN: u16 = 1 << 8;
    /// The SYN has a timestamp.
    pub(super) const TIMESTAMP: u16 = 1 << 9;
    /// Bytes were stored.
    pub(super) const STORED: u16 = 1 << 10;

    pub(super) const fn has(self, mark: u16) -> bool {
        self.0 & mark != 0
    }

    pub(super) const fn set(&mut self, mark: u16) {
        self.0 |= mark;
    }

    pub(super) const fn clear(&mut self, mark: u16) {
        self.0 &= !mark;
    }
}

/// How far numbers move before the anchor follows; well below the 2 GiB within which numbers compare.
const ANCHOR_STEP: i32 = 1 << 29;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_compare_where_they_wrap() {
        let before = Seconds::of(Timestamp::new((1 << 32) - 10, 0));
        let after = Seconds::of(Timestamp::new((1 << 32) + 5, 0));
        assert_eq!((after.since(before), before.since(after)), (15, -15));
    }

    #[test]
    fn the_right_edge_goes_on_where_numbers_wrap() {
        let mut stream = Stream::default();
        stream.start(Seq(0xffff_fff0));
        assert_eq!(stream.numbers().right_edge, 0);
        for (end, edge) in [(8, 0xffff_fff9), (4, 0xffff_fff9), (0x20, 0x11), (0x10, 0x11)] {
            stream.stored_to(end);
            assert_eq!(stream.numbers().right_edge, edge);
        }
    }

    #[test]
    fn offsets_go_on_where_numbers_wrap() {
        let mut stream = Stream::default();
        stream.start(Seq(0xffff_fff0));
        assert_eq!(stream.offset(Seq(0xffff_fff1)), 0);
        assert_eq!(stream.offset(Seq(0xffff_fff0)), -1);
        let mut seq = stream.isn.plus(1);
        for step in 0..20_i64 {
            assert_eq!(stream.offset(seq), step << 30);
            assert_eq!(stream.seq_at((step as u64) << 30), seq);
            stream.keep_near(seq);
            seq = seq.plus(1 << 30);
        }
    }
}
