//! One block of a ring: the frames in it, each offset checked against the block's size.
//!
//! Source: the kernel's `Documentation/networking/packet_mmap.rst`, and `struct tpacket_block_desc` and
//! `struct tpacket3_hdr` of `linux/if_packet.h`. All numbers are in the machine's byte order.

use std::ops::Range;

use packet::Timestamp;

/// Where in a block the next frame is.
#[derive(Debug)]
pub(crate) struct Walk {
    /// Where its header starts, bytes from the start of the block.
    at: usize,
    /// How many frames are left.
    left: u32,
}

/// A frame in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Where its bytes are in the block.
    pub range: Range<usize>,
    pub time: Timestamp,
    /// Bytes on the wire, with the VLAN tag that was put back.
    pub orig_len: u32,
    /// This machine sent it.
    pub outgoing: bool,
}

/// The block's numbers contradict each other: nothing more can be read of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged;

impl Walk {
    /// At the first frame of the block.
    pub fn new(block: &[u8]) -> Result<Self, Damaged> {
        let left = u32_at(block, BLOCK_FRAMES).ok_or(Damaged)?;
        let first = u32_at(block, BLOCK_FIRST).ok_or(Damaged)? as usize;
        if left > 0 && !(BLOCK_HEADER..block.len()).contains(&first) {
            return Err(Damaged);
        }
        Ok(Self { at: first, left })
    }

    /// The next frame; `None` at the end of the block. A VLAN tag that the kernel took out is in its place again.
    ///
    /// Ends after as many frames as the block says it has at most, and each is behind the one before.
    pub fn next(&mut self, block: &mut [u8]) -> Result<Option<Found>, Damaged> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let here = self.at;
        let header = Header::read(block.get(here..).ok_or(Damaged)?).ok_or(Damaged)?;
        if self.left > 0 {
            // Frames are aligned to more than this; what matters is that they do not overlap, and that it ends.
            if header.next < FRAME_HEADER {
                return Err(Damaged);
            }
            self.at = here.checked_add(header.next).ok_or(Damaged)?;
        }
        header.found(here, block).map(Some)
    }
}

/// What of `struct tpacket3_hdr` and the `struct sockaddr_ll` behind it is of interest.
struct Header {
    /// Where the next header is, bytes from the start of this one.
    next: usize,
    time: Timestamp,
    /// Bytes that are there.
    captured: u32,
    /// Bytes on the wire.
    length: u32,
    status: u32,
    /// Where the link layer's header starts, bytes from the start of this header.
    mac: usize,
    tci: u16,
    tpid: u16,
    outgoing: bool,
}

impl Header {
    /// `None` where it does not fit.
    fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            next: u32_at(bytes, 0)? as usize,
            time: Timestamp::new(i64::from(u32_at(bytes, 4)?), i64::from(u32_at(bytes, 8)?)),
            captured: u32_at(bytes, 12)?,
            length: u32_at(bytes, 16)?,
            status: u32_at(bytes, 20)?,
            mac: usize::from(u16_at(bytes, 24)?),
            // 16 bits, in a field of 32.
            tci: u32_at(bytes, 32)? as u16,
            tpid: u16_at(bytes, 36)?,
            outgoing: *bytes.get(PACKET_TYPE)? == libc::PACKET_OUTGOING,
        })
    }

    /// The frame of the header at `here`.
    fn found(&self, here: usize, block: &mut [u8]) -> Result<Found, Damaged> {
        let start = here.checked_add(self.mac).ok_or(Damaged)?;
        let end = start.checked_add(self.captured as usize).ok_or(Damaged)?;
        if self.mac < FRAME_HEADER || end > block.len() {
            return Err(Damaged);
        }
        let mut found = Found {
            range: start..end,
            time: self.time,
            orig_len: self.length,
            outgoing: self.outgoing,
        };
        // Kernels before 3.0 leave the bit away.
        let tagged = self.status & libc::TP_STATUS_VLAN_VALID != 0 || self.tci != 0;
        if tagged && end - start >= ADDRESSES {
            if self.mac < FRAME_HEADER + TAG {
                return Err(Damaged);
            }
            let tpid = match self.status & libc::TP_STATUS_VLAN_TPID_VALID {
                0 => TPID_8021Q,
                _ => self.tpid,
            };
            put_tag_back(block, start, tpid, self.tci);
            found.range.start = start - TAG;
            found.orig_len = found.orig_len.saturating_add(TAG as u32);
        }
        Ok(found)
    }
}

