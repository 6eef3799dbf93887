//! A configuration as a tree of names and texts, whatever the keys mean.

mod dump;
mod read;
mod set;

use std::cell::Cell;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::error::ConfigErrors;

#[cfg(test)]
pub(crate) use read::text as read_text;

/// A configuration as it was written: files with what they include, and overrides.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// What is at top level.
    pub(crate) root: Node,
    /// What should be written otherwise but is understood.
    pub(crate) warnings: Vec<String>,
}

/// A key's value and what is below it.
///
/// Suricata's configuration has texts only: `yes`, `64mb` and `[80,81]` mean what the reader of the key makes of
/// them. So the tree keeps them as they were written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    /// The text of a scalar; `None` for null, and for maps and lists.
    pub text: Option<String>,
    /// What is below, by name and in order; items of lists are called `0`, `1` ...
    pub children: Vec<(String, Node)>,
    /// It is a list.
    pub list: bool,
    /// Where it was written.
    pub place: Place,
    /// Somebody asked for it.
    pub used: Cell<bool>,
}

/// Where something was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file's path as it was given, or `--set KEY=VALUE`.
    pub source: Option<Arc<str>>,
    /// The line, from 1; 0 where there are no lines.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
}

impl Tree {
    /// Reads files with all that they include, later ones over those before, and applies overrides (`a.b=c`) in their
    /// order.
    ///
    /// # Errors
    /// When a file cannot be read or is no YAML, or an override is malformed.
    pub fn load<'p>(paths: impl IntoIterator<Item = &'p Path>, overrides: &[String]) -> Result<Self, ConfigErrors> {
        let mut tree = read::files(paths)?;
        tree.set_all(overrides)?;
        Ok(tree)
    }

    /// A tree of overrides only.
    ///
    /// # Errors
    /// When an override is malformed.
    pub fn of_overrides(overrides: &[String]) -> Result<Self, ConfigErrors> {
        let mut tree = Self::default();
        tree.set_all(overrides)?;
        Ok(tree)
    }

    /// The text of the scalar with that dotted key, such as `outputs.0.fast.enabled`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.root.at(key)?.text.as_deref()
    }
}

impl Node {
    /// What is below under `name`.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|(n, _)| n == name).map(|(_, node)| node)
    }

    /// What is below along a dotted key.
    pub fn at(&self, key: &str) -> Option<&Self> {
        key.split('.').try_fold(self, |node, name| node.child(name))
    }

    /// The node below under `name`, made if need be; a list grows by items that have no value.
    pub fn child_or_new(&mut self, name: &str, place: &Place) -> &mut Self {
        let at = self.children.iter().position(|(n, _)| n == name).unwrap_or_else(|| {
            self.children.push((
                name.to_owned(),
                Self {
                    place: place.clone(),
                    ..Self::default()
                },
            ));
            self.children.len() - 1
        });
        &mut self.children[at].1
    }

    /// The node below along a dotted key, made if need be.
    pub fn at_or_new(&mut self, key: &str, place: &Place) -> &mut Self {
        key.split('.').fold(self, |node, name| node.child_or_new(name, place))
    }

    /// What an item of a list is called: `- alert` and `- alert: {...}` are both `alert`.
    pub fn item_name(&self) -> Option<&str> {
        self.text
            .as_deref()
            .or_else(|| self.children.first().map(|(name, _)| name.as_str()))
    }
}

impl Place {
    /// It was not written in a file.
    pub(crate) fn is_override(&self) -> bool {
        self.line == 0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.source, self.line) {
            (None, _) => f.write_str("configuration"),
            (Some(source), 0) => f.write_str(source),
            (Some(source), line) => write!(f, "{source}:{line}:{}", self.column),
        }
    }
}
