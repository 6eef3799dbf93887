//! The IPv6 extension headers (RFC 8200 section 4).

use crate::bytes::{from, u8_at, u16_at, u32_at};
use crate::decode::protocol;
use crate::event::DecoderEvent;
use crate::packet::Packet;

mod field {
    pub const NEXT_HEADER: usize = 0;
    pub const LEN: usize = 1;
    pub const OPTIONS: usize = 2;
    pub const ROUTING_TYPE: usize = 2;
    pub const SEGMENTS_LEFT: usize = 3;
    pub const AH_RESERVED: usize = 2;
    pub const FRAGMENT_RESERVED: usize = 1;
    pub const FRAGMENT_OFFSET: usize = 2;
    pub const FRAGMENT_ID: usize = 4;
}

/// The length of the fixed part of an authentication header.
const AUTHENTICATION_LEN: usize = 12;

/// The length of a fragment header.
pub const FRAGMENT_LEN: usize = 8;

/// One IPv6 extension header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Its kind: the next-header value that names it, one of [`kind`].
    pub kind: u8,
    /// The whole header.
    pub bytes: &'a [u8],
}

impl<'a> Extension<'a> {
    /// The kind of the header that follows.
    #[inline]
    pub fn next_header(&self) -> u8 {
        u8_at(self.bytes, field::NEXT_HEADER)
    }

    /// The options of a hop-by-hop or destination options header; none for the other kinds.
    pub fn options(&self) -> Ipv6Options<'a> {
        match self.kind {
            kind::HOP_BY_HOP | kind::DESTINATION => Ipv6Options {
                rest: from(self.bytes, field::OPTIONS),
            },
            _ => Ipv6Options { rest: &[] },
        }
    }

    /// The type of a routing header; `None` for the other kinds.
    pub fn routing_type(&self) -> Option<u8> {
        (self.kind == kind::ROUTING).then(|| u8_at(self.bytes, field::ROUTING_TYPE))
    }

    /// The segments left of a routing header; `None` for the other kinds.
    pub fn segments_left(&self) -> Option<u8> {
        (self.kind == kind::ROUTING).then(|| u8_at(self.bytes, field::SEGMENTS_LEFT))
    }

    /// The offset in bytes of a fragment header; `None` for the other kinds.
    pub fn fragment_offset(&self) -> Option<u16> {
        // The low three bits are two reserved ones and the M flag, so masking leaves bytes.
        (self.kind == kind::FRAGMENT).then(|| u16_at(self.bytes, field::FRAGMENT_OFFSET) & 0xfff8)
    }

    /// Whether more fragments follow; `None` for the other kinds.
    pub fn more_fragments(&self) -> Option<bool> {
        (self.kind == kind::FRAGMENT).then(|| u16_at(self.bytes, field::FRAGMENT_OFFSET) & 1 != 0)
    }

    /// The identification of a fragment header; `None` for the other kinds.
    pub fn fragment_id(&self) -> Option<u32> {
        (self.kind == kind::FRAGMENT).then(|| u32_at(self.bytes, field::FRAGMENT_ID))
    }
}

/// IPv6 extension headers in order.
#[derive(Clone, Copy, Debug)]
pub struct Extensions<'a> {
    next: u8,
    rest: &'a [u8],
}

impl<'a> Extensions<'a> {
    #[inline]
    pub(crate) fn new(next: u8, bytes: &'a [u8]) -> Self {
        Self { next, rest: bytes }
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = Extension<'a>;

    #[inline]
    fn next(&mut self) -> Option<Extension<'a>> {
        let len = header_len(self.next, self.rest)?;
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        let extension = Extension { kind: self.next, bytes };
        self.next = extension.next_header();
        self.rest = rest;
        Some(extension)
    }
}

/// One option of a hop-by-hop or destination options header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6Option<'a> {
    /// The option type.
    pub kind: u8,
    /// What follows type and length.
    pub data: &'a [u8],
}

