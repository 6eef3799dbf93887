//! TCP (RFC 9293).

use crate::bytes::{from, split, u8_at, u16_at, u32_at, upto};

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
    header: &'a [u8],
    payload: &'a [u8],
    found: Found,
}

impl<'a> Tcp<'a> {
    /// The header with its options, 20 to 60 bytes.
    #[inline]
    pub fn header(&self) -> &'a [u8] {
        self.header
    }

    /// The data of the segment.
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

    /// The sequence number.
    #[inline]
    pub fn seq(&self) -> u32 {
        u32_at(self.header, field::SEQ)
    }

    /// The acknowledgement number.
    #[inline]
    pub fn ack(&self) -> u32 {
        u32_at(self.header, field::ACK)
    }

    /// The length of the header in bytes.
    #[inline]
    pub fn header_len(&self) -> usize {
        self.header.len()
    }

    /// The low eight flags, `CWR ECE URG ACK PSH RST SYN FIN`; the masks are in [`flag`].
    #[inline]
    pub fn flags(&self) -> u8 {
        u8_at(self.header, field::FLAGS)
    }

    /// The four reserved bits between data offset and flags; the lowest was NS (RFC 3540).
    #[inline]
    pub fn reserved(&self) -> u8 {
        u8_at(self.header, field::OFFSET) & 0x0f
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
        u16_at(self.header, field::WINDOW)
    }

    /// The checksum.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16_at(self.header, field::CHECKSUM)
    }

    /// The urgent pointer.
    #[inline]
    pub fn urgent(&self) -> u16 {
        u16_at(self.header, field::URGENT)
    }

    /// The bytes of the options, 0 to 40.
    #[inline]
    pub fn option_bytes(&self) -> &'a [u8] {
        from(self.header, field::OPTIONS)
    }

    /// The options in order, up to the end-of-list option or the first of an impossible length.
    #[inline]
    pub fn options(&self) -> TcpOptions<'a> {
        TcpOptions {
            rest: self.option_bytes(),
        }
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
        self.found(self.found.fast_open)
    }

    /// The data of the option at `at` in the header; `None` for 0, which no option can have.
    #[inline]
    fn found(&self, at: u8) -> Option<&'a [u8]> {
        if at == 0 {
            return None;
        }
        let option = from(self.header, usize::from(at));
        upto(option, usize::from(u8_at(option, 1))).get(2..)
    }
}

/// Where in the header the options of a valid length are; 0 for an option that is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Found {
    mss: u8,
    wscale: u8,
    timestamps: u8,
    sack_permitted: u8,
    sack: u8,
    fast_open: u8,
}

/// One TCP option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpOption<'a> {
    /// The option kind.
    pub kind: u8,
    /// The length as the option has it; 1 for the options of one byte.
    pub len: u8,
    /// What follows kind and length.
    pub data: &'a [u8],
}

/// The options of a TCP header in order.
#[derive(Clone, Copy, Debug)]
pub struct TcpOptions<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for TcpOptions<'a> {
    type Item = TcpOption<'a>;

    #[inline]
    fn next(&mut self) -> Option<TcpOption<'a>> {
        let (kind, rest) = self.rest.split_first()?;
        match *kind {
            kind::EOL => {
                self.rest = &[];
                Some(TcpOption {
                    kind: kind::EOL,
                    len: 1,
                    data: &[],
                })
            }
            kind::NOP => {
                self.rest = rest;
                Some(TcpOption {
                    kind: kind::NOP,
                    len: 1,
                    data: &[],
                })
            }
            kind => {
                let len = *rest.first()?;
                let whole = self.rest.get(..usize::from(len))?;
                let data = whole.get(2..)?;
                self.rest = split(self.rest, whole.len()).1;
                Some(TcpOption { kind, len, data })
            }
        }
    }
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

/// The kinds of the TCP options.
pub mod kind {
    /// End of list.
    pub const EOL: u8 = 0;
    /// No operation.
    pub const NOP: u8 = 1;
    /// Maximum segment size.
    pub const MSS: u8 = 2;
    /// Window scale (RFC 7323).
    pub const WSCALE: u8 = 3;
    /// Selective acknowledgements permitted (RFC 2018).
    pub const SACK_PERMITTED: u8 = 4;
    /// Selective acknowledgements (RFC 2018).
    pub const SACK: u8 = 5;
    /// Timestamps (RFC 7323).
    pub const TIMESTAMPS: u8 = 8;
    /// MD5 signature (RFC 2385).
    pub const MD5: u8 = 19;
    /// Authentication option (RFC 5925).
    pub const AO: u8 = 29;
    /// Fast open (RFC 7413).
    pub const FAST_OPEN: u8 = 34;
    /// Shared experimental option (RFC 6994).
    pub const EXPERIMENT_1: u8 = 253;
    /// Shared experimental option (RFC 6994).
    pub const EXPERIMENT_2: u8 = 254;
}
