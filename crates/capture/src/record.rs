//! One packet of a file, before it is lent out.

use std::ops::Range;

use packet::{LinkType, Timestamp};

/// A packet in the window.
#[derive(Debug)]
pub(crate) struct Record {
    /// Where its bytes are, see `Window::at`.
    pub(crate) range: Range<usize>,
    pub(crate) time: Timestamp,
    pub(crate) link: LinkType,
    /// Its length on the wire, bytes.
    pub(crate) original: u32,
    /// The interface it was recorded on, counted from 0 over the whole file.
    pub(crate) interface: u32,
}

/// The captured bytes that a packet may have where the header says `snaplen`; more is damage.
// LIMIT: 256 KiB, which is what tcpdump can be told to record at most, or the header's own limit up
// to 64 MiB. Packets longer than `snaplen` do occur and are taken as they are.
pub(crate) fn largest_packet(snaplen: u32) -> u32 {
    snaplen.clamp(256 * 1024, LARGEST_PACKET)
}

/// Bytes of the largest packet of any file.
pub(crate) const LARGEST_PACKET: u32 = 64 * 1024 * 1024;