/// The options of a hop-by-hop or destination options header in order.
#[derive(Clone, Copy, Debug)]
pub struct Ipv6Options<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Ipv6Options<'a> {
    type Item = Ipv6Option<'a>;

    fn next(&mut self) -> Option<Ipv6Option<'a>> {
        let (kind, rest) = self.rest.split_first()?;
        if *kind == option::PAD1 {
            self.rest = rest;
            return Some(Ipv6Option { kind: *kind, data: &[] });
        }
        let (len, rest) = rest.split_first()?;
        let (data, rest) = rest.split_at_checked(usize::from(*len))?;
        self.rest = rest;
        Some(Ipv6Option { kind: *kind, data })
    }
}

/// The length in bytes that the extension header of this kind at the start of `bytes` says it has.
///
/// `None` when `kind` is no extension header or the length field is missing.
#[inline]
pub(crate) fn header_len(kind: u8, bytes: &[u8]) -> Option<usize> {
    match kind {
        kind::FRAGMENT => Some(FRAGMENT_LEN),
        // RFC 4302 section 2.2: units of 4 bytes, minus 2.
        kind::AUTHENTICATION => {
            let units = usize::from(*bytes.get(field::LEN)?);
            // The fixed part takes 12 bytes, whatever the length says.
            Some(units.saturating_add(2).saturating_mul(4).max(AUTHENTICATION_LEN))
        }
        // RFC 8200 section 4.3: units of 8 bytes, not counting the first 8.
        kind::HOP_BY_HOP | kind::ROUTING | kind::DESTINATION | kind::MOBILITY | kind::HIP | kind::SHIM6 => {
            let units = usize::from(*bytes.get(field::LEN)?);
            Some(units.saturating_add(1).saturating_mul(8))
        }
        _ => None,
    }
}

/// What a chain of extension headers came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain {
    /// The length of the headers that were decoded; those of a payload length, so 16 bits hold it.
    pub len: u16,
    /// The next header behind them.
    pub protocol: u8,
    /// Whether the last of them is the fragment header of a piece of a datagram.
    pub fragment: bool,
    /// Whether a header is cut short or forbidden, so that what follows cannot be decoded.
    pub broken: bool,
}

impl Chain {
    /// No extension headers.
    #[inline]
    pub(crate) const fn upper(protocol: u8) -> Self {
        Self {
            len: 0,
            protocol,
            fragment: false,
            broken: false,
        }
    }
}

/// Whether `next_header` is a protocol that ordinary packets carry and no extension header.
#[inline]
pub(crate) fn is_upper(next_header: u8) -> bool {
    matches!(next_header, protocol::TCP | protocol::UDP | protocol::ICMPV6)
}

/// Looks through the extension headers at the start of `bytes`, the payload of an IPv6 packet.
#[cold]
pub(crate) fn decode(packet: &mut Packet<'_>, next_header: u8, bytes: &[u8]) -> Chain {
    let mut chain = Chain::upper(next_header);
    let mut seen = Seen::default();
    let mut rest = bytes;
    // LIMIT: each header takes 8 bytes at least, so this ends with the packet.
    loop {
        match chain.protocol {
            kind::NONE => {
                if !rest.is_empty() {
                    packet.note(DecoderEvent::Ipv6DataAfterNoneHeader);
                }
                return chain;
            }
            protocol::ICMP => {
                packet.note(DecoderEvent::Ipv6Icmpv4);
                chain.broken = true;
                return chain;
            }
            kind if !is_extension(kind) => return chain,
            _ => {}
        }
        let len = header_len(chain.protocol, rest);
        let Some((bytes, after)) = len.and_then(|len| rest.split_at_checked(len)) else {
            packet.reject(DecoderEvent::Ipv6TruncExthdr);
            chain.broken = true;
            return chain;
        };
        let extension = Extension {
            kind: chain.protocol,
            bytes,
        };
        chain.fragment = check(packet, &extension, after.len(), &mut seen);
        chain.len = chain.len.saturating_add(bytes.len() as u16);
        chain.protocol = extension.next_header();
        rest = after;
        if chain.fragment {
            return chain;
        }
        if rest.len() < 2 && chain.protocol != kind::NONE {
            packet.reject(DecoderEvent::Ipv6TruncExthdr);
            chain.broken = true;
            return chain;
        }
    }
}

