//! Which crate depends on which, and what each forbids at its root.

use super::plan::{DEV_ONLY, FLOORS, UNSAFE};
use crate::finding::Finding;
use crate::tree::{Crate, Tree};

/// Finds dependencies that go up, or sideways.
pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.crates.iter().flat_map(|krate| check_crate(tree, krate)).collect()
}

fn check_crate(tree: &Tree, krate: &Crate) -> Vec<Finding> {
    let manifest = format!("{}/Cargo.toml", krate.folder);
    let Some(floor) = FLOORS.iter().find(|f| f.name == krate.name) else {
        let message = format!("crate `{}` has no floor: give it one in xtask's plan", krate.name);
        return vec![Finding::in_file(&manifest, message)];
    };
    let mut findings = Vec::new();
    for dependency in &krate.dependencies {
        let name = dependency.name.as_str();
        let dev_only = DEV_ONLY.contains(&name);
        // Tests may use what those use that the crate uses.
        let used = FLOORS.iter().filter(|f| floor.may.contains(&f.name));
        let below = used.flat_map(|f| f.may).any(|n| *n == name);
        if floor.may.contains(&name) || (dependency.dev && (dev_only || below)) {
            continue;
        }
        let line = tree.file(&manifest).map_or(0, |f| {
            f.line_of(&format!("{name}.workspace"))
                .max(f.line_of(&format!("{name} = ")))
        });
        let message = if dev_only {
            format!(
                "`{}` must not depend on `{name}` outside its dev-dependencies",
                krate.name
            )
        } else {
            format!(
                "`{}` must not depend on `{name}`, only on {}",
                krate.name,
                list(floor.may)
            )
        };
        findings.push(Finding::at(&manifest, line, message));
    }
    findings
}

/// Finds crates whose root does not forbid unsafe code, or deny it where one file may hold some.
pub fn check_roots(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for krate in &tree.crates {
        let src = format!("{}/src/", krate.folder);
        let wanted = match UNSAFE.iter().any(|(path, _)| path.starts_with(&src)) {
            true => "#![deny(unsafe_code)]",
            false => "#![forbid(unsafe_code)]",
        };
        for root in ["lib.rs", "main.rs"] {
            let path = format!("{src}{root}");
            let text = tree.file(&path).and_then(|f| f.text());
            if text.is_some_and(|t| !t.lines().any(|l| l == wanted)) {
                findings.push(Finding::in_file(&path, format!("`{wanted}` is missing")));
            }
        }
    }
    findings
}

fn list(names: &[&str]) -> String {
    match names {
        [] => "no crate of the workspace".to_owned(),
        names => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Dependency, File};

    fn tree(name: &str, dependencies: &[(&str, bool)]) -> Tree {
        let krate = Crate {
            name: name.to_owned(),
            folder: format!("crates/{name}"),
            dependencies: dependencies
                .iter()
                .map(|(name, dev)| Dependency {
                    name: (*name).to_owned(),
                    dev: *dev,
                })
                .collect(),
        };
        Tree {
            crates: vec![krate],
            files: Vec::new(),
        }
    }

    #[test]
    fn dependencies_go_down() {
        assert_eq!(
            check(&tree(
                "engine",
                &[("packet", false), ("rule-parser", false), ("testkit", true)]
            )),
            []
        );
        assert_eq!(check(&tree("packet", &[("engine", false)])).len(), 1);
        assert_eq!(check(&tree("capture", &[("rule-parser", false)])).len(), 1);
        assert_eq!(check(&tree("engine", &[("capture", true)])).len(), 1);
        assert_eq!(check(&tree("engine", &[("testkit", false)])).len(), 1);
    }

    #[test]
    fn a_crate_without_a_floor_is_found() {
        assert_eq!(check(&tree("attic", &[])).len(), 1);
    }

    #[test]
    fn roots_forbid_unsafe_code() {
        let mut tree = tree("packet", &[]);
        tree.files.push(File {
            path: "crates/packet/src/lib.rs".to_owned(),
            bytes: b"//! Packets.\n#![deny(unsafe_code)]\n".to_vec(),
        });
        assert_eq!(check_roots(&tree).len(), 1);
        tree.files[0].bytes = b"//! Packets.\n#![forbid(unsafe_code)]\n".to_vec();
        assert_eq!(check_roots(&tree), []);
    }
}
