//! Lists of hashes: `filemd5`, `filesha1`, `filesha256`.

use std::fmt;

use engine::app_layer::{File, FileSettings};
use engine::keyword::{Arg, Env, Keyword, Kind, Parsed, Problem, RuleDraft};
use engine::rule::{TxCheck, TxContext, TxPlace};

use super::{FILES, files_of};

/// `filemd5`.
pub static FILEMD5: Keyword = Keyword {
    name: "filemd5",
    aliases: &[],
    summary: "a list of MD5 hashes that a file's is in",
    docs: "The MD5 hash of a file must be in a list; with `!` before its name, it must not be. A hash in hexadecimal begins each \
           line; what comes behind it, and lines that begin with `#`, are left out. The file's name starts at the folder of \
           the rule file. A file is looked at when it is whole.",
    example: "alert http any any -> any any (msg:\"known\"; filemd5:known.md5; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|draft, arg| read(draft, arg, Hash::Md5)),
};

/// `filesha1`.
pub static FILESHA1: Keyword = Keyword {
    name: "filesha1",
    aliases: &[],
    summary: "a list of SHA-1 hashes that a file's is in",
    docs: "The SHA-1 hash of a file must be in a list; see `filemd5`.",
    example: "alert http any any -> any any (msg:\"known\"; filesha1:known.sha1; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|draft, arg| read(draft, arg, Hash::Sha1)),
};

/// `filesha256`.
pub static FILESHA256: Keyword = Keyword {
    name: "filesha256",
    aliases: &[],
    summary: "a list of SHA-256 hashes that a file's is in",
    docs: "The SHA-256 hash of a file must be in a list; see `filemd5`.",
    example: "alert http any any -> any any (msg:\"known\"; filesha256:known.sha256; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|draft, arg| read(draft, arg, Hash::Sha256)),
};

/// Which hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Md5,
    Sha1,
    Sha256,
}

/// A list of hashes: sorted, one behind the other.
struct HashList {
    hash: Hash,
    negated: bool,
    known: Vec<Box<[u8]>>,
}

impl Hash {
    /// How long it is, in bytes.
    const fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    fn of(self, file: &File) -> Option<&[u8]> {
        let digests = file.digests();
        match self {
            Self::Md5 => digests.md5.as_ref().map(<[u8; 16]>::as_slice),
            Self::Sha1 => digests.sha1.as_ref().map(<[u8; 20]>::as_slice),
            Self::Sha256 => digests.sha256.as_ref().map(<[u8; 32]>::as_slice),
        }
    }
}

impl fmt::Debug for HashList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HashList({:?}, {} hashes)", self.hash, self.known.len())
    }
}

impl TxCheck for HashList {
    fn places(&self) -> &[TxPlace] {
        FILES
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        files_of(context).is_some_and(|files| files.iter().any(|file| self.fits_file(file)))
    }

    fn fits_file(&self, file: &File) -> bool {
        let known = |digest: &[u8]| self.known.binary_search_by(|k| (**k).cmp(digest)).is_ok();
        self.hash.of(file).is_some_and(|digest| known(digest) != self.negated)
    }

    fn retried(&self) -> bool {
        true
    }

    fn file_needs(&self, needs: &mut FileSettings) {
        match self.hash {
            Hash::Md5 => needs.md5 = true,
            Hash::Sha1 => needs.sha1 = true,
            Hash::Sha256 => needs.sha256 = true,
        }
    }
}

fn read(draft: &mut RuleDraft<'_>, arg: &Arg<'_>, hash: Hash) -> Parsed<Box<dyn TxCheck>> {
    let text = arg.unquoted()?.trim();
    let (negated, name) = match text.strip_prefix('!') {
        Some(rest) => (true, rest.trim().trim_matches('"')),
        None => (false, text),
    };
    let known = load(draft.env, name, hash)?;
    Ok(Box::new(HashList { hash, negated, known }))
}

fn load(env: &Env, name: &str, hash: Hash) -> Parsed<Vec<Box<[u8]>>> {
    let path = env.rule_folder.join(name);
    let bytes = env.files.read(&path).map_err(|error| {
        Problem::new(format!("cannot read {}: {error}", path.display()))
            .help("relative names start at the folder of the rule file")
    })?;
    let mut known = Vec::new();
    for (at, line) in bytes.split(|b| *b == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let digits = line.get(..hash.length().saturating_mul(2));
        let digest = digits.and_then(from_hex).ok_or_else(|| {
            let number = at.saturating_add(1);
            Problem::new(format!(
                "{name}: line {number} does not begin with {} hexadecimal digits",
                hash.length().saturating_mul(2)
            ))
        })?;
        known.push(digest);
    }
    known.sort_unstable();
    known.dedup();
    Ok(known)
}

fn from_hex(digits: &[u8]) -> Option<Box<[u8]>> {
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read() {
        let env = |text: &'static str| {
            let mut env = Env::default();
            env.files = engine::keyword::Files::new(move |_| Ok(text.as_bytes().to_vec()));
            env
        };
        let list = load(
            &env("# a\n\n900150983cd24fb0d6963f7d28e17f72  abc\r\nD41D8CD98F00B204E9800998ECF8427E\n"),
            "a",
            Hash::Md5,
        );
        assert_eq!(list.map(|l| l.len()), Ok(2));
        assert!(load(&env("900150983cd24fb0\n"), "a", Hash::Md5).is_err());
        assert!(load(&env("+00150983cd24fb0d6963f7d28e17f7x\n"), "a", Hash::Md5).is_err());
    }
}
