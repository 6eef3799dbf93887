//! TCP (RFC 9293).

use crate::bytes::{from, u8_at, u16_at, u32_at, upto};
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::{Packet, Transport};
use crate::tcp_options::{self, Found, TcpOptions};

mod field {
    pub const SRC_PORT: usize = 0;
    pub const DST_PORT: usize = 2;
    pub const SEQ: usize = 4;
    pub const ACK: usize = 8;
    pub const OFFSET: usize = 12;
    pub const FLAGS: usize = 13;
    pub const WINDOW: usize = 14;
    pub const CHECKSUM: usize = 16;
    pub const URGENT: usize = 18;
    pub const OPTIONS: usize = 20;
}

/// The length of the header without options.
pub const HEADER_LEN: usize = field::OPTIONS;

/// A TCP segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp<'a> {
    /// Header and data.
    bytes: &'a [u8],
    header_len: u8,
    found: Found,
}

impl<'a> Tcp<'a> {
    /// The header with its options, 20 to 60 bytes.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        upto(self.bytes, self.header_len())
    }

    /// The data of the segment.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        from(self.bytes, self.header_len())
    }

    /// The source port.
    #[inline]
    pub fn src_port(&self) -> u16 {
        u16_at(self.bytes, field::SRC_PORT)
    }

    /// The destination port.
    #[inline]
    pub fn dst_port(&self) -> u16 {
        u16_at(self.bytes, field::DST_PORT)
    }

    /// The sequence number.
    #[inline]
    pub fn seq(&self) -> u32 {
        u32_at(self.bytes, field::SEQ)
    }

    /// The acknowledgement number.
    #[inline]
    pub fn ack(&self) -> u32 {
        u32_at(self.bytes, field::ACK)
    }

    /// The length of the header in bytes.
    #[inline]
    pub fn header_len(&self) -> usize {
        usize::from(self.header_len)
    }

    /// The low eight flags, `CWR ECE URG ACK PSH RST SYN FIN`; the masks are in [`flag`].
    #[inline]
    pub fn flags(&self) -> u8 {
        u8_at(self.bytes, field::FLAGS)
    }

    /// The four reserved bits between data offset and flags; the lowest was NS (RFC 3540).
    #[inline]
    pub fn reserved(&self) -> u8 {
        u8_at(self.bytes, field::OFFSET) & 0x0f
    }

    /// Whether SYN is set.
    #[inline]
    pub fn syn(&self) -> bool {
        self.flags() & flag::SYN != 0
    }

    /// Whether ACK is set.
    #[inline]
    pub fn has_ack(&self) -> bool {
        self.flags() & flag::ACK != 0
    }

    /// Whether FIN is set.
    #[inline]
    pub fn fin(&self) -> bool {
        self.flags() & flag::FIN != 0
    }

    /// Whether RST is set.
    #[inline]
    pub fn rst(&self) -> bool {
        self.flags() & flag::RST != 0
    }

    /// The window, not scaled.
    #[inline]
    pub fn window(&self) -> u16 {
        u16_at(self.bytes, field::WINDOW)
    }

    /// The checksum.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16_at(self.bytes, field::CHECKSUM)
    }

    /// The urgent pointer.
    #[inline]
    pub fn urgent(&self) -> u16 {
        u16_at(self.bytes, field::URGENT)
    }

    /// The bytes of the options, 0 to 40.
    #[inline]
    pub fn option_bytes(&self) -> &'a [u8] {
        from(self.header(), field::OPTIONS)
    }

    /// The options in order, up to the end-of-list option or the first of an impossible length.
    #[inline]
    pub fn options(&self) -> TcpOptions<'a> {
        TcpOptions::new(self.option_bytes())
    }

    /// The maximum segment size in bytes.
    #[inline]
    pub fn mss(&self) -> Option<u16> {
        self.found(self.found.mss).map(|data| u16_at(data, 0))
    }

    /// The window scale (RFC 7323): the window counts in units of two to this power.
    #[inline]
    pub fn wscale(&self) -> Option<u8> {
        self.found(self.found.wscale).map(|data| u8_at(data, 0))
    }

    /// The timestamp value and the echoed one (RFC 7323).
    #[inline]
    pub fn timestamps(&self) -> Option<(u32, u32)> {
        self.found(self.found.timestamps)
            .map(|data| (u32_at(data, 0), u32_at(data, 4)))
    }

    /// Whether selective acknowledgements are permitted (RFC 2018).
    #[inline]
    pub fn sack_permitted(&self) -> bool {
        self.found.sack_permitted != 0
    }

    /// The selectively acknowledged ranges (RFC 2018), first sequence number and the one after the last; at most 4.
    #[inline]
    pub fn sacks(&self) -> impl Iterator<Item = (u32, u32)> + use<'a> {
        let data = self.found(self.found.sack).unwrap_or_default();
        data.as_chunks::<8>()
            .0
            .iter()
            .map(|edge| (u32_at(edge, 0), u32_at(edge, 4)))
    }

    /// The fast-open cookie (RFC 7413); empty when one is asked for.
    #[inline]
    pub fn fast_open(&self) -> Option<&'a [u8]> {
        let data = self.found(self.found.fast_open)?;
        let experiment = u8_at(self.bytes, usize::from(self.found.fast_open)) != tcp_options::kind::FAST_OPEN;
        // RFC 7413 section 4.1.1: the shared experimental option starts with two bytes that tell its use.
        Some(if experiment { from(data, 2) } else { data })
    }

    /// The data of the option at `at` in the header; `None` for 0, which no option can have.
    #[inline]
    fn found(&self, at: u8) -> Option<&'a [u8]> {
        if at == 0 {
            return None;
        }
        let option = from(self.header(), usize::from(at));
        upto(option, usize::from(u8_at(option, 1))).get(2..)
    }
}

