//! The number of a flow.

use packet::Timestamp;

use super::key::FlowKey;

/// A number for the flow that begins with this packet.
///
/// Written out here because it is part of the output: it must never change with a library.
pub(crate) fn flow_id(key: &FlowKey, time: Timestamp, number: u64) -> u64 {
    let words = key.words().iter().copied();
    let mixed = words
        .chain([time.0 as u64, number])
        .fold(FLOW_ID_SEED, |id, word| mix(id ^ word));
    (mixed & FLOW_ID_MASK).max(1)
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
const fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

const FLOW_ID_SEED: u64 = 0x666c_6f77_5f69_6431;
// Suricata: 51 bits, which a double holds exactly.
const FLOW_ID_MASK: u64 = (1 << 51) - 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Tuple;

    #[test]
    fn the_id_is_part_of_the_output_and_stays() {
        let (client, server) = ("10.0.0.9:1000", "10.0.0.2:53");
        let tuple = Tuple::with_ports(client.parse().unwrap(), server.parse().unwrap(), 17);
        let id = |second, number| flow_id(&tuple.key, Timestamp::new(second, 0), number);
        assert_eq!(id(10, 3), 750_215_193_143_043);
        assert_ne!(id(10, 3), id(11, 3));
        assert_ne!(id(10, 3), id(10, 4));
        let there = id(i64::MIN, u64::MAX);
        assert!((1..1 << 51).contains(&there));
    }
}
