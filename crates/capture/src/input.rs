//! What the command line names: files, folders, standard input.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::CaptureError;
use crate::file::{CaptureFile, is_capture};

/// One capture to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// A file or a pipe, as it was named or found.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl Input {
    /// Starts to read it.
    ///
    /// # Errors
    ///
    /// What [`CaptureFile::open`] and [`CaptureFile::stdin`] report.
    pub fn open(&self) -> Result<CaptureFile, CaptureError> {
        match self {
            Self::File(path) => CaptureFile::open(path),
            Self::Stdin => CaptureFile::stdin(),
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}

/// The captures that a command line names.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// In the order of the command line, those of a folder by path, byte by byte.
    pub inputs: Vec<Input>,
    /// What lies in the folders and is no capture, in the same order: for the user to be told.
    pub skipped: Vec<PathBuf>,
}

/// The captures behind the paths of `-p`: files as they are, folders with all captures below, `-`
/// as standard input.
///
/// A path that names a file stays, whatever is in it: it is for [`Input::open`] to complain. In a
/// folder the first bytes of a file decide, not its name, with one exception: a file that is called
/// a capture (`.pcap`, `.pcapng`, `.cap`, also followed by `.gz` or `.zst`) and is none stays too, so
/// that an empty or mangled capture is an error and not a packet less. Links to files are followed,
/// links to folders are not; they and special files are among the skipped.
///
/// # Errors
///
/// [`CaptureError::NotFound`] and [`Open`](CaptureError::Open) where a path is not there or cannot
/// be listed, [`NoCaptures`](CaptureError::NoCaptures) for a folder without any,
/// [`StdinTwice`](CaptureError::StdinTwice), [`TooManyFiles`](CaptureError::TooManyFiles).
pub fn expand<P: AsRef<Path>>(paths: &[P]) -> Result<Inputs, CaptureError> {
    let mut all = Inputs::default();
    for path in paths.iter().map(AsRef::as_ref) {
        if path.as_os_str() == "-" {
            if all.inputs.contains(&Input::Stdin) {
                return Err(CaptureError::StdinTwice);
            }
            all.inputs.push(Input::Stdin);
        } else if fs::metadata(path).map_err(|e| cannot(path, e))?.is_dir() {
            folder(path, &mut all)?;
        } else {
            all.inputs.push(Input::File(path.into()));
        }
    }
    Ok(all)
}

/// Adds what is in the folder and below.
fn folder(path: &Path, all: &mut Inputs) -> Result<(), CaptureError> {
    let (files, specials) = walk(path)?;
    let (inputs, skipped) = (all.inputs.len(), all.skipped.len());
    for file in files {
        // What cannot be read stays as well: opening it tells why.
        if is_called_capture(&file) || is_capture(&file).unwrap_or(true) {
            all.inputs.push(Input::File(file));
        } else {
            all.skipped.push(file);
        }
    }
    all.skipped.extend(specials);
    all.skipped[skipped..].sort_by(|a, b| bytes(a).cmp(bytes(b)));
    if all.inputs.len() == inputs {
        let skipped = all.skipped.len() - skipped;
        return Err(CaptureError::NoCaptures {
            path: path.into(),
            skipped,
        });
    }
    Ok(())
}

/// All files below a folder in the order of their paths, and what is neither file nor folder.
fn walk(root: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), CaptureError> {
    let (mut files, mut specials) = (Vec::new(), Vec::new());
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| cannot(&folder, e))? {
            let entry = entry.map_err(|e| cannot(&folder, e))?;
            let path = entry.path();
            let kind = entry.file_type().map_err(|e| cannot(&path, e))?;
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() || fs::metadata(&path).is_ok_and(|linked| linked.is_file()) {
                files.push(path);
            } else {
                specials.push(path);
            }
            // LIMIT: a folder may be somebody else's upload.
            if files.len() + specials.len() + folders.len() > FILE_LIMIT {
                return Err(CaptureError::TooManyFiles {
                    path: root.into(),
                    limit: FILE_LIMIT,
                });
            }
        }
    }
    files.sort_by(|a, b| bytes(a).cmp(bytes(b)));
    Ok((files, specials))
}