/// Looks at one extension header; `true` when it says that the packet is a fragment.
fn check(packet: &mut Packet<'_>, extension: &Extension<'_>, payload_len: usize, seen: &mut Seen) -> bool {
    check_reserved(packet, extension);
    if let Some(event) = seen.twice(extension.kind) {
        packet.note(event);
        return false;
    }
    match extension.kind {
        kind::HOP_BY_HOP | kind::DESTINATION => check_options(packet, extension),
        kind::ROUTING if extension.routing_type() == Some(0) => packet.note(DecoderEvent::Ipv6RhType0),
        kind::FRAGMENT => return check_fragment(packet, extension, payload_len),
        _ => {}
    }
    false
}

fn check_reserved(packet: &mut Packet<'_>, extension: &Extension<'_>) {
    match extension.kind {
        kind::AUTHENTICATION if u16_at(extension.bytes, field::AH_RESERVED) != 0 => {
            packet.note(DecoderEvent::Ipv6ExthdrAhResNotNull);
        }
        // Suricata: leaves out the two reserved bits beside the offset.
        kind::FRAGMENT if u8_at(extension.bytes, field::FRAGMENT_RESERVED) != 0 => {
            packet.note(DecoderEvent::Ipv6FhNonZeroReservedField);
        }
        _ => {}
    }
}

fn check_fragment(packet: &mut Packet<'_>, extension: &Extension<'_>, payload_len: usize) -> bool {
    let offset_flags = u16_at(extension.bytes, field::FRAGMENT_OFFSET);
    let more = offset_flags & 1 != 0;
    if more && !payload_len.is_multiple_of(8) {
        packet.note(DecoderEvent::Ipv6FragInvalidLength);
    }
    // RFC 6946: an atomic fragment is a whole datagram.
    if !more && offset_flags & 0xfff8 == 0 {
        packet.note(DecoderEvent::Ipv6ExthdrUselessFh);
        return false;
    }
    true
}

/// Looks at the options of a hop-by-hop or destination options header.
fn check_options(packet: &mut Packet<'_>, extension: &Extension<'_>) {
    let (unknown, only_padding) = if extension.kind == kind::HOP_BY_HOP {
        (
            DecoderEvent::Ipv6HopoptsUnknownOpt,
            DecoderEvent::Ipv6HopoptsOnlyPadding,
        )
    } else {
        (
            DecoderEvent::Ipv6DstoptsUnknownOpt,
            DecoderEvent::Ipv6DstoptsOnlyPadding,
        )
    };
    let mut rest = from(extension.bytes, field::OPTIONS);
    let (mut padding, mut other) = (false, false);
    while let Some((kind, after)) = rest.split_first() {
        if *kind == option::PAD1 {
            padding = true;
            rest = after;
            continue;
        }
        let len = u8_at(after, 0);
        // Suricata: allows an option to reach a byte beyond its header.
        if after.is_empty() || usize::from(len) > after.len() || len < least_len(*kind) {
            packet.blame(DecoderEvent::Ipv6ExthdrInvalidOptlen);
            break;
        }
        match *kind {
            option::PADN => {
                padding = true;
                if len == 0 {
                    packet.note(DecoderEvent::Ipv6ZeroLenPadn);
                }
            }
            option::ROUTER_ALERT | option::HOME_ADDRESS => other = true,
            // Suricata: a jumbo payload beside padding is padding only.
            option::JUMBO => {}
            _ => {
                other = true;
                packet.note(unknown);
            }
        }
        rest = from(after, usize::from(len).saturating_add(1));
    }
    if padding && !other {
        packet.note(only_padding);
    }
}

/// The least length of the data of an option.
fn least_len(kind: u8) -> u8 {
    match kind {
        option::ROUTER_ALERT => 2,
        option::JUMBO => 4,
        option::HOME_ADDRESS => 16,
        _ => 0,
    }
}

/// The extension headers that a packet had so far.
#[derive(Default)]
struct Seen {
    hop_by_hop: bool,
    routing: bool,
    fragment: bool,
    authentication: bool,
    destination: u8,
}

