//! The options of TCP (RFC 9293 section 3.1 and those since).

use crate::bytes::{from, u16_at};
use crate::event::DecoderEvent;
use crate::packet::Packet;
use crate::tcp;

/// One TCP option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpOption<'a> {
    /// The option kind, one of [`kind`] when known.
    pub kind: u8,
    /// The length as the option has it; 1 for the options of one byte.
    pub len: u8,
    /// What follows kind and length.
    pub data: &'a [u8],
}

/// The options of a TCP header in order, up to the end-of-list option or the first of an impossible length.
#[derive(Clone, Copy, Debug)]
pub struct TcpOptions<'a> {
    rest: &'a [u8],
}

impl<'a> TcpOptions<'a> {
    #[inline]
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for TcpOptions<'a> {
    type Item = TcpOption<'a>;

    #[inline]
    fn next(&mut self) -> Option<TcpOption<'a>> {
        let (kind, rest) = self.rest.split_first()?;
        if *kind == kind::EOL || *kind == kind::NOP {
            self.rest = if *kind == kind::EOL { &[] } else { rest };
            return Some(TcpOption {
                kind: *kind,
                len: 1,
                data: &[],
            });
        }
        let len = *rest.first()?;
        let whole = self.rest.get(..usize::from(len))?;
        let data = whole.get(2..)?;
        self.rest = from(self.rest, whole.len());
        Some(TcpOption { kind: *kind, len, data })
    }
}

/// Where in the header the options of a valid length are; 0 for an option that is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub mss: u8,
    pub wscale: u8,
    pub timestamps: u8,
    pub sack_permitted: u8,
    pub sack: u8,
    pub fast_open: u8,
}

/// Looks through the options, and says where the good ones are.
pub(crate) fn check(packet: &mut Packet<'_>, bytes: &[u8]) -> Found {
    let mut found = Found::default();
    // PERF: the options of almost every segment of an established connection.
    if let [kind::NOP, kind::NOP, kind::TIMESTAMPS, 10, ..] = bytes
        && bytes.len() == 12
    {
        found.timestamps = TIMESTAMPS_AT;
        return found;
    }
    let mut options = TcpOptions::new(bytes);
    loop {
        // At most 60, the longest header.
        let at = tcp::HEADER_LEN
            .saturating_add(bytes.len())
            .saturating_sub(options.rest.len()) as u8;
        let Some(option) = options.next() else { break };
        check_option(packet, &option, at, &mut found);
    }
    if options.rest.len() > 1 {
        packet.blame(DecoderEvent::TcpOptInvalidLen);
    }
    found
}

fn check_option(packet: &mut Packet<'_>, option: &TcpOption<'_>, at: u8, found: &mut Found) {
    let (len_ok, place) = match option.kind {
        kind::MSS => (option.len == 4, Some(&mut found.mss)),
        kind::WSCALE => (option.len == 3, Some(&mut found.wscale)),
        kind::SACK_PERMITTED => (option.len == 2, Some(&mut found.sack_permitted)),
        kind::TIMESTAMPS => (option.len == 10, Some(&mut found.timestamps)),
        // RFC 2018 section 3: up to four blocks of two sequence numbers. Suricata: none will do.
        kind::SACK => (matches!(option.len, 2 | 10 | 18 | 26 | 34), Some(&mut found.sack)),
        // RFC 7413 section 4.1.1: a cookie of 4 to 16 bytes, or none. Suricata: 2 bytes will do.
        kind::FAST_OPEN => (
            matches!(option.len, 2..=18) && option.len.is_multiple_of(2),
            Some(&mut found.fast_open),
        ),
        // Suricata: other uses of the shared option must have these lengths too.
        kind::EXPERIMENT_1 | kind::EXPERIMENT_2 => {
            let fast_open = u16_at(option.data, 0) == FAST_OPEN_MAGIC;
            (matches!(option.len, 4 | 12), fast_open.then_some(&mut found.fast_open))
        }
        kind::MD5 if option.len != 18 => return packet.blame(DecoderEvent::TcpOptInvalidLen),
        kind::AO if option.len < 4 => return packet.blame(DecoderEvent::TcpOptInvalidLen),
        _ => return,
    };
    if !len_ok {
        packet.note(DecoderEvent::TcpOptInvalidLen);
    } else if let Some(place) = place {
        if *place != 0 {
            packet.note(DecoderEvent::TcpOptDuplicate);
        } else {
            *place = at;
        }
    }
}

