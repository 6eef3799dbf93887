//! What a ring counted.

/// What the kernel counted of one ring since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RingStats {
    /// Packets that passed the filter.
    pub received: u64,
    /// Of these, packets that found the ring full.
    pub dropped: u64,
    /// How often the ring became full.
    pub freezes: u64,
}

impl RingStats {
    /// Adds what `PACKET_STATISTICS` told, which counts from 0 each time.
    pub(crate) fn add(&mut self, [packets, drops, freezes]: [u32; 3]) {
        self.received += u64::from(packets);
        self.dropped += u64::from(drops);
        self.freezes += u64::from(freezes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_that_start_anew_are_added_up() {
        let mut stats = RingStats::default();
        stats.add([u32::MAX, 5, 1]);
        stats.add([10, 0, 0]);
        stats.add([0; 3]);
        let received = u64::from(u32::MAX) + 10;
        assert_eq!(
            stats,
            RingStats {
                received,
                dropped: 5,
                freezes: 1
            }
        );
    }
}
