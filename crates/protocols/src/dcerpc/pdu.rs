//! Protocol data units of DCERPC over connections (version 5): C706 chapter 12.6, MS-RPCE section 2.2.2.

use super::reader::Reader;
use super::uuid::Uuid;

/// The kind of a protocol data unit: its number, which may be one that no document has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind(pub u8);

impl Kind {
    /// A call.
    pub const REQUEST: Self = Self(0);
    /// Its result.
    pub const RESPONSE: Self = Self(2);
    /// It failed.
    pub const FAULT: Self = Self(3);
    /// Asks for interfaces.
    pub const BIND: Self = Self(11);
    /// Which of them there are.
    pub const BINDACK: Self = Self(12);
    /// None of them.
    pub const BINDNAK: Self = Self(13);
    /// Asks for more interfaces.
    pub const ALTER_CONTEXT: Self = Self(14);
    /// Which of those there are.
    pub const ALTER_CONTEXT_RESP: Self = Self(15);
    /// The third leg of an authentication; nobody answers it.
    pub const AUTH3: Self = Self(16);

    /// Its name in EVE records.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "REQUEST",
            1 => "PING",
            2 => "RESPONSE",
            3 => "FAULT",
            4 => "WORKING",
            5 => "NOCALL",
            6 => "REJECT",
            7 => "ACK",
            8 => "CL_CANCEL",
            9 => "FACK",
            10 => "CANCEL_ACK",
            11 => "BIND",
            12 => "BINDACK",
            13 => "BINDNAK",
            14 => "ALTER_CONTEXT",
            15 => "ALTER_CONTEXT_RESP",
            16 => "AUTH3",
            17 => "SHUTDOWN",
            18 => "CO_CANCEL",
            19 => "ORPHANED",
            20 => "RTS",
            _ => return None,
        })
    }

    /// The kind of what it answers, if it is an answer.
    pub const fn answers(self) -> Option<Self> {
        match self {
            Self::RESPONSE => Some(Self::REQUEST),
            Self::BINDACK | Self::BINDNAK => Some(Self::BIND),
            Self::ALTER_CONTEXT_RESP => Some(Self::ALTER_CONTEXT),
            _ => None,
        }
    }
}

/// What every protocol data unit begins with.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// Major and minor version of the protocol.
    pub version: (u8, u8),
    /// What it is.
    pub kind: Kind,
    /// `PFC_` flags.
    pub flags: u8,
    /// Integers are little endian.
    pub little: bool,
    /// Bytes of the whole unit.
    pub length: u16,
    /// Bytes of the authentication at its end.
    pub auth_length: u16,
    /// Which call it belongs to.
    pub call_id: u32,
}

/// The first fragment.
pub const PFC_FIRST_FRAG: u8 = 1;
/// The last fragment.
pub const PFC_LAST_FRAG: u8 = 2;
/// A request names an object.
pub const PFC_OBJECT_UUID: u8 = 0x80;

impl Header {
    /// Its length, in bytes.
    pub const SIZE: usize = 16;

    /// Reads it; `None` when there are too few bytes.
    pub fn read(data: &[u8]) -> Option<Self> {
        let little = data.get(4)? & 0xf0 == 0x10;
        let mut reader = Reader::new(data, little);
        let version = (reader.u8()?, reader.u8()?);
        let (kind, flags) = (Kind(reader.u8()?), reader.u8()?);
        reader.skip(4)?;
        Some(Self {
            version,
            kind,
            flags,
            little,
            length: reader.u16()?,
            auth_length: reader.u16()?,
            call_id: reader.u32()?,
        })
    }

    /// Whether these can be the first bytes of a unit: version 5.0 or 5.1, a kind that there is, a byte order that
    /// there is, and a length that holds a header. What is not there yet does not speak against it.
    pub fn plausible(data: &[u8]) -> bool {
        let byte = |at: usize, fits: fn(u8) -> bool| data.get(at).is_none_or(|b| fits(*b));
        let sound = byte(0, |b| b == 5)
            && byte(1, |b| b <= 1)
            && byte(2, |b| b <= 20)
            && byte(4, |b| b & 0x0f <= 1 && matches!(b & 0xf0, 0 | 0x10))
            && byte(5, |b| b <= 3);
        sound && Self::read(data).is_none_or(|header| usize::from(header.length) >= Self::SIZE)
    }
}

