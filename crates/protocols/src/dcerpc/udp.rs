//! Protocol data units of DCERPC in datagrams (version 4): C706 chapter 12.5.

use super::reader::Reader;
use super::uuid::Uuid;

/// What every datagram begins with.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// The version of the protocol.
    pub version: u8,
    /// What it is: 0 a request, 2 a response.
    pub kind: u8,
    /// `PF_` flags.
    pub flags: u8,
    /// What must be zero is, and the byte orders are known ones.
    pub sound: bool,
    /// Integers are little endian.
    pub little: bool,
    /// The interface.
    pub interface: Uuid,
    /// Its major and minor version.
    pub interface_version: (u16, u16),
    /// The activity.
    pub activity: Uuid,
    /// The number of the call within the activity.
    pub sequence: u32,
    /// The operation.
    pub opnum: u16,
    /// Bytes of the body.
    pub length: u16,
}

const PF_LAST_FRAG: u8 = 2;
const PF_FRAG: u8 = 4;

impl Header {
    /// Its length, in bytes.
    pub const SIZE: usize = 80;

    /// Reads it; `None` when there are too few bytes.
    pub fn read(data: &[u8]) -> Option<Self> {
        let little = data.get(4)? & 0xf0 == 0x10;
        let mut reader = Reader::new(data, little);
        let (version, kind, flags) = (reader.u8()?, reader.u8()?, reader.u8()?);
        let [flags2, integers, floats] = reader.array()?;
        let sound = flags2 & 0xfc == 0 && integers & 0xee == 0 && floats <= 3;
        reader.skip(2)?;
        reader.skip(16)?;
        let interface = Uuid::read(&mut reader, little)?;
        // Suricata: the activity is printed as if it were little endian, whatever the header says (dcerpc-udp-scapy).
        let activity = Uuid::read(&mut reader, true)?;
        reader.skip(4)?;
        let whole = reader.u32()?;
        let interface_version = (whole as u16, (whole >> 16) as u16);
        let (sequence, opnum) = (reader.u32()?, reader.u16()?);
        reader.skip(4)?;
        let length = reader.u16()?;
        reader.skip(4)?;
        Some(Self {
            version,
            kind,
            flags,
            sound,
            little,
            interface,
            interface_version,
            activity,
            sequence,
            opnum,
            length,
        })
    }

    /// Whether it can be one: version 4, a kind that there is, no flag that must not be set.
    pub fn is_plausible(&self) -> bool {
        self.version == 4 && self.kind <= 10 && self.sound
    }

    /// Whether nothing of the body is in a datagram after this.
    pub fn is_last(&self) -> bool {
        self.flags & PF_FRAG == 0 || self.flags & PF_LAST_FRAG != 0
    }
}
