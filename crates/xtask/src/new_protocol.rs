//! `cargo xtask new-protocol NAME`: a folder for an application protocol, copied from the one that is made for it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::finding::Finding;
use crate::tree;

/// Copies `template` to a protocol of that name, and adds its lines to the list.
///
/// # Errors
/// When the name is no name of a module, there is such a protocol, or a file cannot be read or written.
pub fn new_protocol(name: &str) -> Result<Vec<Finding>> {
    let sources = tree::root()?.join("crates/protocols/src");
    make(&sources, name)?;
    println!("made crates/protocols/src/{name}; its lines are in lib.rs");
    println!("next: what it is in mod.rs, its messages in parser.rs, then keywords.rs and log.rs");
    Ok(Vec::new())
}

fn make(sources: &Path, name: &str) -> Result<()> {
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts_well
        || !name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    {
        bail!("`{name}` is no name of a protocol: use small letters, digits and `_`, a letter first");
    }
    let folder = sources.join(name);
    if folder.exists() {
        bail!("there is a folder {} already", folder.display());
    }
    let list = sources.join("lib.rs");
    let lib = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let lib = with_protocol(&lib, name)?;
    let template = sources.join("template");
    let files = fs::read_dir(&template).with_context(|| format!("cannot read {}", template.display()))?;
    fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for file in files {
        let from = file?.path();
        let text = fs::read_to_string(&from).with_context(|| format!("cannot read {}", from.display()))?;
        let Some(file_name) = from.file_name() else { continue };
        fs::write(folder.join(file_name), renamed(&text, name))
            .with_context(|| format!("cannot write to {}", folder.display()))?;
    }
    fs::write(&list, lib).with_context(|| format!("cannot write {}", list.display()))
}

/// The text with the names of the new protocol.
fn renamed(text: &str, name: &str) -> String {
    let camel: String = name.split('_').map(capitalised).collect();
    text.replace("template", name)
        .replace("Template", &camel)
        .replace("TEMPLATE", &name.to_ascii_uppercase())
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// The list of protocols with one more: its module in alphabetical order, and itself last, for the order of the list is
/// the order in which protocols are recognised.
fn with_protocol(lib: &str, name: &str) -> Result<String> {
    let mut lines: Vec<String> = lib.lines().map(str::to_owned).collect();
    let module = format!("pub mod {name};");
    let is_module = |line: &str| line.starts_with("pub mod ");
    let after = lines
        .iter()
        .rposition(|line| is_module(line) && line.as_str() < module.as_str());
    let at = after
        .map(|at| at + 1)
        .or_else(|| lines.iter().position(|line| is_module(line)));
    lines.insert(at.context("lib.rs has no `pub mod` line")?, module);
    let start = lines.iter().position(|line| line.starts_with("pub static ALL"));
    let start = start.context("lib.rs has no `pub static ALL`")?;
    let length = lines.iter().skip(start).position(|line| line == "];");
    let end = start + length.context("the list `ALL` in lib.rs has no end")?;
    lines.insert(end, format!("    &{name}::PROTOCOL,"));
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_has_the_names_of_the_new_one() {
        let root = std::env::temp_dir().join(format!("ruleids-new-protocol-{}", std::process::id()));
        let real = tree::root().unwrap().join("crates/protocols/src");
        fs::create_dir_all(root.join("template")).unwrap();
        for file in fs::read_dir(real.join("template")).unwrap() {
            let path = file.unwrap().path();
            fs::copy(&path, root.join("template").join(path.file_name().unwrap())).unwrap();
        }
        fs::copy(real.join("lib.rs"), root.join("lib.rs")).unwrap();
        make(&root, "no_such").unwrap();
        let again = make(&root, "no_such").unwrap_err().to_string();
        let lib = fs::read_to_string(root.join("lib.rs")).unwrap();
        let parser = fs::read_to_string(root.join("no_such/parser.rs")).unwrap();
        let keywords = fs::read_to_string(root.join("no_such/keywords.rs")).unwrap();
        fs::remove_dir_all(&root).unwrap();
        assert!(again.contains("already"), "{again}");
        assert!(lib.contains("pub mod no_such;") && lib.contains("    &no_such::PROTOCOL,\n];"));
        assert!(parser.contains("pub struct NoSuchParser") && !parser.to_lowercase().contains("template"));
        assert!(keywords.contains("pub static NO_SUCH_BUFFER") && keywords.contains("\"no_such.buffer\""));
    }

    #[test]
    fn modules_are_in_order_and_the_list_is_not() {
        let lib =
            "pub mod b;\npub mod d;\n\npub static ALL: &[&Protocol] = &[\n    &d::PROTOCOL,\n    &b::PROTOCOL,\n];\n";
        let with = |name| with_protocol(lib, name).unwrap();
        assert!(with("c").starts_with("pub mod b;\npub mod c;\npub mod d;\n"));
        assert!(with("a").starts_with("pub mod a;\npub mod b;\n"));
        assert!(
            with("e").contains("pub mod d;\npub mod e;\n\n")
                && with("e").ends_with("    &b::PROTOCOL,\n    &e::PROTOCOL,\n];\n")
        );
    }

    #[test]
    fn names_are_those_of_modules() {
        for name in ["", "1a", "A", "a-b", "../x"] {
            assert!(make(Path::new("/nowhere"), name).is_err(), "{name}");
        }
    }
}
