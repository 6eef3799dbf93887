//! Loading rules: files and folders to compiled rules and diagnostics.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use rule_parser::{Dialect, ParseOptions, RuleFile, SourceText};

/// The bytes of a rule file, and its path as the user wrote it.
pub struct RuleSource {
    pub path: String,
    pub bytes: Vec<u8>,
}

/// Reads the files; in folders, every `*.rules` below, by path.
pub fn read(paths: &[PathBuf]) -> Result<Vec<RuleSource>> {
    let mut files = Vec::new();
    for path in paths {
        let meta = fs::metadata(path).with_context(|| format!("cannot read the rules at {}", path.display()))?;
        if meta.is_dir() {
            let before = files.len();
            walk(path, &mut files, 0)?;
            if files.len() == before {
                bail!("there is no *.rules file in {}", path.display());
            }
        } else {
            files.push(path.clone());
        }
    }
    files
        .into_iter()
        .map(|path| {
            let bytes = fs::read(&path).with_context(|| format!("cannot read the rules at {}", path.display()))?;
            Ok(RuleSource {
                path: path.display().to_string(),
                bytes,
            })
        })
        .collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>, depth: u32) -> Result<()> {
    // LIMIT: a folder that holds itself through links ends here.
    if depth > 32 {
        bail!("{} is nested too deeply", folder.display());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut paths = entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, files, depth + 1)?;
        } else if path.extension().is_some_and(|e| e == "rules") {
            files.push(path);
        }
    }
    Ok(())
}

/// Parses the files, on all cores.
pub fn parse<'s>(sources: &'s [SourceText<'s>], dialect: Option<Dialect>, disabled: bool) -> Vec<RuleFile<'s>> {
    let options = ParseOptions {
        dialect,
        include_disabled: disabled,
    };
    sources.par_iter().map(|source| in_pieces(source, &options)).collect()
}

/// Parses a file, a large one in pieces on all cores; the result is the same.
fn in_pieces<'s>(source: &'s SourceText<'s>, options: &ParseOptions) -> RuleFile<'s> {
    let text = source.text();
    let pieces: Vec<_> = rule_parser::cut_pieces(text, text.len() / PIECE)
        .into_par_iter()
        .map(|range| rule_parser::parse_piece(text, range, options))
        .collect();
    let mut file = rule_parser::join_pieces(text, options, pieces);
    file.diagnostics.splice(0..0, source.diagnostics().iter().cloned());
    file
}

/// Turns bytes into text that the parser takes; bytes that are no UTF-8 are kept.
pub fn texts(sources: &[RuleSource]) -> Vec<SourceText<'_>> {
    sources
        .iter()
        .map(|s| SourceText::from_bytes(s.path.as_str(), &s.bytes))
        .collect()
}

/// Bytes of a piece of a rule file: some hundred rules.
const PIECE: usize = 1 << 19;
