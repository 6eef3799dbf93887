//! Sections of a configuration while they are read.

use std::cell::RefCell;

use engine::app_layer::Settings;

use crate::error::ConfigError;
use crate::tree::Node;
use crate::value::flag;

/// A part of the tree that is read key by key. What is wrong is noted, and reading goes on, so that all mistakes are
/// told at once; what was asked for is marked, so that the rest can be listed.
#[derive(Clone)]
pub(crate) struct Section<'t> {
    node: Option<&'t Node>,
    key: String,
    notes: &'t Notes,
}

/// An item of a list.
pub(crate) struct Item<'t> {
    /// What it is called.
    pub name: &'t str,
    item: &'t Node,
    options: Section<'t>,
}

impl<'t> Item<'t> {
    /// What is below its name; the item has an effect.
    pub fn options(&self) -> &Section<'t> {
        self.item.used.set(true);
        if let Some(node) = self.options.node {
            node.used.set(true);
        }
        &self.options
    }
}

/// What there is to say of a configuration.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub errors: RefCell<Vec<ConfigError>>,
    pub warnings: RefCell<Vec<String>>,
}

impl<'t> Section<'t> {
    /// All of a configuration.
    pub fn root(node: &'t Node, notes: &'t Notes) -> Self {
        Self {
            node: Some(node),
            key: String::new(),
            notes,
        }
    }

    /// What is below under `name`, which may be nothing.
    pub fn section(&self, name: &str) -> Self {
        let node = self.node.and_then(|node| node.child(name));
        if let Some(node) = node {
            node.used.set(true);
        }
        Self {
            node,
            key: if self.key.is_empty() {
                name.to_owned()
            } else {
                format!("{}.{name}", self.key)
            },
            notes: self.notes,
        }
    }

    /// Whether there is anything below under `name`.
    pub fn has(&self, name: &str) -> bool {
        self.node.is_some_and(|node| node.child(name).is_some())
    }

    /// Whether no file has anything below.
    pub fn is_overrides_only(&self) -> bool {
        self.node
            .is_none_or(|node| node.children.iter().all(|(_, child)| child.place.is_override()))
    }

    /// Its text, if it is a scalar.
    pub fn text(&self) -> Option<&'t str> {
        self.node?.text.as_deref()
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        self.node.is_some_and(|node| node.list)
    }

    /// What is below, with the names.
    pub fn children(&self) -> Vec<(&'t str, Self)> {
        let names = self.node.into_iter().flat_map(|node| &node.children);
        names.map(|(name, _)| (name.as_str(), self.section(name))).collect()
    }

    /// The texts of a list; a scalar is a list of one.
    pub fn texts(&self) -> Vec<(&'t str, Self)> {
        match self.text() {
            Some(text) => vec![(text, self.clone())],
            None => self
                .children()
                .into_iter()
                .filter_map(|(_, item)| item.expect_text().map(|text| (text, item.clone())))
                .collect(),
        }
    }

    /// The items of a list: their names, and what is below the names. `- alert` and `- alert: {...}` are both `alert`.
    ///
    /// Which of them have an effect is for the caller to know, who marks them.
    pub fn items(&self) -> Vec<Item<'t>> {
        let nodes = self.node.into_iter().flat_map(|node| &node.children);
        let named = nodes.filter_map(|(number, item)| Some((number, item, item.item_name()?)));
        named
            .map(|(number, item, name)| {
                let key = format!("{}.{number}.{name}", self.key);
                Item {
                    name,
                    item,
                    options: Self {
                        node: item.child(name),
                        key,
                        notes: self.notes,
                    },
                }
            })
            .collect()
    }

    /// All that is below, flattened, for those who know its keys: they tell which of them have an effect.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::of_key(&self.key);
        if let Some(node) = self.node {
            flatten(node, "", &mut settings);
        }
        settings
    }

    /// The text below under `name`, if there is one.
    pub fn text_of(&self, name: &str) -> Option<&'t str> {
        self.section(name).expect_text()
    }

    /// What the text below under `name` means to `parse`; `None` if there is none or it is wrong, which is noted.
    pub fn read<T>(&self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let section = self.section(name);
        let text = section.expect_text()?;
        parse(text).map_err(|reason| section.wrong(reason)).ok()
    }

    /// Puts what the text below under `name` means into `slot`, if there is one.
    pub fn set<T>(&self, name: &str, slot: &mut T, parse: impl FnOnce(&str) -> Result<T, String>) {
        if let Some(value) = self.read(name, parse) {
            *slot = value;
        }
    }

    /// The boolean below under `name`, or `default`.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.read(name, flag).unwrap_or(default)
    }

    /// Notes that the value is wrong.
    pub fn wrong(&self, reason: impl Into<String>) {
        let place = self.node.map(|node| node.place.clone()).unwrap_or_default();
        let text = self.text().unwrap_or_default().to_owned();
        self.notes.errors.borrow_mut().push(ConfigError::Value {
            place,
            key: self.key.clone(),
            text,
            reason: reason.into(),
        });
    }

    /// Notes something that should be known but does no harm.
    pub fn warn(&self, what: &str) {
        let place = self.node.map(|node| node.place.clone()).unwrap_or_default();
        self.notes
            .warnings
            .borrow_mut()
            .push(format!("{place}: `{}`: {what}", self.key));
    }

    /// The text; a map or a list in its place is noted.
    fn expect_text(&self) -> Option<&'t str> {
        let node = self.node?;
        if node.text.is_none() && !node.children.is_empty() {
            self.wrong("write a single value here, not a list or keys");
        }
        node.text.as_deref()
    }
}

