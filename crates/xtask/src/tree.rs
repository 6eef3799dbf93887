//! The workspace as the checks see it: its crates, and the files that git tracks or would track.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The workspace: its crates and its files.
#[derive(Debug)]
pub struct Tree {
    /// Its crates, by name.
    pub crates: Vec<Crate>,
    /// Its files, by path.
    pub files: Vec<File>,
}

/// A crate of the workspace.
#[derive(Debug)]
pub struct Crate {
    /// Its name, as `Cargo.toml` has it.
    pub name: String,
    /// Its folder, from the root of the workspace.
    pub folder: String,
    /// The crates of the workspace that it depends on.
    pub dependencies: Vec<Dependency>,
}

/// A dependency on another crate of the workspace.
#[derive(Debug)]
pub struct Dependency {
    /// That crate's name.
    pub name: String,
    /// It is there for tests alone.
    pub dev: bool,
}

/// A file of the workspace.
#[derive(Debug)]
pub struct File {
    /// Its path from the root of the workspace, with slashes.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Tree {
    /// The workspace that this program was built in: crates from cargo, files from git (untracked ones too, unless
    /// they are ignored).
    ///
    /// # Errors
    /// When cargo or git fails, or a file cannot be read.
    pub fn of_workspace() -> Result<Self> {
        let root = root()?;
        Ok(Self {
            crates: crates(&root)?,
            files: files(&root)?,
        })
    }

    /// The file of that path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|f| f.path == path)
    }
}

impl File {
    /// Its text; `None` when it is no UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// The line, from 1, that first holds `needle`; 0 when none does.
    pub fn line_of(&self, needle: &str) -> usize {
        let found = self.text().and_then(|t| t.lines().position(|l| l.contains(needle)));
        found.map_or(0, |at| at + 1)
    }
}

/// The root of the workspace.
///
/// # Errors
/// When this crate is not two folders below it.
pub fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .map(Path::to_owned)
        .context("xtask is not in crates/xtask")
}

/// What a command prints.
///
/// # Errors
/// When it cannot be run, or fails.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{command:?} prints no UTF-8"))
}

fn crates(root: &Path) -> Result<Vec<Crate>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let text = output(
        Command::new(cargo)
            .args(["metadata", "--no-deps", "--format-version=1"])
            .current_dir(root),
    )?;
    let metadata: Value = serde_json::from_str(&text).context("cargo metadata")?;
    let packages = metadata["packages"].as_array().context("cargo metadata: packages")?;
    let mut crates = packages.iter().map(|p| package(root, p)).collect::<Result<Vec<_>>>()?;
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(crates)
}

fn package(root: &Path, package: &Value) -> Result<Crate> {
    let text = |value: &Value| value.as_str().map(str::to_owned).context("cargo metadata: a name");
    let manifest = PathBuf::from(text(&package["manifest_path"])?);
    let folder = manifest
        .parent()
        .and_then(|p| p.strip_prefix(root).ok())
        .context("a crate is outside the workspace")?;
    let mut dependencies = Vec::new();
    for dependency in package["dependencies"].as_array().into_iter().flatten() {
        // Only a dependency within the workspace has a path.
        if dependency["path"].is_string() {
            dependencies.push(Dependency {
                name: text(&dependency["name"])?,
                dev: dependency["kind"] == "dev",
            });
        }
    }
    Ok(Crate {
        name: text(&package["name"])?,
        folder: folder.to_string_lossy().into_owned(),
        dependencies,
    })
}

fn files(root: &Path) -> Result<Vec<File>> {
    let list = output(
        Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root),
    )?;
    let mut files = Vec::new();
    for path in list.split('\0').filter(|p| !p.is_empty()) {
        let full = root.join(path);
        // A file that was just deleted is still in the index.
        if full.is_file() {
            let bytes = fs::read(&full).with_context(|| format!("cannot read {path}"))?;
            files.push(File {
                path: path.to_owned(),
                bytes,
            });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}
