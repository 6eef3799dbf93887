//! Transforms: what is done to a buffer before it is inspected.

use std::fmt;
use std::sync::Arc;

/// A change of a buffer's bytes, with the options the rule gave it.
///
/// Two rules that ask for the same transforms of the same buffer share the result: `key` tells what is the same.
#[derive(Clone)]
pub struct Transform {
    /// Name and options, in one spelling.
    pub key: Arc<str>,
    /// Appends the changed `input` to `output`, which is empty. May be given any bytes.
    pub apply: Arc<dyn Fn(&[u8], &mut Vec<u8>) + Send + Sync>,
    /// Whether a literal that is in the result can be looked for in all cases and lengths: false keeps it from the prefilter.
    pub prefilter: bool,
}

impl fmt::Debug for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)
    }
}

impl PartialEq for Transform {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