#[inline]
pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) {
    packet.layers.push(Layer::Tcp);
    let header_len = match check(bytes) {
        Ok(header_len) => header_len,
        Err(event) => {
            packet.reject(event);
            return;
        }
    };
    let mut tcp = Tcp {
        bytes,
        header_len,
        found: Found::default(),
    };
    let options = tcp.option_bytes();
    if !options.is_empty() {
        tcp.found = tcp_options::check(packet, options);
    }
    packet.transport = Transport::Tcp(tcp);
    packet.payload = tcp.payload();
}

/// The length of the header.
#[inline]
fn check(bytes: &[u8]) -> Result<u8, DecoderEvent> {
    if bytes.len() < HEADER_LEN {
        return Err(DecoderEvent::TcpPktTooSmall);
    }
    // RFC 9293 section 3.1: the data offset counts words of 4 bytes in the high 4 bits.
    let header_len = (u8_at(bytes, field::OFFSET) & 0xf0) >> 2;
    if bytes.len() < usize::from(header_len) {
        return Err(DecoderEvent::TcpHlenTooSmall);
    }
    if usize::from(header_len) < HEADER_LEN {
        return Err(DecoderEvent::TcpInvalidOptlen);
    }
    Ok(header_len)
}

/// The flags of a TCP header.
pub mod flag {
    /// No more data from the sender.
    pub const FIN: u8 = 0x01;
    /// Synchronize sequence numbers.
    pub const SYN: u8 = 0x02;
    /// Reset the connection.
    pub const RST: u8 = 0x04;
    /// Push.
    pub const PSH: u8 = 0x08;
    /// The acknowledgement number counts.
    pub const ACK: u8 = 0x10;
    /// The urgent pointer counts.
    pub const URG: u8 = 0x20;
    /// ECN echo (RFC 3168).
    pub const ECE: u8 = 0x40;
    /// Congestion window reduced (RFC 3168).
    pub const CWR: u8 = 0x80;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{check_truncation, decoded, ethernet, events_over_ipv4, ipv4, ipv6, tcp};

