//! pcapng: sections of blocks, each section with its own byte order and interfaces.
//!
//! Source: draft-ietf-opsawg-pcapng.

use packet::{LinkType, Timestamp};
use pcap_parser::pcapng::{
    EPB_MAGIC, IDB_MAGIC, InterfaceDescriptionBlock, SHB_MAGIC, SPB_MAGIC, parse_interfacedescriptionblock_be,
    parse_interfacedescriptionblock_le, parse_sectionheaderblock,
};
use pcap_parser::{OptionCode, PcapNGOption};

use crate::block::Blocks;
use crate::clock::Clock;
use crate::error::{Damage, Item};
use crate::record::{LARGEST_PACKET, Record, largest_packet};
use crate::window::{Short, Window};

/// Whether a file that starts with these bytes is pcapng; four are enough.
pub(crate) fn is_pcapng(head: &[u8]) -> bool {
    head.starts_with(&SHB_MAGIC.to_le_bytes())
}

/// A pcapng file, somewhere between two blocks.
pub(crate) struct PcapNg {
    blocks: Blocks,
    /// Those of this section.
    interfaces: Vec<Interface>,
    /// How many interfaces earlier sections had.
    earlier: u32,
    /// The time of the packet before.
    last: Timestamp,
    /// Bytes of the file before the block that is being read.
    at: u64,
}

struct Interface {
    link: LinkType,
    /// Bytes recorded of each packet at most; 0 is no limit.
    snaplen: u32,
    clock: Clock,
}

impl PcapNg {
    /// A file whose section header is still to come.
    pub(crate) fn new() -> Self {
        Self {
            blocks: Blocks::default(),
            interfaces: Vec::new(),
            earlier: 0,
            last: Timestamp(0),
            at: 0,
        }
    }

    /// Bytes of the file before the block that was read last.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// The packet with number `number`, after any blocks before it; `None` where the file ends
    /// between blocks.
    pub(crate) fn next(&mut self, window: &mut Window, number: u64) -> Result<Option<Record>, Damage> {
        loop {
            self.at = window.offset();
            match window.need(BLOCK_HEADER) {
                Ok(()) => {}
                Err(Short::End(0)) => return Ok(None),
                Err(e) => return Err(e.damage(Item::BlockHeader, BLOCK_HEADER as u64, 0)),
            }
            if window.bytes().starts_with(&SHB_MAGIC.to_le_bytes()) {
                self.section(window)?;
                continue;
            }
            match self.blocks.word(window.bytes(), 0) {
                EPB_MAGIC => return self.packet(window, number, ENHANCED).map(Some),
                OLD_PACKET => return self.packet(window, number, OLD).map(Some),
                SPB_MAGIC => return self.simple(window, number).map(Some),
                IDB_MAGIC => self.interface(window)?,
                kind => self.blocks.skip(window, kind)?,
            }
        }
    }

    /// Whether a packet comes next and lies in the window, whole.
    pub(crate) fn is_ready(&self, window: &Window) -> bool {
        let bytes = window.bytes();
        let kind = self.blocks.word(bytes, 0);
        [EPB_MAGIC, OLD_PACKET, SPB_MAGIC].contains(&kind) && bytes.len() >= self.blocks.word(bytes, 4).max(12) as usize
    }

    /// A section header: the interfaces and the byte order start anew.
    fn section(&mut self, window: &mut Window) -> Result<(), Damage> {
        let item = Item::Block(SHB_MAGIC);
        self.blocks.big_endian = match window.bytes().get(8..12) {
            Some([0x4d, 0x3c, 0x2b, 0x1a]) => false,
            Some([0x1a, 0x2b, 0x3c, 0x4d]) => true,
            other => {
                return Err(Damage::Corrupt(format!(
                    "{other:02x?} is no byte-order magic of a section"
                )));
            }
        };
        let block = self.blocks.take(window, item, 28, DESCRIPTION_LIMIT)?;
        let (_, header) = parse_sectionheaderblock(window.at(block))
            .map_err(|_| Damage::Corrupt("the section header cannot be read".into()))?;
        if header.major_version != 1 {
            return Err(Damage::Corrupt(format!(
                "pcapng version {}.{} is not known, 1.0 to 1.2 are",
                header.major_version, header.minor_version
            )));
        }
        self.earlier = self.earlier.saturating_add(self.interfaces.len() as u32);
        self.interfaces.clear();
        Ok(())
    }

