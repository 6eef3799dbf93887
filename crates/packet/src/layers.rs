//! Which layers a packet was decoded to: what the decoder's counters count.

use core::fmt;

use crate::bytes::upto;

macro_rules! layers {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal,)*) => {
        /// One decoder.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Layer {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Layer {
            /// Every layer.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name of the counter in EVE's `stats.decoder`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

layers! {
    /// Ethernet.
    Ethernet = "ethernet",
    /// Linux cooked capture.
    Sll = "sll",
    /// Linux cooked capture, version 2.
    Sll2 = "sll2",
    /// BSD loopback.
    Null = "null",
    /// IP without a link header.
    Raw = "raw",
    /// Cisco HDLC.
    Chdlc = "chdlc",
    /// PPP.
    Ppp = "ppp",
    /// PPPoE, session or discovery.
    Pppoe = "pppoe",
    /// A VLAN tag.
    Vlan = "vlan",
    /// A second VLAN tag.
    VlanQinq = "vlan_qinq",
    /// A third VLAN tag.
    VlanQinqinq = "vlan_qinqinq",
    /// An MPLS label stack.
    Mpls = "mpls",
    /// VN-Tag.
    Vntag = "vntag",
    /// 802.1BR E-Tag.
    Etag = "etag",
    /// 802.1ah backbone bridging.
    Ieee8021ah = "ieee8021ah",
    /// Network service header.
    Nsh = "nsh",
    /// An EtherType without a decoder.
    UnknownEthertype = "unknown_ethertype",
    /// ARP.
    Arp = "arp",
    /// IPv4.
    Ipv4 = "ipv4",
    /// IPv6.
    Ipv6 = "ipv6",
    /// IPv4 that carries IPv4.
    Ipv4InIpv4 = "ipv4_in_ipv4",
    /// IPv4 that carries IPv6.
    Ipv6InIpv4 = "ipv6_in_ipv4",
    /// IPv6 that carries IPv4.
    Ipv4InIpv6 = "ipv4_in_ipv6",
    /// IPv6 that carries IPv6.
    Ipv6InIpv6 = "ipv6_in_ipv6",
    /// TCP.
    Tcp = "tcp",
    /// UDP.
    Udp = "udp",
    /// ICMP.
    Icmpv4 = "icmpv4",
    /// ICMPv6.
    Icmpv6 = "icmpv6",
    /// SCTP.
    Sctp = "sctp",
    /// IGMP.
    Igmp = "igmp",
    /// ESP.
    Esp = "esp",
    /// GRE.
    Gre = "gre",
    /// ERSPAN.
    Erspan = "erspan",
    /// VXLAN.
    Vxlan = "vxlan",
    /// Geneve.
    Geneve = "geneve",
    /// Teredo.
    Teredo = "teredo",
}

/// The decoders that one packet was handed to, in order; one that it was handed to twice is there twice.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Layers {
    codes: [u8; CAPACITY],
    len: u8,
}

impl Layers {
    /// Adds a layer; one beyond the capacity is left out.
    #[inline(always)]
    pub(crate) fn push(&mut self, layer: Layer) {
        // LIMIT: CAPACITY layers, more than the default of `DecodeConfig::max_layers`.
        if let Some(slot) = self.codes.get_mut(usize::from(self.len)) {
            *slot = layer as u8;
            self.len = self.len.wrapping_add(1);
        }
    }

    /// Whether the packet was handed to the decoder of `layer`.
    #[inline]
    pub fn contains(&self, layer: Layer) -> bool {
        self.codes().contains(&(layer as u8))
    }

    /// The layers from the outside in.
    pub fn iter(&self) -> impl Iterator<Item = Layer> + '_ {
        self.codes()
            .iter()
            .filter_map(|code| Layer::ALL.get(usize::from(*code)).copied())
    }

    #[inline]
    fn codes(&self) -> &[u8] {
        upto(&self.codes, usize::from(self.len))
    }
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Layer::name)).finish()
    }
}

/// Layers kept for one packet.
const CAPACITY: usize = 23;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{decoded, ethernet, ipv4, udp};

    #[test]
    fn in_order_and_with_repeats() {
        let within = ethernet(0x0800, &ipv4(17, &udp(1, 2, b"x")));
        let frame = ethernet(0x8847, &[&[0, 6, 0x41, 64, 0, 0, 0, 0], &within[..]].concat());
        let layers = decoded(&frame).layers;
        let names: Vec<_> = layers.iter().map(Layer::name).collect();
        assert_eq!(names, ["ethernet", "mpls", "ethernet", "ipv4", "udp"]);
        assert!(layers.contains(Layer::Udp) && !layers.contains(Layer::Tcp));
        assert_eq!(format!("{layers:?}").matches("ethernet").count(), 2);
    }

    #[test]
    fn what_is_too_much_is_left_out() {
        let mut layers = Layers::default();
        for _ in 0..40 {
            layers.push(Layer::Mpls);
        }
        assert_eq!(layers.iter().count(), CAPACITY);
    }

    #[test]
    fn an_empty_list_does_not_contain_the_first_layer() {
        assert!(!Layers::default().contains(Layer::Ethernet));
    }

    #[test]
    fn names_are_unique() {
        let names: std::collections::BTreeSet<_> = Layer::ALL.iter().map(|layer| layer.name()).collect();
        assert_eq!(names.len(), Layer::ALL.len());
    }
}
