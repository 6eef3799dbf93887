//! TCP (RFC 9293).

use super::Context;
use crate::Checksum;
use crate::checksum::with_pseudo_header;

/// The control bits of RFC 9293 section 3.1.
pub mod flag {
    /// No more data from the sender.
    pub const FIN: u8 = 0x01;
    /// Synchronize sequence numbers.
    pub const SYN: u8 = 0x02;
    /// Reset the connection.
    pub const RST: u8 = 0x04;
    /// Push.
    pub const PSH: u8 = 0x08;
    /// The acknowledgment field counts.
    pub const ACK: u8 = 0x10;
    /// The urgent pointer counts.
    pub const URG: u8 = 0x20;
    /// ECN echo.
    pub const ECE: u8 = 0x40;
    /// Congestion window reduced.
    pub const CWR: u8 = 0x80;
}

/// A TCP header.
#[derive(Clone, Debug)]
pub struct Tcp {
    src_port: u16,
    dst_port: u16,
    seq: u32,
    ack: u32,
    flags: u8,
    reserved: u8,
    window: u16,
    urgent: u16,
    options: Vec<u8>,
    checksum: Checksum,
    data_offset: Option<u8>,
}

impl Tcp {
    /// A header without flags, with window 64,240.
    pub const fn new(src_port: u16, dst_port: u16) -> Self {
        Self {
            src_port,
            dst_port,
            seq: 0,
            ack: 0,
            flags: 0,
            reserved: 0,
            window: 64_240,
            urgent: 0,
            options: Vec::new(),
            checksum: Checksum::Right,
            data_offset: None,
        }
    }

    /// Sets all flags: bits of [`flag`].
    pub const fn flags(mut self, flags: u8) -> Self {
        self.flags = flags;
        self
    }

    /// Sets the flags to SYN.
    pub const fn syn(self) -> Self {
        self.flags(flag::SYN)
    }

    /// Sets the sequence number.
    pub const fn seq(mut self, seq: u32) -> Self {
        self.seq = seq;
        self
    }

    /// Sets the acknowledgment number and adds the flag ACK.
    pub const fn ack(mut self, ack: u32) -> Self {
        self.ack = ack;
        self.flags |= flag::ACK;
        self
    }

    /// Sets the acknowledgment number and no flag.
    pub const fn ack_number(mut self, ack: u32) -> Self {
        self.ack = ack;
        self
    }

    /// Sets the four bits between data offset and flags.
    pub const fn reserved(mut self, bits: u8) -> Self {
        self.reserved = bits & 0x0f;
        self
    }

    /// Sets the window.
    pub const fn window(mut self, window: u16) -> Self {
        self.window = window;
        self
    }

    /// Sets the urgent pointer and adds the flag URG.
    pub const fn urgent(mut self, pointer: u16) -> Self {
        self.urgent = pointer;
        self.flags |= flag::URG;
        self
    }

    /// Adds options as they are; the whole is padded with "end of options" to a multiple of four.
    pub fn options(mut self, options: &[u8]) -> Self {
        self.options.extend(options);
        self
    }

    /// Adds the option "maximum segment size".
    pub fn mss(self, bytes: u16) -> Self {
        let [high, low] = bytes.to_be_bytes();
        self.options(&[2, 4, high, low])
    }

    /// Adds the option "window scale" (RFC 7323).
    pub fn window_scale(self, shift: u8) -> Self {
        self.options(&[3, 3, shift])
    }

    /// Adds the option "SACK permitted" (RFC 2018).
    pub fn sack_permitted(self) -> Self {
        self.options(&[4, 2])
    }

    /// Adds the option "timestamps" (RFC 7323).
    pub fn timestamps(self, value: u32, echo: u32) -> Self {
        self.options(&[8, 10])
            .options(&value.to_be_bytes())
            .options(&echo.to_be_bytes())
    }

    /// Sets what the checksum is.
    pub const fn checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = checksum;
        self
    }

    /// Sets the data offset field, in 32-bit words, 0 to 15, whatever the header's length is.
    pub const fn data_offset(mut self, words: u8) -> Self {
        self.data_offset = Some(words);
        self
    }

    pub(super) fn encode(&self, context: &Context<'_>, payload: Vec<u8>) -> Vec<u8> {
        let mut options = self.options.clone();
        options.resize(options.len().next_multiple_of(4), 0);
        assert!(options.len() <= 40, "TCP options are at most 40 bytes");
        let words = self.data_offset.unwrap_or((5 + options.len() / 4) as u8);

        let mut bytes = Vec::with_capacity(20 + options.len() + payload.len());
        bytes.extend(self.src_port.to_be_bytes());
        bytes.extend(self.dst_port.to_be_bytes());
        bytes.extend(self.seq.to_be_bytes());
        bytes.extend(self.ack.to_be_bytes());
        bytes.extend([words << 4 | self.reserved, self.flags]);
        bytes.extend(self.window.to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(self.urgent.to_be_bytes());
        bytes.extend(options);
        bytes.extend(payload);
        let sum = self.checksum.of(with_pseudo_header(context.ends, 6, &bytes));
        bytes[16..18].copy_from_slice(&sum.to_be_bytes());
        bytes
    }
}
