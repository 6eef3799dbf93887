//! What a flow table did, under the names of Suricata's statistics.

use super::entry::{EndReason, FlowState};
use super::key::{FlowKey, ICMP, ICMPV6, TCP, UDP};

macro_rules! counters {
    ($($(#[$doc:meta])* $field:ident = $name:literal,)*) => {
        /// What a flow table did; [`each`](Self::each) gives the values under the names of Suricata's statistics.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct FlowCounters {
            $($(#[$doc])* pub $field: u64,)*
        }

        impl FlowCounters {
            /// Calls `take` with every name and value, in the order of the fields.
            pub fn each(&self, mut take: impl FnMut(&'static str, u64)) {
                $(take($name, self.$field);)*
            }

            /// Adds the counters of another table.
            pub fn add(&mut self, other: &Self) {
                $(self.$field = self.$field.saturating_add(other.$field);)*
            }
        }
    };
}

counters! {
    /// Flows made.
    total = "flow.total",
    /// Flows in the table.
    active = "flow.active",
    /// TCP flows made.
    tcp = "flow.tcp",
    /// UDP flows made.
    udp = "flow.udp",
    /// ICMP flows made.
    icmpv4 = "flow.icmpv4",
    /// ICMPv6 flows made.
    icmpv6 = "flow.icmpv6",
    /// Flows that ended because their ports were used for another connection.
    tcp_reuse = "flow.tcp_reuse",
    /// Flows that ended to make room for another.
    get_used = "flow.get_used",
    /// How often there was no room for a new flow.
    memcap = "flow.memcap",
    /// Flows whose timeout was noticed by the next packet with the same addresses and ports.
    wrk_flows_evicted = "flow.wrk.flows_evicted",
    /// Flows that ended by their timeout, those above excepted.
    mgr_flows_timeout = "flow.mgr.flows_timeout",
    /// Flows that shared a hash with too many others and gave way; never without an attacker.
    mgr_flows_evicted = "flow.mgr.flows_evicted",
    /// How often emergency mode began.
    emerg_mode_entered = "flow.emerg_mode_entered",
    /// How often emergency mode ended.
    emerg_mode_over = "flow.emerg_mode_over",
    /// Flows that ended while new.
    end_new = "flow.end.state.new",
    /// Flows that ended while established.
    end_established = "flow.end.state.established",
    /// Flows that ended after they were closed.
    end_closed = "flow.end.state.closed",
    /// Flows that ended while bypassed.
    end_bypassed = "flow.end.state.local_bypassed",
    /// Bytes that the table takes.
    memuse = "flow.memuse",
}

impl FlowCounters {
    pub(crate) fn made(&mut self, key: &FlowKey) {
        self.total = self.total.saturating_add(1);
        self.active = self.active.saturating_add(1);
        let protocol = match key.proto() {
            TCP => &mut self.tcp,
            UDP => &mut self.udp,
            ICMP => &mut self.icmpv4,
            ICMPV6 => &mut self.icmpv6,
            _ => return,
        };
        *protocol = protocol.saturating_add(1);
    }

    pub(crate) fn ended(&mut self, state: FlowState, reason: EndReason) {
        self.active = self.active.saturating_sub(1);
        let end = match state {
            FlowState::New => &mut self.end_new,
            FlowState::Established => &mut self.end_established,
            FlowState::Closed => &mut self.end_closed,
            FlowState::Bypassed => &mut self.end_bypassed,
        };
        *end = end.saturating_add(1);
        match reason {
            EndReason::TcpReuse => self.tcp_reuse = self.tcp_reuse.saturating_add(1),
            EndReason::Forced => self.get_used = self.get_used.saturating_add(1),
            EndReason::Timeout | EndReason::Shutdown => {}
        }
    }
}
