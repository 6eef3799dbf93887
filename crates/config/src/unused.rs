//! Keys that have no effect.

use crate::tree::Node;
use crate::value::switch;

/// The keys that nobody asked for, in the order of the file; of a section that nobody asked for, the section alone,
/// and of items of a list their names.
///
/// What says nothing is left out: names without value, and what says `enabled: no`.
pub(crate) fn unused(root: &Node) -> Vec<String> {
    let mut list = Vec::new();
    below(root, "", &mut list);
    list
}

fn below(node: &Node, prefix: &str, list: &mut Vec<String>) {
    let mut items = Vec::new();
    for (name, child) in &node.children {
        let key = format!("{prefix}{name}");
        let item = child.item_name().filter(|_| node.list);
        if says_nothing(child, item) || EXPECTED.contains(&key.as_str()) {
            continue;
        }
        match item {
            _ if child.used.get() => below(child, &format!("{key}."), list),
            Some(item) => items.push(item),
            None => list.push(key),
        }
    }
    if !items.is_empty() {
        list.push(format!("{} ({})", prefix.trim_end_matches('.'), items.join(", ")));
    }
}

/// It has no value and nothing below that has one, or it is disabled; an item of a list says its name.
fn says_nothing(node: &Node, item: Option<&str>) -> bool {
    let options = item.and_then(|name| node.child(name));
    if is_disabled(node) || options.is_some_and(is_disabled) {
        return true;
    }
    item.is_none()
        && node.text.is_none()
        && node
            .children
            .iter()
            .all(|(_, child)| says_nothing(child, child.item_name().filter(|_| node.list)))
}

fn is_disabled(node: &Node) -> bool {
    node.child("enabled")
        .and_then(|enabled| enabled.text.as_deref())
        .and_then(switch)
        == Some(false)
}

/// Keys that are right to have no effect: they describe the file.
const EXPECTED: [&str; 1] = ["suricata-version"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::{Notes, Section};
    use crate::tree::read_text;

    #[test]
    fn what_nobody_asked_for_is_listed() {
        let tree = read_text(
            "suricata-version: \"9\"\nflow:\n  memcap: 1\n  prealloc: 2\nprofiling: {a: {b: 1}}\nplugins:\nnothing: {a: , b: {}}\n\
             off: {enabled: no, x: 1}\noutputs:\n  - fast:\n      filename: x\n      odd: 1\n  - lua:\n      enabled: no\n      x: 1\n\
             \x20 - syslog:\n  - other\n",
        )
        .expect("it is YAML");
        let notes = Notes::default();
        let root = Section::root(&tree.root, &notes);
        root.section("flow").text_of("memcap");
        for item in root
            .section("outputs")
            .items()
            .iter()
            .filter(|item| item.name == "fast")
        {
            item.options().text_of("filename");
        }
        assert_eq!(
            unused(&tree.root),
            [
                "flow.prealloc",
                "profiling",
                "outputs.0.fast.odd",
                "outputs (syslog, other)"
            ]
        );
    }
}
