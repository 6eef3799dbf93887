//! Counters of the TCP engine, by the names of Suricata's statistics.

/// Declares the counters with their places in the `stats.tcp` record.
macro_rules! counters {
    ($($(#[$doc:meta])* $field:ident,)+) => {
        /// What the TCP engine of one shard has counted; the fields are the keys of EVE's `stats.tcp`.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct StreamCounters {
            $($(#[$doc])* pub $field: u64,)+
        }

        impl StreamCounters {
            /// Key and value of every counter, in the order of the record.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($field), self.$field),)+].into_iter()
            }

            /// Adds what another shard has counted.
            pub fn add(&mut self, other: &Self) {
                $(self.$field = self.$field.saturating_add(other.$field);)+
            }
        }
    };
}

counters! {
    /// Packets with SYN and without ACK.
    syn,
    /// Packets with SYN and ACK.
    synack,
    /// Packets with RST.
    rst,
    /// Packets with URG.
    urg,
    /// Sessions that exist.
    active_sessions,
    /// Sessions ever opened.
    sessions,
    /// Sessions not opened for want of memory.
    ssn_memcap_drop,
    /// Pseudo-packets made of streams.
    pseudo,
    /// Packets not tracked because their checksum is wrong.
    invalid_checksum,
    /// Sessions that were picked up after their handshake.
    midstream_pickups,
    /// Packets that came to another worker than the one that has the flow.
    pkt_on_wrong_thread,
    /// Acknowledgements of data that was never seen.
    ack_unseen_data,
    /// Segments not stored for want of memory.
    segment_memcap_drop,
    /// Streams longer than the reassembly depth.
    stream_depth_reached,
    /// Gaps given to readers.
    reassembly_gap,
    /// Segments that cover data already there.
    overlap,
    /// Segments that cover data already there and differ from it.
    overlap_diff_data,
    /// Segments that could not be stored though nothing was in their place.
    insert_data_normal_fail,
    /// Segments that could not be stored over others.
    insert_data_overlap_fail,
    /// Urgent bytes left out of the stream.
    urgent_oob_data,
    /// Bytes of memory that sessions take.
    memuse,
    /// Bytes of memory that reassembly takes.
    reassembly_memuse,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_add_up_by_name() {
        let mut all = StreamCounters {
            syn: 2,
            ..Default::default()
        };
        all.add(&StreamCounters {
            syn: 3,
            rst: 1,
            ..Default::default()
        });
        let listed: Vec<_> = all.iter().filter(|(_, value)| *value > 0).collect();
        assert_eq!(listed, [("syn", 5), ("rst", 1)]);
    }
}
