//! `tag`: packets that follow an alert are logged.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use packet::{Packet, Timestamp};

use crate::rule::{Tag, TagMetric};

/// A tag on a flow or a host: how much is still to be logged.
#[derive(Clone, Copy, Debug)]
pub struct FlowTag {
    tag: Tag,
    start: Timestamp,
    seen: u64,
}

/// Tags on hosts.
#[derive(Debug, Default)]
pub(super) struct HostTags {
    tags: HashMap<IpAddr, FlowTag>,
    ages: VecDeque<IpAddr>,
}

impl FlowTag {
    /// A tag that a match on `packet` sets.
    // Suricata: the packet of the match counts as the first, though it is not logged again (eve-tag-04).
    pub fn new(tag: Tag, packet: &Packet<'_>) -> Self {
        let seen = match tag.metric {
            TagMetric::Packets => 1,
            TagMetric::Bytes => packet.data.len() as u64,
            TagMetric::Seconds => 0,
        };
        Self {
            tag,
            start: packet.time,
            seen,
        }
    }

    /// Counts a packet; whether it is to be logged. A count of 0 is no limit.
    pub fn wants(&mut self, packet: &Packet<'_>) -> bool {
        let limit = if self.tag.count == 0 {
            u64::MAX
        } else {
            u64::from(self.tag.count)
        };
        match self.tag.metric {
            TagMetric::Packets => {
                self.seen = self.seen.saturating_add(1);
                self.seen <= limit
            }
            TagMetric::Bytes => {
                let wanted = self.seen < limit;
                self.seen = self.seen.saturating_add(packet.data.len() as u64);
                wanted
            }
            TagMetric::Seconds => {
                self.tag.count == 0 || packet.time.since(self.start) <= i64::from(self.tag.count) * 1_000_000_000
            }
        }
    }
}

impl HostTags {
    /// Tags a host; a tag that is there stays.
    pub fn add(&mut self, host: IpAddr, tag: Tag, packet: &Packet<'_>) {
        // LIMIT: MAX_HOSTS; beyond it the host that was tagged first is let go.
        if self.tags.len() >= MAX_HOSTS
            && let Some(oldest) = self.ages.pop_front()
        {
            self.tags.remove(&oldest);
        }
        if self.tags.insert(host, FlowTag::new(tag, packet)).is_none() {
            self.ages.push_back(host);
        }
    }

    /// Whether no host is tagged.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// Counts a packet of its two hosts; whether it is to be logged.
    pub fn wants(&mut self, packet: &Packet<'_>) -> bool {
        if self.tags.is_empty() {
            return false;
        }
        let mut wanted = false;
        for host in [packet.src(), packet.dst()].into_iter().flatten() {
            wanted |= self.tags.get_mut(&host).is_some_and(|tag| tag.wants(packet));
        }
        wanted
    }
}

/// How many hosts can be tagged at once.
const MAX_HOSTS: usize = 1 << 16;