    fn interface(&mut self, window: &mut Window) -> Result<(), Damage> {
        let block = self
            .blocks
            .take(window, Item::Block(IDB_MAGIC), 20, DESCRIPTION_LIMIT)?;
        let bytes = window.at(block);
        let parsed = if self.blocks.big_endian {
            parse_interfacedescriptionblock_be(bytes)
        } else {
            parse_interfacedescriptionblock_le(bytes)
        };
        let (_, description) = parsed.map_err(|_| Damage::Corrupt("an interface description cannot be read".into()))?;
        // LIMIT: what the old packet block can number; each costs a file 20 bytes.
        if self.interfaces.len() >= INTERFACE_LIMIT {
            return Err(Damage::Corrupt(format!(
                "more than {INTERFACE_LIMIT} interfaces in one section"
            )));
        }
        self.interfaces.push(Interface {
            link: LinkType::from_pcap(description.linktype.0 as u32),
            snaplen: description.snaplen,
            clock: self.clock(&description),
        });
        Ok(())
    }

    /// The clock that an interface's options describe.
    // pcap-parser's own reading of them takes no resolution that is a power of two, reads the
    // offset as little-endian in any section, and goes on after the end of the options.
    fn clock(&self, description: &InterfaceDescriptionBlock<'_>) -> Clock {
        let (mut resolution, mut offset) = (6, 0);
        let options = description
            .options
            .iter()
            .take_while(|o| o.code != OptionCode::EndOfOpt);
        for option in options {
            let value = PcapNGOption::as_bytes(option).unwrap_or_default();
            match (option.code, value) {
                (OptionCode::IfTsresol, &[value]) => resolution = value,
                (OptionCode::IfTsoffset, value) => {
                    if let Ok(value) = value.try_into() {
                        offset = self.blocks.long(value);
                    }
                }
                _ => {}
            }
        }
        Clock::new(resolution, offset)
    }

    /// An enhanced packet block, or the packet block that came before it.
    // PERF: read by hand, since pcap-parser allocates a list for the options of every packet,
    // which nobody reads here.
    fn packet(&mut self, window: &mut Window, number: u64, layout: Layout) -> Result<Record, Damage> {
        let block = self.blocks.take(window, Item::Packet(number), 32, PACKET_BLOCK_LIMIT)?;
        let bytes = window.at(block.clone());
        let id = if layout.narrow_interface {
            u32::from(self.blocks.half(bytes, 8))
        } else {
            self.blocks.word(bytes, 8)
        };
        let time = (u64::from(self.blocks.word(bytes, 12)) << 32) | u64::from(self.blocks.word(bytes, 16));
        let (captured, original) = (self.blocks.word(bytes, 20), self.blocks.word(bytes, 24));
        let interface = self.recorded_on(id, number)?;
        check_length(number, captured, interface.snaplen, block.len() - 32)?;
        let (time, link) = (interface.clock.time(time), interface.link);
        self.last = time;
        let from = block.start + 28;
        Ok(Record {
            range: from..from + captured as usize,
            time,
            link,
            original,
            interface: self.earlier.saturating_add(id),
        })
    }

    /// A simple packet block: of interface 0 and without a time. It gets that of the packet
    /// before, since a leap to 1970 and back would end every flow.
    fn simple(&mut self, window: &mut Window, number: u64) -> Result<Record, Damage> {
        let block = self.blocks.take(window, Item::Packet(number), 16, PACKET_BLOCK_LIMIT)?;
        let original = self.blocks.word(window.at(block.clone()), 8);
        let interface = self.recorded_on(0, number)?;
        let limit = if interface.snaplen == 0 {
            u32::MAX
        } else {
            interface.snaplen
        };
        let captured = (original.min(limit) as usize).min(block.len() - 16);
        check_length(number, captured as u32, interface.snaplen, captured)?;
        let from = block.start + 12;
        Ok(Record {
            range: from..from + captured,
            time: self.last,
            link: interface.link,
            original,
            interface: self.earlier,
        })
    }

