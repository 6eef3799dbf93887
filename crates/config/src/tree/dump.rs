//! A tree as lines of `key = value`.

use super::{Node, Tree};

impl Tree {
    /// Every key with its value, a line each, as `suricata --dump-config` prints them: `a.b.c = v`.
    ///
    /// What has no value of its own has `(null)`; an item of a list that is a map has the name of its first key.
    pub fn dump(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines_below(&self.root, "", &mut lines);
        lines
    }
}

fn lines_below(node: &Node, prefix: &str, lines: &mut Vec<String>) {
    for (name, child) in &node.children {
        let key = format!("{prefix}{name}");
        let first_key = || child.children.first().filter(|_| node.list && !child.list);
        let value = child
            .text
            .as_deref()
            .or_else(|| first_key().map(|(name, _)| name.as_str()));
        lines.push(format!("{key} = {}", value.unwrap_or("(null)")));
        lines_below(child, &format!("{key}."), lines);
    }
}

#[cfg(test)]
mod tests {
    use crate::tree::read::text;

    #[test]
    fn keys_are_dotted_and_items_are_numbered() {
        let tree = text(
            "outputs:\n  - fast:\n      enabled: yes\n  - alert-debug\nflow: {memcap: 1mb, list: [a, b]}\nnone:\nempty: \"\"\n",
        );
        assert_eq!(
            tree.expect("it is YAML").dump(),
            [
                "outputs = (null)",
                "outputs.0 = fast",
                "outputs.0.fast = (null)",
                "outputs.0.fast.enabled = yes",
                "outputs.1 = alert-debug",
                "flow = (null)",
                "flow.memcap = 1mb",
                "flow.list = (null)",
                "flow.list.0 = a",
                "flow.list.1 = b",
                "none = (null)",
                "empty = ",
            ]
        );
    }
}
