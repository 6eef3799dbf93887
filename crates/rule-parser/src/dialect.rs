//! The three dialects of the rule language.

use std::fmt;
use std::str::FromStr;

use crate::Span;

/// A dialect of the rule language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// Suricata, the reference.
    #[default]
    Suricata,
    /// Snort 2.9.
    Snort2,
    /// Snort 3.
    Snort3,
}

impl Dialect {
    /// All dialects, in the order of the enum.
    pub const ALL: [Self; 3] = [Self::Suricata, Self::Snort2, Self::Snort3];

    /// The name that `--dialect` and `# ruleids: dialect=` take.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Suricata => "suricata",
            Self::Snort2 => "snort2",
            Self::Snort3 => "snort3",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Suricata => "Suricata",
            Self::Snort2 => "Snort 2",
            Self::Snort3 => "Snort 3",
        })
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    /// Reads a name as [`Dialect::name`] gives it, without regard to case.
    fn from_str(text: &str) -> Result<Self, UnknownDialect> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.name().eq_ignore_ascii_case(text))
            .ok_or(UnknownDialect)
    }
}

/// A name that is none of `suricata`, `snort2`, `snort3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownDialect;

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown dialect: use suricata, snort2 or snort3")
    }
}

impl std::error::Error for UnknownDialect {}

/// How the dialect of a file was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialectSource {
    /// The caller named it: [`crate::ParseOptions::dialect`].
    Option,
    /// A line of the file names it: `# ruleids: dialect=snort3`.
    Line(Span),
    /// Nobody named it; constructs of one dialect prevail.
    Detected {
        /// The first such construct, for instance "the option `service`".
        because: String,
        /// Where it stands.
        span: Span,
    },
    /// Nobody named it, and nothing in the file tells the dialects apart: Suricata.
    Default,
}
