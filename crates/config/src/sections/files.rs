//! Files that a configuration names: rules, classifications, references, thresholds.

mod glob;

use std::path::{Path, PathBuf};

use crate::load::ReputationFiles;
use crate::section::Section;

/// The rule files, in the order of `rule-files`; patterns stand for the files that they match, by name.
pub(crate) fn rule_files(root: &Section<'_>) -> Vec<PathBuf> {
    let folder = path(root, "default-rule-path").unwrap_or_default();
    let mut files = Vec::new();
    for (text, item) in root.section("rule-files").texts() {
        let file = folder.join(text);
        if !glob::is_pattern(text) {
            files.push(file);
            continue;
        }
        let matched = glob::matches(&file);
        if matched.is_empty() {
            item.warn(&format!("no file matches {}", file.display()));
        }
        files.extend(matched);
    }
    files
}

/// The files of `iprep`: none without a file of categories.
pub(crate) fn reputation(root: &Section<'_>) -> Option<ReputationFiles> {
    let categories = path(root, "reputation-categories-file");
    let folder = path(root, "default-reputation-path").unwrap_or_default();
    let lists = root
        .section("reputation-files")
        .texts()
        .iter()
        .map(|(text, _)| folder.join(text))
        .collect();
    Some(ReputationFiles {
        categories: categories?,
        lists,
    })
}

/// The path that a key names, as it was written.
pub(crate) fn path(section: &Section<'_>, name: &str) -> Option<PathBuf> {
    section
        .text_of(name)
        .filter(|text| !text.is_empty())
        .map(|text| Path::new(text).to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::section::Notes;
    use crate::tree::read_text;

    #[test]
    fn names_are_meant_from_the_rule_path_and_patterns_are_expanded() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["b-2.rules", "b-1.rules", "c.rules", ".b-3.rules"] {
            fs::write(folder.path().join(name), "").expect("the folder can be written to");
        }
        let yaml = format!(
            "default-rule-path: {}\nrule-files: [\"b-*.rules\", a.rules, /x/y.rules, \"z*\"]\n",
            folder.path().display()
        );
        let tree = read_text(&yaml).expect("it is YAML");
        let notes = Notes::default();
        let files = rule_files(&Section::root(&tree.root, &notes));
        let below = |name: &str| folder.path().join(name);
        assert_eq!(
            files,
            [
                below("b-1.rules"),
                below("b-2.rules"),
                below("a.rules"),
                PathBuf::from("/x/y.rules")
            ]
        );
        let told = notes
            .warnings
            .borrow()
            .join("\n")
            .replace(&folder.path().display().to_string(), "");
        assert_eq!(told, "test.yaml:2:48: `rule-files.3`: no file matches /z*");
    }
}
