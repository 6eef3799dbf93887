//! Classic pcap files, written.

use std::io::{self, Write};

use packet::{LinkType, Timestamp};

/// What the times of a written file are rounded down to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resolution {
    /// Microseconds, which every reader knows.
    #[default]
    Micros,
    /// Nanoseconds.
    Nanos,
}

/// Writes a classic pcap file, little-endian, version 2.4.
///
/// Writes each packet at once: give it a buffered writer.
pub struct PcapWriter<W: Write> {
    out: W,
    resolution: Resolution,
}

impl<W: Write> PcapWriter<W> {
    /// Writes the file header.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn new(mut out: W, link: LinkType, resolution: Resolution) -> io::Result<Self> {
        let magic: u32 = match resolution {
            Resolution::Micros => 0xa1b2_c3d4,
            Resolution::Nanos => 0xa1b2_3c4d,
        };
        let mut header = [0; 24];
        header[..4].copy_from_slice(&magic.to_le_bytes());
        header[4] = 2;
        header[6] = 4;
        header[16..20].copy_from_slice(&SNAPLEN.to_le_bytes());
        header[20..].copy_from_slice(&number_in_files(link).to_le_bytes());
        out.write_all(&header)?;
        Ok(Self { out, resolution })
    }

    /// Writes a packet that was recorded whole.
    ///
    /// # Errors
    ///
    /// Those of `out`; `InvalidInput` for more than 256 KiB or a time before 1970 or after 2106.
    pub fn write(&mut self, time: Timestamp, data: &[u8]) -> io::Result<()> {
        self.write_cut(time, data, data.len() as u32)
    }

    /// Writes the first bytes of a packet that had `orig_len` on the wire.
    ///
    /// # Errors
    ///
    /// As [`PcapWriter::write`].
    pub fn write_cut(&mut self, time: Timestamp, data: &[u8], orig_len: u32) -> io::Result<()> {
        let invalid = |what| io::Error::new(io::ErrorKind::InvalidInput, what);
        let seconds = u32::try_from(time.secs()).map_err(|_| invalid("pcap has no such time"))?;
        let fraction = match self.resolution {
            Resolution::Micros => time.micros(),
            Resolution::Nanos => time.0.rem_euclid(1_000_000_000) as u32,
        };
        if data.len() > SNAPLEN as usize {
            return Err(invalid("more than 256 KiB in a packet"));
        }
        let mut header = [0; 16];
        let fields = [seconds, fraction, data.len() as u32, orig_len];
        for (bytes, field) in header.chunks_exact_mut(4).zip(fields) {
            bytes.copy_from_slice(&field.to_le_bytes());
        }
        self.out.write_all(&header)?;
        self.out.write_all(data)
    }

    /// Gives the writer back, flushed.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Bytes of a packet at most.
const SNAPLEN: u32 = 256 * 1024;

/// The number of a link type in files: it is the one that programs have, but for raw IP.
const fn number_in_files(link: LinkType) -> u32 {
    match link {
        LinkType::RawIp => 101,
        _ => link.number(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_those_of_the_format() {
        let mut writer = PcapWriter::new(Vec::new(), LinkType::Ethernet, Resolution::Nanos).unwrap();
        writer.write_cut(Timestamp::new(1, 2), b"abc", 60).unwrap();
        assert_eq!(
            writer.finish().unwrap(),
            b"\x4d\x3c\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x3c\0\0\0abc"
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut writer = PcapWriter::new(Vec::new(), LinkType::Ethernet, Resolution::Micros).unwrap();
        assert!(writer.write(Timestamp(-1), b"").is_err());
        assert!(writer.write(Timestamp::new(1 << 32, 0), b"").is_err());
        assert!(writer.write(Timestamp(0), &[0; SNAPLEN as usize + 1]).is_err());
        assert!(writer.write(Timestamp(0), &[0; SNAPLEN as usize]).is_ok());
    }
}