/// Makes room for the tag between the addresses and the type, in front of the frame at `start`.
fn put_tag_back(block: &mut [u8], start: usize, tpid: u16, tci: u16) {
    let from = start - TAG;
    block.copy_within(start..start + ADDRESSES, from);
    let [a, b] = tpid.to_be_bytes();
    let [c, d] = tci.to_be_bytes();
    block[from + ADDRESSES..start + ADDRESSES].copy_from_slice(&[a, b, c, d]);
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_ne_bytes(*four))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_ne_bytes(*two))
}

/// Bytes of a VLAN tag: what has to be kept free in front of each frame.
pub(crate) const TAG: usize = 4;

/// Where in a block its state is: whether it is the kernel's or ours.
pub(crate) const BLOCK_STATUS: usize = 8;
const BLOCK_FRAMES: usize = 12;
const BLOCK_FIRST: usize = 16;
/// `sizeof(struct tpacket_block_desc)`.
const BLOCK_HEADER: usize = 48;

/// `sizeof(struct tpacket3_hdr)`, which is aligned already.
const ADDRESS: usize = 48;
/// The type in `struct sockaddr_ll`: incoming, outgoing and so on.
const PACKET_TYPE: usize = ADDRESS + 10;
/// `TPACKET3_HDRLEN`: both structures.
const FRAME_HEADER: usize = ADDRESS + 20;

