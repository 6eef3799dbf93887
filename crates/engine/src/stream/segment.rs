//! What the TCP engine needs to know of a packet.

use std::net::{IpAddr, Ipv4Addr};

use packet::{Packet, Timestamp};

use super::window::Seq;

/// One TCP segment, as the session sees it.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// Packet time.
    pub time: Timestamp,
    /// Where it comes from; host policies go by it.
    pub src: IpAddr,
    /// Where it goes to; host policies go by it.
    pub dst: IpAddr,
    /// The sequence number.
    pub seq: u32,
    /// The acknowledgement number; it counts when the ACK flag is set.
    pub ack: u32,
    /// The flags, `CWR ECE URG ACK PSH RST SYN FIN`.
    pub flags: u8,
    /// The window as it is in the header, not scaled.
    pub window: u16,
    /// The urgent pointer.
    pub urgent: u16,
    /// The data.
    pub payload: &'a [u8],
    /// The window scale option.
    pub wscale: Option<u8>,
    /// Whether the option that permits selective acknowledgements is there.
    pub sack_permitted: bool,
    /// The timestamp option: value and echo.
    pub timestamps: Option<(u32, u32)>,
    /// Whether the fast-open option is there.
    pub fast_open: bool,
    /// Whether the checksum is right; true when it is not known.
    pub checksum_ok: bool,
}

impl Default for Segment<'_> {
    fn default() -> Self {
        Self {
            time: Timestamp::default(),
            src: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            dst: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            seq: 0,
            ack: 0,
            flags: 0,
            window: 0,
            urgent: 0,
            payload: &[],
            wscale: None,
            sack_permitted: false,
            timestamps: None,
            fast_open: false,
            checksum_ok: true,
        }
    }
}

impl<'a> Segment<'a> {
    /// The segment of a packet; `None` when it is no TCP. The checksum is computed when `verify` asks for it.
    pub fn of(packet: &Packet<'a>, verify: bool) -> Option<Self> {
        let tcp = packet.tcp()?;
        Some(Self {
            time: packet.time,
            src: packet.src()?,
            dst: packet.dst()?,
            seq: tcp.seq(),
            ack: tcp.ack(),
            flags: tcp.flags(),
            window: tcp.window(),
            urgent: tcp.urgent(),
            payload: packet.payload,
            wscale: tcp.wscale(),
            sack_permitted: tcp.sack_permitted(),
            timestamps: tcp.timestamps(),
            fast_open: tcp.fast_open().is_some(),
            checksum_ok: !verify || packet.l4_checksum_ok().unwrap_or(true),
        })
    }
}

impl Segment<'_> {
    /// Whether all of `flags` are set.
    pub const fn has(&self, flags: u8) -> bool {
        self.flags & flags == flags
    }

    /// Whether any of `flags` is set.
    pub const fn has_any(&self, flags: u8) -> bool {
        self.flags & flags != 0
    }

    pub(super) const fn seq(&self) -> Seq {
        Seq(self.seq)
    }

    pub(super) const fn ack(&self) -> Seq {
        Seq(self.ack)
    }

    /// The data's length; a TCP segment in an IP datagram has less than 64 KiB.
    pub(super) const fn len(&self) -> u32 {
        self.payload.len() as u32
    }

    /// The sequence number after the data.
    pub(super) const fn end(&self) -> Seq {
        self.seq().plus(self.len())
    }
}

/// The bits of [`Segment::flags`].
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
}