impl Seen {
    /// Notes a header; the event when it is one too many.
    fn twice(&mut self, kind: u8) -> Option<DecoderEvent> {
        let (seen, event) = match kind {
            kind::HOP_BY_HOP => (&mut self.hop_by_hop, DecoderEvent::Ipv6ExthdrDuplHh),
            kind::ROUTING => (&mut self.routing, DecoderEvent::Ipv6ExthdrDuplRh),
            kind::FRAGMENT => (&mut self.fragment, DecoderEvent::Ipv6ExthdrDuplFh),
            kind::AUTHENTICATION => (&mut self.authentication, DecoderEvent::Ipv6ExthdrDuplAh),
            kind::DESTINATION => {
                // RFC 8200 section 4.1: one before the routing header, one before the upper layer.
                self.destination = self.destination.saturating_add(1);
                return (self.destination > 2).then_some(DecoderEvent::Ipv6ExthdrDuplDh);
            }
            _ => return None,
        };
        core::mem::replace(seen, true).then_some(event)
    }
}

/// Whether `next_header` is an extension header.
fn is_extension(next_header: u8) -> bool {
    matches!(
        next_header,
        kind::HOP_BY_HOP
            | kind::ROUTING
            | kind::FRAGMENT
            | kind::AUTHENTICATION
            | kind::DESTINATION
            | kind::MOBILITY
            | kind::HIP
            | kind::SHIM6
    )
}

/// The next-header values of the extension headers.
pub mod kind {
    /// Hop-by-hop options.
    pub const HOP_BY_HOP: u8 = 0;
    /// Routing.
    pub const ROUTING: u8 = 43;
    /// Fragment.
    pub const FRAGMENT: u8 = 44;
    /// Authentication (RFC 4302).
    pub const AUTHENTICATION: u8 = 51;
    /// No next header.
    pub const NONE: u8 = 59;
    /// Destination options.
    pub const DESTINATION: u8 = 60;
    /// Mobility (RFC 6275).
    pub const MOBILITY: u8 = 135;
    /// Host identity protocol (RFC 7401).
    pub const HIP: u8 = 139;
    /// Shim6 (RFC 5533).
    pub const SHIM6: u8 = 140;
}

/// The types of the options of hop-by-hop and destination options headers.
pub mod option {
    /// One byte of padding.
    pub const PAD1: u8 = 0x00;
    /// Padding of two bytes or more.
    pub const PADN: u8 = 0x01;
    /// Router alert (RFC 2711).
    pub const ROUTER_ALERT: u8 = 0x05;
    /// Jumbo payload (RFC 2675).
    pub const JUMBO: u8 = 0xc2;
    /// Home address (RFC 6275).
    pub const HOME_ADDRESS: u8 = 0xc9;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Transport;
    use crate::fixture::*;

