//! Banners: `SSH-2.0-OpenSSH_7.4 a comment` (RFC 4253 section 4.2).

/// What a banner says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Banner {
    /// The version of the protocol: `2.0`.
    pub protocol: Vec<u8>,
    /// The program and its version; empty where the banner has none.
    pub software: Vec<u8>,
}

impl Banner {
    /// Reads a banner, without the end of its line; `None` when it is none.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let rest = line.strip_prefix(b"SSH-")?;
        let dash = memchr::memchr(b'-', rest)?;
        let (protocol, software) = rest.split_at_checked(dash)?;
        let software = software.get(1..)?;
        let end = software.iter().position(|b| matches!(b, b' ' | b'\r' | b'\n'));
        Some(Self {
            protocol: protocol.to_vec(),
            software: software.get(..end.unwrap_or(software.len()))?.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banners_and_what_is_none() {
        let read = |line: &[u8]| Banner::read(line).map(|b| (b.protocol, b.software));
        assert_eq!(read(b"SSH-2.0-Open SSH\r"), Some((b"2.0".to_vec(), b"Open".to_vec())));
        assert_eq!(read(b"SSH-1.99-a-b_1"), Some((b"1.99".to_vec(), b"a-b_1".to_vec())));
        assert_eq!(read(b"SSH-2.0-\r"), Some((b"2.0".to_vec(), Vec::new())));
        assert_eq!(read(b"SSH-2.0\r"), None);
        assert_eq!(read(b"ssh-2.0-x"), None);
    }
}