    #[test]
    fn reads_every_field() {
        let mut bytes = tcp(&[1, 1, 1, 0], b"data");
        bytes[12] |= 0x05;
        bytes[13] = 0xd7;
        bytes[16..20].copy_from_slice(&[1, 2, 3, 4]);
        let frame = ethernet(0x0800, &ipv4(6, &bytes));
        let packet = decoded(&frame);
        let tcp = packet.tcp().unwrap();
        assert_eq!((tcp.header(), tcp.payload()), (&bytes[..24], &b"data"[..]));
        assert_eq!((tcp.src_port(), tcp.dst_port(), tcp.seq(), tcp.ack()), (1234, 80, 5, 9));
        assert_eq!((tcp.header_len(), tcp.flags(), tcp.reserved()), (24, 0xd7, 5));
        assert_eq!(
            (tcp.syn(), tcp.has_ack(), tcp.fin(), tcp.rst()),
            (true, true, true, true)
        );
        assert_eq!((tcp.window(), tcp.checksum(), tcp.urgent()), (0x2000, 0x0102, 0x0304));
        assert_eq!(tcp.option_bytes(), [1, 1, 1, 0]);
        assert_eq!(
            (packet.src_port(), packet.dst_port(), packet.payload),
            (1234, 80, &b"data"[..])
        );
    }

    #[test]
    fn the_options_of_a_syn() {
        let options = [
            2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 7, 0, 0, 0, 8, 1, 3, 3, 9, 34, 6, 1, 2, 3, 4, 1, 0,
        ];
        let frame = ethernet(0x0800, &ipv4(6, &tcp(&options, b"")));
        let tcp = decoded(&frame).tcp().unwrap();
        assert_eq!(
            (tcp.mss(), tcp.wscale(), tcp.timestamps()),
            (Some(1460), Some(9), Some((7, 8)))
        );
        assert!(tcp.sack_permitted() && tcp.sacks().next().is_none());
        assert_eq!(tcp.fast_open(), Some(&[1, 2, 3, 4][..]));
        assert_eq!(tcp.options().count(), 8);
    }

    #[test]
    fn the_options_of_an_acknowledgement() {
        let options = [1, 1, 8, 10, 0, 0, 0, 7, 0, 0, 0, 8];
        let frame = ethernet(0x86dd, &ipv6(6, &tcp(&options, b"")));
        let tcp = decoded(&frame).tcp().unwrap();
        assert_eq!((tcp.timestamps(), tcp.mss(), tcp.wscale()), (Some((7, 8)), None, None));
        assert!(!tcp.sack_permitted() && tcp.fast_open().is_none());
    }

    #[test]
    fn fast_open_as_an_experiment() {
        let options = [254, 12, 0xf9, 0x89, 1, 2, 3, 4, 5, 6, 7, 8];
        let frame = ethernet(0x0800, &ipv4(6, &crate::fixture::tcp(&options, b"")));
        assert_eq!(
            decoded(&frame).tcp().unwrap().fast_open(),
            Some(&[1, 2, 3, 4, 5, 6, 7, 8][..])
        );
    }

    #[test]
    fn cut_short() {
        let bytes = tcp(&[1, 1, 1, 0], b"");
        check_truncation(&bytes, HEADER_LEN, "tcp.pkt_too_small", |bytes| {
            ethernet(0x0800, &ipv4(6, bytes))
        });
        for len in HEADER_LEN..24 {
            assert_eq!(events_over_ipv4(6, &bytes[..len]), ["tcp.hlen_too_small"]);
        }
    }

    #[test]
    fn a_data_offset_below_the_least() {
        let mut bytes = tcp(&[], b"");
        for words in 0..5 {
            bytes[12] = words << 4;
            assert_eq!(events_over_ipv4(6, &bytes), ["tcp.invalid_optlen"]);
        }
    }
}
