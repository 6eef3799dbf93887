//! `include:` and `!include`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Reader;
use crate::error::ConfigError;
use crate::tree::{Node, Place};

impl Reader {
    /// Reads a file into `node`; `from` is what includes it.
    pub(super) fn file(&mut self, path: &Path, from: Option<&Place>, node: &mut Node) -> Result<(), ConfigError> {
        let error = |error| ConfigError::Read {
            path: path.to_owned(),
            from: from.cloned(),
            error,
        };
        // LIMIT: files that include each other in a circle end here.
        if self.open.len() >= MAX_DEPTH {
            return Err(error(io::Error::other(format!(
                "files are included more than {MAX_DEPTH} deep; does one include itself?"
            ))));
        }
        let bytes = fs::read(path).map_err(error)?;
        let yaml = String::from_utf8(bytes)
            .map_err(|e| error(io::Error::other(format!("it is no UTF-8: {}", e.utf8_error()))))?;
        self.open.push(path.to_owned());
        self.text(&path.display().to_string(), &yaml, node)?;
        self.open.pop();
        Ok(())
    }

    /// Reads the file or the files that `include:` names into the map that it is in.
    pub(super) fn include_into(&mut self, value: &Node, node: &mut Node) -> Result<(), ConfigError> {
        let files = if value.list {
            value.children.iter().map(|(_, item)| item).collect()
        } else {
            vec![value]
        };
        for file in files {
            if let Some(path) = &file.text {
                self.include(path, &file.place, node)?;
            }
        }
        Ok(())
    }

    /// Reads an included file into `node`.
    pub(super) fn include(&mut self, path: &str, from: &Place, node: &mut Node) -> Result<(), ConfigError> {
        let path = self.beside(Path::new(path));
        self.file(&path, Some(from), node)
    }

    /// A relative path is meant from the folder of the file that has it, or else from that of the first file.
    fn beside(&self, path: &Path) -> PathBuf {
        let in_folder_of = |file: Option<&PathBuf>| file.and_then(|f| f.parent()).map(|folder| folder.join(path));
        let beside = in_folder_of(self.open.last());
        // Suricata: paths are meant from the folder of the first file.
        let first = in_folder_of(self.open.first()).filter(|first| first.exists());
        match beside {
            Some(beside) if beside.exists() || first.is_none() => beside,
            _ => first.unwrap_or_else(|| path.to_owned()),
        }
    }
}

/// How deep files may include each other.
const MAX_DEPTH: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn load(files: &[(&str, &str)]) -> Result<Tree, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
            fs::write(path, text).expect("the folder can be written to");
        }
        let place = format!("{}/", folder.path().display());
        Tree::load([folder.path().join(files[0].0).as_path()], &[]).map_err(|e| e.to_string().replace(&place, ""))
    }

    #[test]
    fn files_are_read_where_they_are_named() {
        let tree = load(&[
            (
                "a.yaml",
                "x: 1\ninclude: b.yaml\ny: 3\nsub:\n  include: [b.yaml, d/c.yaml]\ntag: !include d/c.yaml\n",
            ),
            ("b.yaml", "x: 2\ny: 2\n"),
            ("d/c.yaml", "include: e.yaml\nz: 4\n"),
            ("d/e.yaml", "e: 5\n"),
        ]);
        assert_eq!(
            tree.expect("they are there").dump(),
            [
                "x = 2",
                "y = 3",
                "sub = (null)",
                "sub.x = 2",
                "sub.y = 2",
                "sub.e = 5",
                "sub.z = 4",
                "tag = (null)",
                "tag.e = 5",
                "tag.z = 4"
            ]
        );
    }

    #[test]
    fn a_section_replaces_the_included_one() {
        let tree = load(&[
            ("a.yaml", "include: b.yaml\nflow: {memcap: 1}\n"),
            ("b.yaml", "flow: {prealloc: 1}\nvlan: {x: 1}\n"),
        ]);
        let tree = tree.expect("they are there");
        assert_eq!(
            tree.dump(),
            ["flow = (null)", "flow.memcap = 1", "vlan = (null)", "vlan.x = 1"]
        );
        assert_eq!(tree.warnings, Vec::<String>::new());
    }

    #[test]
    fn a_missing_file_is_told_with_what_includes_it() {
        let error = load(&[("a.yaml", "x: 1\ninclude: b.yaml\n")]).expect_err("b.yaml is missing");
        assert_eq!(
            error,
            "a.yaml:2:10: cannot read b.yaml: No such file or directory (os error 2)"
        );
    }

    #[test]
    fn circles_end() {
        let error = load(&[("a.yaml", "include: a.yaml\n")]).expect_err("it is a circle");
        assert!(error.contains("does one include itself?"), "{error}");
    }
}
