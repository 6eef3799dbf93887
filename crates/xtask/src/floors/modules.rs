//! The order of `engine`'s modules.

use super::imports::{imports, words};
use super::plan::{FREE_MODULES, MODULES, READS_RULE_TEXT};
use super::source::Source;
use crate::finding::Finding;

/// Finds imports that go up, or sideways, in `engine`.
pub fn check(source: &Source<'_>) -> Vec<Finding> {
    let Some(module) = source.module.first() else {
        return Vec::new();
    };
    if source.krate != "engine" || source.is_test() || FREE_MODULES.contains(&module.as_str()) {
        return Vec::new();
    }
    let Some(planned) = MODULES.iter().find(|m| m.name == module) else {
        return vec![Finding::in_file(
            source.path,
            format!("`engine::{module}` has no place in the order of modules: give it one in xtask's plan"),
        )];
    };
    let mut findings = Vec::new();
    for import in imports(&source.tokens, &source.module) {
        if import.module != *module && is_module(&import.module) && !planned.may.contains(&import.module.as_str()) {
            let message = format!(
                "`engine::{module}` must not import `engine::{}`, only {}",
                import.module,
                list(planned.may)
            );
            findings.push(Finding::at(source.path, import.line, message));
        }
    }
    if !READS_RULE_TEXT.contains(&module.as_str()) {
        words(&source.tokens, &mut |word, line| {
            if word == "rule_parser" {
                let message =
                    format!("`engine::{module}` must not know the text of rules: no keyword has a name at run time");
                findings.push(Finding::at(source.path, line, message));
            }
        });
    }
    findings
}

fn is_module(name: &str) -> bool {
    FREE_MODULES.contains(&name) || MODULES.iter().any(|m| m.name == name)
}

fn list(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        names => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::MODULES;
    use super::super::source;
    use super::check;
    use crate::tree::{Crate, File, Tree};

    fn found(path: &str, text: &str) -> Vec<String> {
        let tree = Tree {
            crates: vec![Crate {
                name: "engine".to_owned(),
                folder: "crates/engine".to_owned(),
                dependencies: Vec::new(),
            }],
            files: vec![File {
                path: path.to_owned(),
                bytes: text.as_bytes().to_vec(),
            }],
        };
        let sources = source::all(&tree).unwrap();
        sources.iter().flat_map(check).map(|f| f.to_string()).collect()
    }

    #[test]
    fn an_import_that_goes_up_is_found() {
        let found = found(
            "crates/engine/src/flow/key.rs",
            "use crate::event::X;\nuse crate::rule::Rule;\n",
        );
        assert_eq!(
            found,
            ["crates/engine/src/flow/key.rs:2: `engine::flow` must not import `engine::rule`, only event"]
        );
    }

    #[test]
    fn run_time_does_not_know_the_text_of_rules() {
        let path = "crates/engine/src/detect/verify.rs";
        assert_eq!(found(path, "use crate::keyword::Keyword;").len(), 1);
        assert_eq!(found(path, "use rule_parser::Rule;").len(), 1);
        assert_eq!(found(path, "use crate::rule::Rule; use super::prefilter::X;").len(), 0);
    }

    #[test]
    fn the_worker_and_the_face_see_everything() {
        assert_eq!(
            found("crates/engine/src/worker/mod.rs", "use crate::{rule, detect, policy};").len(),
            0
        );
        assert_eq!(
            found("crates/engine/src/lib.rs", "pub use crate::worker::Worker;").len(),
            0
        );
    }

    #[test]
    fn a_module_without_a_place_is_found() {
        assert_eq!(found("crates/engine/src/odds.rs", "").len(), 1);
    }

    #[test]
    fn no_module_may_import_one_that_may_import_it() {
        for module in MODULES {
            for other in module.may {
                let other = MODULES.iter().find(|m| m.name == *other).unwrap();
                assert!(!other.may.contains(&module.name), "{} and {}", module.name, other.name);
            }
        }
    }
}
