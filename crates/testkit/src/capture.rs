//! A list of packets with their times, and its classic pcap.

use std::time::Duration;

use crate::time::Time;

/// The link type of Ethernet in a pcap.
pub const LINK_ETHERNET: u32 = 1;
/// The link type of bare IP packets in a pcap.
pub const LINK_RAW_IP: u32 = 101;

/// One packet and when it was captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// When it was captured.
    pub time: Time,
    /// Its bytes, from the link layer on.
    pub data: Vec<u8>,
}

impl Frame {
    /// A packet captured at `time`.
    pub const fn new(time: Time, data: Vec<u8>) -> Self {
        Self { time, data }
    }
}

/// Packets in the order of a capture.
///
/// ```
/// use testkit::{Capture, PacketBuilder, Time, time::ms};
/// use testkit::layer::Udp;
///
/// let packet = PacketBuilder::between("10.0.0.1", "192.0.2.1").layer(Udp::new(1, 2));
/// let mut late = Capture::new();
/// late.push(packet.at(Time::START + ms(5)));
/// let early: Capture = [packet.at(Time::START)].into_iter().collect();
/// let both = Capture::merge([late, early]);
/// assert_eq!(both.frames[0].time, Time::START);
/// assert_eq!(both.to_pcap().len(), 24 + 2 * (16 + 42));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The packets.
    pub frames: Vec<Frame>,
    /// The number that the pcap gives for its link type.
    pub link_type: u32,
}

impl Capture {
    /// A capture of Ethernet without packets.
    pub const fn new() -> Self {
        Self {
            frames: Vec::new(),
            link_type: LINK_ETHERNET,
        }
    }

    /// Adds a packet behind the others.
    pub fn push(&mut self, frame: Frame) {
        self.frames.push(frame);
    }

    /// Adds all packets of `other` behind the others.
    pub fn append(&mut self, other: Self) {
        self.frames.extend(other.frames);
    }

    /// All packets of `captures` in order of time; packets of one time keep the order they were given in.
    pub fn merge(captures: impl IntoIterator<Item = Self>) -> Self {
        let mut frames: Vec<Frame> = captures.into_iter().flat_map(|c| c.frames).collect();
        frames.sort_by_key(|f| f.time);
        frames.into_iter().collect()
    }

    /// The same capture, all of it later by `by`.
    pub fn later(mut self, by: Duration) -> Self {
        for frame in &mut self.frames {
            frame.time += by;
        }
        self
    }

    /// The time of the last packet, if there is one.
    pub fn end(&self) -> Option<Time> {
        self.frames.iter().map(|f| f.time).max()
    }

    /// The capture as a classic pcap: little endian, microseconds, snap length 262,144.
    pub fn to_pcap(&self) -> Vec<u8> {
        let size: usize = self.frames.iter().map(|f| 16 + f.data.len()).sum();
        let mut pcap = Vec::with_capacity(24 + size);
        pcap.extend(0xa1b2_c3d4_u32.to_le_bytes());
        pcap.extend([2, 0, 4, 0]);
        pcap.extend([0; 8]);
        pcap.extend(262_144_u32.to_le_bytes());
        pcap.extend(self.link_type.to_le_bytes());
        for frame in &self.frames {
            let len = frame.data.len() as u32;
            for word in [frame.time.secs() as u32, frame.time.micros(), len, len] {
                pcap.extend(word.to_le_bytes());
            }
            pcap.extend(&frame.data);
        }
        pcap
    }
}

impl Default for Capture {
    fn default() -> Self {
        Self::new()
    }
}

impl FromIterator<Frame> for Capture {
    fn from_iter<I: IntoIterator<Item = Frame>>(frames: I) -> Self {
        Self {
            frames: frames.into_iter().collect(),
            ..Self::new()
        }
    }
}

impl<'a> IntoIterator for &'a Capture {
    type Item = &'a Frame;
    type IntoIter = std::slice::Iter<'a, Frame>;

    fn into_iter(self) -> Self::IntoIter {
        self.frames.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pcap_has_its_header_and_records() {
        let capture: Capture = [Frame::new(Time(7_000_009), vec![0xaa, 0xbb])].into_iter().collect();
        let pcap = capture.to_pcap();
        assert_eq!(pcap[..8], [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]);
        assert_eq!(pcap[20..24], [1, 0, 0, 0]);
        assert_eq!(pcap[24..32], [7, 0, 0, 0, 9, 0, 0, 0]);
        assert_eq!(pcap[32..], [2, 0, 0, 0, 2, 0, 0, 0, 0xaa, 0xbb]);
    }

    #[test]
    fn merge_is_stable() {
        let one = |t, b| [Frame::new(Time(t), vec![b])].into_iter().collect::<Capture>();
        let merged = Capture::merge([one(2, 1), one(1, 2), one(2, 3)]);
        let bytes: Vec<u8> = merged.frames.iter().map(|f| f.data[0]).collect();
        assert_eq!(bytes, [2, 1, 3]);
    }
}
