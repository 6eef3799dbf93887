//! YAML files to a tree: includes, anchors and old spellings resolved.

mod events;
mod include;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_saphyr::granit_parser::{Event, ScalarStyle};

use super::{Node, Place, Tree};
use crate::error::{ConfigError, ConfigErrors};
use events::Events;

/// Reads files, each with all that it includes; what is in a later one replaces what is in those before it.
pub(super) fn files<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Result<Tree, ConfigErrors> {
    let mut reader = Reader::default();
    let mut tree = Tree::default();
    for path in paths {
        reader.file(path, None, &mut tree.root)?;
    }
    tree.warnings = reader.warnings;
    Ok(tree)
}

/// Reads what would be in a file called `test.yaml`.
#[cfg(test)]
pub(crate) fn text(yaml: &str) -> Result<Tree, ConfigError> {
    let mut reader = Reader::default();
    let mut tree = Tree::default();
    reader.text("test.yaml", yaml, &mut tree.root)?;
    tree.warnings = reader.warnings;
    Ok(tree)
}

/// Reads files, each into a node that is there already.
#[derive(Default)]
struct Reader {
    /// The files that are being read: each includes the next.
    open: Vec<PathBuf>,
    /// How many nodes there are, to stop aliases of aliases from filling the memory.
    nodes: usize,
    warnings: Vec<String>,
}

/// A file that is being read.
struct File<'y> {
    events: Events<'y>,
    anchors: HashMap<usize, Node>,
}