/// Whether the name claims that this is a capture.
fn is_called_capture(path: &Path) -> bool {
    let extension = |path: &Path| path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    let outer = extension(path);
    let inner = match outer.as_deref() {
        Some("gz" | "zst" | "zstd") => path.file_stem().and_then(|stem| extension(Path::new(stem))),
        _ => outer,
    };
    matches!(inner.as_deref(), Some("pcap" | "pcapng" | "cap"))
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

fn cannot(path: &Path, source: io::Error) -> CaptureError {
    match source.kind() {
        io::ErrorKind::NotFound => CaptureError::NotFound { path: path.into() },
        _ => CaptureError::Open {
            path: path.into(),
            source,
        },
    }
}

const FILE_LIMIT: usize = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    const PCAP: &[u8] = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";

    fn names(all: &[impl fmt::Debug]) -> Vec<String> {
        all.iter().map(|one| format!("{one:?}")).collect()
    }

    #[test]
    fn a_folder_gives_its_captures_in_byte_order_and_counts_the_rest() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("a/deep")).unwrap();
        for (name, bytes) in [
            ("a/deep/z", PCAP),
            ("a.pcap", PCAP),
            ("a0.pcap", PCAP),
            ("B", PCAP),
            ("empty.pcap", b""),
            ("mangled.pcap.gz", b"hello"),
            ("README.md", b"hello"),
            ("rules.gz", b"\x1f\x8b\x08"),
            ("nothing", b""),
        ] {
            fs::write(root.join(name), bytes).unwrap();
        }
        std::os::unix::fs::symlink(root, root.join("a/loop")).unwrap();
        std::os::unix::fs::symlink(root.join("B"), root.join("link")).unwrap();
        let all = expand(&[root]).unwrap();
        let below = |path: &Path| path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let found: Vec<String> = all
            .inputs
            .iter()
            .map(|input| match input {
                Input::File(path) => below(path),
                Input::Stdin => "-".into(),
            })
            .collect();
        assert_eq!(
            found,
            [
                "B",
                "a.pcap",
                "a/deep/z",
                "a0.pcap",
                "empty.pcap",
                "link",
                "mangled.pcap.gz"
            ]
        );
        let skipped: Vec<String> = all.skipped.iter().map(|p| below(p)).collect();
        assert_eq!(skipped, ["README.md", "a/loop", "nothing", "rules.gz"]);
    }

    #[test]
    fn the_order_of_the_command_line_stays() {
        let dir = tempfile::tempdir().unwrap();
        let (x, y) = (dir.path().join("x"), dir.path().join("y"));
        fs::write(&x, PCAP).unwrap();
        fs::write(&y, b"no capture, but named").unwrap();
        let all = expand(&[y.as_path(), Path::new("-"), &x, &x]).unwrap();
        assert_eq!(
            all.inputs,
            [Input::File(y), Input::Stdin, Input::File(x.clone()), Input::File(x)]
        );
        assert!(all.skipped.is_empty());
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("missing.pcap");
        let text = expand(&[&missing]).unwrap_err().to_string();
        assert!(
            text.ends_with("missing.pcap: no such file or folder; check the path"),
            "{text}"
        );
        fs::write(dir.path().join("notes.txt"), b"x").unwrap();
        let error = expand(&[dir.path()]).unwrap_err();
        assert!(matches!(error, CaptureError::NoCaptures { skipped: 1, .. }), "{error}");
        assert!(matches!(expand(&["-", "-"]), Err(CaptureError::StdinTwice)));
        assert_eq!(names(&expand(&["-"]).unwrap().inputs), ["Stdin"]);
    }
}
