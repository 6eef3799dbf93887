//! Which rules ask the same of protocol, addresses and ports, so that it is asked once per packet.
//!
//! PERF: nineteen of twenty candidates fall here. ET Open's 31,996 rules have some thousand headers, and what they say of
//! the packet stays in the cache, which the rules themselves do not.

use std::hash::Hash;
use std::sync::Arc;

use hashbrown::HashMap;

use packet::Packet;

use super::rule_set::RuleSet;
use crate::rule::{AddressSet, PortSet, ProtocolSet, Rule};

/// The header of each rule: equal numbers, equal headers.
#[derive(Debug, Default)]
pub struct Headers {
    of: Box<[u32]>,
    headers: Box<[Compact]>,
    addresses: Box<[Arc<AddressSet>]>,
    ports: Box<[Arc<PortSet>]>,
}

/// A header: its sets by their numbers, [`ANY`] for all there is.
// PERF: rules are large and lie far apart; these are neighbours.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Compact {
    protocols: ProtocolSet,
    /// Of the source and the destination.
    addresses: [u32; 2],
    /// Of the source and the destination.
    ports: [u32; 2],
    both_ways: bool,
}

/// What the headers say of one packet, as far as they were asked.
#[derive(Debug, Default)]
pub struct Fits {
    packet: u32,
    /// By the header's number: the packet it was asked about, and how often it fits that.
    known: Vec<(u32, u8)>,
    /// By the set's number, for the packet's source and destination: the packet, and whether the set has that.
    addresses: Vec<[(u32, bool); 2]>,
    ports: Vec<[(u32, bool); 2]>,
}

impl Headers {
    /// Numbers the headers of the rules, in their order.
    pub fn new(rules: &[Rule]) -> Self {
        let (mut addresses, mut ports) = (Numbers::default(), Numbers::default());
        let mut headers = HashMap::new();
        let mut list = Vec::new();
        let mut number = |rule: &Rule| {
            let header = &rule.header;
            // Sets of addresses may be large, and those of one text are one.
            let mut address = |set: &Option<Arc<AddressSet>>| addresses.of(set.as_ref(), Arc::as_ptr);
            let mut port = |set: &Option<Arc<PortSet>>| ports.of(set.as_ref(), Arc::clone);
            let compact = Compact {
                protocols: header.protocols.clone(),
                addresses: [address(&header.src), address(&header.dst)],
                ports: [port(&header.src_ports), port(&header.dst_ports)],
                both_ways: header.both_ways,
            };
            *headers.entry(compact).or_insert_with_key(|compact| {
                list.push(compact.clone());
                list.len() as u32 - 1
            })
        };
        Self {
            of: rules.iter().map(&mut number).collect(),
            headers: list.into(),
            addresses: addresses.list.into(),
            ports: ports.list.into(),
        }
    }
}

/// Numbers sets as they come.
struct Numbers<K, S> {
    known: HashMap<K, u32>,
    list: Vec<Arc<S>>,
}

impl<K: Hash + Eq, S> Numbers<K, S> {
    fn of(&mut self, set: Option<&Arc<S>>, key: impl Fn(&Arc<S>) -> K) -> u32 {
        let Some(set) = set else { return ANY };
        *self.known.entry(key(set)).or_insert_with(|| {
            self.list.push(Arc::clone(set));
            self.list.len() as u32 - 1
        })
    }
}

impl<K, S> Default for Numbers<K, S> {
    fn default() -> Self {
        Self {
            known: HashMap::new(),
            list: Vec::new(),
        }
    }
}

impl Fits {
    /// Another packet from here on.
    pub fn begin(&mut self) {
        self.packet = self.packet.wrapping_add(1);
        if self.packet == 0 {
            *self = Self {
                packet: 1,
                ..Self::default()
            };
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
            _ => self.find_out(&rules.headers, number, packet),
        }
    }

    #[inline(never)]
    fn find_out(&mut self, headers: &Headers, number: u32, packet: &Packet<'_>) -> u8 {
        let at = number as usize;
        let times = headers
            .headers
            .get(at)
            .filter(|header| header.protocols.matches(packet))
            .map_or(0, |header| self.times(headers, header, packet));
        self.known.resize(headers.headers.len().max(self.known.len()), (0, 0));
        if let Some(known) = self.known.get_mut(at) {
            *known = (self.packet, times);
        }
        times
    }

    /// [`Header::fits`](crate::rule::Header::fits), with each set asked once about each end of the packet.
    fn times(&mut self, headers: &Headers, header: &Compact, packet: &Packet<'_>) -> u8 {
        if header.ports != [ANY; 2] && packet.is_fragment() {
            return 0;
        }
        let mut one_way = |exchanged: bool| {
            let end = |side: usize| side ^ usize::from(exchanged);
            (0..2).all(|side| self.has_port(headers, header.ports[side], end(side), packet))
                && (0..2).all(|side| self.has_address(headers, header.addresses[side], end(side), packet))
        };
        u8::from(one_way(false)) + u8::from(header.both_ways && one_way(true))
    }

    fn has_port(&mut self, headers: &Headers, set: u32, end: usize, packet: &Packet<'_>) -> bool {
        let ask = || {
            let port = if end == 0 { packet.src_port() } else { packet.dst_port() };
            headers.ports.get(set as usize).is_some_and(|set| set.contains(port))
        };
        set == ANY || once(&mut self.ports, (set, end), self.packet, ask)
    }

    fn has_address(&mut self, headers: &Headers, set: u32, end: usize, packet: &Packet<'_>) -> bool {
        let ask = || {
            let address = if end == 0 { packet.src() } else { packet.dst() };
            let set = headers.addresses.get(set as usize);
            set.zip(address).is_some_and(|(set, address)| set.contains(address))
        };
        set == ANY || once(&mut self.addresses, (set, end), self.packet, ask)
    }
}

/// What is known of a set and an end of the packet, or what `ask` says.
#[inline]
fn once(known: &mut Vec<[(u32, bool); 2]>, (set, end): (u32, usize), packet: u32, ask: impl Fn() -> bool) -> bool {
    let at = set as usize;
    if known.len() <= at {
        known.resize(at + 1, [(0, false); 2]);
    }
    let (of, has) = &mut known[at][end];
    if *of != packet {
        (*of, *has) = (packet, ask());
    }
    *has
}

/// No set: everything fits.
const ANY: u32 = u32::MAX;

#[cfg(test)]
mod tests;
