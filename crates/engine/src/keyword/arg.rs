//! The value of a keyword, as its function reads it.

use std::ops::Range;

use rule_parser::{Diagnostic, Dialect, Span, Spanned};

/// The value of an option.
#[derive(Clone, Copy, Debug)]
pub struct Arg<'a> {
    /// The text between the colon and the semicolon, trimmed; `None` when there was no colon.
    pub text: Option<&'a str>,
    /// The dialect of the rule's file.
    pub dialect: Dialect,
}

/// What reading a value gives.
pub type Parsed<T> = Result<T, Problem>;

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in a line without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Which bytes of the value; all when `None`.
    pub at: Option<Range<usize>>,
    /// The value is right, and means something that this program does not do yet.
    pub unsupported: bool,
}

impl Problem {
    /// A problem with the whole value.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            at: None,
            unsupported: false,
        }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says that nothing is wrong, but that this program does not do it yet: the rule waits rather than fails.
    #[must_use]
    pub fn unsupported(mut self) -> Self {
        self.unsupported = true;
        self
    }

    /// Says which bytes of the value are wrong.
    #[must_use]
    pub fn at(mut self, at: Range<usize>) -> Self {
        self.at = Some(at);
        self
    }
}

impl From<Diagnostic> for Problem {
    /// What a reader of [`rule_parser::value`] found, when it was given [`Arg::spanned`].
    fn from(found: Diagnostic) -> Self {
        Self {
            message: found.message.into_owned(),
            help: found.help.map(String::from),
            at: Some(found.span.range()),
            unsupported: false,
        }
    }
}

impl<'a> Arg<'a> {
    /// A value outside of any rule, for tests and for values made of others.
    pub fn new(text: &'a str, dialect: Dialect) -> Self {
        Self {
            text: Some(text),
            dialect,
        }
    }

    /// The value, which must be there, for the readers of [`rule_parser::value`]; its span counts from its first byte.
    ///
    /// # Errors
    /// When there is none.
    pub fn spanned(&self) -> Parsed<Spanned<&'a str>> {
        let text = self.required()?;
        Ok(Spanned::new(
            text,
            Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX)),
        ))
    }

    /// Whether the file is Suricata's, whose rules are refused where Suricata refuses them.
    pub fn is_suricata(&self) -> bool {
        self.dialect == Dialect::Suricata
    }

    /// Whether the file is Snort 3's, where the name of a buffer makes it the current one.
    pub fn is_snort3(&self) -> bool {
        self.dialect == Dialect::Snort3
    }

    /// The value, which must be there.
    ///
    /// # Errors
    /// When there is none.
    pub fn required(&self) -> Parsed<&'a str> {
        match self.text {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(Problem::new("a value is missing").help("write it after a colon: `keyword:value;`")),
        }
    }

    /// Nothing: the keyword takes no value.
    ///
    /// # Errors
    /// When there is one.
    pub fn none(&self) -> Parsed<()> {
        match self.text {
            None | Some("") => Ok(()),
            Some(_) => Err(Problem::new("this keyword takes no value").help("write only `keyword;`")),
        }
    }

    /// The value, which may or may not be quoted.
    ///
    /// # Errors
    /// When there is none, or the quotes do not close.
    pub fn unquoted(&self) -> Parsed<&'a str> {
        let text = self.required()?;
        match text.strip_prefix('"') {
            Some(rest) => rest
                .strip_suffix('"')
                .ok_or_else(|| Problem::new("the quotes do not close")),
            None => Ok(text),
        }
    }

    /// The value as a decimal number from 0 to `max`.
    ///
    /// # Errors
    /// When it is none, or out of bounds.
    pub fn number(&self, max: u64) -> Parsed<u64> {
        let text = self.unquoted()?;
        match text.parse::<u64>() {
            Ok(n) if n <= max => Ok(n),
            _ => Err(Problem::new(format!("`{text}` is no number from 0 to {max}"))),
        }
    }
}
