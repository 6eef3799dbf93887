//! What the decoder may assume about the network.

/// Ports that carry a tunnel; at most [`PortList::CAPACITY`] of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PortList {
    ports: [u16; Self::CAPACITY],
    len: u8,
    any: bool,
}

impl PortList {
    /// The most ports of one list, as Suricata has it.
    pub const CAPACITY: usize = 4;

    /// The list with these ports; those beyond [`CAPACITY`](Self::CAPACITY) are left out.
    pub fn new(ports: &[u16]) -> Self {
        let mut list = Self::default();
        for port in ports {
            list.push(*port);
        }
        list
    }

    /// The list that holds every port.
    pub fn any() -> Self {
        Self {
            any: true,
            ..Self::default()
        }
    }

    /// Adds a port; `false` when the list is full.
    pub fn push(&mut self, port: u16) -> bool {
        match self.ports.get_mut(usize::from(self.len)) {
            Some(slot) => {
                *slot = port;
                self.len = self.len.saturating_add(1);
                true
            }
            None => false,
        }
    }

    /// Whether the list holds `port`.
    #[inline]
    pub fn contains(&self, port: u16) -> bool {
        self.any || self.as_slice().contains(&port)
    }

    /// The ports; empty for the list that holds every port.
    #[inline]
    pub fn as_slice(&self) -> &[u16] {
        self.ports.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// What the decoder may assume about the network; the defaults are Suricata's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeConfig {
    /// The most layers of one packet, tunnels included; a deeper one gets the event `too_many_layers`.
    pub max_layers: u8,
    /// Whether UDP is looked through for Teredo (RFC 4380).
    pub teredo: bool,
    /// The UDP ports on which to look for Teredo.
    pub teredo_ports: PortList,
    /// Whether VXLAN (RFC 7348) is decoded.
    pub vxlan: bool,
    /// The UDP ports of VXLAN.
    pub vxlan_ports: PortList,
    /// Whether VXLAN with reserved bits set is left alone.
    pub vxlan_strict: bool,
    /// Whether Geneve (RFC 8926) is decoded.
    pub geneve: bool,
    /// The UDP ports of Geneve.
    pub geneve_ports: PortList,
    /// Whether GRE with the protocol of ERSPAN and no sequence number is ERSPAN type I: Ethernet without a header.
    pub erspan_type_i: bool,
}

impl Default for DecodeConfig {
    fn default() -> Self {
        Self {
            max_layers: 16,
            teredo: true,
            teredo_ports: PortList::new(&[3544]),
            vxlan: true,
            vxlan_ports: PortList::new(&[4789]),
            vxlan_strict: true,
            geneve: true,
            geneve_ports: PortList::new(&[6081]),
            erspan_type_i: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_holds_its_ports_and_no_others() {
        let mut list = PortList::new(&[4789, 8472]);
        assert!(list.contains(4789) && list.contains(8472));
        assert!(!list.contains(0), "unused slots are not ports");
        assert!(list.push(1) && list.push(2));
        assert!(!list.push(3));
        assert!(!list.contains(3));
        assert_eq!(list.as_slice(), [4789, 8472, 1, 2]);
    }

    #[test]
    fn any_holds_all() {
        assert!(PortList::any().contains(0) && PortList::any().contains(65535));
    }
}
