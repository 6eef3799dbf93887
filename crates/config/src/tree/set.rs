//! Overrides: `--set a.b=c`.

use std::sync::Arc;

use super::{Node, Place, Tree};
use crate::error::{ConfigError, ConfigErrors};

impl Tree {
    /// Applies overrides in their order.
    pub(super) fn set_all(&mut self, overrides: &[String]) -> Result<(), ConfigErrors> {
        let errors: Vec<_> = overrides.iter().filter_map(|text| self.set(text).err()).collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(ConfigErrors(errors))
        }
    }

    /// Gives a key a value, whatever it had: `a.b=c`. Numbers name items of lists: `outputs.0.fast.enabled=no`.
    fn set(&mut self, text: &str) -> Result<(), ConfigError> {
        let error = |reason: &str| ConfigError::Set {
            text: text.to_owned(),
            reason: reason.to_owned(),
        };
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| error("write KEY=VALUE, such as stream.midstream=yes"))?;
        let (key, value) = (key.trim(), value.trim());
        if key.is_empty() || key.split('.').any(str::is_empty) {
            return Err(error(
                "the key is empty in part; write names with single dots between them",
            ));
        }
        let place = Place {
            source: Some(Arc::from(format!("--set {text}"))),
            ..Place::default()
        };
        let node = self.root.at_or_new(key, &place);
        *node = Node {
            text: Some(value.to_owned()),
            place,
            ..Node::default()
        };
        self.root.number_lists();
        Ok(())
    }
}

impl Node {
    /// A node of which every name is a number in order is a list, as if it had been written with dashes.
    fn number_lists(&mut self) {
        let numbered = |(at, (name, _)): (usize, &(String, Self))| *name == at.to_string();
        if !self.children.is_empty() && self.children.iter().enumerate().all(numbered) {
            self.list = true;
        }
        for (_, child) in &mut self.children {
            child.number_lists();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::read::text;

    fn after(yaml: &str, overrides: &[&str]) -> Vec<String> {
        let mut tree = text(yaml).expect("it is YAML");
        let overrides: Vec<String> = overrides.iter().map(|s| (*s).to_owned()).collect();
        tree.set_all(&overrides).expect("they are overrides");
        tree.dump()
    }

    #[test]
    fn values_are_replaced_and_made() {
        assert_eq!(
            after("a: {b: 1}\n", &["a.b=2", "c.d.e = x=y", "f="]),
            [
                "a = (null)",
                "a.b = 2",
                "c = (null)",
                "c.d = (null)",
                "c.d.e = x=y",
                "f = "
            ]
        );
    }

    #[test]
    fn numbers_name_items() {
        assert_eq!(
            after(
                "o:\n  - fast: {enabled: yes}\n",
                &["o.0.fast.enabled=no", "o.1=x", "r.0=a.rules"]
            ),
            [
                "o = (null)",
                "o.0 = fast",
                "o.0.fast = (null)",
                "o.0.fast.enabled = no",
                "o.1 = x",
                "r = (null)",
                "r.0 = a.rules"
            ]
        );
    }

    #[test]
    fn the_last_one_counts() {
        assert_eq!(after("", &["a=1", "a=2"]), ["a = 2"]);
    }

    #[test]
    fn a_scalar_takes_the_place_of_a_map() {
        assert_eq!(after("a: {b: 1}\n", &["a=2"]), ["a = 2"]);
    }

    #[test]
    fn mistakes_are_told() {
        let told = |text: &str| {
            Tree::of_overrides(&[text.to_owned()])
                .expect_err("it is malformed")
                .to_string()
        };
        assert_eq!(told("a.b"), "--set a.b: write KEY=VALUE, such as stream.midstream=yes");
        assert_eq!(
            told("a..b=1"),
            "--set a..b=1: the key is empty in part; write names with single dots between them"
        );
    }
}
