//! Which layers a packet was decoded to: what the decoder's counters count.

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

/// The layers of one packet, each at most once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layers(u64);

impl Layers {
    /// Adds a layer.
    #[inline(always)]
    pub const fn insert(&mut self, layer: Layer) {
        self.0 |= bit(layer);
    }

    /// Whether the packet was handed to the decoder of `layer`.
    #[inline]
    pub const fn contains(self, layer: Layer) -> bool {
        self.0 & bit(layer) != 0
    }

    /// The layers as a word: bit `n` for the layer at place `n` of [`Layer::ALL`].
    #[inline]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The layers in the order of [`Layer::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Layer> {
        Layer::ALL.iter().copied().filter(move |layer| self.contains(*layer))
    }
}

const fn bit(layer: Layer) -> u64 {
    1u64.wrapping_shl(layer as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_inserted() {
        let mut layers = Layers::default();
        layers.insert(Layer::Ethernet);
        layers.insert(Layer::Teredo);
        assert!(layers.contains(Layer::Teredo) && !layers.contains(Layer::Sll));
        assert_eq!(layers.iter().collect::<Vec<_>>(), [Layer::Ethernet, Layer::Teredo]);
    }

    #[test]
    fn every_layer_has_a_bit() {
        assert!(Layer::ALL.len() <= 64);
        for (place, layer) in Layer::ALL.iter().enumerate() {
            assert_eq!(bit(*layer), 1 << place);
        }
    }
}
