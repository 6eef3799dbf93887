//! Packets that an interface or its driver dropped.

/// What an interface had dropped when it was opened.
pub(super) struct InterfaceDrops {
    before: u64,
}

impl InterfaceDrops {
    /// Counts from now on.
    pub fn from_now(interface: &str) -> Self {
        Self {
            before: dropped(interface),
        }
    }

    /// Packets dropped since; 0 where the system does not tell.
    pub fn since_opened(&self, interface: &str) -> u64 {
        // A driver may start anew.
        dropped(interface).saturating_sub(self.before)
    }
}

/// The counters that libpcap adds up too.
fn dropped(interface: &str) -> u64 {
    ["rx_dropped", "rx_missed_errors"]
        .iter()
        .filter_map(|counter| std::fs::read_to_string(format!("/sys/class/net/{interface}/statistics/{counter}")).ok())
        .filter_map(|text| text.trim().parse::<u64>().ok())
        .fold(0, u64::saturating_add)
}