    /// The events of extension headers before UDP.
    fn events_of(first: u8, extensions: &[u8]) -> Vec<&'static str> {
        events_over_ipv6(first, &[extensions, &udp(1, 2, &[7; 8])].concat())
    }

    /// The events of a hop-by-hop header, and of a destination options header, with these 6 bytes of options.
    fn events_of_options(options: [u8; 6]) -> [Vec<&'static str>; 2] {
        let header = [&[17, 0][..], &options].concat();
        [kind::HOP_BY_HOP, kind::DESTINATION].map(|kind| events_of(kind, &header))
    }

    #[test]
    fn iterates_over_headers_and_options() {
        let chain = [
            [kind::ROUTING, 0, 5, 2, 0, 1, 0, 0],
            [kind::FRAGMENT, 0, 4, 3, 0, 0, 0, 0],
            [17, 0, 0, 0, 0, 0, 0, 9],
        ]
        .concat();
        let frame = ethernet(0x86dd, &ipv6(0, &[&chain[..], &udp(1, 2, b"x")].concat()));
        let packet = decoded(&frame);
        let ip = packet.ipv6().unwrap();
        let headers: Vec<_> = ip.extensions().collect();
        assert_eq!(
            headers.iter().map(|header| header.kind).collect::<Vec<_>>(),
            [0, 43, 44]
        );
        let options: Vec<_> = headers[0].options().collect();
        assert_eq!(
            options[0],
            Ipv6Option {
                kind: option::ROUTER_ALERT,
                data: &[0, 1]
            }
        );
        assert_eq!(options.len(), 3);
        assert_eq!(
            (headers[1].routing_type(), headers[1].segments_left()),
            (Some(4), Some(3))
        );
        assert_eq!(
            (headers[2].fragment_offset(), headers[2].more_fragments()),
            (Some(0), Some(false))
        );
        assert_eq!((headers[2].fragment_id(), headers[2].next_header()), (Some(9), 17));
        assert_eq!((headers[0].routing_type(), headers[0].fragment_id()), (None, None));
        assert_eq!(events(&packet), ["ipv6.exthdr_useless_fh"]);
        assert_eq!(packet.payload, b"x");
    }

    #[test]
    fn the_lengths_of_the_kinds() {
        let bytes = [17, 1, 0, 0];
        assert_eq!(header_len(kind::HOP_BY_HOP, &bytes), Some(16));
        assert_eq!(header_len(kind::AUTHENTICATION, &bytes), Some(12));
        assert_eq!(header_len(kind::AUTHENTICATION, &[17, 0]), Some(12));
        assert_eq!(header_len(kind::FRAGMENT, &bytes), Some(8));
        assert_eq!(header_len(kind::MOBILITY, &[17]), None);
        assert_eq!(header_len(17, &bytes), None);
    }

    #[test]
    fn options_are_checked() {
        let [hop, dst] = events_of_options([1, 4, 0, 0, 0, 0]);
        assert_eq!(
            (hop, dst),
            (vec!["ipv6.hopopts_only_padding"], vec!["ipv6.dstopts_only_padding"])
        );
        let [hop, dst] = events_of_options([0x77, 4, 0, 0, 0, 0]);
        assert_eq!(
            (hop, dst),
            (vec!["ipv6.hopopts_unknown_opt"], vec!["ipv6.dstopts_unknown_opt"])
        );
        let [hop, _] = events_of_options([5, 2, 0, 0, 1, 0]);
        assert_eq!(hop, ["ipv6.zero_len_padn"]);
        for wrong in [
            [1, 6, 0, 0, 0, 0],
            [5, 1, 0, 0, 0, 0],
            [0xc2, 3, 0, 0, 0, 0],
            [0xc9, 4, 0, 0, 0, 0],
            [0x77, 200, 0, 0, 0, 0],
        ] {
            let [hop, dst] = events_of_options(wrong);
            assert_eq!(
                (hop, dst),
                (vec!["ipv6.exthdr_invalid_optlen"], vec!["ipv6.exthdr_invalid_optlen"])
            );
        }
        let [hop, _] = events_of_options([1, 3, 0, 0, 0, 0x77]);
        assert_eq!(hop, ["ipv6.exthdr_invalid_optlen", "ipv6.hopopts_only_padding"]);
        let [hop, _] = events_of_options([0xc2, 4, 0, 1, 0, 0]);
        assert!(hop.is_empty());
    }

    #[test]
    fn a_header_twice() {
        let option = |next| vec![next, 0, 5, 2, 0, 0, 0, 0];
        let routing = |next| vec![next, 0, 2, 0, 0, 0, 0, 0];
        let authentication = |next| vec![next, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let fragment = |next| vec![next, 0, 0, 0, 0, 0, 0, 1];
        assert_eq!(events_of(0, &[option(0), option(17)].concat()), ["ipv6.exthdr_dupl_hh"]);
        assert_eq!(
            events_of(43, &[routing(43), routing(17)].concat()),
            ["ipv6.exthdr_dupl_rh"]
        );
        assert_eq!(
            events_of(51, &[authentication(51), authentication(17)].concat()),
            ["ipv6.exthdr_dupl_ah"]
        );
        assert_eq!(
            events_of(44, &[fragment(44), fragment(17)].concat()),
            ["ipv6.exthdr_useless_fh", "ipv6.exthdr_dupl_fh"]
        );
        assert!(events_of(60, &[option(60), option(17)].concat()).is_empty());
        assert_eq!(
            events_of(60, &[option(60), option(60), option(17)].concat()),
            ["ipv6.exthdr_dupl_dh"]
        );
    }

    #[test]
    fn each_other_event() {
        assert_eq!(events_of(43, &[17, 0, 0, 1, 0, 0, 0, 0]), ["ipv6.rh_type_0"]);
        assert_eq!(
            events_of(51, &[17, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
            ["ipv6.exthdr_ah_res_not_null"]
        );
        assert_eq!(events_of(44, &[17, 0, 0, 0, 0, 0, 0, 1]), ["ipv6.exthdr_useless_fh"]);
        assert_eq!(
            events_of(44, &[17, 9, 0, 1, 0, 0, 0, 1]),
            ["ipv6.fh_non_zero_reserved_field"]
        );
        assert_eq!(
            events_over_ipv6(44, &[17, 0, 0, 1, 0, 0, 0, 1, 7, 7, 7]),
            ["ipv6.frag_invalid_length"]
        );
        assert_eq!(
            events_over_ipv6(60, &[59, 0, 5, 2, 0, 0, 0, 0, 7]),
            ["ipv6.data_after_none_header"]
        );
        assert!(events_over_ipv6(60, &[59, 0, 5, 2, 0, 0, 0, 0]).is_empty());
        for kind in [kind::MOBILITY, kind::HIP, kind::SHIM6] {
            assert!(events_of(kind, &[17, 0, 0, 0, 0, 0, 0, 0]).is_empty());
        }
    }

    #[test]
    fn cut_short() {
        for kind in [0, 43, 44, 51, 60, 135, 139, 140] {
            let len = header_len(kind, &[17, 1]).unwrap();
            let header = [&[17, 1, 5, 2][..], &[0; 12]].concat();
            // Behind a fragment header there need not be another.
            let least = if kind == kind::FRAGMENT { len } else { len + 2 };
            for cut in 0..least {
                let bytes = [&header[..len], &[9, 9]].concat();
                let frame = ethernet(0x86dd, &ipv6(kind, &bytes[..cut]));
                let packet = decoded(&frame);
                assert_eq!(
                    events(&packet).last(),
                    Some(&"ipv6.trunc_exthdr"),
                    "kind {kind}, {cut} bytes"
                );
                assert!(packet.invalid && packet.is_ipv6() && packet.transport == Transport::None);
                assert_eq!(packet.ip_proto(), None);
            }
        }
    }

    #[test]
    fn a_fragment_has_no_transport() {
        let option = [44, 0, 5, 2, 0, 0, 0, 0];
        let fragment = [17, 0, 0x05, 0xa9, 0xaa, 0xbb, 0xcc, 0xdd];
        let bytes = ipv6(60, &[&option[..], &fragment, &[7; 16]].concat());
        let frame = ethernet(0x86dd, &bytes);
        let packet = decoded(&frame);
        assert!(packet.is_fragment() && packet.events.is_empty() && packet.transport == Transport::None);
        assert_eq!(packet.ip_proto(), Some(44));
        let piece = packet.fragment().unwrap();
        assert_eq!(
            (piece.id, piece.offset, piece.more, piece.proto),
            (0xaabb_ccdd, 0x05a8, true, 17)
        );
        assert_eq!((piece.payload, piece.unfragmentable), (&[7; 16][..], &bytes[..48]));
        assert_eq!(piece.next_header_at, 40);

        let bare = ethernet(0x86dd, &ipv6(44, &[&fragment[..], &[7; 16]].concat()));
        assert_eq!(decoded(&bare).fragment().unwrap().next_header_at, 6);
    }

    #[test]
    fn tunnels_are_found_behind_extension_headers() {
        let option = [47, 0, 5, 2, 0, 0, 0, 0];
        let gre = [&[0, 0, 8, 0][..], &ipv4(17, &udp(1, 2, b"x"))].concat();
        let frame = ethernet(0x86dd, &ipv6(60, &[&option[..], &gre].concat()));
        assert_eq!(inner(&decoded(&frame)).payload, b"x");
    }
}