    /// The interface that a packet names, if its packets can be decoded.
    fn recorded_on(&self, id: u32, number: u64) -> Result<&Interface, Damage> {
        let interface = self.interfaces.get(id as usize).ok_or_else(|| {
            Damage::Corrupt(format!(
                "packet {number} was recorded on interface {id}, {} are described before it",
                self.interfaces.len()
            ))
        })?;
        match interface.link {
            LinkType::Other(link) => Err(Damage::LinkType(link)),
            _ => Ok(interface),
        }
    }
}

/// How a packet block numbers its interface.
#[derive(Clone, Copy)]
struct Layout {
    /// 16 bits, and a drop count in the other 16.
    narrow_interface: bool,
}

/// Checks a packet's captured length against what an interface records and its block holds.
fn check_length(number: u64, captured: u32, snaplen: u32, room: usize) -> Result<(), Damage> {
    let largest = largest_packet(snaplen);
    if captured > largest {
        return Err(Damage::Corrupt(format!(
            "packet {number} says {captured} bytes, more than the {largest} a packet can have here"
        )));
    }
    if captured as usize > room {
        return Err(Damage::Corrupt(format!(
            "packet {number} says {captured} bytes, its block has room for {room}"
        )));
    }
    Ok(())
}

const ENHANCED: Layout = Layout {
    narrow_interface: false,
};
const OLD: Layout = Layout { narrow_interface: true };

/// The type of the packet block that the enhanced one made obsolete.
const OLD_PACKET: u32 = 2;

/// Type, length and the length again; of a section header: type, length, byte-order magic.
const BLOCK_HEADER: usize = 12;

/// Bytes of a packet block at most: the packet, its header, and options of 1 MiB.
// LIMIT: what is held of a file at most.
const PACKET_BLOCK_LIMIT: u32 = LARGEST_PACKET + 1024 * 1024;

/// Bytes of a section header or an interface description at most.
// LIMIT: the parser makes a list of their options, ten times the size of the smallest ones.
const DESCRIPTION_LIMIT: u32 = 1024 * 1024;

