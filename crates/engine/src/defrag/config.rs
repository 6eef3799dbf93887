//! How much is kept of datagrams that are not whole.

use crate::flow::DEFAULT_HASH_SEED;

/// The configuration of one shard of defragmentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefragConfig {
    /// The most memory for datagrams that are not whole, in bytes.
    pub memcap: usize,
    /// The most datagrams that are not whole.
    pub max_trackers: usize,
    /// The most fragments of them all.
    pub max_fragments: usize,
    /// How long a datagram may take, in whole seconds of packet time from its first fragment to come.
    pub timeout: u32,
    /// Whether equal addresses and identifications in different VLANs are different datagrams.
    pub vlans: bool,
    /// The key of the hash; see [`FlowConfig`](crate::flow::FlowConfig::hash_seed).
    pub hash_seed: u64,
}

impl Default for DefragConfig {
    fn default() -> Self {
        Self {
            memcap: 32 << 20,
            max_trackers: 65_535,
            max_fragments: 65_535,
            timeout: 60,
            vlans: true,
            hash_seed: DEFAULT_HASH_SEED,
        }
    }
}
