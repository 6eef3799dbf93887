//! `SSH_MSG_KEXINIT` (RFC 4253 section 7.1), and HASSH: what a side offers, in one line, and its MD5.

use packet::Direction;

use crate::tls::ja3;

/// HASSH of a side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hassh {
    /// The offers of key exchange, encryption, authentication and compression, with semicolons between them.
    pub line: Vec<u8>,
    /// The MD5 of the line, in lower-case hexadecimal.
    pub hash: String,
}

impl Hassh {
    /// Reads the message behind its number; `None` where lengths contradict each other.
    pub(super) fn read(message: &[u8], direction: Direction) -> Option<Self> {
        let mut rest = message.get(COOKIE..)?;
        let mut lists: [&[u8]; 8] = [&[]; 8];
        for list in &mut lists {
            let (length, behind) = rest.split_first_chunk::<4>()?;
            (*list, rest) = behind.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        }
        // Key exchange, host key, then each of encryption, authentication and compression to the server and to the client.
        let [
            kex,
            _,
            encryption,
            encryption_back,
            mac,
            mac_back,
            compression,
            compression_back,
        ] = lists;
        let offers = match direction {
            Direction::ToServer => [kex, encryption, mac, compression],
            Direction::ToClient => [kex, encryption_back, mac_back, compression_back],
        };
        let line = offers.join(&b';');
        let hash = ja3::md5_hex(&line);
        Some(Self { line, hash })
    }
}

/// Random bytes before the lists.
const COOKIE: usize = 16;
