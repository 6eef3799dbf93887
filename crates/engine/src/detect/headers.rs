//! Which rules ask the same of protocol, addresses and ports, so that it is asked once per packet.
//!
//! PERF: nineteen of twenty candidates fall here. ET Open's 31,996 rules have some thousand headers, and what they say of
//! the packet stays in the cache, which the rules themselves do not.

use hashbrown::HashMap;
use std::sync::Arc;

use packet::Packet;

use super::rule_set::RuleSet;
use crate::rule::{AddressSet, PortSet, Rule};

/// The number of each rule's header: equal numbers, equal headers.
#[derive(Debug, Default)]
pub struct Headers {
    of: Box<[u32]>,
}

/// What the headers say of one packet, as far as they were asked.
#[derive(Debug, Default)]
pub struct Fits {
    packet: u32,
    /// By the header's number: the packet it was asked about, and how often it fits that.
    known: Vec<(u32, u8)>,
}

impl Headers {
    /// Numbers the headers of the rules, in their order.
    pub fn new(rules: &[Rule]) -> Self {
        let mut known = HashMap::new();
        let number = |rule: &Rule| {
            let header = &rule.header;
            let next = known.len() as u32;
            // Sets of addresses may be large, and those of one text are one.
            let address = |set: &Option<Arc<AddressSet>>| set.as_ref().map(Arc::as_ptr);
            let ports = |set: &Option<Arc<PortSet>>| set.clone();
            let key = (
                (
                    header.protocols.ip,
                    header.protocols.v4,
                    header.protocols.v6,
                    header.protocols.any_packet,
                    header.protocols.arp,
                ),
                (address(&header.src), address(&header.dst)),
                (ports(&header.src_ports), ports(&header.dst_ports)),
                header.both_ways,
            );
            *known.entry(key).or_insert(next)
        };
        Self {
            of: rules.iter().map(number).collect(),
        }
    }
}

impl Fits {
    /// Another packet from here on.
    pub fn begin(&mut self) {
        self.packet = self.packet.wrapping_add(1);
        if self.packet == 0 {
            self.known.clear();
            self.packet = 1;
        }
    }

    /// How often the header of a rule fits the packet, which is the same from one [`Fits::begin`] to the next.
    #[inline]
    pub fn ask(&mut self, rules: &RuleSet, rule: u32, packet: &Packet<'_>) -> u8 {
        let Some(&number) = rules.headers.of.get(rule as usize) else {
            return 0;
        };
        match self.known.get(number as usize) {
            Some(&(of, times)) if of == self.packet => times,
            _ => self.find_out(rules, (rule, number), packet),
        }
    }

    #[inline(never)]
    fn find_out(&mut self, rules: &RuleSet, (rule, number): (u32, u32), packet: &Packet<'_>) -> u8 {
        let header = rules.rules.get(rule as usize).map(|rule| &rule.header);
        let times = header
            .filter(|header| header.protocols.matches(packet))
            .map_or(0, |header| header.fits(packet));
        let at = number as usize;
        if self.known.len() <= at {
            self.known.resize(at + 1, (0, 0));
        }
        self.known[at] = (self.packet, times);
        times
    }
}
