//! What can be wrong with a configuration.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::tree::Place;

/// Something that is wrong with a configuration: where, what, and what to write instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{}cannot read {}: {error}", included_from(.from.as_ref()), .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The `include` that names it.
        from: Option<Place>,
        /// Why.
        error: io::Error,
    },
    /// A file is no YAML.
    #[error("{place}: {reason}")]
    Syntax {
        /// Where reading stopped.
        place: Place,
        /// What is wrong, and what to write instead.
        reason: String,
    },
    /// A value is not what its key needs.
    #[error("{place}: `{key}{}`: {reason}", after_colon(.text))]
    Value {
        /// Where the value is.
        place: Place,
        /// The key, with dots.
        key: String,
        /// The value.
        text: String,
        /// What is wrong, and what to write instead.
        reason: String,
    },
    /// A `--set` that cannot be carried out.
    #[error("--set {text}: {reason}")]
    Set {
        /// What was given.
        text: String,
        /// What is wrong, and what to write instead.
        reason: String,
    },
}

/// Everything that is wrong with a configuration, at least one thing; it displays as one line each.
#[derive(Debug)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, error) in self.0.iter().enumerate() {
            if nth > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

impl ConfigErrors {
    /// The errors in the order of the files and their lines.
    pub(crate) fn in_order(mut errors: Vec<ConfigError>) -> Self {
        let place = |error: &ConfigError| match error {
            ConfigError::Value { place, .. } | ConfigError::Syntax { place, .. } => {
                (place.source.clone(), place.line, place.column)
            }
            ConfigError::Read { .. } | ConfigError::Set { .. } => (None, 0, 0),
        };
        errors.sort_by_key(place);
        Self(errors)
    }
}

impl From<ConfigError> for ConfigErrors {
    fn from(error: ConfigError) -> Self {
        Self(vec![error])
    }
}

fn included_from(from: Option<&Place>) -> String {
    from.map(|place| format!("{place}: ")).unwrap_or_default()
}

fn after_colon(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(": {text}")
    }
}
