//! The session layer: RFC 1002 section 4.3, and direct TCP transport, MS-SMB2 section 2.1.

/// What a session message begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What kind of message.
    pub kind: u8,
    /// Bytes behind the header.
    pub length: usize,
}

/// A message of the protocol above.
pub const MESSAGE: u8 = 0;
const SESSION_REQUEST: u8 = 0x81;
const KEEP_ALIVE: u8 = 0x85;

impl Header {
    /// Its length, in bytes.
    pub const SIZE: usize = 4;

    /// Reads it; `None` when there are too few bytes.
    pub fn read(data: &[u8]) -> Option<Self> {
        let [kind, high, middle, low] = *data.first_chunk()?;
        Some(Self {
            kind,
            length: u32::from_be_bytes([0, high, middle, low]) as usize,
        })
    }

    /// Whether there is such a kind.
    pub const fn is_known(self) -> bool {
        matches!(self.kind, MESSAGE | SESSION_REQUEST..=KEEP_ALIVE)
    }
}

/// What a message is, by its first four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Magic {
    /// SMB 1.
    Smb1,
    /// SMB 2 and 3.
    Smb2,
    /// SMB 3, encrypted.
    Transform,
    /// SMB 3, compressed.
    Compressed,
}

impl Magic {
    /// What a message is; `None` when it is none of SMB's.
    pub fn of(message: &[u8]) -> Option<Self> {
        match *message.first_chunk()? {
            [0xff, b'S', b'M', b'B'] => Some(Self::Smb1),
            [0xfe, b'S', b'M', b'B'] => Some(Self::Smb2),
            [0xfd, b'S', b'M', b'B'] => Some(Self::Transform),
            [0xfc, b'S', b'M', b'B'] => Some(Self::Compressed),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_and_what_it_holds() {
        assert_eq!(
            Header::read(&[0, 1, 0, 2]),
            Some(Header {
                kind: 0,
                length: 0x1_0002
            })
        );
        assert_eq!(Header::read(&[0, 1, 0]), None);
        assert!(Header { kind: 0x85, length: 0 }.is_known() && !Header { kind: 5, length: 0 }.is_known());
        assert_eq!(Magic::of(b"\xfeSMB@"), Some(Magic::Smb2));
        assert_eq!(Magic::of(b"SMB"), None);
    }
}