impl Reader {
    /// Reads the first document of `yaml` into `node`.
    fn text(&mut self, name: &str, yaml: &str, node: &mut Node) -> Result<(), ConfigError> {
        let mut file = File {
            events: Events::new(name, yaml),
            anchors: HashMap::new(),
        };
        while let Some((event, place)) = file.events.next()? {
            match event {
                Event::MappingStart(..) => return self.map(&mut file, "", &place, node),
                Event::Scalar(text, ScalarStyle::Plain, _, None) if is_null(&text) => return Ok(()),
                Event::Scalar(..) | Event::SequenceStart(..) => {
                    return Err(syntax(
                        place,
                        "expected keys with values, such as `default-rule-path: rules`",
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads the keys of a map into `node`; `name` is the key that the map is below.
    fn map(&mut self, file: &mut File<'_>, name: &str, start: &Place, node: &mut Node) -> Result<(), ConfigError> {
        let mut merged = Vec::new();
        let mut written: HashMap<String, Place> = HashMap::new();
        loop {
            let (event, place) = file.events.must_next(start)?;
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(syntax(place, "a key must be a name")),
            };
            let value = self.value(file, &key, &place)?;
            match key.as_str() {
                "include" => self.include_into(&value, node)?,
                "<<" => merged.push(value),
                _ => {
                    let key = self.spelling(&key, name, &place);
                    if let Some(first) = written.insert(key.clone(), place.clone()) {
                        self.warnings.push(format!(
                            "{place}: `{key}` replaces the one at {first}, which has no effect"
                        ));
                    }
                    *node.at_or_new(&key, &place) = value;
                }
            }
        }
        for value in merged {
            merge(value, node);
        }
        Ok(())
    }

    /// Reads the value of a key or the item of a list; `key` is the key that it is below.
    fn value(&mut self, file: &mut File<'_>, key: &str, start: &Place) -> Result<Node, ConfigError> {
        let (event, place) = file.events.must_next(start)?;
        let mut node = Node {
            place: place.clone(),
            ..Node::default()
        };
        self.nodes += 1;
        let anchor = match event {
            Event::Scalar(path, _, anchor, Some(tag)) if tag.handle() == "!" && tag.suffix() == "include" => {
                self.include(&path, &place, &mut node)?;
                anchor
            }
            Event::Scalar(text, style, anchor, tag) => {
                let null = style == ScalarStyle::Plain && tag.is_none() && is_null(&text);
                node.text = (!null).then(|| text.into_owned());
                anchor
            }
            Event::MappingStart(_, anchor, _) => {
                self.map(file, key, &place, &mut node)?;
                anchor
            }
            Event::SequenceStart(_, anchor, _) => {
                self.list(file, &place, &mut node)?;
                anchor
            }
            Event::Alias(anchor) => {
                node = file.anchors.get(&anchor).cloned().unwrap_or(node);
                self.nodes += count(&node);
                0
            }
            _ => return Err(syntax(place, "expected a value")),
        };
        // LIMIT: aliases of aliases; the largest suricata.yaml in use has some thousand nodes.
        if self.nodes > MAX_NODES {
            return Err(syntax(
                place,
                &format!("there are more than {MAX_NODES} values; look for aliases (`*name`) of aliases"),
            ));
        }
        if anchor != 0 {
            file.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    /// Reads the items of a list into `node`.
    fn list(&mut self, file: &mut File<'_>, start: &Place, node: &mut Node) -> Result<(), ConfigError> {
        node.list = true;
        while !file.events.at_list_end()? {
            let item = self.value(file, "", start)?;
            let number = node.children.len().to_string();
            node.children.push((number, item));
        }
        Ok(())
    }

    /// The key as it is spelled today: `default_log_dir` became `default-log-dir`.
    fn spelling(&mut self, key: &str, below: &str, place: &Place) -> String {
        // Suricata: variables keep their underscores, dotted keys are taken as they are.
        if !key.contains('_') || key.contains('.') || matches!(below, "address-groups" | "port-groups") {
            return key.to_owned();
        }
        let today = key.replace('_', "-");
        self.warnings
            .push(format!("{place}: `{key}` is read as `{today}`; write that"));
        today
    }
}

/// Adds what `node` has not: the merge key `<<` of YAML 1.1.
fn merge(value: Node, node: &mut Node) {
    let maps = if value.list {
        value.children.into_iter().map(|(_, map)| map).collect()
    } else {
        vec![value]
    };
    for (name, child) in maps.into_iter().flat_map(|map| map.children) {
        if node.child(&name).is_none() {
            node.children.push((name, child));
        }
    }
}

fn count(node: &Node) -> usize {
    node.children.iter().map(|(_, child)| 1 + count(child)).sum()
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn syntax(place: Place, reason: &str) -> ConfigError {
    ConfigError::Syntax {
        place,
        reason: reason.to_owned(),
    }
}

/// The most nodes of a configuration.
const MAX_NODES: usize = 1 << 18;

#[cfg(test)]
mod tests {
    use super::*;

    fn dump(yaml: &str) -> Vec<String> {
        text(yaml).expect("it is YAML").dump()
    }

    #[test]
    fn texts_stay_as_they_are() {
        assert_eq!(
            dump("%YAML 1.1\n---\na: yes\nb: 0x10\nc: \"[80, 81]\"\nd: ~\ne: !!str null\nf: '1'\n"),
            ["a = yes", "b = 0x10", "c = [80, 81]", "d = (null)", "e = null", "f = 1"]
        );
    }

    #[test]
    fn dotted_keys_lead_into_the_tree() {
        assert_eq!(
            dump("vars:\n  port-groups: {A_B: 1}\nvars.port-groups.A_B: 2\nvars.port-groups.C_D: 3\n"),
            [
                "vars = (null)",
                "vars.port-groups = (null)",
                "vars.port-groups.A_B = 2",
                "vars.port-groups.C_D = 3"
            ]
        );
    }

    #[test]
    fn the_later_section_replaces_the_earlier_one() {
        let tree = text("flow:\n  memcap: 1\nflow:\n  prealloc: 2\n").expect("it is YAML");
        assert_eq!(tree.dump(), ["flow = (null)", "flow.prealloc = 2"]);
        assert_eq!(
            tree.warnings,
            ["test.yaml:3:1: `flow` replaces the one at test.yaml:1:1, which has no effect"]
        );
    }

    #[test]
    fn old_spellings_are_read_and_told() {
        let tree = text("default_log_dir: x\n").expect("it is YAML");
        assert_eq!(tree.text("default-log-dir"), Some("x"));
        assert_eq!(
            tree.warnings,
            ["test.yaml:1:1: `default_log_dir` is read as `default-log-dir`; write that"]
        );
    }

    #[test]
    fn aliases_and_merge_keys() {
        assert_eq!(
            dump("a: &x {p: 1, q: 2}\nb: *x\nc:\n  <<: *x\n  q: 3\n"),
            [
                "a = (null)",
                "a.p = 1",
                "a.q = 2",
                "b = (null)",
                "b.p = 1",
                "b.q = 2",
                "c = (null)",
                "c.q = 3",
                "c.p = 1"
            ]
        );
    }

    #[test]
    fn aliases_cannot_fill_the_memory() {
        let mut yaml = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            let list = vec![format!("*a{}", n - 1); 10].join(", ");
            yaml.push_str(&format!("a{n}: &a{n} [{list}]\n"));
        }
        let error = text(&yaml).expect_err("it is too large");
        assert!(error.to_string().contains("more than 262144 values"), "{error}");
    }

    #[test]
    fn mistakes_have_a_place() {
        let told = |yaml| text(yaml).expect_err("it is malformed").to_string();
        assert_eq!(
            told("- a\n"),
            "test.yaml:1:1: expected keys with values, such as `default-rule-path: rules`"
        );
        assert_eq!(told("a:\n  [x]: 1\n"), "test.yaml:2:3: a key must be a name");
        assert_eq!(told("a: 1\nb: {c\n"), "test.yaml:2:4: unclosed bracket '{'");
        assert!(told("a: *b\n").starts_with("test.yaml:1:"), "{}", told("a: *b\n"));
    }

    #[test]
    fn nothing_is_a_configuration() {
        assert_eq!(dump(""), Vec::<String>::new());
        assert_eq!(dump("%YAML 1.1\n---\n"), Vec::<String>::new());
    }
}
