//! Classic pcap: a header of 24 bytes, then records.
//!
//! Source: draft-ietf-opsawg-pcap; the modified header is that of Alexey Kuznetzov's patched libpcap.

use packet::{LinkType, Timestamp};

use crate::error::{Damage, Item};
use crate::record::{Record, largest_packet};
use crate::window::{Short, Window};

/// Whether a file that starts with these bytes is classic pcap; four are enough.
pub(crate) fn is_legacy(head: &[u8]) -> bool {
    head.first_chunk().is_some_and(|&magic| {
        [u32::from_le_bytes(magic), u32::from_be_bytes(magic)]
            .iter()
            .any(|m| [MICROS, NANOS, MODIFIED].contains(m))
    })
}

/// A classic pcap file after its header.
pub(crate) struct Legacy {
    big_endian: bool,
    /// Nanoseconds per unit of the second time field.
    unit: i64,
    /// Bytes before a packet: 16, or 24 with the modified header.
    header_len: usize,
    lengths: Lengths,
    link: LinkType,
    /// Bytes a packet may have.
    largest: u32,
}

/// Which length of a record comes first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lengths {
    /// The captured length, since version 2.4.
    CapturedFirst,
    /// The length on the wire, before version 2.3.
    OriginalFirst,
    /// Version 2.3 had both kinds of writers: the smaller is what was captured.
    SmallerIsCaptured,
}

impl Legacy {
    /// Reads the file header.
    pub(crate) fn open(window: &mut Window) -> Result<Self, Damage> {
        window
            .need(FILE_HEADER)
            .map_err(|e| e.damage(Item::FileHeader, FILE_HEADER as u64, 0))?;
        let mut bytes: [u8; FILE_HEADER] = window.bytes().first_chunk().copied().unwrap_or_default();
        let modified = bytes.starts_with(&MODIFIED.to_le_bytes()) || bytes.starts_with(&MODIFIED.to_be_bytes());
        if bytes.starts_with(&MODIFIED.to_be_bytes()) {
            // pcap-parser knows the modified header in little endian only; all but the magic is as usual.
            bytes[..4].copy_from_slice(&MICROS.to_be_bytes());
        }
        let (_, header) = pcap_parser::parse_pcap_header(&bytes)
            .map_err(|_| Damage::Corrupt(format!("the file header {bytes:02x?} is none of pcap")))?;
        let link = link_type(header.network.0 as u32)?;
        let lengths = match (header.version_major, header.version_minor) {
            (543, _) | (2, 0..=2) => Lengths::OriginalFirst,
            (2, 3) => Lengths::SmallerIsCaptured,
            _ => Lengths::CapturedFirst,
        };
        window.take(FILE_HEADER);
        Ok(Self {
            big_endian: header.is_bigendian(),
            unit: if header.is_nanosecond_precision() { 1 } else { 1000 },
            header_len: if modified { 24 } else { 16 },
            lengths,
            link,
            largest: largest_packet(header.snaplen),
        })
    }

    /// The record with packet number `number`; `None` where the file ends between records.
    #[inline]
    pub(crate) fn next(&mut self, window: &mut Window, number: u64) -> Result<Option<Record>, Damage> {
        match window.need(self.header_len) {
            Ok(()) => {}
            Err(Short::End(0)) => return Ok(None),
            Err(e) => return Err(e.damage(Item::RecordHeader(number), self.header_len as u64, 0)),
        }
        let [seconds, fraction, first, second] = self.header(window.bytes());
        let (captured, original) = match self.lengths {
            Lengths::OriginalFirst => (second, first),
            Lengths::SmallerIsCaptured if first > second => (second, first),
            _ => (first, second),
        };
        if captured > self.largest {
            return Err(Damage::Corrupt(format!(
                "packet {number} says {captured} bytes, more than the {} a packet can have here",
                self.largest
            )));
        }
        let packet = captured as usize;
        if let Err(e) = window.need(self.header_len + packet) {
            return Err(e.damage(Item::Packet(number), u64::from(captured), self.header_len));
        }
        window.take(self.header_len);
        Ok(Some(Record {
            range: window.take(packet),
            time: Timestamp::new(i64::from(seconds), i64::from(fraction) * self.unit),
            link: self.link,
            original,
            interface: 0,
        }))
    }

    /// Whether the next packet lies in the window, whole.
    #[inline]
    pub(crate) fn is_ready(&self, window: &Window) -> bool {
        let bytes = window.bytes();
        let [_, _, first, second] = self.header(bytes);
        bytes.len() >= self.header_len && bytes.len() - self.header_len >= first.max(second) as usize
    }