fn flatten(node: &Node, prefix: &str, settings: &mut Settings) {
    node.used.set(true);
    for (name, child) in &node.children {
        child.used.set(true);
        let path = format!("{prefix}{name}");
        match &child.text {
            Some(text) => settings.set_at(&path, text, &child.place.to_string()),
            None => flatten(child, &format!("{path}."), settings),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::read_text;
    use crate::value::{number, size};

    #[test]
    fn mistakes_are_noted_and_reading_goes_on() {
        let tree = read_text("a:\n  b: 1x\n  c: {d: 1}\n  e: 5kb\n").expect("it is YAML");
        let notes = Notes::default();
        let section = Section::root(&tree.root, &notes).section("a");
        let (mut b, mut c, mut e) = (7u32, true, 0u64);
        section.set("b", &mut b, number);
        section.set("c", &mut c, flag);
        section.set("e", &mut e, size);
        assert_eq!((b, c, e), (7, true, 5120));
        let told: Vec<_> = notes.errors.borrow().iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "test.yaml:2:6: `a.b: 1x`: write a whole number from 0 to 4294967295",
                "test.yaml:3:6: `a.c`: write a single value here, not a list or keys"
            ]
        );
    }

    #[test]
    fn items_have_names() {
        let tree = read_text("types:\n  - alert\n  - anomaly:\n      enabled: no\n  - stats:\n").expect("it is YAML");
        let notes = Notes::default();
        let items = Section::root(&tree.root, &notes).section("types").items();
        let names: Vec<_> = items
            .iter()
            .map(|item| (item.name, item.options().flag("enabled", true)))
            .collect();
        assert_eq!(names, [("alert", true), ("anomaly", false), ("stats", true)]);
    }

    #[test]
    fn what_others_read_is_flattened() {
        let tree = read_text("a:\n  b: {c: [x, {d: 1}], e: }\n  f: yes\n").expect("it is YAML");
        let notes = Notes::default();
        let settings = Section::root(&tree.root, &notes).section("a").settings();
        let paths: Vec<_> = settings.paths().collect();
        assert_eq!(paths, ["b.c.0", "b.c.1.d", "f"]);
        assert_eq!(settings.text("b.c.1.d"), Some("1"));
        assert_eq!(settings.wrong("f", "write `1`"), "test.yaml:3:6: `a.f: yes`: write `1`");
    }
}
