//! What defragmentation did, under the names of Suricata's statistics.

macro_rules! counters {
    ($($(#[$doc:meta])* $field:ident = $name:literal,)*) => {
        /// What defragmentation did; [`each`](Self::each) gives the values under the names of Suricata's statistics.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct DefragCounters {
            $($(#[$doc])* pub $field: u64,)*
        }

        impl DefragCounters {
            /// Calls `take` with every name and value, in the order of the fields.
            pub fn each(&self, mut take: impl FnMut(&'static str, u64)) {
                $(take($name, self.$field);)*
            }

            /// Adds the counters of another shard.
            pub fn add(&mut self, other: &Self) {
                $(self.$field = self.$field.saturating_add(other.$field);)*
            }
        }
    };
}

counters! {
    /// IPv4 fragments.
    ipv4_fragments = "defrag.ipv4.fragments",
    /// IPv4 datagrams put together.
    ipv4_reassembled = "defrag.ipv4.reassembled",
    /// IPv6 fragments.
    ipv6_fragments = "defrag.ipv6.fragments",
    /// IPv6 datagrams put together.
    ipv6_reassembled = "defrag.ipv6.reassembled",
    /// How often there was no room for another fragment.
    max_frags_reached = "defrag.max_frags_reached",
    /// How often there was no room for another datagram.
    max_trackers_reached = "defrag.max_trackers_reached",
    /// Datagrams given up to make room.
    hard_reuse = "defrag.tracker_hard_reuse",
    /// Datagrams that took too long.
    timeout = "defrag.wrk.tracker_timeout",
    /// Bytes taken by datagrams that are not whole.
    memuse = "defrag.memuse",
}

impl DefragCounters {
    pub(crate) fn fragment(&mut self, ipv6: bool) {
        let counter = if ipv6 {
            &mut self.ipv6_fragments
        } else {
            &mut self.ipv4_fragments
        };
        *counter = counter.saturating_add(1);
    }

    pub(crate) fn reassembled(&mut self, ipv6: bool) {
        let counter = if ipv6 {
            &mut self.ipv6_reassembled
        } else {
            &mut self.ipv4_reassembled
        };
        *counter = counter.saturating_add(1);
    }
}
