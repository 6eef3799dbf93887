//! What the configuration says to a protocol, a record type or a limit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A part of the configuration, flattened: paths are joined with dots, items of lists are numbered from 0.
///
/// It remembers what was asked for, so that the rest can be listed.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The key of the part: `app-layer.protocols.http`; messages name it.
    key: String,
    values: BTreeMap<String, Value>,
}

#[derive(Clone, Debug)]
struct Value {
    text: String,
    /// Where it is written: file, line and column.
    place: Option<Arc<str>>,
    /// Somebody asked for it, here or in a part.
    read: Arc<AtomicBool>,
}

impl Settings {
    /// These values, by path.
    pub fn new(values: BTreeMap<String, String>) -> Self {
        let mut settings = Self::default();
        for (path, text) in values {
            settings.set(&path, text);
        }
        settings
    }

    /// Nothing yet of what is below `key`.
    pub fn of_key(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            ..Self::default()
        }
    }

    /// Whether anything is set.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Sets a value.
    pub fn set(&mut self, path: &str, value: impl Into<String>) {
        self.put(path, value.into(), None);
    }

    /// Sets a value that is written at `place`: file, line and column.
    pub fn set_at(&mut self, path: &str, value: impl Into<String>, place: &str) {
        self.put(path, value.into(), Some(Arc::from(place)));
    }

    fn put(&mut self, path: &str, text: String, place: Option<Arc<str>>) {
        let read = Arc::default();
        self.values.insert(path.to_owned(), Value { text, place, read });
    }

    /// The value as it is written.
    pub fn text(&self, path: &str) -> Option<&str> {
        let value = self.values.get(path)?;
        value.read.store(true, Ordering::Relaxed);
        Some(&value.text)
    }

    /// A number; `default` where nothing is set.
    ///
    /// # Errors
    /// It is none.
    pub fn number(&self, path: &str, default: u64) -> Result<u64, String> {
        self.text(path)
            .filter(|text| !text.is_empty())
            .map_or(Ok(default), |text| {
                text.parse().map_err(|_| self.wrong(path, "write a whole number"))
            })
    }

    /// A size in bytes: `100`, `100 KiB`, `32kb`, `1mb`; `default` where nothing is set.
    ///
    /// # Errors
    /// It is none.
    pub fn size(&self, path: &str, default: u64) -> Result<u64, String> {
        let Some(text) = self.text(path).filter(|text| !text.is_empty()) else {
            return Ok(default);
        };
        let wrong = || self.wrong(path, "write a size such as 4096 (bytes), 64kb or 1 MiB");
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
        let unit = text.get(digits.len()..).unwrap_or_default().trim();
        let factor = match unit.to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "k" | "kb" | "kib" => 1 << 10,
            "m" | "mb" | "mib" => 1 << 20,
            "g" | "gb" | "gib" => 1 << 30,
            _ => return Err(wrong()),
        };
        let number: u64 = digits.trim().parse().map_err(|_| wrong())?;
        Ok(number.saturating_mul(factor))
    }

    /// `yes`, `no` and their like; `default` where nothing is set.
    ///
    /// # Errors
    /// It is neither.
    pub fn flag(&self, path: &str, default: bool) -> Result<bool, String> {
        match self.text(path).map(str::to_ascii_lowercase).as_deref() {
            None | Some("") => Ok(default),
            Some("yes" | "true" | "on" | "1") => Ok(true),
            Some("no" | "false" | "off" | "0") => Ok(false),
            Some(_) => Err(self.wrong(path, "write `yes` or `no`")),
        }
    }

    /// The items of a list, in order; a single value counts as a list of one.
    pub fn list(&self, path: &str) -> Vec<&str> {
        if let Some(text) = self.text(path) {
            return vec![text];
        }
        (0..).map_while(|n| self.text(&format!("{path}.{n}"))).collect()
    }

    /// What is set below `path`, with paths from there on.
    #[must_use]
    pub fn below(&self, path: &str) -> Self {
        let prefix = format!("{path}.");
        let values = self
            .values
            .range(prefix.clone()..)
            .take_while(|(key, _)| key.starts_with(&prefix))
            .map(|(key, value)| (key[prefix.len()..].to_owned(), value.clone()))
            .collect();
        Self {
            key: self.key_of(path),
            values,
        }
    }

    /// All paths that are set, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// The whole keys that nobody asked for, in order.
    pub fn unread(&self) -> impl Iterator<Item = String> {
        let unread = self
            .values
            .iter()
            .filter(|(_, value)| !value.read.load(Ordering::Relaxed));
        unread.map(|(path, _)| self.key_of(path))
    }

    /// What to say of a value that is wrong: its place, its whole key, the value, and what to write instead.
    pub fn wrong(&self, path: &str, reason: &str) -> String {
        let key = self.key_of(path);
        match self.values.get(path) {
            Some(Value {
                text,
                place: Some(place),
                ..
            }) => format!("{place}: `{key}: {text}`: {reason}"),
            Some(Value { text, .. }) => format!("`{key}: {text}`: {reason}"),
            None => format!("`{key}`: {reason}"),
        }
    }

    /// The whole key of a path.
    pub fn key_of(&self, path: &str) -> String {
        match (self.key.as_str(), path) {
            ("", path) => path.to_owned(),
            (key, "") => key.to_owned(),
            (key, path) => format!("{key}.{path}"),
        }
    }
}

impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        let texts = |settings: &Self| -> Vec<(String, String)> {
            let values = settings.values.iter();
            values.map(|(path, value)| (path.clone(), value.text.clone())).collect()
        };
        texts(self) == texts(other)
    }
}

impl Eq for Settings {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_their_kind() {
        let mut settings = Settings::default();
        settings.set("limit", "100 KiB");
        settings.set("deep.0", "a");
        settings.set("deep.1", "b");
        settings.set("on", "yes");
        assert_eq!(settings.size("limit", 1), Ok(102_400));
        assert_eq!(settings.size("other", 1), Ok(1));
        assert_eq!(settings.list("deep"), ["a", "b"]);
        assert_eq!(settings.below("deep").text("1"), Some("b"));
        assert_eq!(settings.flag("on", false), Ok(true));
        assert!(settings.number("limit", 0).is_err() && settings.flag("limit", true).is_err());
    }
    #[test]
    fn what_nobody_asked_for_is_listed_and_what_is_wrong_has_its_place() {
        let mut settings = Settings::of_key("app-layer.protocols");
        settings.set_at("dns.tcp.enabled", "perhaps", "a.yaml:3:5");
        settings.set("dns.limit", "1");
        let dns = settings.below("dns");
        assert_eq!(
            dns.flag("tcp.enabled", true),
            Err("a.yaml:3:5: `app-layer.protocols.dns.tcp.enabled: perhaps`: write `yes` or `no`".to_owned())
        );
        assert_eq!(settings.unread().collect::<Vec<_>>(), ["app-layer.protocols.dns.limit"]);
    }
}