/// Where in the header the timestamps are behind two no-operations.
const TIMESTAMPS_AT: u8 = 22;

/// What tells fast open within a shared experimental option.
const FAST_OPEN_MAGIC: u16 = 0xf989;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{decoded, ethernet, events, ipv4, tcp};

    fn events_of(options: &[u8]) -> Vec<&'static str> {
        let mut filled = options.to_vec();
        filled.resize(options.len().next_multiple_of(4), kind::EOL);
        let frame = ethernet(0x0800, &ipv4(6, &tcp(&filled, b"x")));
        let packet = decoded(&frame);
        assert_eq!(packet.payload, b"x");
        events(&packet)
    }

    /// An option of this kind and length, with zeros for data.
    fn option(kind: u8, len: u8) -> Vec<u8> {
        let mut bytes = vec![kind, len];
        bytes.resize(usize::from(len).max(2), 0);
        bytes
    }

    #[test]
    fn iterates_up_to_the_end_of_the_list_or_a_broken_one() {
        let bytes = [1, 3, 3, 7, 0, 9];
        let options: Vec<_> = TcpOptions::new(&bytes).collect();
        assert_eq!(options.iter().map(|option| option.kind).collect::<Vec<_>>(), [1, 3, 0]);
        assert_eq!((options[1].len, options[1].data), (3, &[7][..]));
        for bytes in [&[1, 3][..], &[1, 3, 0], &[1, 3, 1], &[1, 3, 9, 9]] {
            assert_eq!(TcpOptions::new(bytes).count(), 1);
        }
    }

    #[test]
    fn each_length_is_checked() {
        for (kind, good) in [
            (kind::MSS, &[4][..]),
            (kind::WSCALE, &[3]),
            (kind::SACK_PERMITTED, &[2]),
            (kind::SACK, &[2, 10, 18, 26, 34]),
            (kind::TIMESTAMPS, &[10]),
            (kind::MD5, &[18]),
            (kind::FAST_OPEN, &[2, 4, 6, 8, 10, 12, 14, 16, 18]),
            (kind::EXPERIMENT_1, &[4, 12]),
            (kind::EXPERIMENT_2, &[4, 12]),
        ] {
            for len in 2..=40 {
                let wanted: &[&str] = if good.contains(&len) {
                    &[]
                } else {
                    &["tcp.opt_invalid_len"]
                };
                assert_eq!(events_of(&option(kind, len)), wanted, "kind {kind}, length {len}");
            }
        }
        assert_eq!(events_of(&option(kind::AO, 3)), ["tcp.opt_invalid_len"]);
        assert!(events_of(&option(kind::AO, 16)).is_empty() && events_of(&option(99, 7)).is_empty());
    }

    #[test]
    fn an_option_twice() {
        for (kind, len) in [(2, 4), (3, 3), (4, 2), (5, 10), (8, 10), (34, 6)] {
            assert_eq!(
                events_of(&[option(kind, len), option(kind, len)].concat()),
                ["tcp.opt_duplicate"]
            );
        }
        assert_eq!(events_of(&[34, 2, 253, 4, 0xf9, 0x89]), ["tcp.opt_duplicate"]);
        assert!(events_of(&[34, 2, 253, 4, 0, 0]).is_empty());
        // The first of two counts.
        let frame = ethernet(0x0800, &ipv4(6, &tcp(&[3, 3, 7, 3, 3, 9, 1, 0], b"")));
        assert_eq!(decoded(&frame).tcp().unwrap().wscale(), Some(7));
    }

    #[test]
    fn a_list_that_cannot_be_read() {
        for broken in [[1, 1, 99, 0], [1, 1, 99, 1], [1, 1, 99, 3]] {
            let frame = ethernet(0x0800, &ipv4(6, &tcp(&broken, b"")));
            let packet = decoded(&frame);
            assert_eq!(events(&packet), ["tcp.opt_invalid_len"]);
            assert!(packet.malformed && !packet.invalid && packet.tcp().is_some());
        }
        assert!(events_of(&[1, 1, 1, 99]).is_empty());
    }
}
