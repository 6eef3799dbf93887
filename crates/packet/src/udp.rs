//! UDP (RFC 768).

use crate::bytes::u16_at;
use crate::config::{DecodeConfig, PortList};
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::{Packet, Transport};
use crate::{geneve, teredo, vxlan};

mod field {
    pub const SRC_PORT: usize = 0;
    pub const DST_PORT: usize = 2;
    pub const LEN: usize = 4;
    pub const CHECKSUM: usize = 6;
    pub const PAYLOAD: usize = 8;
}

/// The length of the header.
pub const HEADER_LEN: usize = field::PAYLOAD;

/// A UDP datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Udp<'a> {
    header: &'a [u8; HEADER_LEN],
    payload: &'a [u8],
}

impl<'a> Udp<'a> {
    /// The 8 bytes of the header.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        self.header
    }

    /// The data of the datagram.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The source port.
    #[inline]
    pub fn src_port(&self) -> u16 {
        u16_at(self.header, field::SRC_PORT)
    }

    /// The destination port.
    #[inline]
    pub fn dst_port(&self) -> u16 {
        u16_at(self.header, field::DST_PORT)
    }

    /// The length in bytes, header included, as the header has it.
    #[inline]
    pub fn len(&self) -> u16 {
        u16_at(self.header, field::LEN)
    }

    /// Whether the datagram has no data.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.payload.is_empty()
    }

    /// The checksum; 0 over IPv4 means that there is none.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16_at(self.header, field::CHECKSUM)
    }
}

#[inline]
pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8], config: &DecodeConfig) {
    packet.layers.push(Layer::Udp);
    let udp = match check(bytes) {
        Ok(udp) => udp,
        Err(event) => {
            packet.reject(event);
            return;
        }
    };
    packet.transport = Transport::Udp(udp);
    packet.payload = udp.payload;
    decode_tunnel(packet, &udp, config);
}

/// Notes the packet that the datagram carries, if a port says that it may carry one.
#[inline]
fn decode_tunnel<'a>(packet: &mut Packet<'a>, udp: &Udp<'a>, config: &DecodeConfig) {
    let (src, dst) = (udp.src_port(), udp.dst_port());
    let on = |ports: &PortList| ports.contains(src) || ports.contains(dst);
    let is_tunnel = (config.teredo && on(&config.teredo_ports) && teredo::decode(packet, udp.payload, config))
        || (config.geneve && on(&config.geneve_ports) && geneve::decode(packet, udp.payload, config));
    if !is_tunnel && config.vxlan && on(&config.vxlan_ports) {
        vxlan::decode(packet, udp.payload, config);
    }
}

#[inline]
fn check(bytes: &[u8]) -> Result<Udp<'_>, DecoderEvent> {
    let Some(header) = bytes.first_chunk::<HEADER_LEN>() else {
        return Err(DecoderEvent::UdpHlenTooSmall);
    };
    let len = usize::from(u16_at(bytes, field::LEN));
    if bytes.len() < len {
        return Err(DecoderEvent::UdpPktTooSmall);
    }
    let payload = bytes.get(HEADER_LEN..len).ok_or(DecoderEvent::UdpLenInvalid)?;
    Ok(Udp { header, payload })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{check_truncation, decoded, ethernet, events_over_ipv4, ipv4, udp};

    #[test]
    fn reads_every_field() {
        let mut bytes = udp(1234, 53, b"data");
        bytes[6..8].copy_from_slice(&[1, 2]);
        let frame = ethernet(0x0800, &ipv4(17, &bytes));
        let packet = decoded(&frame);
        let udp = packet.udp().unwrap();
        assert_eq!((udp.header(), udp.payload()), (&bytes[..8], &b"data"[..]));
        assert_eq!(
            (udp.src_port(), udp.dst_port(), udp.len(), udp.checksum()),
            (1234, 53, 12, 0x0102)
        );
        assert_eq!(
            (packet.src_port(), packet.dst_port(), udp.is_empty()),
            (1234, 53, false)
        );
    }

    #[test]
    fn cut_short() {
        let bytes = udp(1, 2, b"");
        check_truncation(&bytes, HEADER_LEN, "udp.hlen_too_small", |bytes| {
            ethernet(0x0800, &ipv4(17, bytes))
        });
    }

    #[test]
    fn each_length() {
        let mut bytes = udp(1, 2, b"data");
        for len in 0..8 {
            bytes[5] = len;
            assert_eq!(events_over_ipv4(17, &bytes), ["udp.len_invalid"]);
        }
        bytes[5] = 13;
        assert_eq!(events_over_ipv4(17, &bytes), ["udp.pkt_too_small"]);
        bytes[5] = 10;
        let frame = ethernet(0x0800, &ipv4(17, &bytes));
        let packet = decoded(&frame);
        assert_eq!(packet.payload, b"da");
        assert!(packet.events.is_empty());
    }
}
