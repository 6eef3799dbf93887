//! Versions of the protocol, as records and hellos number them.

use std::borrow::Cow;

/// A version's number on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u16);

impl Version {
    /// Nothing was seen yet that tells it.
    pub const UNDETERMINED: Self = Self(0);
    /// SSL 2.0.
    pub const SSL2: Self = Self(0x0002);
    /// SSL 3.0.
    pub const SSL3: Self = Self(0x0300);
    /// TLS 1.0.
    pub const TLS10: Self = Self(0x0301);
    /// TLS 1.1.
    pub const TLS11: Self = Self(0x0302);
    /// TLS 1.2.
    pub const TLS12: Self = Self(0x0303);
    /// TLS 1.3.
    pub const TLS13: Self = Self(0x0304);

    /// Whether it is one of the numbers that clients put in to keep servers tolerant (RFC 8701).
    pub const fn is_grease(self) -> bool {
        is_grease(self.0)
    }

    /// A draft of TLS 1.3 that was spoken: those from 16 to 28, and one number for those before.
    pub const fn is_draft(self) -> bool {
        matches!(self.0, 0x7f01 | 0x7f10..=0x7f1c)
    }

    /// TLS 1.3 or one of its drafts.
    pub const fn is_tls13(self) -> bool {
        self.0 == Self::TLS13.0 || self.is_draft()
    }

    /// Whether a record can have it.
    pub const fn is_of_records(self) -> bool {
        matches!(self.0, 0x0300..=0x0304 | 0xfb14 | 0xfb17 | 0xfb1a) || self.is_draft()
    }

    /// Its name in EVE.
    pub fn name(self) -> Cow<'static, str> {
        match self.0 {
            0 => "UNDETERMINED".into(),
            0x0002 => "SSLv2".into(),
            0x0300 => "SSLv3".into(),
            0x0301 => "TLSv1".into(),
            0x0302 => "TLS 1.1".into(),
            0x0303 => "TLS 1.2".into(),
            0x0304 => "TLS 1.3".into(),
            0x7f01 => "TLS 1.3 draft-<16".into(),
            0x7f10..=0x7f1c => format!("TLS 1.3 draft-{}", self.0 & 0xff).into(),
            0xfb14 => "TLS 1.3 draft-20-fb".into(),
            0xfb17 => "TLS 1.3 draft-23-fb".into(),
            0xfb1a => "TLS 1.3 draft-26-fb".into(),
            other => format!("0x{other:04x}").into(),
        }
    }
}

/// Whether a cipher suite, extension, group or version is one of those of RFC 8701, which mean nothing.
pub(crate) const fn is_grease(number: u16) -> bool {
    number & 0x0f0f == 0x0a0a && number >> 8 == number & 0xff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_eve_has_them() {
        assert_eq!(Version::TLS10.name(), "TLSv1");
        assert_eq!(Version(0x7f1c).name(), "TLS 1.3 draft-28");
        assert_eq!(Version(0x0909).name(), "0x0909");
        assert!(Version(0x7f1c).is_tls13() && !Version::TLS12.is_tls13());
    }

    #[test]
    fn grease_is_sixteen_numbers() {
        assert_eq!((0..=u16::MAX).filter(|n| is_grease(*n)).count(), 16);
        assert!(Version(0x3a3a).is_grease() && !Version(0x3a4a).is_grease());
    }
}
