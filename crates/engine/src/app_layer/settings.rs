//! What the configuration says to a protocol, a record type or a limit.

use std::collections::BTreeMap;

/// A part of the configuration, flattened: paths are joined with dots, items of lists are numbered from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    values: BTreeMap<String, String>,
}

impl Settings {
    /// These values, by path.
    pub fn new(values: BTreeMap<String, String>) -> Self {
        Self { values }
    }

    /// Whether anything is set.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Sets a value.
    pub fn set(&mut self, path: &str, value: impl Into<String>) {
        self.values.insert(path.to_owned(), value.into());
    }

    /// The value as it is written.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.values.get(path).map(String::as_str)
    }

    /// A number; `default` where nothing is set.
    ///
    /// # Errors
    /// It is none.
    pub fn number(&self, path: &str, default: u64) -> Result<u64, String> {
        self.text(path).map_or(Ok(default), |text| {
            text.parse()
                .map_err(|_| format!("`{path}`: `{text}` is no whole number"))
        })
    }

    /// A size in bytes: `100`, `100 KiB`, `32kb`, `1mb`; `default` where nothing is set.
    ///
    /// # Errors
    /// It is none.
    pub fn size(&self, path: &str, default: u64) -> Result<u64, String> {
        let Some(text) = self.text(path) else { return Ok(default) };
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
        let unit = text.get(digits.len()..).unwrap_or_default().trim();
        let factor = match unit.to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "k" | "kb" | "kib" => 1 << 10,
            "m" | "mb" | "mib" => 1 << 20,
            "g" | "gb" | "gib" => 1 << 30,
            _ => return Err(format!("`{path}`: `{text}` is no size")),
        };
        let number: u64 = digits
            .trim()
            .parse()
            .map_err(|_| format!("`{path}`: `{text}` is no size"))?;
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
            Some(text) => Err(format!("`{path}`: `{text}` is neither yes nor no")),
        }
    }

    /// The items of a list, in order; a single value counts as a list of one.
    pub fn list(&self, path: &str) -> Vec<&str> {
        if let Some(text) = self.text(path) {
            return vec![text];
        }
        (0..)
            .map_while(|n| self.text(&format!("{path}.{n}")))
            .collect()
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
        Self { values }
    }

    /// All paths that are set, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }
}

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
}
