//! What later stages decided about a flow.

/// What later stages decided about a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FlowFlags(u32);

impl FlowFlags {
    /// The payload is no longer inspected.
    pub const NO_PAYLOAD_INSPECTION: Self = Self(1 << 0);
    /// Packets are no longer inspected.
    pub const NO_PACKET_INSPECTION: Self = Self(1 << 1);
    /// All packets are dropped.
    pub const DROP: Self = Self(1 << 2);
    /// All packets are passed.
    pub const PASS: Self = Self(1 << 3);
    /// A rule raised an alert.
    pub const ALERTED: Self = Self(1 << 4);
    /// The flow was first seen in its middle.
    pub const MIDSTREAM: Self = Self(1 << 5);
    /// Client and server were swapped.
    pub const SWAPPED: Self = Self(1 << 6);
    /// All packets are dropped because the flow could not be followed, not because of a rule.
    pub const DROPPED_FOR_EXCEPTION: Self = Self(1 << 7);
    /// Rules that look at addresses alone were tried on what goes to the server.
    pub const IP_ONLY_TO_SERVER: Self = Self(1 << 17);
    /// Rules that look at addresses alone were tried on what goes to the client.
    pub const IP_ONLY_TO_CLIENT: Self = Self(1 << 25);

    /// Whether all of `flags` are set.
    #[inline]
    pub const fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// Sets `flags`.
    #[inline]
    pub const fn insert(&mut self, flags: Self) {
        self.0 |= flags.0;
    }

    /// Clears `flags`.
    #[inline]
    pub const fn remove(&mut self, flags: Self) {
        self.0 &= !flags.0;
    }

    /// Exchanges the flags of the two directions.
    pub(crate) const fn swap(&mut self) {
        let (common, to_server, to_client) = (self.0 & 0xffff, self.0 >> 16 & 0xff, self.0 >> 24 & 0xff);
        self.0 = common | to_client << 16 | to_server << 24;
        self.insert(Self::SWAPPED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapping_exchanges_the_directions() {
        let mut flags = FlowFlags::default();
        flags.insert(FlowFlags::IP_ONLY_TO_CLIENT);
        flags.insert(FlowFlags::ALERTED);
        flags.swap();
        assert!(flags.contains(FlowFlags::IP_ONLY_TO_SERVER));
        assert!(!flags.contains(FlowFlags::IP_ONLY_TO_CLIENT));
        assert!(flags.contains(FlowFlags::ALERTED));
        assert!(flags.contains(FlowFlags::SWAPPED));
    }
}