/// Bytes of the two addresses of an Ethernet header.
const ADDRESSES: usize = 12;
const TPID_8021Q: u16 = 0x8100;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The kernel's own structures, of which the offsets above are.
    #[test]
    fn offsets_are_those_of_the_kernel() {
        use std::mem::{offset_of, size_of};
        assert_eq!(size_of::<libc::tpacket_block_desc>(), BLOCK_HEADER);
        let v1 = offset_of!(libc::tpacket_block_desc, hdr);
        assert_eq!(v1 + offset_of!(libc::tpacket_hdr_v1, block_status), BLOCK_STATUS);
        assert_eq!(v1 + offset_of!(libc::tpacket_hdr_v1, num_pkts), BLOCK_FRAMES);
        assert_eq!(v1 + offset_of!(libc::tpacket_hdr_v1, offset_to_first_pkt), BLOCK_FIRST);
        assert_eq!(size_of::<libc::tpacket3_hdr>(), ADDRESS);
        assert_eq!(libc::TPACKET3_HDRLEN, FRAME_HEADER);
        assert_eq!(ADDRESS + offset_of!(libc::sockaddr_ll, sll_pkttype), PACKET_TYPE);
        let tag = offset_of!(libc::tpacket3_hdr, hv1);
        assert_eq!(offset_of!(libc::tpacket3_hdr, tp_mac), 24);
        assert_eq!(tag + offset_of!(libc::tpacket_hdr_variant1, tp_vlan_tci), 32);
        assert_eq!(tag + offset_of!(libc::tpacket_hdr_variant1, tp_vlan_tpid), 36);
    }

    #[test]
    fn frames_come_in_order() {
        let mut block = Block::new(4096);
        block.push(b"the first frame", 7, 123_456_789, 0, (0, 0));
        block.push(b"the second", 8, 5, 0, (0, 0));
        let (found, bytes) = all(&mut block.bytes).unwrap();
        assert_eq!(bytes, [b"the first frame".to_vec(), b"the second".to_vec()]);
        assert_eq!(found[0].time, Timestamp::new(7, 123_456_789));
        assert_eq!(found[1].time, Timestamp::new(8, 5));
        assert_eq!(found[0].orig_len, 15);
        assert!(!found[0].outgoing);
    }

    #[test]
    fn an_empty_block_has_no_frames() {
        assert_eq!(all(&mut Block::new(4096).bytes).unwrap().1, Vec::<Vec<u8>>::new());
    }

    #[test]
    fn what_this_machine_sent_is_told() {
        let mut block = Block::new(4096);
        block.push(b"out", 0, 0, 0, (0, 0));
        let at = BLOCK_HEADER + PACKET_TYPE;
        block.bytes[at] = libc::PACKET_OUTGOING;
        assert!(all(&mut block.bytes).unwrap().0[0].outgoing);
    }

    #[test]
    fn vlan_tags_are_put_back() {
        let untagged = b"DDDDDDSSSSSS\x08\x00payload";
        let valid = libc::TP_STATUS_VLAN_VALID;
        for (status, tpid, put) in [
            (valid, 0, b"\x81\x00\x20\x05"),
            (valid, 0x88a8, b"\x81\x00\x20\x05"),
            (valid | libc::TP_STATUS_VLAN_TPID_VALID, 0x88a8, b"\x88\xa8\x20\x05"),
        ] {
            let mut block = Block::new(4096);
            block.push(untagged, 0, 0, status, (0x2005, tpid));
            block.push(untagged, 0, 0, 0, (0, 0));
            let (found, bytes) = all(&mut block.bytes).unwrap();
            let mut tagged = untagged.to_vec();
            tagged.splice(12..12, *put);
            assert_eq!(bytes, [tagged, untagged.to_vec()]);
            assert_eq!(found[0].orig_len, 25);
        }
    }

    #[test]
    fn a_priority_tag_is_put_back_and_a_stump_is_left_alone() {
        let mut block = Block::new(4096);
        block.push(b"DDDDDDSSSSSS", 0, 0, libc::TP_STATUS_VLAN_VALID, (0, 0));
        block.push(b"DDDDDDSSSSS", 0, 0, libc::TP_STATUS_VLAN_VALID, (0, 0));
        let (_, bytes) = all(&mut block.bytes).unwrap();
        assert_eq!(bytes, [b"DDDDDDSSSSSS\x81\x00\0\0".to_vec(), b"DDDDDDSSSSS".to_vec()]);
    }

    #[test]
    fn offsets_beyond_the_block_are_damage() {
        let frame = BLOCK_HEADER;
        let spoil = |at: usize, with: &[u8]| {
            let mut block = Block::new(1024);
            block.push(b"one frame", 0, 0, 0, (0, 0));
            block.push(b"another", 0, 0, 0, (0, 0));
            block.bytes[at..at + with.len()].copy_from_slice(with);
            all(&mut block.bytes)
        };
        for (what, at, with) in [
            ("first frame", BLOCK_FIRST, &u32::MAX.to_ne_bytes()[..]),
            ("first frame at the end", BLOCK_FIRST, &1024_u32.to_ne_bytes()),
            ("header cut off by the end", BLOCK_FIRST, &1000_u32.to_ne_bytes()),
            ("first frame in the block's header", BLOCK_FIRST, &0_u32.to_ne_bytes()),
            ("number of frames", BLOCK_FRAMES, &u32::MAX.to_ne_bytes()),
            ("next: a loop", frame, &0_u32.to_ne_bytes()),
            ("next: overlapping", frame, &8_u32.to_ne_bytes()),
            ("next", frame, &u32::MAX.to_ne_bytes()),
            ("captured", frame + 12, &u32::MAX.to_ne_bytes()),
            ("captured, by one", frame + 12, &(1024 - 48 - 80 + 1_u32).to_ne_bytes()),
            ("start in the header", frame + 24, &67_u16.to_ne_bytes()),
            ("start", frame + 24, &u16::MAX.to_ne_bytes()),
        ] {
            assert_eq!(spoil(at, with), Err(Damaged), "{what}");
        }
        assert!(spoil(frame + 12, &(1024 - 48 - 80_u32).to_ne_bytes()).is_ok());
    }

    #[test]
    fn a_tag_without_room_is_damage() {
        let mut block = Block::new(1024);
        block.push(b"DDDDDDSSSSSS\x08\x00", 0, 0, libc::TP_STATUS_VLAN_VALID, (5, 0));
        let mac = BLOCK_HEADER + 24;
        block.bytes[mac..mac + 2].copy_from_slice(&71_u16.to_ne_bytes());
        assert_eq!(all(&mut block.bytes), Err(Damaged));
    }

    proptest! {
        #[test]
        fn no_block_makes_it_panic_or_loop(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..512),
            frames in 0_u32..100,
            first in 0_u32..300,
        ) {
            if bytes.len() >= BLOCK_HEADER {
                bytes[BLOCK_FRAMES..BLOCK_FRAMES + 4].copy_from_slice(&frames.to_ne_bytes());
                bytes[BLOCK_FIRST..BLOCK_FIRST + 4].copy_from_slice(&first.to_ne_bytes());
            }
            if let Ok((found, _)) = all(&mut bytes) {
                prop_assert!(found.len() * FRAME_HEADER <= bytes.len());
            }
        }

        #[test]
        fn spoilt_blocks_neither_panic_nor_loop(spoilt in proptest::collection::vec((0_usize..400, any::<u8>()), 1..6)) {
            let mut block = Block::new(400);
            block.push(b"DDDDDDSSSSSS\x08\x00 one", 0, 0, libc::TP_STATUS_VLAN_VALID, (5, 0));
            block.push(b"DDDDDDSSSSSS\x08\x00 two", 0, 0, 0, (0, 0));
            for (at, byte) in spoilt {
                block.bytes[at] = byte;
            }
            let _ = all(&mut block.bytes);
        }
    }

    fn all(block: &mut [u8]) -> Result<(Vec<Found>, Vec<Vec<u8>>), Damaged> {
        let mut walk = Walk::new(block)?;
        let (mut found, mut bytes) = (Vec::new(), Vec::new());
        while let Some(one) = walk.next(block)? {
            bytes.push(block[one.range.clone()].to_vec());
            found.push(one);
        }
        Ok((found, bytes))
    }

    /// A block as the kernel fills it.
    struct Block {
        bytes: Vec<u8>,
        last: Option<usize>,
        end: usize,
    }

    impl Block {
        fn new(size: usize) -> Self {
            let mut block = Self {
                bytes: vec![0; size],
                last: None,
                end: BLOCK_HEADER,
            };
            block.put(BLOCK_FIRST, &(BLOCK_HEADER as u32).to_ne_bytes());
            block
        }

        fn push(&mut self, frame: &[u8], seconds: u32, nanos: u32, status: u32, (tci, tpid): (u32, u16)) {
            let here = self.end;
            if let Some(last) = self.last.replace(here) {
                self.put(last, &((here - last) as u32).to_ne_bytes());
            }
            let mac = 80_u16;
            self.put(here + 4, &seconds.to_ne_bytes());
            self.put(here + 8, &nanos.to_ne_bytes());
            self.put(here + 12, &(frame.len() as u32).to_ne_bytes());
            self.put(here + 16, &(frame.len() as u32).to_ne_bytes());
            self.put(here + 20, &status.to_ne_bytes());
            self.put(here + 24, &mac.to_ne_bytes());
            self.put(here + 32, &tci.to_ne_bytes());
            self.put(here + 36, &tpid.to_ne_bytes());
            self.put(here + usize::from(mac), frame);
            self.end = (here + usize::from(mac) + frame.len()).next_multiple_of(16);
            let frames = u32_at(&self.bytes, BLOCK_FRAMES).unwrap() + 1;
            self.put(BLOCK_FRAMES, &frames.to_ne_bytes());
        }

        fn put(&mut self, at: usize, what: &[u8]) {
            self.bytes[at..at + what.len()].copy_from_slice(what);
        }
    }
}