/// An interface that a client asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// What requests call it.
    pub context: u16,
    /// Which interface.
    pub uuid: Uuid,
    /// Its major and minor version.
    pub version: (u16, u16),
    /// Whether there is one (0), and why not; once the server has said so.
    pub result: Option<(u16, u16)>,
    /// It was asked for in the first fragment of a bind.
    pub first_fragment: bool,
}

/// The interfaces that a bind or an alter context asks for.
pub fn asked_interfaces(pdu: &[u8], header: &Header) -> Option<Vec<Interface>> {
    let mut reader = Reader::new(pdu, header.little);
    reader.skip(Header::SIZE + 8)?;
    let count = reader.u8()?;
    reader.skip(3)?;
    let mut list = Vec::new();
    for _ in 0..count {
        let context = reader.u16()?;
        let syntaxes = reader.u8()?;
        reader.skip(1)?;
        let uuid = Uuid::read(&mut reader, header.little)?;
        let version = (reader.u16()?, reader.u16()?);
        reader.skip(usize::from(syntaxes).checked_mul(20)?)?;
        list.push(Interface {
            context,
            uuid,
            version,
            result: None,
            first_fragment: header.flags & PFC_FIRST_FRAG != 0,
        });
    }
    Some(list)
}

/// What the answer to a bind or an alter context says: for each interface its result and the reason.
pub fn results(pdu: &[u8], header: &Header) -> Option<Vec<(u16, u16)>> {
    let mut reader = Reader::new(pdu, header.little);
    reader.skip(Header::SIZE + 8)?;
    let address = reader.u16()?;
    reader.skip(usize::from(address))?;
    reader.align(4)?;
    let count = reader.u8()?;
    reader.skip(3)?;
    let mut list = Vec::new();
    for _ in 0..count {
        list.push((reader.u16()?, reader.u16()?));
        reader.skip(20)?;
    }
    Some(list)
}

/// A request's or a response's own part.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    /// Which interface.
    pub context: u16,
    /// Which operation; of a request.
    pub opnum: u16,
    /// The arguments, or the results, as far as this fragment has them.
    pub stub: &'a [u8],
}

/// Reads the part of a request or a response behind the header.
pub fn body<'a>(pdu: &'a [u8], header: &Header) -> Option<Body<'a>> {
    let mut reader = Reader::new(pdu, header.little);
    reader.skip(Header::SIZE + 4)?;
    let (context, opnum) = (reader.u16()?, reader.u16()?);
    Some(Body {
        context,
        opnum,
        stub: reader.rest(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcerpc::samples;

    #[test]
    fn a_bind_and_its_answer() {
        let bind = samples::bind(1, &[(0, samples::SVCCTL, 2)]);
        let header = Header::read(&bind).expect("a header");
        assert_eq!((header.kind, header.call_id, header.little), (Kind::BIND, 1, true));
        assert_eq!(usize::from(header.length), bind.len());
        let asked = asked_interfaces(&bind, &header).expect("interfaces");
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].uuid.to_string(), samples::SVCCTL);
        assert_eq!(asked[0].version, (2, 0));
        let ack = samples::bind_ack(1, &[0, 2]);
        let header = Header::read(&ack).expect("a header");
        assert_eq!(results(&ack, &header), Some(vec![(0, 0), (2, 0)]));
    }

    #[test]
    fn nothing_is_read_beyond_the_end() {
        let bind = samples::bind(1, &[(0, samples::SVCCTL, 2)]);
        let header = Header::read(&bind).expect("a header");
        for end in 0..bind.len() {
            assert_eq!(asked_interfaces(&bind[..end], &header), None, "{end} bytes");
        }
    }

    #[test]
    fn plausible_from_the_first_byte_on() {
        let bind = samples::bind(1, &[(0, samples::SVCCTL, 2)]);
        assert!((0..bind.len()).all(|end| Header::plausible(&bind[..end])));
        assert!(!Header::plausible(b"HTTP"));
        assert!(!Header::plausible(&[5, 0, 99]));
        assert!(
            !Header::plausible(&[5, 0, 0, 3, 0x10, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]),
            "shorter than a header"
        );
    }
}