const INTERFACE_LIMIT: usize = 65_536;

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::error::CaptureError;
    use crate::file::CaptureFile;
    use crate::input::Input;

    /// A pcapng file in the making.
    struct Builder {
        big_endian: bool,
        out: Vec<u8>,
    }

    impl Builder {
        fn new() -> Self {
            Self {
                big_endian: false,
                out: Vec::new(),
            }
        }

        fn word(&self, word: u32) -> [u8; 4] {
            if self.big_endian {
                word.to_be_bytes()
            } else {
                word.to_le_bytes()
            }
        }

        fn half(&self, half: u16) -> [u8; 2] {
            if self.big_endian {
                half.to_be_bytes()
            } else {
                half.to_le_bytes()
            }
        }

        fn block(mut self, kind: u32, body: &[u8]) -> Self {
            let length = self.word((body.len().next_multiple_of(4) + 12) as u32);
            self.out.extend(self.word(kind));
            self.out.extend(length);
            self.out.extend(body);
            self.out.resize(self.out.len().next_multiple_of(4), 0);
            self.out.extend(length);
            self
        }

        fn section(mut self, big_endian: bool) -> Self {
            self.big_endian = big_endian;
            let mut body = self.word(0x1a2b_3c4d).to_vec();
            body.extend(self.half(1));
            body.extend(self.half(0));
            body.extend([0xff; 8]);
            self.block(SHB_MAGIC, &body)
        }

        fn interface(self, link: u16, snaplen: u32, options: &[(u16, &[u8])]) -> Self {
            let mut body = self.half(link).to_vec();
            body.extend([0; 2]);
            body.extend(self.word(snaplen));
            for (code, value) in options {
                body.extend(self.half(*code));
                body.extend(self.half(value.len() as u16));
                body.extend(*value);
                body.resize(body.len().next_multiple_of(4), 0);
            }
            self.block(IDB_MAGIC, &body)
        }

        fn enhanced(self, interface: u32, time: u64, data: &[u8], options: &[u8]) -> Self {
            let length = data.len() as u32;
            let mut body: Vec<u8> = [interface, (time >> 32) as u32, time as u32, length, length]
                .map(|w| self.word(w))
                .concat();
            body.extend(data);
            body.resize(body.len().next_multiple_of(4), 0);
            body.extend(options);
            self.block(EPB_MAGIC, &body)
        }
    }

    type Seen = (Vec<u8>, i64, u32, u32);

    /// Data, time, link type and interface of each packet, and how it ended.
    fn read(bytes: Vec<u8>) -> (Vec<Seen>, Option<CaptureError>) {
        let mut seen = Vec::new();
        let mut file = match CaptureFile::from_reader(Input::Stdin, Cursor::new(bytes)) {
            Ok(file) => file,
            Err(e) => return (seen, Some(e)),
        };
        loop {
            match file.next() {
                Ok(Some(frame)) => {
                    seen.push((frame.data.to_vec(), frame.time.0, frame.link.number(), frame.interface));
                    assert_eq!(frame.number, seen.len() as u64);
                }
                Ok(None) => return (seen, None),
                Err(e) => {
                    assert_eq!(file.next().unwrap(), None, "over after an error");
                    return (seen, Some(e));
                }
            }
        }
    }

    fn whole(bytes: Vec<u8>) -> Vec<Seen> {
        let (seen, error) = read(bytes);
        assert!(error.is_none(), "{error:?}");
        seen
    }

    #[test]
    fn sections_interfaces_and_byte_orders() {
        let offset = 10_i64;
        let file = Builder::new()
            .section(false)
            .interface(1, 0, &[])
            .interface(101, 0, &[(2, b"eth0"), (9, &[9]), (0, &[])])
            .enhanced(0, 1_500_000, b"abc", &[])
            .enhanced(1, 7, b"", &[2, 0, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0])
            .section(true)
            .interface(1, 0, &[(9, &[0x80 | 10]), (14, &offset.to_be_bytes())])
            .enhanced(0, 1536, b"defg", &[])
            .section(false)
            .interface(1, 0, &[(14, &offset.to_le_bytes())])
            .enhanced(0, 1, b"h", &[]);
        assert_eq!(
            whole(file.out),
            [
                (b"abc".to_vec(), 1_500_000_000, 1, 0),
                (b"".to_vec(), 7, LinkType::RawIp.number(), 1),
                (b"defg".to_vec(), 11_500_000_000, 1, 2),
                (b"h".to_vec(), 10_000_001_000, 1, 3),
            ]
        );
    }

    #[test]
    fn options_after_their_end_do_not_count() {
        let file = Builder::new()
            .section(false)
            .interface(1, 0, &[(0, &[]), (9, &[9])])
            .enhanced(0, 1, b"x", &[]);
        assert_eq!(whole(file.out)[0].1, 1000);
    }

    #[test]
    fn simple_and_old_packet_blocks() {
        let mut file = Builder::new()
            .section(false)
            .interface(1, 3, &[])
            .enhanced(0, 5, b"abc", &[]);
        let mut simple = file.word(9).to_vec();
        simple.extend(b"defg");
        file = file.block(SPB_MAGIC, &simple);
        let mut old = vec![0, 0, 0xff, 0xff];
        old.extend([0_u32, 6, 2, 9].map(|w| file.word(w)).concat());
        old.extend(b"hi\0\0");
        file = file.block(OLD_PACKET, &old);
        assert_eq!(
            whole(file.out),
            [
                (b"abc".to_vec(), 5000, 1, 0),
                (b"def".to_vec(), 5000, 1, 0),
                (b"hi".to_vec(), 6000, 1, 0)
            ]
        );
    }

    #[test]
    fn other_blocks_are_passed_over_however_long() {
        let file = Builder::new()
            .section(false)
            .block(0xbad, &vec![1; 3 << 20])
            .interface(147, 0, &[])
            .interface(1, 0, &[])
            .block(5, &[0; 12])
            .enhanced(1, 0, b"x", &[])
            .block(0x8000_0001, b"");
        assert_eq!(whole(file.out).len(), 1);
    }

    #[test]
    fn a_packet_larger_than_the_buffer() {
        let data = vec![7; 1_500_000];
        let file = Builder::new()
            .section(false)
            .interface(1, 2_000_000, &[])
            .enhanced(0, 0, &data, &[]);
        assert!(whole(file.out)[0].0 == data);
    }

    #[test]
    fn an_unknown_link_type_matters_when_a_packet_has_it() {
        let file = Builder::new()
            .section(false)
            .interface(1, 0, &[])
            .interface(147, 0, &[]);
        let file = file.enhanced(0, 0, b"x", &[]).enhanced(1, 0, b"y", &[]);
        let (seen, error) = read(file.out);
        assert_eq!(seen.len(), 1);
        assert!(
            matches!(error, Some(CaptureError::LinkType { number: 147, .. })),
            "{error:?}"
        );
    }

    #[test]
    fn damage_is_told_with_its_place() {
        let start = || {
            Builder::new()
                .section(false)
                .interface(1, 0, &[])
                .enhanced(0, 0, b"good", &[])
        };
        let place = start().out.len();
        let bad = |change: fn(&mut Vec<u8>)| {
            let mut packet = Builder::new().enhanced(0, 0, b"bad!", &[]).out;
            change(&mut packet);
            let mut bytes = start().out;
            bytes.extend(packet);
            let (seen, error) = read(bytes);
            assert_eq!(seen.len(), 1);
            let text = error.expect("an error").to_string();
            assert!(text.contains(&format!("byte {place}")), "{text}");
            assert!(text.contains("1 packets were read"), "{text}");
            text
        };
        for (change, reason) in [
            (
                (|b| b[8] = 9) as fn(&mut Vec<u8>),
                "packet 2 was recorded on interface 9, 1 are described before it",
            ),
            (|b| b[20] = 200, "packet 2 says 200 bytes, its block has room for 4"),
            (|b| b[23] = 200, "packet 2 says 3355443204 bytes, more than the 262144"),
            (|b| b[4] = 37, "says 37 bytes, not a multiple of 4"),
            (|b| b[4] = 28, "says 28 bytes, not a multiple of 4 from 32 up"),
            (|b| b[7] = 0x70, "a block of 1879048228 bytes, more than"),
            (
                |b| *b.last_mut().unwrap() = 1,
                "a block says 36 bytes at its start and 16777252 at its end",
            ),
            (|b| b.truncate(30), "truncated: packet 2"),
            (|b| b.truncate(30), "says 36 bytes, 30 are left"),
            (|b| b.truncate(7), "truncated: a block header"),
            (
                |b| {
                    b[0] = 0x77;
                    b.truncate(30)
                },
                "a block of type 0x77",
            ),
            (
                |b| {
                    b[0] = 0x77;
                    b.truncate(30)
                },
                "says 36 bytes, 30 are left",
            ),
            (
                |b| {
                    b[0] = 0x77;
                    b.truncate(34)
                },
                "says 36 bytes, 34 are left",
            ),
            (|b| b[..4].copy_from_slice(&[10, 13, 13, 10]), "is no byte-order magic"),
        ] {
            let text = bad(change);
            assert!(text.contains(reason), "{text}\nnot: {reason}");
        }
    }

    #[test]
    fn a_version_to_come_is_refused() {
        let mut bytes = Builder::new().section(false).out;
        bytes[12] = 2;
        assert!(
            read(bytes)
                .1
                .unwrap()
                .to_string()
                .contains("pcapng version 2.0 is not known")
        );
    }

    #[test]
    fn interfaces_are_bounded() {
        let mut file = Builder::new().section(false);
        for _ in 0..=INTERFACE_LIMIT {
            file = file.interface(1, 0, &[]);
        }
        assert!(
            read(file.out)
                .1
                .unwrap()
                .to_string()
                .contains("more than 65536 interfaces")
        );
    }
}
