//! Messages of NTLMSSP: MS-NLMP section 2.2.1.

use crate::dcerpc::reader::Reader;
use crate::smb::text;

/// What every message begins with.
pub const SIGNATURE: &[u8] = b"NTLMSSP\0";

/// Who logs in: the third message.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Authenticate {
    /// The domain.
    pub domain: Vec<u8>,
    /// The user.
    pub user: Vec<u8>,
    /// The client's name.
    pub host: Vec<u8>,
    /// The version of the client's system.
    pub version: Option<String>,
    /// The texts do not stand in the order in which everybody writes them.
    pub unusual_order: bool,
}

/// A message cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

const AUTHENTICATE: u32 = 3;
const NEGOTIATE_UNICODE: u32 = 1;
const NEGOTIATE_VERSION: u32 = 0x0200_0000;

impl Authenticate {
    /// Reads a message; `None` when it is another than the third.
    ///
    /// # Errors
    /// It is cut, or points beyond its end.
    pub fn read(message: &[u8]) -> Result<Option<Self>, Malformed> {
        let mut reader = Reader::little(message);
        reader.skip(SIGNATURE.len()).ok_or(Malformed)?;
        if reader.u32().ok_or(Malformed)? != AUTHENTICATE {
            return Ok(None);
        }
        Self::fields(message, reader).map(Some).ok_or(Malformed)
    }

    fn fields(message: &[u8], mut reader: Reader<'_>) -> Option<Self> {
        // The two answers to the challenge.
        reader.skip(16)?;
        let mut field = || -> Option<(usize, usize)> {
            let length = reader.u16()?;
            reader.skip(2)?;
            Some((reader.u32()? as usize, usize::from(length)))
        };
        let (domain, user, host) = (field()?, field()?, field()?);
        // The session key.
        reader.skip(8)?;
        let flags = reader.u32()?;
        let version = if flags & NEGOTIATE_VERSION == 0 {
            None
        } else {
            let (major, minor, build) = (reader.u8()?, reader.u8()?, reader.u16()?);
            reader.skip(3)?;
            Some(format!("{major}.{minor} build {build} rev {}", reader.u8()?))
        };
        let unicode = flags & NEGOTIATE_UNICODE != 0;
        let text = |(at, length): (usize, usize)| {
            if length == 0 {
                return Some(Vec::new());
            }
            Some(text::fixed(message.get(at..at.checked_add(length)?)?, unicode))
        };
        Some(Self {
            domain: text(domain)?,
            user: text(user)?,
            host: text(host)?,
            version,
            unusual_order: domain.0 > user.0 || user.0 > host.0,
        })
    }
}
