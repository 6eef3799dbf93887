//! Hashes of files, computed as their bytes come.

use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;

use super::settings::FileSettings;

/// The hashes of a file, once it is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// MD5.
    pub md5: Option<[u8; 16]>,
    /// SHA-1.
    pub sha1: Option<[u8; 20]>,
    /// SHA-256.
    pub sha256: Option<[u8; 32]>,
}

/// Hashes that are being computed.
#[derive(Default)]
pub(super) struct Hashing {
    md5: Option<Md5>,
    sha1: Option<Sha1>,
    sha256: Option<Sha256>,
}

impl Hashing {
    /// The hashes that are wanted; `None` for none.
    pub(super) fn new(settings: &FileSettings) -> Option<Box<Self>> {
        (settings.md5 || settings.sha1 || settings.sha256).then(|| {
            Box::new(Self {
                md5: settings.md5.then(Md5::new),
                sha1: settings.sha1.then(Sha1::new),
                sha256: settings.sha256.then(Sha256::new),
            })
        })
    }

    /// Adds what comes next.
    pub(super) fn update(&mut self, data: &[u8]) {
        if let Some(md5) = &mut self.md5 {
            md5.update(data);
        }
        if let Some(sha1) = &mut self.sha1 {
            sha1.update(data);
        }
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(data);
        }
    }

    /// The hashes of what came.
    pub(super) fn finish(self) -> Digests {
        Digests {
            md5: self.md5.map(|h| h.finalize().into()),
            sha1: self.sha1.map(|h| h.finalize().into()),
            sha256: self.sha256.map(|h| h.finalize().into()),
        }
    }
}

impl std::fmt::Debug for Hashing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashing")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::eve::Hex;

    fn all() -> FileSettings {
        FileSettings {
            md5: true,
            sha1: true,
            sha256: true,
            ..FileSettings::default()
        }
    }

    #[test]
    fn known_hashes() {
        // RFC 1321 section A.5, FIPS 180-2 appendix B.1.
        let mut hashing = Hashing::new(&all()).expect("hashes are wanted");
        hashing.update(b"abc");
        let digests = hashing.finish();
        let hex = |bytes: &[u8]| Hex(bytes).to_string();
        assert_eq!(
            digests.md5.map(|d| hex(&d)).as_deref(),
            Some("900150983cd24fb0d6963f7d28e17f72")
        );
        assert_eq!(
            digests.sha1.map(|d| hex(&d)).as_deref(),
            Some("a9993e364706816aba3e25717850c26c9cd0d89d")
        );
        assert_eq!(
            digests.sha256.map(|d| hex(&d)).as_deref(),
            Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        );
    }

    #[test]
    fn nothing_is_computed_that_nobody_wants() {
        assert!(Hashing::new(&FileSettings::default()).is_none());
    }

    proptest! {
        #[test]
        fn cutting_does_not_change_hashes(data in proptest::collection::vec(any::<u8>(), 0..300), cut in 1usize..50) {
            let mut whole = Hashing::new(&all()).expect("hashes are wanted");
            whole.update(&data);
            let mut pieces = Hashing::new(&all()).expect("hashes are wanted");
            data.chunks(cut).for_each(|piece| pieces.update(piece));
            prop_assert_eq!(whole.finish(), pieces.finish());
        }
    }
}
