//! What sessions and segments of one shard may take, and the blocks they give back.

use super::buffer::Buffer;
use super::counters::StreamCounters;
use super::session::SESSION_COST;

/// The memory budget of one shard's TCP sessions, and what that shard has counted.
///
/// Blocks that reassembly gives back are kept here, so that the steady state does not allocate.
#[derive(Debug)]
pub struct StreamMemory {
    /// What this shard has counted.
    pub counters: StreamCounters,
    /// How many shards the configured limits are for.
    shards: u64,
    pub(super) blocks: BlockPool,
    #[expect(clippy::vec_box, reason = "a buffer moves between session and pool without a copy")]
    buffers: Vec<Box<Buffer>>,
}

impl StreamMemory {
    /// The memory of one of so many shards, each of which may take an equal part of the configured limits.
    pub fn shared_by(shards: usize) -> Self {
        Self {
            shards: shards.max(1) as u64,
            ..Self::default()
        }
    }

    /// Bytes that sessions take.
    pub fn session_bytes(&self) -> u64 {
        self.counters.memuse
    }

    /// Bytes that reassembly takes, without the spare blocks kept here.
    pub fn reassembly_bytes(&self) -> u64 {
        self.counters.reassembly_memuse
    }

    /// An empty buffer whose data starts at `start`.
    pub(super) fn take_buffer(&mut self, start: u64) -> Box<Buffer> {
        let mut buffer = self.buffers.pop().unwrap_or_default();
        buffer.restart(start);
        buffer
    }

    /// Takes a buffer back, and its blocks.
    pub(super) fn give_buffer(&mut self, mut buffer: Box<Buffer>) {
        buffer.clear(&mut self.blocks);
        let charged = std::mem::take(&mut buffer.charged);
        self.counters.reassembly_memuse = self.counters.reassembly_memuse.saturating_sub(charged);
        // LIMIT: spare buffers; what is over goes back to the allocator.
        if self.buffers.len() < SPARE_BUFFERS {
            self.buffers.push(buffer);
        }
    }

    /// Whether another session fits under the shard's part of `memcap` (0: no limit).
    pub(super) fn has_room_for_session(&self, memcap: u64) -> bool {
        memcap == 0 || self.counters.memuse.saturating_add(SESSION_COST) <= memcap / self.shards
    }

    /// Whether `more` bytes of reassembly fit under the shard's part of `memcap` (0: no limit).
    pub(super) fn has_room(&self, more: u64, memcap: u64) -> bool {
        memcap == 0 || self.counters.reassembly_memuse.saturating_add(more) <= memcap / self.shards
    }

    /// Books what `buffer` takes now.
    pub(super) fn recharge(&mut self, buffer: &mut Buffer) {
        let now = buffer.cost();
        let before = std::mem::replace(&mut buffer.charged, now);
        self.counters.reassembly_memuse = (self.counters.reassembly_memuse + now).saturating_sub(before);
    }
}

impl Default for StreamMemory {
    /// The memory of the only shard.
    fn default() -> Self {
        Self {
            counters: StreamCounters::default(),
            shards: 1,
            blocks: BlockPool::default(),
            buffers: Vec::new(),
        }
    }
}

/// Spare blocks by size, so that streams that come and go do not allocate.
#[derive(Debug, Default)]
pub(super) struct BlockPool {
    spare: [Vec<Vec<u8>>; CLASSES.len()],
}

impl BlockPool {
    /// An empty block with room for at least `min` bytes.
    pub(super) fn take(&mut self, min: usize) -> Vec<u8> {
        match CLASSES.iter().position(|size| *size >= min) {
            Some(class) => self.spare[class]
                .pop()
                .unwrap_or_else(|| Vec::with_capacity(CLASSES[class])),
            None => Vec::with_capacity(min),
        }
    }

    /// The room of the block that [`Self::take`] hands out.
    pub(super) fn size_for(min: usize) -> usize {
        CLASSES.iter().copied().find(|size| *size >= min).unwrap_or(min)
    }

    /// Takes a block back; blocks of other sizes go back to the allocator.
    pub(super) fn give(&mut self, mut block: Vec<u8>) {
        let Some(class) = CLASSES.iter().position(|size| *size == block.capacity()) else {
            return;
        };
        // LIMIT: spare blocks of a size.
        if self.spare[class].len() < SPARE_BLOCKS[class] {
            block.clear();
            self.spare[class].push(block);
        }
    }
}

/// Sizes of the blocks that are kept, in bytes.
///
/// Most of what idle streams hold are the last few bytes of short messages: small blocks are for those.
const CLASSES: [usize; 10] = [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768];
/// Spare blocks of each size: 112 KiB at most, for each of the shards.
const SPARE_BLOCKS: [usize; CLASSES.len()] = [8, 8, 8, 8, 8, 8, 4, 2, 1, 1];
const SPARE_BUFFERS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::OsPolicy;

    #[test]
    fn each_shard_has_its_part_of_the_limit() {
        let mut mem = StreamMemory::shared_by(4);
        assert!(mem.has_room(250, 1000) && !mem.has_room(251, 1000));
        assert!(mem.has_room(u64::MAX, 0));
        let limit = 4 * 2 * SESSION_COST;
        mem.counters.memuse = SESSION_COST;
        assert!(mem.has_room_for_session(limit) && mem.has_room_for_session(0));
        mem.counters.memuse = 2 * SESSION_COST;
        assert!(!mem.has_room_for_session(limit));
    }

    #[test]
    fn nothing_is_on_the_books_for_buffers_that_came_back() {
        let mut mem = StreamMemory::default();
        // More than are kept.
        let mut buffers: Vec<_> = (0..2 * SPARE_BUFFERS).map(|_| mem.take_buffer(0)).collect();
        for buffer in &mut buffers {
            buffer.insert(0, b"some bytes", OsPolicy::default(), &mut mem.blocks);
            mem.recharge(buffer);
        }
        assert!(mem.reassembly_bytes() > 10 * buffers.len() as u64);
        for buffer in buffers {
            mem.give_buffer(buffer);
        }
        assert_eq!(mem.reassembly_bytes(), 0);
    }

    #[test]
    fn blocks_come_back() {
        let mut pool = BlockPool::default();
        let block = pool.take(600);
        assert_eq!(block.capacity(), 1024);
        let at = block.as_ptr() as usize;
        pool.give(block);
        let again = pool.take(1000);
        assert_eq!(again.as_ptr() as usize, at);
        assert_eq!(pool.take(100_000).capacity(), 100_000);
        assert_eq!(BlockPool::size_for(1), 64);
    }
}