    /// The four fields of a record header.
    // PERF: pcap-parser gives them only together with the whole packet, which is not in the window
    // before its length is known: twice the work for four integers.
    #[inline]
    fn header(&self, bytes: &[u8]) -> [u32; 4] {
        let fields: [[u8; 4]; 4] = bytes.as_chunks().0.first_chunk().copied().unwrap_or_default();
        fields.map(|field| {
            if self.big_endian {
                u32::from_be_bytes(field)
            } else {
                u32::from_le_bytes(field)
            }
        })
    }
}

/// The link type out of a pcap header's field.
fn link_type(field: u32) -> Result<LinkType, Damage> {
    // The upper bits say whether and how long a frame check sequence follows each packet; it is
    // behind what the IP lengths cover.
    let number = field & 0x03ff_ffff;
    match LinkType::from_pcap(number) {
        LinkType::Other(_) => Err(Damage::LinkType(number)),
        link => Ok(link),
    }
}

const FILE_HEADER: usize = 24;
const MICROS: u32 = 0xa1b2_c3d4;
const NANOS: u32 = 0xa1b2_3c4d;
const MODIFIED: u32 = 0xa1b2_cd34;

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::error::CaptureError;
    use crate::file::CaptureFile;
    use crate::input::Input;

    /// A header and one record of the bytes 1, 2, 3, of 60 on the wire, at 7 s and `fraction`.
    fn pcap(magic: u32, version: [u16; 2], big_endian: bool, fraction: u32, lengths: [u32; 2]) -> Vec<u8> {
        let word = |w: u32| {
            if big_endian { w.to_be_bytes() } else { w.to_le_bytes() }
        };
        let half = |h: u16| {
            if big_endian { h.to_be_bytes() } else { h.to_le_bytes() }
        };
        let mut out = Vec::new();
        out.extend(word(magic));
        out.extend(version.map(half).concat());
        out.extend([0, 0, 65535, 1, 7, fraction, lengths[0], lengths[1]].map(word).concat());
        if magic == MODIFIED {
            out.extend([9; 8]);
        }
        out.extend([1, 2, 3]);
        out
    }

    fn read(bytes: Vec<u8>) -> Result<(Timestamp, Vec<u8>, u32), CaptureError> {
        let mut file = CaptureFile::from_reader(Input::Stdin, Cursor::new(bytes))?;
        let frame = file.next()?.expect("a packet");
        assert_eq!((frame.number, frame.link, frame.interface), (1, LinkType::Ethernet, 0));
        let read = (frame.time, frame.data.to_vec(), frame.orig_len);
        assert_eq!(file.next()?, None);
        Ok(read)
    }

    #[test]
    fn every_magic_in_both_byte_orders() {
        for big_endian in [false, true] {
            for (magic, nanos) in [(MICROS, 5_000), (NANOS, 5), (MODIFIED, 5_000)] {
                let bytes = pcap(magic, [2, 4], big_endian, 5, [3, 60]);
                assert!(is_legacy(&bytes));
                assert_eq!(
                    read(bytes).unwrap(),
                    (Timestamp::new(7, nanos), vec![1, 2, 3], 60),
                    "{magic:x} {big_endian}"
                );
            }
        }
    }

    #[test]
    fn old_versions_have_the_lengths_the_other_way_round() {
        for (version, lengths) in [
            ([2, 2], [60, 3]),
            ([2, 3], [60, 3]),
            ([2, 3], [3, 60]),
            ([543, 0], [60, 3]),
        ] {
            assert_eq!(read(pcap(MICROS, version, false, 5, lengths)).unwrap().2, 60);
        }
    }

    #[test]
    fn check_sequence_bits_are_no_part_of_the_link_type() {
        let mut bytes = pcap(MICROS, [2, 4], false, 5, [3, 60]);
        bytes[23] = 0x24;
        assert!(read(bytes).is_ok());
    }

    #[test]
    fn an_unknown_link_type_is_named() {
        let mut bytes = pcap(MICROS, [2, 4], false, 5, [3, 60]);
        bytes[20] = 147;
        let error = read(bytes).unwrap_err();
        assert!(matches!(error, CaptureError::LinkType { number: 147, .. }), "{error}");
        assert!(error.to_string().contains("link type 147 is not supported"), "{error}");
    }

    #[test]
    fn an_absurd_length_is_damage() {
        let error = read(pcap(MICROS, [2, 4], false, 5, [0x4000_0000, 60]))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("damaged: packet 1 says 1073741824 bytes, more than the 262144"),
            "{error}"
        );
        assert!(error.contains("at byte 24"), "{error}");
    }

    #[test]
    fn a_length_beyond_the_snap_length_is_not() {
        let mut bytes = pcap(MICROS, [2, 4], false, 5, [3, 60]);
        bytes[16..20].copy_from_slice(&[2, 0, 0, 0]);
        assert_eq!(read(bytes).unwrap().1, [1, 2, 3]);
    }
}
