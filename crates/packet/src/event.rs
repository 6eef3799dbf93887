//! Decoder events: each malformation by name.

macro_rules! decoder_events {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal,)*) => {
        /// What is wrong with a packet, one variant for each malformation.
        ///
        /// The names are those of Suricata's `decode-event` keyword, so its decoder rules load as
        /// they are. The fragment events are raised where datagrams are put together.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum DecoderEvent {
            $($(#[doc = $doc])* $variant,)*
        }

        impl DecoderEvent {
            /// Every event, by name.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name as `decode-event:` has it, such as `ipv4.pkt_too_small`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The name as EVE's anomaly records have it, such as `decoder.ipv4.pkt_too_small`.
            pub const fn eve_name(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!("decoder.", $name),)*
                }
            }
        }
    };
}

impl DecoderEvent {
    /// The event with this `decode-event:` name; a leading `decoder.` is allowed.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.strip_prefix("decoder.").unwrap_or(name);
        Self::ALL.iter().copied().find(|event| event.name() == name)
    }

    /// The event's number: its place in [`ALL`](Self::ALL).
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// The event with this number.
    #[inline]
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

decoder_events! {
    /// The capture socket cut the packet short.
    AfpacketTruncPkt = "afpacket.trunc_pkt",
    /// The ARP hardware address length is not 6.
    ArpInvalidHardwareSize = "arp.invalid_hardware_size",
    /// The ARP packet has no room for its four addresses.
    ArpInvalidPkt = "arp.invalid_pkt",
    /// The ARP protocol address length is not 4.
    ArpInvalidProtocolSize = "arp.invalid_protocol_size",
    /// Fewer bytes than the fixed part of an ARP packet.
    ArpPktTooSmall = "arp.pkt_too_small",
    /// The ARP hardware type is not Ethernet.
    ArpUnsupportedHardware = "arp.unsupported_hardware",
    /// The ARP operation is unknown.
    ArpUnsupportedOpcode = "arp.unsupported_opcode",
    /// The ARP protocol type is not IPv4.
    ArpUnsupportedProtocol = "arp.unsupported_protocol",
    /// Fewer bytes than a Cisco HDLC header.
    ChdlcPktTooSmall = "chdlc.pkt_too_small",
    /// A data-centre Ethernet (FabricPath) frame ends within its header.
    DcePktTooSmall = "dce.pkt_too_small",
    /// Fewer bytes than an ERSPAN header and the Ethernet header it carries.
    ErspanHeaderTooSmall = "erspan.header_too_small",
    /// ERSPAN adds a VLAN to a packet that has all it may have.
    ErspanTooManyVlanLayers = "erspan.too_many_vlan_layers",
    /// The ERSPAN version is not the one its GRE protocol stands for.
    ErspanUnsupportedVersion = "erspan.unsupported_version",
    /// Fewer bytes than an ESP header.
    EspPktTooSmall = "esp.pkt_too_small",
    /// Fewer bytes than an 802.1BR E-Tag.
    EtagHeaderTooSmall = "etag.header_too_small",
    /// The EtherType after an 802.1BR E-Tag is unknown.
    EtagUnknownType = "etag.unknown_type",
    /// Fewer bytes than an Ethernet header.
    EthernetPktTooSmall = "ethernet.pkt_too_small",
    /// No decoder for this EtherType.
    EthernetUnknownEthertype = "ethernet.unknown_ethertype",
    /// No decoder for what Geneve says it carries.
    GeneveUnknownPayloadType = "geneve.unknown_payload_type",
    /// Fewer bytes than a GRE header.
    GrePktTooSmall = "gre.pkt_too_small",
    /// Reserved flags are set in a GRE version 0 header.
    GreVersion0Flags = "gre.version0_flags",
    /// The optional fields of a GRE version 0 header do not fit the packet.
    GreVersion0HdrTooBig = "gre.version0_hdr_too_big",
    /// A GRE version 0 source route entry is broken.
    GreVersion0MalformedSreHdr = "gre.version0_malformed_sre_hdr",
    /// The recursion control of a GRE version 0 header is not zero.
    GreVersion0Recur = "gre.version0_recur",
    /// A GRE version 1 header says that it has a checksum.
    GreVersion1Chksum = "gre.version1_chksum",
    /// Reserved flags are set in a GRE version 1 header.
    GreVersion1Flags = "gre.version1_flags",
    /// The optional fields of a GRE version 1 header do not fit the packet.
    GreVersion1HdrTooBig = "gre.version1_hdr_too_big",
    /// A GRE version 1 source route entry is broken.
    GreVersion1MalformedSreHdr = "gre.version1_malformed_sre_hdr",
    /// A GRE version 1 header has no key.
    GreVersion1NoKey = "gre.version1_no_key",
    /// The recursion control of a GRE version 1 header is not zero.
    GreVersion1Recur = "gre.version1_recur",
    /// A GRE version 1 header says that it has routing.
    GreVersion1Route = "gre.version1_route",
    /// A GRE version 1 header says that it has a strict source route.
    GreVersion1Ssr = "gre.version1_ssr",
    /// A GRE version 1 header carries something other than PPP.
    GreVersion1WrongProtocol = "gre.version1_wrong_protocol",
    /// The GRE version is neither 0 nor 1.
    GreWrongVersion = "gre.wrong_version",
    /// The IPv4 header that an ICMP error quotes is cut short.
    Icmpv4Ipv4TruncPkt = "icmpv4.ipv4_trunc_pkt",
    /// The IP header that an ICMP error quotes is not version 4.
    Icmpv4Ipv4UnknownVer = "icmpv4.ipv4_unknown_ver",
    /// Fewer bytes than an ICMP header.
    Icmpv4PktTooSmall = "icmpv4.pkt_too_small",
    /// The ICMP type does not have this code.
    Icmpv4UnknownCode = "icmpv4.unknown_code",
    /// The ICMP type is unknown.
    Icmpv4UnknownType = "icmpv4.unknown_type",
    /// The ICMPv6 type is reserved for private experimentation.
    Icmpv6ExperimentationType = "icmpv6.experimentation_type",
    /// The IPv6 header that an ICMPv6 error quotes is cut short.
    Icmpv6Ipv6TruncPkt = "icmpv6.ipv6_trunc_pkt",
    /// The IP header that an ICMPv6 error quotes is not version 6.
    Icmpv6Ipv6UnknownVersion = "icmpv6.ipv6_unknown_version",
    /// A multicast listener message came with a hop limit other than 1.
    Icmpv6MldMessageWithInvalidHl = "icmpv6.mld_message_with_invalid_hl",
    /// Fewer bytes than an ICMPv6 header.
    Icmpv6PktTooSmall = "icmpv6.pkt_too_small",
    /// The ICMPv6 type is unassigned.
    Icmpv6UnassignedType = "icmpv6.unassigned_type",
    /// The ICMPv6 type does not have this code.
    Icmpv6UnknownCode = "icmpv6.unknown_code",
    /// The ICMPv6 type is unknown.
    Icmpv6UnknownType = "icmpv6.unknown_type",
    /// Fewer bytes than an 802.1ah header.
    Ieee8021ahHeaderTooSmall = "ieee8021ah.header_too_small",
    /// An IGMP message is shorter than its own counts say.
    IgmpMalformed = "igmp.malformed",
    /// Fewer bytes than an IGMP header.
    IgmpPktTooSmall = "igmp.pkt_too_small",
    /// Fewer bytes than an IGMP version 3 message.
    IgmpV3PktTooSmall = "igmp.v3_pkt_too_small",
    /// A raw IP packet is neither version 4 nor 6.
    IprawInvalidIpVersion = "ipraw.invalid_ip_version",
    /// An IPv4 fragment was given up for want of room.
    Ipv4FragIgnored = "ipv4.frag_ignored",
    /// IPv4 fragments overlap.
    Ipv4FragOverlap = "ipv4.frag_overlap",
    /// An IPv4 fragment reaches beyond the largest datagram.
    Ipv4FragPktTooLarge = "ipv4.frag_pkt_too_large",
    /// The IPv4 header length is less than 20.
    Ipv4HlenTooSmall = "ipv4.hlen_too_small",
    /// ICMPv6 in IPv4.
    Ipv4Icmpv6 = "ipv4.icmpv6",
    /// The IPv4 total length is less than the header length.
    Ipv4IplenSmallerThanHlen = "ipv4.iplen_smaller_than_hlen",
    /// An IPv4 option occurs twice.
    Ipv4OptDuplicate = "ipv4.opt_duplicate",
    /// The last byte of the IPv4 options starts an option that needs more.
    Ipv4OptEolRequired = "ipv4.opt_eol_required",
    /// An IPv4 option is of a type without a check.
    Ipv4OptInvalid = "ipv4.opt_invalid",
    /// An IPv4 option has an impossible length.
    Ipv4OptInvalidLen = "ipv4.opt_invalid_len",
    /// An IPv4 option is broken.
    Ipv4OptMalformed = "ipv4.opt_malformed",
    /// IPv4 options do not fill a multiple of 8 bytes.
    Ipv4OptPadRequired = "ipv4.opt_pad_required",
    /// Reserved: unknown IPv4 options raise [`Ipv4OptInvalid`](Self::Ipv4OptInvalid).
    Ipv4OptUnknown = "ipv4.opt_unknown",
    /// Fewer bytes than an IPv4 header.
    Ipv4PktTooSmall = "ipv4.pkt_too_small",
    /// Fewer bytes than the IPv4 total length.
    Ipv4TruncPkt = "ipv4.trunc_pkt",
    /// No decoder for this IPv4 protocol.
    Ipv4UnknownProtocol = "ipv4.unknown_protocol",
    /// The version field of an IPv4 header is not 4.
    Ipv4WrongIpVersion = "ipv4.wrong_ip_version",
    /// Bytes follow the IPv6 header chain that ends in "no next header".
    Ipv6DataAfterNoneHeader = "ipv6.data_after_none_header",
    /// A destination options header holds padding only.
    Ipv6DstoptsOnlyPadding = "ipv6.dstopts_only_padding",
    /// A destination options header holds an unknown option.
    Ipv6DstoptsUnknownOpt = "ipv6.dstopts_unknown_opt",
    /// The reserved field of an authentication header is not zero.
    Ipv6ExthdrAhResNotNull = "ipv6.exthdr_ah_res_not_null",
    /// A second authentication header.
    Ipv6ExthdrDuplAh = "ipv6.exthdr_dupl_ah",
    /// A third destination options header.
    Ipv6ExthdrDuplDh = "ipv6.exthdr_dupl_dh",
    /// A second ESP header.
    Ipv6ExthdrDuplEh = "ipv6.exthdr_dupl_eh",
    /// A second fragment header.
    Ipv6ExthdrDuplFh = "ipv6.exthdr_dupl_fh",
    /// A second hop-by-hop options header.
    Ipv6ExthdrDuplHh = "ipv6.exthdr_dupl_hh",
    /// A second routing header.
    Ipv6ExthdrDuplRh = "ipv6.exthdr_dupl_rh",
    /// An option reaches beyond its IPv6 extension header, or has the wrong length for its kind.
    Ipv6ExthdrInvalidOptlen = "ipv6.exthdr_invalid_optlen",
    /// A fragment header on a datagram that is whole.
    Ipv6ExthdrUselessFh = "ipv6.exthdr_useless_fh",
    /// The reserved field of a fragment header is not zero.
    Ipv6FhNonZeroReservedField = "ipv6.fh_non_zero_reserved_field",
    /// An IPv6 fragment was given up for want of room.
    Ipv6FragIgnored = "ipv6.frag_ignored",
    /// An IPv6 fragment other than the last is not a multiple of 8 bytes.
    Ipv6FragInvalidLength = "ipv6.frag_invalid_length",
    /// IPv6 fragments overlap.
    Ipv6FragOverlap = "ipv6.frag_overlap",
    /// An IPv6 fragment reaches beyond the largest datagram.
    Ipv6FragPktTooLarge = "ipv6.frag_pkt_too_large",
    /// A hop-by-hop options header holds padding only.
    Ipv6HopoptsOnlyPadding = "ipv6.hopopts_only_padding",
    /// A hop-by-hop options header holds an unknown option.
    Ipv6HopoptsUnknownOpt = "ipv6.hopopts_unknown_opt",
    /// ICMPv4 in IPv6.
    Ipv6Icmpv4 = "ipv6.icmpv4",
    /// IPv4 in IPv6 has fewer bytes than an IPv4 header.
    Ipv6Ipv4InIpv6TooSmall = "ipv6.ipv4_in_ipv6_too_small",
    /// What IPv6 carries as IPv4 is not version 4.
    Ipv6Ipv4InIpv6WrongVersion = "ipv6.ipv4_in_ipv6_wrong_version",
    /// IPv6 in IPv6 has fewer bytes than an IPv6 header.
    Ipv6Ipv6InIpv6TooSmall = "ipv6.ipv6_in_ipv6_too_small",
    /// What IPv6 carries as IPv6 is not version 6.
    Ipv6Ipv6InIpv6WrongVersion = "ipv6.ipv6_in_ipv6_wrong_version",
    /// Fewer bytes than an IPv6 header.
    Ipv6PktTooSmall = "ipv6.pkt_too_small",
    /// A routing header of the deprecated type 0.
    Ipv6RhType0 = "ipv6.rh_type_0",
    /// An IPv6 extension header is cut short.
    Ipv6TruncExthdr = "ipv6.trunc_exthdr",
    /// Fewer bytes than the IPv6 payload length.
    Ipv6TruncPkt = "ipv6.trunc_pkt",
    /// The IPv6 next header is unknown.
    Ipv6UnknownNextHeader = "ipv6.unknown_next_header",
    /// The version field of an IPv6 header is not 6.
    Ipv6WrongIpVersion = "ipv6.wrong_ip_version",
    /// A PadN option without padding.
    Ipv6ZeroLenPadn = "ipv6.zero_len_padn",
    /// Fewer bytes than a BSD loopback header.
    LtnullPktTooSmall = "ltnull.pkt_too_small",
    /// The address family of a BSD loopback header is neither IPv4 nor IPv6.
    LtnullUnsupportedType = "ltnull.unsupported_type",
    /// The MPLS label 3 (implicit null) on the wire.
    MplsBadLabelImplicitNull = "mpls.bad_label_implicit_null",
    /// A reserved MPLS label.
    MplsBadLabelReserved = "mpls.bad_label_reserved",
    /// The MPLS label 1 (router alert) at the bottom of the stack.
    MplsBadLabelRouterAlert = "mpls.bad_label_router_alert",
    /// The packet ends within the MPLS label stack.
    MplsHeaderTooSmall = "mpls.header_too_small",
    /// Too few bytes behind the MPLS label stack to tell what they are.
    MplsPktTooSmall = "mpls.pkt_too_small",
    /// No telling what the MPLS label stack carries.
    MplsUnknownPayloadType = "mpls.unknown_payload_type",
    /// The NSH length field does not fit the metadata type or the packet.
    NshBadHeaderLength = "nsh.bad_header_length",
    /// Fewer bytes than an NSH header.
    NshHeaderTooSmall = "nsh.header_too_small",
    /// The reserved NSH metadata type 0.
    NshReservedType = "nsh.reserved_type",
    /// No decoder for what NSH says it carries.
    NshUnknownPayload = "nsh.unknown_payload",
    /// The NSH metadata type is neither 1 nor 2.
    NshUnsupportedType = "nsh.unsupported_type",
    /// The NSH version is not 0, or its reserved bits are set.
    NshUnsupportedVersion = "nsh.unsupported_version",
    /// IPv4 in PPP has fewer bytes than an IPv4 header.
    PppIp4PktTooSmall = "ppp.ip4_pkt_too_small",
    /// IPv6 in PPP has fewer bytes than an IPv6 header.
    PppIp6PktTooSmall = "ppp.ip6_pkt_too_small",
    /// Fewer bytes than a PPP header.
    PppPktTooSmall = "ppp.pkt_too_small",
    /// A PPP protocol that is known but not decoded.
    PppUnsupProto = "ppp.unsup_proto",
    /// Van Jacobson uncompressed TCP in PPP has fewer bytes than an IPv4 header.
    PppVjuPktTooSmall = "ppp.vju_pkt_too_small",
    /// The PPP protocol is unknown.
    PppWrongType = "ppp.wrong_type",
    /// A PPPoE discovery tag reaches beyond the payload.
    PppoeMalformedTags = "pppoe.malformed_tags",
    /// Fewer bytes than a PPPoE header, or than its length says.
    PppoePktTooSmall = "pppoe.pkt_too_small",
    /// The PPPoE discovery code is unknown.
    PppoeWrongCode = "pppoe.wrong_code",
    /// An SCTP chunk length does not fit the packet.
    SctpChunkLenInvalid = "sctp.chunk_len_invalid",
    /// Fewer bytes than an SCTP chunk header.
    SctpChunkTooSmall = "sctp.chunk_too_small",
    /// An SCTP DATA chunk with the verification tag 0.
    SctpDataWithZeroVtag = "sctp.data_with_zero_vtag",
    /// An SCTP INIT chunk shares its packet with other chunks.
    SctpInitChunkBundled = "sctp.init_chunk_bundled",
    /// An SCTP INIT chunk with a verification tag other than 0.
    SctpInitWithNonZeroVtag = "sctp.init_with_non_zero_vtag",
    /// Fewer bytes than an SCTP header.
    SctpPktTooSmall = "sctp.pkt_too_small",
    /// More SCTP chunks than the decoder looks at.
    SctpTooManyChunks = "sctp.too_many_chunks",
    /// More SCTP DATA chunks than the decoder looks at.
    SctpTooManyDataChunks = "sctp.too_many_data_chunks",
    /// Fewer bytes than a Linux cooked header.
    SllPktTooSmall = "sll.pkt_too_small",
    /// Fewer bytes than a Linux cooked header of version 2.
    Sll2PktTooSmall = "sll2.pkt_too_small",
    /// The TCP data offset reaches beyond the segment.
    TcpHlenTooSmall = "tcp.hlen_too_small",
    /// The TCP data offset is less than 20.
    TcpInvalidOptlen = "tcp.invalid_optlen",
    /// A TCP option occurs twice.
    TcpOptDuplicate = "tcp.opt_duplicate",
    /// A TCP option has the wrong length for its kind.
    TcpOptInvalidLen = "tcp.opt_invalid_len",
    /// Fewer bytes than a TCP header.
    TcpPktTooSmall = "tcp.pkt_too_small",
    /// More layers than [`DecodeConfig::max_layers`](crate::DecodeConfig::max_layers).
    TooManyLayers = "too_many_layers",
    /// The older name of [`UdpLenInvalid`](Self::UdpLenInvalid).
    UdpHlenInvalid = "udp.hlen_invalid",
    /// Fewer bytes than a UDP header.
    UdpHlenTooSmall = "udp.hlen_too_small",
    /// The UDP length is less than the header.
    UdpLenInvalid = "udp.len_invalid",
    /// Fewer bytes than the UDP length.
    UdpPktTooSmall = "udp.pkt_too_small",
    /// Fewer bytes than a VLAN tag.
    VlanHeaderTooSmall = "vlan.header_too_small",
    /// More than three VLAN tags.
    VlanTooManyLayers = "vlan.too_many_layers",
    /// The EtherType after a VLAN tag is unknown.
    VlanUnknownType = "vlan.unknown_type",
    /// Fewer bytes than a VN-Tag.
    VntagHeaderTooSmall = "vntag.header_too_small",
    /// The EtherType after a VN-Tag is unknown.
    VntagUnknownType = "vntag.unknown_type",
    /// No decoder for what VXLAN carries.
    VxlanUnknownPayloadType = "vxlan.unknown_payload_type",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_unique_and_found_again() {
        for (code, event) in DecoderEvent::ALL.iter().enumerate() {
            assert_eq!(usize::from(event.code()), code);
            assert_eq!(DecoderEvent::from_code(event.code()), Some(*event));
            assert_eq!(DecoderEvent::from_name(event.name()), Some(*event));
            assert_eq!(DecoderEvent::from_name(event.eve_name()), Some(*event));
            assert_eq!(event.eve_name(), format!("decoder.{}", event.name()));
        }
        // The sets of events hold a byte for each.
        assert!(DecoderEvent::ALL.len() <= 256);
        let unique: std::collections::BTreeSet<_> = DecoderEvent::ALL.iter().map(|e| e.name()).collect();
        assert_eq!(unique.len(), DecoderEvent::ALL.len());
    }

    #[test]
    fn unknown_names_and_numbers_are_none() {
        assert_eq!(DecoderEvent::from_name("ipv4.no_such_event"), None);
        assert_eq!(DecoderEvent::from_name(""), None);
        assert_eq!(DecoderEvent::from_code(u16::MAX), None);
    }
}
