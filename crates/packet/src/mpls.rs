//! MPLS (RFC 3032).

use crate::bytes::{from, u8_at, u32_at};
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;

mod field {
    pub const LABEL: usize = 0;
    pub const PAYLOAD: usize = 4;
}

/// The length of one entry of the label stack.
pub const ENTRY_LEN: usize = field::PAYLOAD;

/// One entry of a label stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mpls {
    entry: u32,
}

impl Mpls {
    /// The first entry of `bytes`; `None` when they are fewer than 4.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (bytes.len() >= ENTRY_LEN).then(|| Self {
            entry: u32_at(bytes, field::LABEL),
        })
    }

    /// The label, 20 bits.
    pub fn label(&self) -> u32 {
        self.entry >> 12
    }

    /// The traffic class, 3 bits.
    pub fn traffic_class(&self) -> u8 {
        (self.entry >> 9) as u8 & 7
    }

    /// Whether the entry is the last of its stack.
    pub fn is_bottom(&self) -> bool {
        self.entry & 0x100 != 0
    }

    /// The time to live.
    pub fn ttl(&self) -> u8 {
        self.entry as u8
    }
}

pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.push(Layer::Mpls);
    let mut rest = bytes;
    // The stack shrinks by an entry each time round, so this ends with the packet.
    let bottom = loop {
        let Some(entry) = Mpls::new(rest) else {
            packet.reject(DecoderEvent::MplsHeaderTooSmall);
            return Step::Done;
        };
        rest = from(rest, field::PAYLOAD);
        if entry.is_bottom() {
            break entry;
        }
    };
    by_label(packet, bottom.label(), rest)
}

/// What follows a stack with this label at its bottom.
fn by_label<'a>(packet: &mut Packet<'a>, label: u32, bytes: &'a [u8]) -> Step<'a> {
    match label {
        label::IPV4_EXPLICIT_NULL => return Step::Ipv4(bytes),
        label::ROUTER_ALERT => packet.note(DecoderEvent::MplsBadLabelRouterAlert),
        label::IPV6_EXPLICIT_NULL => return Step::Ipv6(bytes),
        label::IMPLICIT_NULL => packet.note(DecoderEvent::MplsBadLabelImplicitNull),
        label::FIRST_RESERVED..=label::LAST_RESERVED => packet.note(DecoderEvent::MplsBadLabelReserved),
        _ => return by_first_nibble(packet, bytes),
    }
    Step::Done
}

/// What the first four bits behind an ordinary label say (RFC 4928 section 3): the stack itself does not.
fn by_first_nibble<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    if bytes.len() < CONTROL_WORD_LEN {
        packet.reject(DecoderEvent::MplsPktTooSmall);
        return Step::Done;
    }
    match u8_at(bytes, 0) >> 4 {
        4 => Step::Ipv4(bytes),
        6 => Step::Ipv6(bytes),
        // RFC 4448 section 4.6: the control word of an Ethernet pseudowire.
        0 => Step::Ethernet(from(bytes, CONTROL_WORD_LEN)),
        _ => {
            packet.reject(DecoderEvent::MplsUnknownPayloadType);
            Step::Done
        }
    }
}

/// The length of a pseudowire's control word.
const CONTROL_WORD_LEN: usize = 4;

/// The reserved labels (RFC 3032 section 2.1).
mod label {
    pub const IPV4_EXPLICIT_NULL: u32 = 0;
    pub const ROUTER_ALERT: u32 = 1;
    pub const IPV6_EXPLICIT_NULL: u32 = 2;
    pub const IMPLICIT_NULL: u32 = 3;
    pub const FIRST_RESERVED: u32 = 4;
    // 15 is the extension label (RFC 7274), which stands for itself here.
    pub const LAST_RESERVED: u32 = 14;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{decoded, ethernet, events, ipv4, ipv6, udp};

    fn entry(label: u32, bottom: bool) -> [u8; 4] {
        (label << 12 | u32::from(bottom) << 8 | 64).to_be_bytes()
    }

    fn stack(labels: &[u32], payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (at, label) in labels.iter().enumerate() {
            bytes.extend(entry(*label, at + 1 == labels.len()));
        }
        bytes.extend(payload);
        ethernet(0x8847, &bytes)
    }

    #[test]
    fn reads_every_field() {
        let mpls = Mpls::new(&[0x12, 0x34, 0x5b, 0x40]).unwrap();
        assert_eq!(
            (mpls.label(), mpls.traffic_class(), mpls.is_bottom(), mpls.ttl()),
            (0x12345, 5, true, 64)
        );
        assert_eq!(Mpls::new(&[0; 3]), None);
    }

    #[test]
    fn the_payload_is_told_by_label_or_first_bits() {
        let (four, six) = (ipv4(17, &udp(1, 2, b"4")), ipv6(17, &udp(1, 2, b"6")));
        let mut pseudowire = vec![0, 0, 0, 0];
        pseudowire.extend(ethernet(0x0800, &four));
        for (labels, payload, found) in [
            (&[100][..], &four, b"4"),
            (&[100, 1, 200], &six, b"6"),
            (&[0], &four, b"4"),
            (&[2], &six, b"6"),
            (&[15], &four, b"4"),
            (&[100], &pseudowire, b"4"),
        ] {
            let frame = stack(labels, payload);
            let packet = decoded(&frame);
            assert_eq!(packet.payload, found, "{labels:?}");
            assert!(packet.events.is_empty());
        }
    }

    #[test]
    fn each_event() {
        for (labels, payload, event) in [
            (&[1][..], &b"Eabc"[..], "mpls.bad_label_router_alert"),
            (&[3], b"Eabc", "mpls.bad_label_implicit_null"),
            (&[4], b"Eabc", "mpls.bad_label_reserved"),
            (&[14], b"Eabc", "mpls.bad_label_reserved"),
            (&[100], b"Eab", "mpls.pkt_too_small"),
            (&[100], b"\x10abc", "mpls.unknown_payload_type"),
        ] {
            assert_eq!(events(&decoded(&stack(labels, payload))), [event]);
        }
    }

    #[test]
    fn a_stack_without_a_bottom_ends_with_the_packet() {
        let bytes: Vec<u8> = core::iter::repeat_n(entry(100, false), 300).flatten().collect();
        for len in [0, 3, 4, 1199, 1200] {
            let frame = ethernet(0x8848, &bytes[..len]);
            assert_eq!(events(&decoded(&frame)), ["mpls.header_too_small"]);
        }
    }
}
